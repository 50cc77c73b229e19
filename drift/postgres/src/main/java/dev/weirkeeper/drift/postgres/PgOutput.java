package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.RowBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes messages of the output plugin pgoutput, protocol 1 without streaming (PostgreSQL
 * documentation, "Logical Replication Message Formats"). Rows are not parsed: the receiver gets
 * their images where they lie.
 */
final class PgOutput {
  private PgOutput() {}

  /** Takes what was decoded. */
  interface Receiver {
    /**
     * @param committedAt microseconds since 2000-01-01 UTC
     * @param commit where its commit lies in the log
     */
    void begin(long committedAt, int xid, long commit) throws IOException;

    /**
     * @param end position behind the commit
     */
    void commit(long end) throws IOException;

    void relation(WireRelation relation) throws IOException;

    /**
     * A row change. Its images lie at {@code at} with their markers as sent ({@code K}, {@code O},
     * {@code N}); the receiver may change the bytes.
     */
    void row(RowBatch.Op op, int relation, byte[] data, int at, int length) throws IOException;

    void truncate(int[] relations) throws IOException;

    /**
     * A message of {@code pg_logical_emit_message} that is part of the transaction.
     *
     * @param data the array that the content lies in
     */
    void message(String prefix, byte[] data, int at, int length) throws IOException;
  }

  static void decode(ByteBuffer message, Receiver to) throws IOException {
    byte[] data = message.array();
    int at = message.arrayOffset() + message.position();
    int end = message.arrayOffset() + message.limit();
    try {
      byte kind = data[at];
      switch (kind) {
        case 'I' -> row(RowBatch.Op.INSERT, data, at, end, to);
        case 'U' -> row(RowBatch.Op.UPDATE, data, at, end, to);
        case 'D' -> row(RowBatch.Op.DELETE, data, at, end, to);
        case 'B' -> to.begin(int64(data, at + 9), int32(data, at + 17), int64(data, at + 1));
        case 'C' -> to.commit(int64(data, at + 10));
        case 'R' -> to.relation(new Reader(data, at + 1, end).relation());
        case 'T' -> to.truncate(new Reader(data, at + 1, end).truncated());
        case 'M' -> new Reader(data, at + 1, end).message(to);
        case 'O', 'Y' -> {
          // Origins are of no interest, and types are looked up where they are needed.
        }
        default ->
            throw new IOException(
                "The log holds a message of the unknown kind "
                    + kind
                    + "; this version of PostgreSQL needs a newer feed");
      }
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("The log holds a message that ends too early", e);
    }
  }

  private static void row(RowBatch.Op op, byte[] data, int at, int end, Receiver to)
      throws IOException {
    if (end - at < 8) {
      throw new IOException("The log holds a row that ends too early");
    }
    to.row(op, int32(data, at + 1), data, at + 5, end - at - 5);
  }

  static int int32(byte[] data, int at) {
    return (data[at] & 0xff) << 24
        | (data[at + 1] & 0xff) << 16
        | (data[at + 2] & 0xff) << 8
        | (data[at + 3] & 0xff);
  }

  private static long int64(byte[] data, int at) {
    return (long) int32(data, at) << 32 | int32(data, at + 4) & 0xffffffffL;
  }

  /** Reads the messages that come seldom. */
  private static final class Reader {
    private final byte[] data;
    private final int end;
    private int at;

    Reader(byte[] data, int at, int end) {
      this.data = data;
      this.at = at;
      this.end = end;
    }

    WireRelation relation() {
      int oid = next32();
      String schema = text();
      // The protocol's short form of the system schema.
      schema = schema.isEmpty() ? "pg_catalog" : schema;
      String name = text();
      char identity = (char) data[at++];
      int columns = next16();
      List<WireRelation.WireColumn> list = new ArrayList<>(columns);
      for (int i = 0; i < columns; i++) {
        boolean key = (data[at++] & 1) != 0;
        list.add(new WireRelation.WireColumn(text(), next32() & 0xffffffffL, next32(), key));
      }
      return new WireRelation(oid, schema, name, identity, list);
    }

    int[] truncated() {
      int count = next32();
      if (count < 0 || count > (end - at) / 4) {
        throw new IndexOutOfBoundsException("truncate");
      }
      int[] oids = new int[count];
      at++;
      for (int i = 0; i < oids.length; i++) {
        oids[i] = next32();
      }
      return oids;
    }

    void message(Receiver to) throws IOException {
      boolean transactional = (data[at] & 1) != 0;
      at += 9;
      String prefix = text();
      int length = next32();
      if (length < 0 || length > end - at) {
        throw new IndexOutOfBoundsException("message");
      }
      if (transactional) {
        to.message(prefix, data, at, length);
      }
    }

    private int next16() {
      at += 2;
      return (data[at - 2] & 0xff) << 8 | data[at - 1] & 0xff;
    }

    private int next32() {
      at += 4;
      return int32(data, at - 4);
    }

    private String text() {
      int from = at;
      while (data[at] != 0) {
        at++;
      }
      return new String(data, from, at++ - from, StandardCharsets.UTF_8);
    }
  }
}
