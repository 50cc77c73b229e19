package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Cell;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Mask;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Outside;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Reads values so that what a mask hides never leaves the database: of a redacted value nothing is
 * selected, of a pseudonym's value its hash, of a long one its beginning.
 */
final class Cells {
  /** Shorter values would be told by their end. */
  private static final int SHORTEST_PARTIAL = 8;

  private static final int END = 4;

  private final Masking masking;
  private final int longest;

  /**
   * @param longest how many characters of a value are read at most
   */
  Cells(Masking masking, int longest) {
    this.masking = masking;
    this.longest = longest;
  }

  /** A query for the first rows of a table, to be read by {@link #cell}. */
  String select(ReadTable table, List<ReadColumn> columns, String rows) {
    StringJoiner outer = new StringJoiner(", ");
    StringJoiner inner = new StringJoiner(", ");
    for (int i = 0; i < columns.size(); i++) {
      ReadColumn column = columns.get(i);
      String x = "s.x" + i;
      switch (column.mask()) {
        case NONE -> outer.add("pg_catalog.left(" + x + ", " + longest + ")");
        case PARTIAL ->
            outer.add(
                "CASE WHEN pg_catalog.length("
                    + x
                    + ") >= "
                    + SHORTEST_PARTIAL
                    + " THEN pg_catalog.right("
                    + x
                    + ", "
                    + END
                    + ") WHEN "
                    + x
                    + " IS NOT NULL THEN '' END");
        case HASH ->
            outer.add(
                "pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to("
                    + x
                    + ", 'UTF8')), 'hex')");
        case NULL, REDACT -> outer.add("NULL::pg_catalog.text");
      }
      outer.add(
          column.mask() == Mask.NONE ? "pg_catalog.length(" + x + ")" : "NULL::pg_catalog.int4");
      boolean read = column.mask() != Mask.NULL && column.mask() != Mask.REDACT;
      inner.add(
          (read ? column.base().text(column.quoted()) : "NULL::pg_catalog.text") + " AS x" + i);
    }
    return "SELECT "
        + outer
        + " FROM (SELECT "
        + inner
        + " FROM "
        + table.sql()
        + " "
        + rows
        + ") AS s";
  }

  /** The value of a column in the row that a result stands at. */
  Cell cell(ResultSet row, int index, ReadColumn column) throws SQLException {
    String text = row.getString(2 * index + 1);
    return switch (column.mask()) {
      case REDACT -> new Cell.Masked(Mask.REDACT, Optional.empty());
      case NULL -> new Cell.Null();
      case NONE ->
          text == null ? new Cell.Null() : Outside.of(text, longest, row.getInt(2 * index + 2));
      case HASH ->
          text == null
              ? new Cell.Null()
              : new Cell.Masked(Mask.HASH, Optional.of(masking.pseudonym(new Hash(text))));
      case PARTIAL ->
          text == null
              ? new Cell.Null()
              : new Cell.Masked(
                  Mask.PARTIAL,
                  Optional.of(text)
                      .filter(end -> !end.isEmpty())
                      .map(end -> Outside.of(end).text()));
    };
  }

  /** The same value as plain text, for those who compute with it; empty for NULL. */
  Optional<String> text(ResultSet row, int index, ReadColumn column) throws SQLException {
    Optional<String> text = Optional.ofNullable(row.getString(2 * index + 1));
    return switch (column.mask()) {
      case NONE -> text;
      case HASH -> text.map(Hash::new).map(masking::pseudonym);
      case PARTIAL -> text.map(end -> "*".repeat(END) + end);
      case NULL, REDACT -> Optional.empty();
    };
  }
}
