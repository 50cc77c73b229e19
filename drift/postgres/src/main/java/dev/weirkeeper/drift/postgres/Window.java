package dev.weirkeeper.drift.postgres;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Load;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.spi.ChangeBuffer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A chunk of a snapshot between the moment when it was read and the place in the log where it
 * belongs. Transactions that its snapshot did not see change its rows on the way, so that at that
 * place it holds rows as they are there.
 *
 * <p>Rows of a relation with a key are held by key. A row that a later change sets wholly is
 * dropped, for the change itself is delivered; one that is changed in parts (an unchanged TOASTed
 * value is not in the log) takes the change over.
 */
final class Window {
  /** What a chunk says about the rest of its table. */
  enum Rest {
    MORE,
    NONE
  }

  final Table table;
  final Relation relation;
  final XidSnapshot snapshot;
  final Load load;
  final Optional<String> lastKey;
  final Rest rest;
  final String token;

  /** Set when the watermark has been written: the transaction that wrote it. */
  int xid;

  /** Whether a transaction that the snapshot did not see changed the schema. */
  boolean stale;

  private final Map<Images.Key, byte[]> rows;
  private @Nullable ChangeBuffer whole;
  private final long estimate;
  private final long read;

  /**
   * @param whole the rows of a relation without a key, else null
   */
  Window(
      Table table,
      Relation relation,
      XidSnapshot snapshot,
      Load load,
      Optional<String> lastKey,
      Rest rest,
      String token,
      LinkedHashMap<Images.Key, byte[]> rows,
      @Nullable ChangeBuffer whole,
      long read,
      long estimate) {
    this.table = table;
    this.relation = relation;
    this.snapshot = snapshot;
    this.load = load;
    this.lastKey = lastKey;
    this.rest = rest;
    this.token = token;
    this.rows = rows;
    this.whole = whole;
    this.read = read;
    this.estimate = estimate;
  }

  boolean keyed() {
    return whole == null;
  }

  /** Takes an inserted row of a relation without a key, which is not delivered otherwise. */
  void append(Relation version, byte[] data, int at, int length) throws IOException {
    requireNonNull(whole).add(version, RowBatch.Op.READ, data, at, length);
  }

  /** Takes a truncation that the snapshot did not see: what it read is gone. */
  void truncated() {
    rows.clear();
    if (whole != null) {
      whole.close();
      whole = ChangeBuffer.inMemory();
    }
  }

  /** Takes a change that the snapshot did not see, in the form of the buffer. */
  void changed(RowBatch.Op op, byte[] data, int at, int[] keyIndexes) {
    int[] cells = Images.cells(data, at + 1);
    if (data[at] == 'B') {
      int[] now = Images.cells(data, cells[cells.length - 1] + 1);
      Images.Key from = Images.Key.of(data, cells, keyIndexes, null);
      replaced(from, Images.Key.of(data, now, keyIndexes, cells), data, now);
    } else {
      Images.Key key = Images.Key.of(data, cells, keyIndexes, null);
      if (op == RowBatch.Op.DELETE) {
        rows.remove(key);
      } else {
        replaced(key, key, data, cells);
      }
    }
  }

  private void replaced(Images.Key from, Images.Key to, byte[] data, int[] cells) {
    byte[] row = rows.remove(from);
    if (complete(data, cells)) {
      rows.remove(to);
    } else if (row != null) {
      rows.put(to, merged(row, data, cells));
    }
  }

  static boolean complete(byte[] data, int[] cells) {
    for (int column = 0; column < cells.length - 1; column++) {
      if (data[cells[column]] == 'u') {
        return false;
      }
    }
    return true;
  }

  /** The row with the values that the change tells and its own where it tells none. */
  private static byte[] merged(byte[] row, byte[] data, int[] cells) {
    int[] own = Images.cells(row, 1);
    int length = 3;
    for (int column = 0; column < cells.length - 1; column++) {
      int[] from = data[cells[column]] == 'u' ? own : cells;
      length += from[column + 1] - from[column];
    }
    byte[] merged = new byte[length];
    System.arraycopy(row, 0, merged, 0, 3);
    int at = 3;
    for (int column = 0; column < cells.length - 1; column++) {
      boolean kept = data[cells[column]] == 'u';
      int[] from = kept ? own : cells;
      int size = from[column + 1] - from[column];
      System.arraycopy(kept ? row : data, from[column], merged, at, size);
      at += size;
    }
    return merged;
  }

  /** The rows that are left, as one buffer that the caller closes. */
  ChangeBuffer drain() throws IOException {
    if (whole != null) {
      ChangeBuffer buffer = whole;
      whole = null;
      return buffer;
    }
    ChangeBuffer buffer = ChangeBuffer.inMemory();
    for (byte[] row : rows.values()) {
      buffer.add(relation, RowBatch.Op.READ, row, 0, row.length);
    }
    return buffer;
  }

  /** How far the load has come with this chunk. */
  Load progress() {
    return new Load(
        load.asset(),
        lastKey.isPresent() ? lastKey : load.after(),
        load.rows() + read,
        estimate,
        rest == Rest.NONE);
  }

  void close() {
    if (whole != null) {
      whole.close();
    }
  }
}
