package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A request to judge quarantined rows again and publish what is good now.
 *
 * @param onPublished what becomes of a row whose key the target has by now; asked only if the write
 *     mode has keys
 * @param newestBy the column that says which of two rows with one key is newer
 */
public record Replay(QuarantineFilter filter, OnPublished onPublished, Optional<String> newestBy) {

  /** The ordering rule. */
  public enum OnPublished {
    /** What is published stays; the row is waived. */
    SKIP,
    /** The row replaces it if it is newer, else it is waived. Only for upserts. */
    KEEP_NEWEST,
    /** The row stays in quarantine, for a person to decide. */
    ASK
  }

  public Replay {
    requireNonNull(filter, "filter");
    requireNonNull(onPublished, "onPublished");
    requireNonNull(newestBy, "newestBy");
    if ((onPublished == OnPublished.KEEP_NEWEST) != newestBy.isPresent()) {
      throw new IllegalArgumentException(
          "To keep the newest row, and only for that, name the column that says which one it is");
    }
  }

  /** A row whose key is published stays in quarantine. */
  public static Replay of(QuarantineFilter filter) {
    return new Replay(filter, OnPublished.ASK, Optional.empty());
  }

  public Replay skippingPublished() {
    return new Replay(filter, OnPublished.SKIP, Optional.empty());
  }

  public Replay keepingNewest(String by) {
    return new Replay(filter, OnPublished.KEEP_NEWEST, Optional.of(by));
  }
}
