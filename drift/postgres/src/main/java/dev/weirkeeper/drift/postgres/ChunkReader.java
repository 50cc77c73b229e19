package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Json;
import dev.weirkeeper.Load;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.spi.ChangeBuffer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Reads chunks of a snapshot, each in a short transaction of its own, and writes the watermark that
 * gives the chunk its place in the log. Confined to the thread of its feed.
 */
final class ChunkReader {
  /** A chunk ends early when it holds so many bytes. */
  private static final long CHUNK_BYTES = 64L << 20;

  /** Rows of a whole table between two signs of life. */
  private static final int ALIVE_ROWS = 50_000;

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /** A data exception: where the load stands is no key of the table any more. */
  private static final String KEY_CHANGED = "22000";

  private final Connection connection;
  private final Catalog catalog;
  private final String system;
  private final String slot;
  private final int chunkRows;
  private final Supplier<ChangeBuffer> buffers;
  private long chunks;
  private String waitsFor = "";

  ChunkReader(
      Connection connection,
      Catalog catalog,
      String system,
      String slot,
      int chunkRows,
      Supplier<ChangeBuffer> buffers) {
    this.connection = connection;
    this.catalog = catalog;
    this.system = system;
    this.slot = slot;
    this.chunkRows = chunkRows;
    this.buffers = buffers;
  }

  /** Called during a long read. */
  @FunctionalInterface
  interface Alive {
    void stillReading() throws IOException;
  }

  /** Why the last chunk could not be read; empty if it could. */
  String waitsFor() {
    return waitsFor;
  }

  /**
   * Reads the next chunk of a load and writes its watermark.
   *
   * @return empty if it cannot be read just now; nothing is held
   */
  Optional<Window> read(Table table, Load load, Delivered delivered, Alive alive)
      throws SQLException, IOException {
    // Looked up before the transaction begins: there, the lock must come before any snapshot, so
    // that everything that was altered before it is seen.
    Optional<List<String>> name =
        catalog.row(
            "SELECT n.nspname, c.relname, c.relkind FROM pg_class c"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ?::oid",
            table.oid & 0xffffffffL);
    if (name.isEmpty()) {
      waitsFor = load.asset() + ", which is gone";
      return Optional.empty();
    }
    connection.setAutoCommit(false);
    try {
      catalog.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      catalog.execute("SET LOCAL lock_timeout = '200ms'");
      Optional<Window> window = readLocked(table, load, name.get(), delivered, alive);
      connection.commit();
      connection.setAutoCommit(true);
      if (window.isPresent()) {
        mark(window.get());
      }
      return window;
    } catch (SQLException | IOException | RuntimeException e) {
      rollback(e);
      if (e instanceof SQLException sql && LOCK_NOT_AVAILABLE.equals(sql.getSQLState())) {
        waitsFor = "a lock on " + load.asset();
        return Optional.empty();
      }
      throw e;
    }
  }

