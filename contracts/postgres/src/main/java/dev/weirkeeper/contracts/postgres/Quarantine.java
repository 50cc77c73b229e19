package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Violation;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The quarantine of one asset while one batch is written. */
final class Quarantine {
  private static final String COPY =
      "COPY weirkeeper.quarantine (asset, relation_id, version, key, key_hash, operation, image,"
          + " row_digest, rules, reasons, sqlstate, position, ordinal, transaction, first_seen,"
          + " attempts, status, closed_by) FROM STDIN (FORMAT binary)";
  private static final int PENDING = 4096;
  private static final long EPOCH_2000_SECONDS = 946_684_800L;

  /** An event that is kept back. Key: empty for a relation without one. */
  static final class Entry {
    final Optional<Key> key;
    final RowBatch.Op op;
    final Image image;
    final List<Violation> violations;
    final Optional<String> sqlState;
    final Transaction transaction;
    final long ordinal;
    boolean superseded;

    Entry(
        Optional<Key> key,
        RowBatch.Op op,
        Image image,
        List<Violation> violations,
        Optional<String> sqlState,
        Transaction transaction,
        long ordinal) {
      this.key = key;
      this.op = op;
      this.image = image;
      this.violations = violations;
      this.sqlState = sqlState;
      this.transaction = transaction;
      this.ordinal = ordinal;
    }
  }

  /** What is stored of the rules that a row broke. */
  record Reasons(List<Violation> violations) {
    static String text(List<Violation> violations) {
      return Json.of(new Reasons(violations)).text();
    }

    /** The reasons for people. */
    static String shown(String text) {
      return Json.parse(text).as(Reasons.class).violations.stream()
          .map(Violation::reason)
          .distinct()
          .collect(Collectors.joining("; "));
    }
  }

  private final Session session;
  private final Memory memory;
  private final Bookkeeping bookkeeping;
  private final String feed;
  private final int asset;
  private final String batch;
  private final Instant now;

  private final List<Entry> pending = new ArrayList<>();
  private final Map<Key, Entry> pendingOpen = new LinkedHashMap<>();
  private final Set<Key> closings = new HashSet<>();
  private final Set<Long> replays = new HashSet<>();

  /** Answers for keys when there are too many open ones to know them all. */
  private final Map<Key, Boolean> asked = new HashMap<>();

  Quarantine(
      Session session,
      Memory memory,
      Bookkeeping bookkeeping,
      String feed,
      int asset,
      String batch,
      Instant now)
      throws SQLException {
    this.session = session;
    this.memory = memory;
    this.bookkeeping = bookkeeping;
    this.feed = feed;
    this.asset = asset;
    this.batch = batch;
    this.now = now;
    if (!memory.open.containsKey(asset)) {
      memory.open.put(asset, readOpen(memory.openKeysLeft()));
    }
  }

