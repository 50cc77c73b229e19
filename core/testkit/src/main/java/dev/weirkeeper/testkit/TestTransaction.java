package dev.weirkeeper.testkit;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Tuples;
import dev.weirkeeper.spi.ChangeBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A transaction that a test makes, change by change. Confined to one thread. */
public final class TestTransaction implements Transaction {
  private final String id;
  private final Origin origin;
  private final Position position;
  private final ChangeBuffer changes = ChangeBuffer.inMemory();
  private Optional<Load> load = Optional.empty();

  private TestTransaction(String id, Origin origin, Position position) {
    this.id = id;
    this.origin = origin;
    this.position = position;
  }

  /** An empty transaction of a stream. */
  public static TestTransaction at(Position position) {
    return new TestTransaction("tx:" + position, Origin.STREAM, position);
  }

  /** An empty chunk of a snapshot. */
  public static TestTransaction chunk(Position position, Load progress) {
    TestTransaction chunk =
        new TestTransaction("chunk:" + position, Origin.SNAPSHOT, requireNonNull(position));
    chunk.load = Optional.of(progress);
    return chunk;
  }

  public TestTransaction insert(Relation relation, List<TestCell> row) {
    return add(relation, RowBatch.Op.INSERT, Optional.empty(), row);
  }

  public TestTransaction read(Relation relation, List<TestCell> row) {
    return add(relation, RowBatch.Op.READ, Optional.empty(), row);
  }

  public TestTransaction update(Relation relation, List<TestCell> row) {
    return add(relation, RowBatch.Op.UPDATE, Optional.empty(), row);
  }

  /** An update of the key: the old image holds the old key, in the columns that it has. */
  public TestTransaction update(Relation relation, List<TestCell> before, List<TestCell> row) {
    return add(relation, RowBatch.Op.UPDATE, Optional.of(before), row);
  }

  /** Deletes the row whose key columns have these values, in key order. */
  public TestTransaction delete(Relation relation, String... key) {
    return add(relation, RowBatch.Op.DELETE, Optional.empty(), keyImage(relation, key));
  }

  /** A row image of which only the key is known. */
  public static List<TestCell> keyImage(Relation relation, String... key) {
    int[] columns = relation.keyIndexes();
    if (columns.length != key.length) {
      throw new IllegalArgumentException(
          relation.asset() + " has " + columns.length + " key columns, got " + key.length);
    }
    List<TestCell> image =
        new ArrayList<>(Collections.nCopies(relation.columns().size(), TestCell.ABSENT));
    for (int i = 0; i < columns.length; i++) {
      image.set(columns[i], TestCell.of(key[i]));
    }
    return image;
  }

  public TestTransaction truncate(Relation relation) {
    try {
      changes.addTruncate(relation);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @SuppressWarnings("EnumOrdinal") // the ordinal is the neutral form, see ChangeBuffer
  private TestTransaction add(
      Relation relation, RowBatch.Op op, Optional<List<TestCell>> before, List<TestCell> after) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(op.ordinal());
    before.ifPresent(
        cells -> {
          out.write('B');
          image(out, cells);
        });
    out.write('A');
    image(out, after);
    try {
      changes.add(relation, out.toByteArray());
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void image(ByteArrayOutputStream out, List<TestCell> cells) {
    out.write(cells.size() >> 8);
    out.write(cells.size());
    for (TestCell cell : cells) {
      switch (cell.state()) {
        case NULL -> out.write('n');
        case UNCHANGED -> out.write('u');
        case ABSENT -> out.write('-');
        case VALUE -> {
          byte[] bytes = cell.text().getBytes(StandardCharsets.UTF_8);
          out.write('t');
          for (int shift = 24; shift >= 0; shift -= 8) {
            out.write(bytes.length >> shift);
          }
          out.writeBytes(bytes);
        }
      }
    }
  }

  /** The cells of a row image. */
  static List<TestCell> cells(Tuples image, int row) {
    List<TestCell> cells = new ArrayList<>();
    for (int column = 0; column < image.width(); column++) {
      Tuples.State state = image.state(row, column);
      cells.add(
          state == Tuples.State.VALUE
              ? TestCell.of(image.text(row, column))
              : new TestCell(state, ""));
    }
    return cells;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Origin origin() {
    return origin;
  }

  @Override
  public Position position() {
    return position;
  }

  @Override
  public Instant committedAt() {
    return Instant.EPOCH;
  }

  @Override
  public List<SchemaChange> schemaChanges() {
    return List.of();
  }

  @Override
  public Map<Relation, Long> rows() {
    return changes.rows();
  }

  @Override
  public List<Relation> truncated() {
    return changes.truncated();
  }

  @Override
  public Optional<Load> load() {
    return load;
  }

  @Override
  public Changes changes() {
    return changes.changes();
  }

  @Override
  public void close() {
    changes.close();
  }
}