  private void rollback(Exception cause) throws SQLException {
    try {
      connection.rollback();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /** Says what the next chunk waits for. */
  void waitsFor(String what) {
    waitsFor = what;
  }

  private Optional<Window> readLocked(
      Table table, Load load, List<String> name, Delivered delivered, Alive alive)
      throws SQLException, IOException {
    long oid = table.oid & 0xffffffffL;
    String only = name.get(2).equals("p") ? "" : "ONLY ";
    String quoted = only + Catalog.quoted(name.get(0)) + "." + Catalog.quoted(name.get(1));
    catalog.execute("LOCK TABLE " + quoted + " IN ACCESS SHARE MODE");
    XidSnapshot snapshot =
        XidSnapshot.parse(catalog.value("SELECT pg_current_snapshot()::text").orElseThrow());
    if (!delivered.allSeenBy(snapshot)) {
      waitsFor = "a commit that is in the log but not yet seen by others";
      return Optional.empty();
    }
    if (rewritten(oid)) {
      waitsFor = "a fresh look at " + load.asset() + ", which was just rewritten";
      return Optional.empty();
    }
    Optional<Shape> shape = catalog.relation(oid);
    if (shape.isEmpty() || !shape.get().qualifiedName().equals(name.get(0) + "." + name.get(1))) {
      waitsFor = load.asset() + ", which was just renamed or dropped";
      return Optional.empty();
    }
    waitsFor = "";
    return Optional.of(rows(table, shape.get(), quoted, snapshot, load, alive));
  }

  /**
   * Whether the snapshot looks at storage that is no longer the table's: it would see no rows, as
   * if the table were empty.
   */
  private boolean rewritten(long oid) throws SQLException {
    return catalog
        .value(
            "SELECT count(*) FROM pg_class c WHERE c.relkind = 'r' AND (c.oid = ?::oid"
                + " OR c.oid IN (SELECT relid FROM pg_partition_tree(?::regclass) WHERE isleaf))"
                + " AND c.relfilenode IS DISTINCT FROM pg_relation_filenode(c.oid)",
            oid,
            oid)
        .filter("0"::equals)
        .isEmpty();
  }

  private Window rows(
      Table table, Shape shape, String quoted, XidSnapshot snapshot, Load load, Alive alive)
      throws SQLException, IOException {
    Relation relation = shape.relation(system, table.publishes);
    StringJoiner columns = new StringJoiner(", ");
    shape.columns().forEach(column -> columns.add(Catalog.quoted(column.name())));
    String select = "SELECT " + columns + " FROM " + quoted;
    String token = slot + "/" + ++chunks;
    LinkedHashMap<Images.Key, byte[]> rows = new LinkedHashMap<>();
    long estimate = estimate(table.oid & 0xffffffffL);
    if (!(relation.identity() instanceof RowIdentity.Key)) {
      ChangeBuffer whole = buffers.get();
      long read = whole(select, relation, whole, alive);
      return new Window(
          table,
          relation,
          snapshot,
          load,
          Optional.empty(),
          Window.Rest.NONE,
          token,
          rows,
          whole,
          read,
          estimate);
    }
    Page page = page(select, shape, relation, load.after(), rows);
    return new Window(
        table,
        relation,
        snapshot,
        load,
        page.lastKey(),
        page.rest(),
        token,
        rows,
        null,
        page.rows(),
        estimate);
  }

  private record Page(long rows, Optional<String> lastKey, Window.Rest rest) {}

  private Page page(
      String select,
      Shape shape,
      Relation relation,
      Optional<String> after,
      LinkedHashMap<Images.Key, byte[]> rows)
      throws SQLException, IOException {
    String where =
        after.isEmpty()
            ? ""
            : " WHERE " + keyColumns(shape) + " > " + keyValues(shape, texts(after.get()));
    String sql =
        select + where + " ORDER BY " + unbracketed(keyColumns(shape)) + " LIMIT " + chunkRows;
    Copied copied = copy(sql, relation, rows, CHUNK_BYTES);
    Optional<String> last =
        Optional.ofNullable(copied.last()).map(key -> Json.of(key.texts()).text());
    boolean more = copied.cut() || copied.rows() == chunkRows;
    return new Page(copied.rows(), last, more ? Window.Rest.MORE : Window.Rest.NONE);
  }

  private record Copied(long rows, Images.@Nullable Key last, boolean cut) {}

  private Copied copy(
      String select, Relation relation, LinkedHashMap<Images.Key, byte[]> rows, long bytes)
      throws SQLException, IOException {
    CopyOut copy = copyOut(select);
    CopyText text = new CopyText();
    int[] keyIndexes = relation.keyIndexes();
    long count = 0;
    long held = 0;
    Images.Key last = null;
    try {
      for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
        byte[] image = text.image(line, relation.columns().size());
        last = Images.Key.of(image, Images.cells(image, 1), keyIndexes, null);
        rows.put(last, image);
        count++;
        held += image.length;
        if (held > bytes) {
          return new Copied(count, last, true);
        }
      }
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
    return new Copied(count, last, false);
  }

  private long whole(String select, Relation relation, ChangeBuffer into, Alive alive)
      throws SQLException, IOException {
    CopyOut copy = copyOut(select);
    CopyText text = new CopyText();
    long count = 0;
    try {
      for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
        byte[] image = text.image(line, relation.columns().size());
        into.add(relation, RowBatch.Op.READ, image, 0, image.length);
        if (++count % ALIVE_ROWS == 0) {
          alive.stillReading();
        }
      }
    } catch (SQLException | IOException | RuntimeException e) {
      into.close();
      throw e;
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
    return count;
  }

  private CopyOut copyOut(String select) throws SQLException {
    return connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyOut("COPY (" + select + ") TO STDOUT");
  }

  private static String keyColumns(Shape shape) {
    StringJoiner columns = new StringJoiner(", ", "(", ")");
    keyOf(shape).forEach(attribute -> columns.add(Catalog.quoted(attribute.name())));
    return columns.toString();
  }

  private static String unbracketed(String list) {
    return list.substring(1, list.length() - 1);
  }

  private String keyValues(Shape shape, List<String> texts) throws SQLException {
    List<Shape.Attribute> key = keyOf(shape);
    if (texts.size() != key.size()) {
      throw new SQLException(
          "The load of "
              + shape.qualifiedName()
              + " stands at a key of "
              + texts.size()
              + " columns, the table has one of "
              + key.size()
              + "; begin the load again",
          KEY_CHANGED);
    }
    StringJoiner values = new StringJoiner(", ", "(", ")");
    for (int i = 0; i < texts.size(); i++) {
      values.add(Catalog.literal(texts.get(i)) + "::" + sqlType(key.get(i).oid()));
    }
    return values.toString();
  }

  /** The type without a modifier: with none at all, {@code character} would cut to one. */
  private String sqlType(long oid) throws SQLException {
    return catalog.value("SELECT format_type(?, -1)", oid).orElseThrow();
  }

  private static List<Shape.Attribute> keyOf(Shape shape) {
    return shape.key().stream()
        .map(
            num ->
                shape.columns().stream()
                    .filter(column -> column.num() == num)
                    .findFirst()
                    .orElseThrow())
        .toList();
  }

  private static List<String> texts(String json) {
    record Key(List<String> values) {}
    return Json.parse("{\"values\":" + json + "}").as(Key.class).values();
  }

  private long estimate(long oid) throws SQLException {
    return catalog
        .value(
            "SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint FROM pg_class c"
                + " WHERE c.relkind = 'r' AND (c.oid = ?::oid"
                + " OR c.oid IN (SELECT relid FROM pg_partition_tree(?::regclass) WHERE isleaf))",
            oid,
            oid)
        .map(Long::parseLong)
        .orElse(0L);
  }

  /** Gives a chunk its place in the log, behind all that its snapshot sees. */
  private void mark(Window window) throws SQLException {
    window.xid =
        Integer.parseUnsignedInt(
            catalog
                .value(
                    "WITH m AS MATERIALIZED (SELECT pg_logical_emit_message(true, ?, ?))"
                        + " SELECT pg_current_xact_id()::xid::text FROM m",
                    TransactionReader.CHUNK,
                    window.token)
                .orElseThrow());
  }
}