  private @Nullable Set<Key> readOpen(int atMost) throws SQLException {
    if (atMost <= 0) {
      return null;
    }
    Set<Key> keys = new HashSet<>();
    try (PreparedStatement select =
        session.prepare(
            "SELECT key FROM weirkeeper.quarantine WHERE asset = ? AND status = 'OPEN'"
                + " AND key_hash IS NOT NULL LIMIT ?")) {
      select.setInt(1, asset);
      select.setInt(2, atMost + 1);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          keys.add(Key.of(List.of((String[]) result.getArray(1).getArray())));
        }
      }
    }
    return keys.size() > atMost ? null : keys;
  }

  /** Whether no key is open, as far as is known without asking. */
  boolean nothingOpen() {
    Set<Key> open = memory.open.get(asset);
    return open != null && open.isEmpty();
  }

  boolean isOpen(Key key) throws SQLException {
    Set<Key> open = memory.open.get(asset);
    if (open != null) {
      return open.contains(key);
    }
    Boolean answer = asked.get(key);
    if (answer == null) {
      ask(List.of(key));
      answer = asked.get(key);
    }
    return Boolean.TRUE.equals(answer);
  }

  /** Whether there are too many open keys to know them without asking. */
  boolean mustAsk() {
    return memory.open.get(asset) == null;
  }

  /** Asks for many keys at once, if they are not all known. */
  void ask(Collection<Key> keys) throws SQLException {
    if (!mustAsk()) {
      return;
    }
    Map<String, Key> digests = new HashMap<>();
    for (Key key : keys) {
      if (!asked.containsKey(key)) {
        digests.put(key.digest(), key);
        asked.put(key, false);
      }
    }
    if (digests.isEmpty()) {
      return;
    }
    try (PreparedStatement select =
        session.prepare(
            "SELECT key_hash FROM weirkeeper.quarantine WHERE asset = ? AND status = 'OPEN'"
                + " AND key_hash = ANY (?)")) {
      select.setInt(1, asset);
      select.setArray(2, texts(select, digests.keySet()));
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          asked.put(digests.get(result.getString(1)), true);
        }
      }
    }
  }

  private static Array texts(PreparedStatement statement, Collection<String> values)
      throws SQLException {
    return statement.getConnection().createArrayOf("text", values.toArray());
  }

  /** The newest image of an open key. */
  Image image(Key key) throws SQLException {
    Entry entry = pendingOpen.get(key);
    if (entry != null) {
      return entry.image;
    }
    String relationId;
    String version;
    byte[] encoded;
    try (PreparedStatement select =
        session.prepare(
            "SELECT relation_id, version, image FROM weirkeeper.quarantine"
                + " WHERE asset = ? AND status = 'OPEN' AND key_hash = ?")) {
      select.setInt(1, asset);
      select.setString(2, key.digest());
      try (ResultSet result = select.executeQuery()) {
        if (!result.next()) {
          throw new IllegalStateException("An open key of the quarantine has no entry");
        }
        relationId = result.getString(1);
        version = result.getString(2);
        encoded = result.getBytes(3);
      }
    }
    return Image.decode(bookkeeping.relation(feed, relationId, version), encoded).after();
  }

  /** The open entry of a key, if there is one, is superseded. */
  void close(Key key) throws SQLException {
    if (!isOpen(key)) {
      return;
    }
    forget(key);
    Entry entry = pendingOpen.remove(key);
    if (entry != null) {
      entry.superseded = true;
    } else {
      closings.add(key);
    }
  }

  private void forget(Key key) {
    Set<Key> open = memory.open.get(asset);
    if (open != null) {
      open.remove(key);
    } else {
      asked.put(key, false);
    }
  }

  /** Keeps an event back; what was open of its key is superseded. */
  void open(Entry entry) throws SQLException {
    bookkeeping.keep(feed, entry.image.relation());
    if (entry.key.isPresent()) {
      Key key = entry.key.get();
      close(key);
      pendingOpen.put(key, entry);
      Set<Key> open = memory.open.get(asset);
      if (open != null) {
        open.add(key);
      } else {
        asked.put(key, true);
      }
    }
    pending.add(entry);
    if (pending.size() >= PENDING) {
      flush();
    }
  }

  /** All rows of the table are gone, and so is all that was kept back of them. */
  void closeAll() throws SQLException {
    flush();
    try (PreparedStatement update =
        session.prepare(
            "UPDATE weirkeeper.quarantine SET status = 'SUPERSEDED', closed_by = ?"
                + " WHERE asset = ? AND status = 'OPEN'")) {
      update.setString(1, batch);
      update.setInt(2, asset);
      update.executeUpdate();
    }
    memory.open.put(asset, new HashSet<>());
    asked.clear();
  }

  /** Locks the entries of a replay that are still open, and says which. */
  Set<Long> lock(long[] ids) throws SQLException {
    Set<Long> open = new HashSet<>();
    try (PreparedStatement select =
        session.prepare(
            "SELECT id FROM weirkeeper.quarantine WHERE id = ANY (?) AND asset = ?"
                + " AND status = 'OPEN' ORDER BY id FOR UPDATE")) {
      select.setArray(
          1, select.getConnection().createArrayOf("int8", Arrays.stream(ids).boxed().toArray()));
      select.setInt(2, asset);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          open.add(result.getLong(1));
        }
      }
    }
    return open;
  }

  /** An entry was published after all. */
  void replayed(long entry, Optional<Key> key) {
    replays.add(entry);
    key.ifPresent(this::forget);
  }

  /** An entry that did not get through again. */
  void retried(long id, List<Violation> violations, Optional<String> sqlState) throws SQLException {
    try (PreparedStatement update =
        session.prepare(
            "UPDATE weirkeeper.quarantine SET attempts = attempts + 1, rules = ?, reasons = ?,"
                + " sqlstate = ? WHERE id = ?")) {
      update.setArray(1, texts(update, rules(violations)));
      update.setString(2, Reasons.text(violations));
      update.setString(3, sqlState.orElse(null));
      update.setLong(4, id);
      update.executeUpdate();
    }
  }

  private static List<String> rules(List<Violation> violations) {
    return violations.stream().map(Violation::rule).distinct().toList();
  }

  void flush() throws SQLException {
    if (!replays.isEmpty()) {
      try (PreparedStatement update =
          session.prepare(
              "UPDATE weirkeeper.quarantine SET status = 'REPLAYED', attempts = attempts + 1,"
                  + " closed_by = ? WHERE id = ANY (?) AND status = 'OPEN'")) {
        update.setString(1, batch);
        update.setArray(2, update.getConnection().createArrayOf("int8", replays.toArray()));
        if (update.executeUpdate() != replays.size()) {
          throw new IllegalStateException("Replayed entries are locked and yet not open");
        }
      }
      replays.clear();
    }
    if (!closings.isEmpty()) {
      try (PreparedStatement update =
          session.prepare(
              "UPDATE weirkeeper.quarantine SET status = 'SUPERSEDED', closed_by = ?"
                  + " WHERE asset = ? AND status = 'OPEN' AND key_hash = ANY (?)")) {
        update.setString(1, batch);
        update.setInt(2, asset);
        update.setArray(3, texts(update, closings.stream().map(Key::digest).toList()));
        update.executeUpdate();
      }
      closings.clear();
    }
    if (pending.isEmpty()) {
      return;
    }
    Bytes out = new Bytes(1 << 14);
    for (Entry entry : pending) {
      write(entry, out);
    }
    session.copy(COPY, Session.Format.BINARY, out, pending.size());
    pending.clear();
    pendingOpen.clear();
  }

  private void write(Entry entry, Bytes out) {
    Relation relation = entry.image.relation();
    byte[] image = entry.image.encode(entry.op);
    out.putInt16(18);
    out.putInt32(4);
    out.putInt32(asset);
    out.putField(relation.id());
    out.putField(relation.version().hex());
    if (entry.key.isPresent()) {
      out.putField(entry.key.get().values());
      out.putField(entry.key.get().digest());
    } else {
      out.putNullField();
      out.putNullField();
    }
    out.putField(entry.op.name());
    out.putField(image);
    out.putField(Hash.of(image).hex());
    out.putField(rules(entry.violations));
    out.putField(Reasons.text(entry.violations));
    if (entry.sqlState.isPresent()) {
      out.putField(entry.sqlState.get());
    } else {
      out.putNullField();
    }
    out.putField(entry.transaction.position().text());
    out.putInt32(8);
    out.putInt64(entry.ordinal);
    out.putField(entry.transaction.id());
    out.putInt32(8);
    out.putInt64((now.getEpochSecond() - EPOCH_2000_SECONDS) * 1_000_000L + now.getNano() / 1000);
    out.putInt32(4);
    out.putInt32(0);
    out.putField(entry.superseded ? "SUPERSEDED" : "OPEN");
    if (entry.superseded) {
      out.putField(batch);
    } else {
      out.putNullField();
    }
  }

  /** Keeps the memory of open keys within its bound. */
  void finish() throws SQLException {
    flush();
    if (memory.openKeysLeft() < 0) {
      memory.open.put(asset, null);
    }
  }
}
