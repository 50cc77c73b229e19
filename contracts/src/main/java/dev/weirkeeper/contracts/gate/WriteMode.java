package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.List;

/**
 * How rows become part of a target.
 *
 * @param keys columns that identify a row; may be empty for {@link Kind#APPEND}
 */
public record WriteMode(Kind kind, List<String> keys) {

  /** Whether rows that are there are touched. */
  public enum Kind {
    /** Rows are added, none is touched. */
    APPEND,
    /** A row replaces the one with the same key, whole; others are added. */
    UPSERT
  }

  public WriteMode {
    requireNonNull(kind, "kind");
    keys = List.copyOf(keys);
    if (new HashSet<>(keys).size() != keys.size()) {
      throw new IllegalArgumentException("A key names each column once, got " + keys);
    }
    if (kind == Kind.UPSERT && keys.isEmpty()) {
      throw new IllegalArgumentException("An upsert needs the columns of the key");
    }
  }

  /** Adds rows. */
  public static WriteMode append() {
    return new WriteMode(Kind.APPEND, List.of());
  }

  /** Adds rows that have a key, which a replay looks at. */
  public static WriteMode appendKeyed(String... keys) {
    return new WriteMode(Kind.APPEND, List.of(keys));
  }

  public static WriteMode upsert(String... keys) {
    return new WriteMode(Kind.UPSERT, List.of(keys));
  }
}
