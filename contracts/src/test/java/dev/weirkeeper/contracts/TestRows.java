package dev.weirkeeper.contracts;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Chunk;
import dev.weirkeeper.Column;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowBatch.Op;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Type;
import dev.weirkeeper.spi.ChangeBuffer;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds batches the way a feed does, for tests. */
public final class TestRows {
  /** Cell that was not sent because it did not change. */
  public static final String UNCHANGED = "<unchanged>";

  /** Cell that was not sent at all. */
  public static final String ABSENT = "<absent>";

  private final Relation relation;
  private final ChangeBuffer buffer = ChangeBuffer.inMemory();

  public TestRows(Relation relation) {
    this.relation = relation;
  }

  /** A relation of "name type" columns; columns named in {@code key} are its key. */
  public static Relation relation(List<String> key, String... columns) {
    List<Column> list = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < columns.length; i++) {
      int blank = columns[i].lastIndexOf(' ');
      String name = columns[i].substring(0, blank);
      String id = String.valueOf(i + 1);
      list.add(Column.of(id, name, Type.of(columns[i].substring(blank + 1))));
      if (key.contains(name)) {
        ids.add(id);
      }
    }
    RowIdentity identity = ids.isEmpty() ? new RowIdentity.None() : new RowIdentity.Key(ids);
    return Relation.of(new Asset("shop", "public.t"), "1", identity, list);
  }

  public TestRows insert(@Nullable String... cells) {
    return add(Op.INSERT, null, cells);
  }

  public TestRows update(@Nullable String... cells) {
    return add(Op.UPDATE, null, cells);
  }

  public TestRows add(Op op, @Nullable String @Nullable [] before, @Nullable String... after) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      if (before != null) {
        out.writeByte('B');
        image(out, before);
      }
      out.writeByte('A');
      image(out, after);
      buffer.add(relation, op, bytes.toByteArray(), 0, bytes.size());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return this;
  }

  private static void image(DataOutputStream out, @Nullable String[] cells) throws IOException {
    out.writeShort(cells.length);
    for (String cell : cells) {
      if (cell == null) {
        out.writeByte('n');
      } else if (cell.equals(UNCHANGED)) {
        out.writeByte('u');
      } else if (cell.equals(ABSENT)) {
        out.writeByte('-');
      } else {
        byte[] text = cell.getBytes(StandardCharsets.UTF_8);
        out.writeByte('t');
        out.writeInt(text.length);
        out.write(text);
      }
    }
  }

  /** The rows so far; there must be at least one. */
  public RowBatch batch() {
    try {
      Transaction.Changes changes = buffer.changes();
      return ((Chunk.Rows) changes.next().orElseThrow()).batches().get(0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
