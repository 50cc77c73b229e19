package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

/**
 * One reason why a reader's schema cannot read what another wrote, or reads something else.
 *
 * @param path JSON pointer into the reader's schema: {@code /fields/1/type}
 * @param message what is wrong there; may hold names from the schemas
 */
public record Incompatibility(Kind kind, String path, String message) {

  /** What Avro's schema resolution calls it, and what it does not look at. */
  public enum Kind {
    NAME_MISMATCH,
    FIXED_SIZE_MISMATCH,
    MISSING_ENUM_SYMBOLS,
    READER_FIELD_MISSING_DEFAULT_VALUE,
    TYPE_MISMATCH,
    MISSING_UNION_BRANCH,
    /** Resolution succeeds, and the same bytes mean something else: another unit or scale. */
    LOGICAL_TYPE_CHANGED;

    /** Whether resolution fails; otherwise it succeeds and the meaning changes. */
    public boolean fails() {
      return this != LOGICAL_TYPE_CHANGED;
    }
  }

  public Incompatibility {
    requireNonNull(kind, "kind");
    requireNonNull(path, "path");
    requireNonNull(message, "message");
  }
}
