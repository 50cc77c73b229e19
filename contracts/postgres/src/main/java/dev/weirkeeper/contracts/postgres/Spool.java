package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/** The spools of one feed while one batch is written. */
final class Spool {
  private static final String COPY =
      "COPY weirkeeper.spool (asset, seq, marker, relation_id, version, position, transaction,"
          + " ordinal, image) FROM STDIN (FORMAT binary)";
  private static final int BUFFER = 1 << 20;

  private final Session session;
  private final Memory memory;
  private final long budget;
  private final Bytes buffer = new Bytes(1 << 16);
  private long buffered;

  /** Assets whose spool this batch changed. */
  private final Map<Integer, Asset> touched = new HashMap<>();

  Spool(Session session, Memory memory, long budget) {
    this.session = session;
    this.memory = memory;
    this.budget = budget;
  }

  /** The totals of a spool that this batch is about to change: compared before and after. */
  private Memory.SpoolTotals touch(Asset asset, int id) throws SQLException, RefusalException {
    Memory.SpoolTotals totals = totals(asset, id);
    if (touched.putIfAbsent(id, asset) == null) {
      check(asset, id);
    }
    return totals;
  }

  /** What went in and out, from the ledger. Compared with the rows themselves when first asked. */
  private Memory.SpoolTotals totals(Asset asset, int id) throws SQLException, RefusalException {
    Memory.SpoolTotals known = memory.spools.get(id);
    if (known != null) {
      return known;
    }
    Memory.SpoolTotals totals = new Memory.SpoolTotals();
    long present;
    try (PreparedStatement select =
        session.prepare(
            "SELECT (SELECT coalesce(sum(n_spooled), 0) FROM weirkeeper.ledger"
                + " WHERE asset = ? AND origin = 'STREAM'),"
                + " (SELECT coalesce(sum(n_in), 0) FROM weirkeeper.ledger"
                + " WHERE asset = ? AND origin = 'DRAIN')"
                + " + (SELECT coalesce(sum(n_rows), 0) FROM weirkeeper.discarded WHERE asset = ?),"
                + " count(*) FILTER (WHERE NOT marker), coalesce(sum(octet_length(image)), 0),"
                + " coalesce(max(seq) FILTER (WHERE marker), -1)"
                + " FROM weirkeeper.spool WHERE asset = ?")) {
      for (int i = 1; i <= 4; i++) {
        select.setInt(i, id);
      }
      try (ResultSet result = select.executeQuery()) {
        result.next();
        totals.in = result.getLong(1);
        totals.out = result.getLong(2);
        present = result.getLong(3);
        totals.bytes = result.getLong(4);
        totals.markerAfter = result.getLong(5);
      }
    }
    if (present != totals.in - totals.out) {
      throw contradiction(asset, present, totals);
    }
    memory.spools.put(id, totals);
    return totals;
  }

  private static RefusalException contradiction(
      Asset asset, long present, Memory.SpoolTotals totals) {
    return new RefusalException(
        asset,
        "the spool holds "
            + present
            + " rows where the ledger says "
            + (totals.in - totals.out)
            + " (spooled "
            + totals.in
            + ", drained "
            + totals.out
            + "); somebody changed it."
            + " Load the table again");
  }

  void add(Asset asset, int id, Transaction transaction, RowBatch rows)
      throws SQLException, RefusalException {
    Memory.SpoolTotals totals = touch(asset, id);
    byte[] relationId = Bytes.utf8(rows.relation().id());
    byte[] version = Bytes.utf8(rows.relation().version().hex());
    byte[] position = Bytes.utf8(transaction.position().text());
    byte[] transactionId = Bytes.utf8(transaction.id());
    for (int row = 0; row < rows.rows(); row++) {
      byte[] image = rows.encoded(row);
      totals.in++;
      totals.bytes += image.length;
      buffer.putInt16(9);
      buffer.putInt32(4);
      buffer.putInt32(id);
      buffer.putInt32(8);
      buffer.putInt64(totals.in);
      buffer.putInt32(1);
      buffer.put(0);
      buffer.putField(relationId);
      buffer.putField(version);
      buffer.putField(position);
      buffer.putField(transactionId);
      buffer.putInt32(8);
      buffer.putInt64(rows.ordinal(row));
      buffer.putField(image);
      buffered++;
      if (buffer.length() >= BUFFER) {
        send();
      }
    }
    if (totals.bytes > budget) {
      throw new RefusalException(
          asset,
          "spool budget spent: the table's spool would hold "
              + totals.bytes
              + " bytes where "
              + budget
              + " are allowed. Resume the table, or mark it for a new load");
    }
  }

  private void send() throws SQLException {
    if (buffered > 0) {
      session.copy(COPY, Session.Format.BINARY, buffer, buffered);
      buffer.clear();
      buffered = 0;
    }
  }

