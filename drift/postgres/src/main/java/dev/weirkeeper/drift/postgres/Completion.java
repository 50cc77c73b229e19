package dev.weirkeeper.drift.postgres;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Completes rows that move to another key during a load: from a part of the table that is not
 * loaded yet, perhaps to one that is and will not be read again. An unchanged TOASTed value of such
 * a row is neither in the log nor at the target, so it is read from the source.
 *
 * <p>What is read may be ahead of the log. That does no harm: whatever changed it since comes in
 * the log too, after this. If the row is there no more, what became of it comes as well.
 */
final class Completion {
  private static final int ATTEMPTS = 10;

  private final Connection connection;
  private final Catalog catalog;

  Completion(Connection connection, Catalog catalog) {
    this.connection = connection;
    this.catalog = catalog;
  }

  /**
   * @param at where the images of an UPDATE with an old image lie, in the form of the buffer
   * @return the images with the values that were missing, or null if none were or none can be had
   */
  byte @Nullable [] complete(Table table, byte[] data, int at) throws IOException {
    int[] old = Images.cells(data, at + 1);
    int[] now = Images.cells(data, old[old.length - 1] + 1);
    if (Window.complete(data, now)) {
      return null;
    }
    Images.Key from = Images.Key.of(data, old, table.keyIndexes, null);
    Images.Key to = Images.Key.of(data, now, table.keyIndexes, old);
    if (from.equals(to)) {
      return null;
    }
    for (int attempt = 1; ; attempt++) {
      try {
        byte[] live = live(table, to.texts());
        return live == null ? null : filled(data, at, now, live);
      } catch (SQLException e) {
        // A name of the catalog may be out of date by the time that it is used.
        boolean renamed = "42703".equals(e.getSQLState()) || "42P01".equals(e.getSQLState());
        if (!renamed || attempt == ATTEMPTS) {
          throw new IOException("A row that moved cannot be read: " + Sessions.why(e));
        }
      }
    }
  }

  private byte @Nullable [] live(Table table, List<String> key) throws SQLException, IOException {
    Optional<Shape> shape = catalog.relation(table.oid & 0xffffffffL);
    if (shape.isEmpty()) {
      return null;
    }
    StringJoiner columns = new StringJoiner(", ");
    for (var column : table.current.columns()) {
      Optional<Shape.Attribute> attribute =
          shape.get().columns().stream()
              .filter(now -> String.valueOf(now.num()).equals(column.id()))
              .findFirst();
      columns.add(attribute.map(now -> Catalog.quoted(now.name())).orElse("NULL"));
    }
    StringJoiner condition = new StringJoiner(" AND ");
    for (int i = 0; i < key.size(); i++) {
      String id = table.current.columns().get(table.keyIndexes[i]).id();
      Optional<Shape.Attribute> attribute =
          shape.get().columns().stream()
              .filter(now -> String.valueOf(now.num()).equals(id))
              .findFirst();
      if (attribute.isEmpty()) {
        return null;
      }
      condition.add(
          Catalog.quoted(attribute.get().name())
              + " = "
              + Catalog.literal(key.get(i))
              + "::"
              + catalog.value("SELECT format_type(?, -1)", attribute.get().oid()).orElseThrow());
    }
    CopyOut copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut(
                "COPY (SELECT "
                    + columns
                    + " FROM "
                    + Catalog.quoted(shape.get().schema())
                    + "."
                    + Catalog.quoted(shape.get().name())
                    + " WHERE "
                    + condition
                    + ") TO STDOUT");
    byte[] image = null;
    for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
      image = new CopyText().image(line, table.current.columns().size());
    }
    return image;
  }

  private static byte[] filled(byte[] data, int at, int[] now, byte[] live) {
    int[] source = Images.cells(live, 1);
    int head = now[0] - at;
    int length = head;
    for (int column = 0; column < now.length - 1; column++) {
      int[] from = data[now[column]] == 'u' ? source : now;
      length += from[column + 1] - from[column];
    }
    byte[] filled = new byte[length];
    System.arraycopy(data, at, filled, 0, head);
    int to = head;
    for (int column = 0; column < now.length - 1; column++) {
      boolean missing = data[now[column]] == 'u';
      int[] from = missing ? source : now;
      int size = from[column + 1] - from[column];
      System.arraycopy(missing ? live : data, from[column], filled, to, size);
      to += size;
    }
    return filled;
  }
}
