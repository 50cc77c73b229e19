package dev.weirkeeper.drift.rehearsal;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.drift.schema.ObjectName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Where the rows of a rehearsal come from. They stay in it: a proof holds counts and hashes. */
public sealed interface RowSource {
  /** Rows that are made up to fit the types and, as far as that can be, the constraints. */
  static RowSource synthetic(long seed, int perTable) {
    return new Synthetic(seed, perTable);
  }

  /** Rows that the host sampled and masked; tables that it gives none for get made-up ones. */
  static RowSource given(Map<ObjectName, Given> rows, long seed, int perTable) {
    return new Sampled(rows, new Synthetic(seed, perTable));
  }

  /**
   * Made-up rows: the same for the same seed and schema.
   *
   * @param perTable how many are tried for each table that a migration touches
   */
  record Synthetic(long seed, int perTable) implements RowSource {
    public Synthetic {
      if (perTable < 1 || perTable > 10_000) {
        throw new IllegalArgumentException("A table gets 1 to 10,000 rows, not " + perTable);
      }
    }
  }

  /**
   * Rows of the host.
   *
   * @param rows by table
   * @param otherwise for tables without
   */
  record Sampled(Map<ObjectName, Given> rows, Synthetic otherwise) implements RowSource {
    public Sampled {
      rows = Map.copyOf(new TreeMap<>(rows));
      requireNonNull(otherwise, "otherwise");
    }
  }

  /**
   * Rows of one table.
   *
   * @param rows values in the text form of their types, in the order of the columns; empty is NULL
   */
  record Given(List<String> columns, List<List<Optional<String>>> rows) {
    public Given {
      columns = List.copyOf(columns);
      rows = rows.stream().map(List::copyOf).toList();
      int width = columns.size();
      if (rows.stream().anyMatch(row -> row.size() != width)) {
        throw new IllegalArgumentException("A row has as many values as there are columns");
      }
    }
  }
}