  /** All rows before this point of the spool are to be removed when it is drained. */
  void truncate(Asset asset, int id, Transaction transaction, Relation relation, long ordinal)
      throws SQLException, RefusalException {
    Memory.SpoolTotals totals = touch(asset, id);
    if (totals.markerAfter == totals.in) {
      return;
    }
    send();
    try (PreparedStatement insert =
        session.prepare(
            "INSERT INTO weirkeeper.spool (asset, seq, marker, relation_id, version, position,"
                + " transaction, ordinal, image) VALUES (?,?,true,?,?,?,?,?,''::bytea)")) {
      insert.setInt(1, id);
      insert.setLong(2, totals.in);
      insert.setString(3, relation.id());
      insert.setString(4, relation.version().hex());
      insert.setString(5, transaction.position().text());
      insert.setString(6, transaction.id());
      insert.setLong(7, ordinal);
      insert.executeUpdate();
    }
    totals.markerAfter = totals.in;
  }

  /** Takes the entries of a slice out. */
  void drained(Asset asset, int id, StoredTransaction.Slice slice)
      throws SQLException, RefusalException {
    Memory.SpoolTotals totals = touch(asset, id);
    send();
    long entries = 0;
    try (PreparedStatement delete =
        session.prepare(
            "WITH gone AS (DELETE FROM weirkeeper.spool WHERE asset = ?"
                + " AND (seq, marker) >= (?, ?) AND (seq, marker) <= (?, ?)"
                + " RETURNING marker, octet_length(image) AS bytes)"
                + " SELECT count(*), count(*) FILTER (WHERE NOT marker),"
                + " coalesce(sum(bytes), 0) FROM gone")) {
      delete.setInt(1, id);
      delete.setLong(2, slice.first().seq());
      delete.setBoolean(3, slice.first().marker());
      delete.setLong(4, slice.last().seq());
      delete.setBoolean(5, slice.last().marker());
      try (ResultSet result = delete.executeQuery()) {
        result.next();
        entries = result.getLong(1);
        totals.out += result.getLong(2);
        totals.bytes -= result.getLong(3);
      }
    }
    if (entries != slice.entries()) {
      throw new RefusalException(
          asset,
          "the spool holds "
              + entries
              + " entries where "
              + slice.entries()
              + " were read from it to be drained; somebody changed it. Load the table again");
    }
    if (slice.last().seq() > totals.markerAfter
        || slice.last().marker() && slice.last().seq() == totals.markerAfter) {
      totals.markerAfter = -1;
    }
  }

  /** Empties the spool of an asset that is about to be loaded anew. */
  void discard(Asset asset, int id, String batch, Instant now) throws SQLException {
    touched.remove(id);
    memory.spools.remove(id);
    try (PreparedStatement delete =
        session.prepare(
            "WITH gone AS (DELETE FROM weirkeeper.spool WHERE asset = ? RETURNING marker)"
                + " INSERT INTO weirkeeper.discarded (asset, batch, n_rows, at)"
                + " SELECT ?, ?, count(*) FILTER (WHERE NOT marker), ? FROM gone"
                + " HAVING count(*) FILTER (WHERE NOT marker) > 0")) {
      delete.setInt(1, id);
      delete.setInt(2, id);
      delete.setString(3, batch);
      delete.setObject(4, now.atOffset(ZoneOffset.UTC));
      delete.executeUpdate();
    }
  }

  /** Sends what is left and compares the ends of each changed spool with the ledger. */
  void finish() throws SQLException, RefusalException {
    send();
    for (Map.Entry<Integer, Asset> entry : touched.entrySet()) {
      check(entry.getValue(), entry.getKey());
    }
  }

  /**
   * Rows are numbered from the first that was ever spooled, so both ends tell how many there are.
   */
  private void check(Asset asset, int id) throws SQLException, RefusalException {
    Memory.SpoolTotals totals = totals(asset, id);
    try (PreparedStatement select =
        session.prepare(
            "SELECT coalesce(min(seq), 0), coalesce(max(seq), -1) FROM weirkeeper.spool"
                + " WHERE asset = ? AND NOT marker")) {
      select.setInt(1, id);
      try (ResultSet result = select.executeQuery()) {
        result.next();
        long first = result.getLong(1);
        long last = result.getLong(2);
        long present = last - first + 1;
        boolean empty = totals.in == totals.out;
        if (empty ? present != 0 : first != totals.out + 1 || last != totals.in) {
          throw contradiction(asset, present, totals);
        }
      }
    }
  }

  /** Rows and truncate markers that wait. */
  boolean isEmpty(Asset asset, int id) throws SQLException, RefusalException {
    Memory.SpoolTotals totals = totals(asset, id);
    return totals.in == totals.out && totals.markerAfter < 0;
  }
}
