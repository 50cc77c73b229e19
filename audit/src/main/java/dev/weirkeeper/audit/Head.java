package dev.weirkeeper.audit;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;

/**
 * The end of a log. Whoever notes it elsewhere can tell later whether the log was cut or rewritten
 * before it.
 *
 * @param records how many records the log holds
 * @param chain hash of the last line; it depends on all lines before it
 */
public record Head(long records, Hash chain) {
  /** The end of a log that holds nothing. */
  public static final Head EMPTY = new Head(0, Hash.of(new byte[0]));

  public Head {
    requireNonNull(chain, "chain");
  }
}
