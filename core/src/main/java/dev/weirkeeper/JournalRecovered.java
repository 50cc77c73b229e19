package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

/**
 * The end of a journal that a crash left behind and that was cut off, since nobody was ever told
 * that it is durable: the body of the journal's records of that kind.
 *
 * @param file name of the file that was cut
 * @param bytes how many bytes were cut off
 * @param hash their hash
 */
public record JournalRecovered(String file, long bytes, Hash hash) {
  public static final String KIND = "journal.recovered";

  public JournalRecovered {
    requireNonNull(file, "file");
    requireNonNull(hash, "hash");
  }
}
