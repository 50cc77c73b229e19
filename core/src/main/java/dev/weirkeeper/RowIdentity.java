package dev.weirkeeper;

import java.util.List;

/** How a row of a relation is found again. */
public sealed interface RowIdentity {

  /** By the values of these columns; they are never null and never repeat. */
  record Key(List<String> columnIds) implements RowIdentity {
    public Key {
      columnIds = List.copyOf(columnIds);
      if (columnIds.isEmpty()) {
        throw new IllegalArgumentException("A key needs at least one column");
      }
    }
  }

  /** Only by the whole row: two equal rows cannot be told apart. */
  record Whole() implements RowIdentity {}

  /** Not at all: the relation takes inserts only. */
  record None() implements RowIdentity {}
}
