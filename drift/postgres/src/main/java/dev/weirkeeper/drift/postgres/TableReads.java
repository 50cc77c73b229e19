package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Cell;
import dev.weirkeeper.Mask;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.TableReader;
import dev.weirkeeper.spi.Tool;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The queries over one table that agents may read. Confined to the thread of its session. */
final class TableReads {
  private static final int MOST_FREQUENT = 5;

  /** A little beyond what is wanted, because pages hold different numbers of rows. */
  private static final BigDecimal MARGIN = new BigDecimal("1.5");

  private static final String CANCELED = "57014";

  private final ReadSession session;
  private final Masking masking;
  private final ReadTable table;
  private final Tool.Call call;

  TableReads(ReadSession session, Masking masking, ReadTable table, Tool.Call call) {
    this.session = session;
    this.masking = masking;
    this.table = table;
    this.call = call;
  }

  /** The first rows as they lie. */
  Answers.Sample sample(List<ReadColumn> columns, int limit, long characters)
      throws SQLException, RefusedRead {
    Cells cells = new Cells(masking, Outside.USUAL);
    List<List<Cell>> rows = new ArrayList<>();
    Answers.Sample.End end = Answers.Sample.End.TABLE;
    long size = 0;
    try (PreparedStatement query =
            session.prepare(cells.select(table, columns, "LIMIT " + (limit + 1)));
        ResultSet found = query.executeQuery()) {
      while (found.next()) {
        goOn();
        List<Cell> row = new ArrayList<>(columns.size());
        for (int i = 0; i < columns.size(); i++) {
          Cell cell = cells.cell(found, i, columns.get(i));
          size += cell instanceof Outside outside ? outside.text().length() : 0;
          row.add(cell);
        }
        if (rows.size() == limit) {
          end = Answers.Sample.End.LIMIT;
          break;
        }
        if (size > characters && !rows.isEmpty()) {
          end = Answers.Sample.End.SIZE;
          break;
        }
        rows.add(row);
      }
    }
    return new Answers.Sample(shown(columns), rows, end);
  }

  static List<String> shown(List<ReadColumn> columns) {
    return columns.stream().map(ReadColumn::shown).toList();
  }

  /** All rows that meet the conditions, or why they could not be counted in time. */
  Probe<Long> count(List<Filter> filters) throws SQLException, RefusedRead {
    StringJoiner where = new StringJoiner(" AND ", " WHERE ", "").setEmptyValue("");
    for (Filter filter : filters) {
      where.add(filter.sql(table));
    }
    try (PreparedStatement query =
        session.prepare("SELECT pg_catalog.count(*) FROM " + table.sql() + where)) {
      int parameter = 0;
      for (Filter filter : filters) {
        if (filter.value().isPresent()) {
          // Of no type yet: the server reads it as the type that it is cast to.
          query.setObject(++parameter, filter.value().get(), Types.OTHER);
        }
      }
      try (ResultSet found = query.executeQuery()) {
        found.next();
        return new Probe.Value<>(found.getLong(1));
      }
    } catch (SQLException e) {
      if (CANCELED.equals(e.getSQLState())) {
        return new Probe.Unknown<>(
            "counting took longer than the host lets it; filter by indexed columns, or take the"
                + " estimate");
      }
      throw e;
    }
  }

