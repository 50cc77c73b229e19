package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A table as agents may read it.
 *
 * @param shown what it is called towards agents: {@code public.orders}
 */
record ReadTable(
    String schema,
    String name,
    String shown,
    Kind kind,
    Probe<Long> estimatedRows,
    Optional<String> comment,
    List<ReadColumn> columns) {

  /** What it is. */
  enum Kind {
    TABLE,
    PARTITIONED_TABLE,
    MATERIALIZED_VIEW;

    static Kind of(String relkind) {
      return switch (relkind) {
        case "r" -> TABLE;
        case "p" -> PARTITIONED_TABLE;
        case "m" -> MATERIALIZED_VIEW;
        default ->
            throw new IllegalStateException("Relations of kind " + relkind + " are not read");
      };
    }
  }

  String sql() {
    return Catalog.quoted(schema) + "." + Catalog.quoted(name);
  }

  ReadColumn column(String called) throws RefusedRead {
    return columns.stream()
        .filter(column -> column.shown().equals(called))
        .findFirst()
        .orElseThrow(
            () ->
                new RefusedRead(
                    "The table has no column that is called so; take the names that"
                        + " catalog_describe_table tells"));
  }

  /** The columns that somebody named, or all whose values may be read. */
  List<ReadColumn> chosen(Optional<List<String>> called) throws RefusedRead {
    if (called.isEmpty()) {
      return columns.stream().filter(column -> column.access() == ReadColumn.Access.READ).toList();
    }
    if (called.get().stream().distinct().count() < called.get().size()) {
      throw new RefusedRead("A column is named twice; name each once");
    }
    List<ReadColumn> chosen = new ArrayList<>();
    for (String name : called.get()) {
      ReadColumn column = column(name);
      if (column.access() != ReadColumn.Access.READ) {
        throw new RefusedRead(
            "Values of column " + column.shown() + " are not read: " + column.access());
      }
      chosen.add(column);
    }
    return chosen;
  }
}
