package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Cell;
import dev.weirkeeper.Mask;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import java.util.List;
import java.util.Optional;

/** What the reading tools are asked, and what they answer. */
final class Answers {
  private static final int TABLES_A_PAGE = 50;
  private static final int MOST_TABLES_A_PAGE = 200;
  private static final int SAMPLED = 10;
  private static final int MOST_SAMPLED = 100;
  private static final int PROFILED = 10_000;
  private static final int MOST_PROFILED = 100_000;
  private static final int MOST_COLUMNS = 50;
  private static final int MOST_FILTERS = 10;

  private Answers() {}

  /**
   * @param schema only this one
   * @param cursor {@link Tables#more} of the page before
   */
  record ListTables(Optional<String> schema, Optional<String> cursor, Optional<Integer> limit) {
    ListTables {
      limit.ifPresent(wanted -> requireWithin("limit", wanted, MOST_TABLES_A_PAGE));
    }

    int size() {
      return limit.orElse(TABLES_A_PAGE);
    }
  }

  /**
   * @param more pass it as cursor for the next page; empty on the last
   */
  record Tables(List<ReadCatalog.Listed> tables, Optional<String> more) {}

  record DescribeTable(String table) {}

  /** What is known of a table without reading it. */
  record Description(
      String table,
      Optional<Outside> originalName,
      ReadTable.Kind kind,
      Probe<Long> estimatedRows,
      Optional<Outside> comment,
      List<ColumnDescription> columns) {}

  /**
   * @param originalName where {@code name} is a handle
   * @param key its place in the primary key
   */
  record ColumnDescription(
      String name,
      Optional<Outside> originalName,
      String type,
      Nullability nullability,
      Optional<Integer> key,
      ReadColumn.Access access,
      Mask mask,
      Optional<Outside> comment) {}

  record SampleRows(String table, Optional<List<String>> columns, Optional<Integer> limit) {
    SampleRows {
      requireFew(columns);
      limit.ifPresent(wanted -> requireWithin("limit", wanted, MOST_SAMPLED));
    }

    int rows() {
      return limit.orElse(SAMPLED);
    }
  }

  /** Rows as the table gives them, in no order. */
  record Sample(List<String> columns, List<List<Cell>> rows, End end) {
    /** Where the rows end. */
    enum End {
      /** Of the table. */
      TABLE,
      /** As many as were asked for. */
      LIMIT,
      /** The answer would have become too large; ask for fewer columns. */
      SIZE
    }
  }

  /**
   * @param filters all of which a row must meet
   */
  record CountRows(String table, Optional<List<Filter>> filters) {
    CountRows {
      filters = filters.map(List::copyOf);
      filters
          .filter(list -> !list.isEmpty())
          .ifPresent(list -> requireWithin("the number of filters", list.size(), MOST_FILTERS));
    }
  }

  /**
   * @param rows exact; Unknown if counting would take longer than the host lets it
   * @param estimatedRows of the whole table
   */
  record Count(Probe<Long> rows, Probe<Long> estimatedRows) {}

  record ProfileTable(String table, Optional<List<String>> columns, Optional<Integer> rows) {
    ProfileTable {
      requireFew(columns);
      rows.ifPresent(wanted -> requireWithin("rows", wanted, MOST_PROFILED));
    }

    int size() {
      return rows.orElse(PROFILED);
    }
  }

  /**
   * What the values of some rows are like.
   *
   * @param rows how many were looked at
   * @param seen whether these are all rows
   */
  record Profile(long rows, Seen seen, Probe<Long> estimatedRows, List<ColumnProfile> columns) {
    /** How much of the table was looked at. */
    enum Seen {
      WHOLE_TABLE,
      /** Rows of pages drawn at random, or the first ones of a small table. */
      SAMPLE
    }
  }

  /**
   * What the values of a column are like; of a masked one only how many there are.
   *
   * @param distinct how many differ as text
   * @param frequent the most frequent ones, of those that are there more than once
   */
  record ColumnProfile(
      String name,
      Mask mask,
      long nulls,
      long distinct,
      Optional<Outside> least,
      Optional<Outside> most,
      List<Frequent> frequent) {}

  record Frequent(Outside value, long rows) {}

  private static void requireFew(Optional<List<String>> columns) {
    columns.ifPresent(list -> requireWithin("the number of columns", list.size(), MOST_COLUMNS));
  }

  /** Of a table with more columns, these many are taken if none are named. */
  static int mostColumns() {
    return MOST_COLUMNS;
  }

  private static void requireWithin(String what, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(what + " is 1 to " + most + ", not " + value);
    }
  }
}