  Answers.Profile profile(List<ReadColumn> columns, int limit) throws SQLException, RefusedRead {
    boolean drawn =
        table.estimatedRows() instanceof Probe.Value<Long> estimate
            && estimate.value() > limit * 2L;
    String rows = drawn ? drawn(limit) : "LIMIT " + limit;
    long seen;
    List<Long> values = new ArrayList<>();
    List<Long> distinct = new ArrayList<>();
    List<Optional<Outside>> least = new ArrayList<>();
    List<Optional<Outside>> most = new ArrayList<>();
    try (PreparedStatement query = session.prepare(profiling(columns, rows));
        ResultSet found = query.executeQuery()) {
      found.next();
      seen = found.getLong(1);
      for (int i = 0; i < columns.size(); i++) {
        values.add(found.getLong(4 * i + 2));
        distinct.add(found.getLong(4 * i + 3));
        least.add(outside(found.getString(4 * i + 4)));
        most.add(outside(found.getString(4 * i + 5)));
      }
    }
    List<Answers.ColumnProfile> profiles = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      goOn();
      ReadColumn column = columns.get(i);
      profiles.add(
          new Answers.ColumnProfile(
              column.shown(),
              column.mask(),
              seen - values.get(i),
              distinct.get(i),
              least.get(i),
              most.get(i),
              column.isOpen() && distinct.get(i) < values.get(i)
                  ? frequent(column, rows)
                  : List.of()));
    }
    return new Answers.Profile(
        seen,
        drawn || seen >= limit ? Answers.Profile.Seen.SAMPLE : Answers.Profile.Seen.WHOLE_TABLE,
        table.estimatedRows(),
        profiles);
  }

  /** Pages drawn at random, the same ones by each query of a transaction. */
  private String drawn(int limit) {
    long estimate = ((Probe.Value<Long>) table.estimatedRows()).value();
    BigDecimal percent =
        MARGIN
            .multiply(BigDecimal.valueOf(100L * limit))
            .divide(BigDecimal.valueOf(estimate), 6, RoundingMode.UP)
            .min(BigDecimal.valueOf(100));
    return "TABLESAMPLE pg_catalog.system ("
        + percent.toPlainString()
        + ") REPEATABLE (1) LIMIT "
        + limit;
  }

  private String profiling(List<ReadColumn> columns, String rows) {
    StringJoiner outer = new StringJoiner(", ");
    StringJoiner inner = new StringJoiner(", ");
    outer.add("pg_catalog.count(*)");
    for (int i = 0; i < columns.size(); i++) {
      ReadColumn column = columns.get(i);
      outer.add("pg_catalog.count(s.x" + i + ")");
      outer.add("pg_catalog.count(DISTINCT s.x" + i + " COLLATE pg_catalog.\"C\")");
      inner.add(column.base().text(column.quoted()) + " AS x" + i);
      if (column.isOpen() && column.base().isOrdered()) {
        outer.add(extreme("min", i)).add(extreme("max", i));
        inner.add(column.base().plain(column.quoted()) + " AS v" + i);
      } else {
        outer.add("NULL::pg_catalog.text").add("NULL::pg_catalog.text");
      }
    }
    return "SELECT " + outer + from(inner.toString(), rows);
  }

  private static String extreme(String function, int i) {
    return "pg_catalog.left(CAST(pg_catalog."
        + function
        + "(s.v"
        + i
        + ") AS pg_catalog.text), "
        + (Outside.USUAL + 1)
        + ")";
  }

  private List<Answers.Frequent> frequent(ReadColumn column, String rows) throws SQLException {
    String sql =
        "SELECT pg_catalog.left(s.x, "
            + Outside.USUAL
            + "), pg_catalog.length(s.x), pg_catalog.count(*)"
            + from(column.base().text(column.quoted()) + " AS x", rows)
            + " WHERE s.x IS NOT NULL GROUP BY s.x HAVING pg_catalog.count(*)"
            + " OPERATOR(pg_catalog.>) 1 ORDER BY 3 DESC, s.x COLLATE pg_catalog.\"C\" LIMIT "
            + MOST_FREQUENT;
    List<Answers.Frequent> frequent = new ArrayList<>();
    try (PreparedStatement query = session.prepare(sql);
        ResultSet found = query.executeQuery()) {
      while (found.next()) {
        frequent.add(
            new Answers.Frequent(
                Outside.of(found.getString(1), Outside.USUAL, found.getInt(2)), found.getLong(3)));
      }
    }
    return frequent;
  }

  private String from(String columns, String rows) {
    return " FROM (SELECT " + columns + " FROM " + table.sql() + " " + rows + ") AS s";
  }

  private static Optional<Outside> outside(@Nullable String text) {
    return Optional.ofNullable(text).map(Outside::of);
  }

  /** Rows for others to compute with. */
  TableReader.Rows rows(int limit, long characters, int longest) throws SQLException, RefusedRead {
    List<ReadColumn> columns =
        table.columns().stream()
            .filter(column -> column.access() == ReadColumn.Access.READ)
            .filter(column -> column.mask() != Mask.REDACT)
            .toList();
    if (columns.isEmpty()) {
      throw new RefusedRead("The table has no column that may be read");
    }
    Cells cells = new Cells(masking, longest);
    List<List<Optional<String>>> rows = new ArrayList<>();
    TableReader.Extent extent = TableReader.Extent.WHOLE;
    long size = 0;
    try (PreparedStatement query =
            session.prepare(cells.select(table, columns, "LIMIT " + (limit + 1L)));
        ResultSet found = query.executeQuery()) {
      while (found.next()) {
        goOn();
        List<Optional<String>> row = new ArrayList<>(columns.size());
        for (int i = 0; i < columns.size(); i++) {
          Optional<String> text = cells.text(found, i, columns.get(i));
          size += text.map(String::length).orElse(0);
          row.add(text);
        }
        if (rows.size() == limit || size > characters) {
          extent = TableReader.Extent.PART;
          break;
        }
        rows.add(row);
      }
    }
    List<TableReader.Field> fields =
        columns.stream()
            .map(column -> new TableReader.Field(column.shown(), simpleType(column)))
            .toList();
    return new TableReader.Rows(fields, rows, extent);
  }

  private static String simpleType(ReadColumn column) {
    return column.isOpen() && column.base().isCompared() && !column.base().name().isEmpty()
        ? column.base().name()
        : "text";
  }

  private void goOn() throws RefusedRead {
    Optional<String> stop = call.stop();
    if (stop.isPresent()) {
      throw new RefusedRead("The read was broken off: " + stop.get());
    }
  }
}
