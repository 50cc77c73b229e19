package dev.weirkeeper;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Row images in neutral form, written by hand so that the code under test does not check itself.
 */
public final class Images {
  /** Stands for a value that was not sent because it did not change. */
  public static final String UNCHANGED = "\0unchanged";

  /** Stands for a value that was not sent at all. */
  public static final String ABSENT = "\0absent";

  /** Stands for NULL. */
  public static final String NULL = "\0null";

  /** A change as a test sees it. */
  public record Change(
      Relation relation, RowBatch.Op op, Optional<List<String>> before, List<String> after) {}

  private static final List<RowBatch.Op> OPS = List.of(RowBatch.Op.values());

  private Images() {}

  public static Relation relation(String name, int columns) {
    List<Column> all = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      all.add(Column.of(String.valueOf(i + 1), "c" + i, Type.of("text")));
    }
    return Relation.of(
        new Asset("shop", "public." + name), name, new RowIdentity.Key(List.of("1")), all);
  }

  /** Images with their markers, without the operation. */
  public static byte[] encoded(Change change) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      if (change.before().isPresent()) {
        out.writeByte('B');
        image(change.before().get(), out);
      }
      out.writeByte('A');
      image(change.after(), out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void image(List<String> cells, DataOutputStream out) throws IOException {
    out.writeShort(cells.size());
    for (String cell : cells) {
      switch (cell) {
        case NULL -> out.writeByte('n');
        case UNCHANGED -> out.writeByte('u');
        case ABSENT -> out.writeByte('-');
        default -> {
          byte[] value = cell.getBytes(StandardCharsets.UTF_8);
          out.writeByte('t');
          out.writeInt(value.length);
          out.write(value);
        }
      }
    }
  }

  public static Change random(Random random, Relation relation) {
    RowBatch.Op op = OPS.get(random.nextInt(OPS.size()));
    int width = relation.columns().size();
    return new Change(
        relation,
        op,
        random.nextInt(4) == 0 ? Optional.of(cells(random, width)) : Optional.empty(),
        cells(random, width));
  }

  private static List<String> cells(Random random, int width) {
    String[] cells = new String[width];
    for (int i = 0; i < width; i++) {
      cells[i] =
          switch (random.nextInt(10)) {
            case 0 -> NULL;
            case 1 -> UNCHANGED;
            case 2 -> ABSENT;
            case 3 -> "";
            case 4 -> "caf\u00e9 \ud83d\ude00".repeat(random.nextInt(40));
            default -> String.valueOf(random.nextInt());
          };
    }
    return Arrays.asList(cells);
  }

  /** The change of a row as a batch shows it. */
  public static Change of(RowBatch batch, int row) {
    int width = batch.relation().columns().size();
    return new Change(
        batch.relation(),
        batch.op(row),
        batch.hasBefore(row) ? Optional.of(cells(batch.before(), row, width)) : Optional.empty(),
        cells(batch.after(), row, width));
  }

  private static List<String> cells(Tuples tuples, int row, int width) {
    List<String> cells = new ArrayList<>();
    for (int column = 0; column < width; column++) {
      cells.add(
          switch (tuples.state(row, column)) {
            case VALUE -> tuples.text(row, column);
            case NULL -> NULL;
            case UNCHANGED -> UNCHANGED;
            case ABSENT -> ABSENT;
          });
    }
    return cells;
  }
}
