package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the columnar batches of one chunk from changes in neutral form (see {@link
 * dev.weirkeeper.spi.ChangeBuffer}), as slices of one array. Not safe to share between threads.
 */
public final class RowBatches {
  private byte[] data = new byte[0];
  private int capacity;
  private final Map<Relation, Building> building = new LinkedHashMap<>();
  private Building last = Building.NONE;

  private static final class Building {
    static final Building NONE = new Building(null, 0);

    final @Nullable Relation relation;
    final int width;
    int rows;
    byte[] ops = new byte[16];
    long[] ordinals = new long[16];

    /** Start and end of each change. */
    int[] starts = new int[32];

    int[] afterOffsets = new int[0];
    int[] afterLengths = new int[0];
    int[] beforeOffsets = new int[0];
    int[] beforeLengths = new int[0];
    boolean[] hasBefore = new boolean[16];
    boolean anyBefore;

    Building(@Nullable Relation relation, int width) {
      this.relation = relation;
      this.width = width;
      afterOffsets = new int[16 * width];
      afterLengths = new int[16 * width];
    }

    void grow(int limit) {
      if (rows < ops.length) {
        return;
      }
      int size = Math.min(Math.max(ops.length * 4, 64), Math.max(limit, rows + 1));
      ops = Arrays.copyOf(ops, size);
      ordinals = Arrays.copyOf(ordinals, size);
      starts = Arrays.copyOf(starts, 2 * size);
      hasBefore = Arrays.copyOf(hasBefore, size);
      afterOffsets = Arrays.copyOf(afterOffsets, size * width);
      afterLengths = Arrays.copyOf(afterLengths, size * width);
      if (anyBefore) {
        beforeOffsets = Arrays.copyOf(beforeOffsets, size * width);
        beforeLengths = Arrays.copyOf(beforeLengths, size * width);
      }
    }
  }

  /**
   * Begins a chunk.
   *
   * @param source the array that the changes lie in; not copied
   * @param atMost rows that will be added at most
   */
  public void start(byte[] source, int atMost) {
    data = source;
    capacity = atMost;
    building.clear();
    last = Building.NONE;
  }

  /** Adds the change at {@code at}, {@code length} bytes long. */
  @SuppressWarnings("ReferenceEquality") // a cache: the map below compares by value
  public void add(Relation relation, long ordinal, int at, int length) {
    Building into = last;
    if (into.relation != relation) {
      into =
          building.computeIfAbsent(relation, key -> new Building(key, relation.columns().size()));
      last = into;
    }
    into.grow(capacity);
    int row = into.rows++;
    into.ops[row] = data[at];
    into.ordinals[row] = ordinal;
    into.starts[2 * row] = at;
    into.starts[2 * row + 1] = at + length;
    int next = at + 1;
    int end = at + length;
    if (data[next] == 'B') {
      if (!into.anyBefore) {
        into.anyBefore = true;
        into.beforeOffsets = new int[into.afterOffsets.length];
        into.beforeLengths = new int[into.afterLengths.length];
      }
      into.hasBefore[row] = true;
      next = image(into, next + 1, end, row, into.beforeOffsets, into.beforeLengths);
    } else {
      into.hasBefore[row] = false;
    }
    if (next >= end || data[next] != 'A') {
      throw malformed(into);
    }
    next = image(into, next + 1, end, row, into.afterOffsets, into.afterLengths);
    if (next != end) {
      throw malformed(into);
    }
  }

  private static IllegalArgumentException malformed(Building into) {
    return new IllegalArgumentException(
        "A stored change of "
            + requireNonNull(into.relation).asset()
            + " is malformed: it was cut or changed where it is kept");
  }

  private int image(Building into, int at, int end, int row, int[] offsets, int[] lengths) {
    if (end - at < 2) {
      throw malformed(into);
    }
    int columns = (data[at] & 0xff) << 8 | (data[at + 1] & 0xff);
    if (columns != into.width) {
      throw new IllegalArgumentException(
          "A row image of "
              + requireNonNull(into.relation).asset()
              + " has "
              + columns
              + " columns where its relation has "
              + into.width);
    }
    int next = at + 2;
    int cell = row * into.width;
    for (int column = 0; column < columns; column++, cell++) {
      if (next >= end) {
        throw malformed(into);
      }
      switch (data[next++]) {
        case 't' -> {
          if (end - next < 4) {
            throw malformed(into);
          }
          int length =
              (data[next] & 0xff) << 24
                  | (data[next + 1] & 0xff) << 16
                  | (data[next + 2] & 0xff) << 8
                  | (data[next + 3] & 0xff);
          if (length < 0 || length > end - next - 4) {
            throw malformed(into);
          }
          offsets[cell] = next + 4;
          lengths[cell] = length;
          next += 4 + length;
        }
        case 'n' -> lengths[cell] = Tuples.NULL;
        case 'u' -> lengths[cell] = Tuples.UNCHANGED;
        case '-' -> lengths[cell] = Tuples.ABSENT;
        default -> throw malformed(into);
      }
    }
    return next;
  }

  /** The batches of the chunk, one for each relation version, in order of first appearance. */
  public List<RowBatch> finish() {
    List<RowBatch> batches = new ArrayList<>(building.size());
    for (Map.Entry<Relation, Building> entry : building.entrySet()) {
      Building built = entry.getValue();
      batches.add(
          new RowBatch(
              entry.getKey(),
              built.rows,
              built.ops,
              built.ordinals,
              built.starts,
              new Tuples(data, built.width, built.afterOffsets, built.afterLengths),
              new Tuples(data, built.width, built.beforeOffsets, built.beforeLengths),
              built.hasBefore));
    }
    return batches;
  }
}
