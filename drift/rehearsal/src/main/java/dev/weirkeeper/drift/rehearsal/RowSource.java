package dev.weirkeeper.drift.rehearsal;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.spi.TableReader;
import java.time.Clock;
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
   * Rows that the host's reader gives when a rehearsal needs them, masked as the host said. Where a
   * column is hidden or a masked value does not fit it, a made-up one stands there, and foreign
   * keys lead to rows that are there.
   *
   * @param system of the tables, as the reader knows it
   * @param clock that the reader has its deadlines by
   * @param perTable how many rows of each table; made-up ones where the reader gives none
   */
  static RowSource masked(TableReader reader, String system, Clock clock, long seed, int perTable) {
    return new Masked(reader, system, clock, new Synthetic(seed, perTable));
  }

  /** Where made-up rows and values come from. */
  Synthetic otherwise();

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

    @Override
    public Synthetic otherwise() {
      return this;
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
   * Rows of the host's reader.
   *
   * @param otherwise for tables that it gives no rows of, and for what it hides
   */
  record Masked(TableReader reader, String system, Clock clock, Synthetic otherwise)
      implements RowSource {
    public Masked {
      requireNonNull(reader, "reader");
      requireNonNull(system, "system");
      requireNonNull(clock, "clock");
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
