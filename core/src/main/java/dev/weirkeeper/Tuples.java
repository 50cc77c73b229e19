package dev.weirkeeper;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/**
 * Row images of one relation as slices of the bytes that came over the wire: nothing is copied or
 * parsed until it is asked for. Values are in the text form of the source's types, UTF-8.
 *
 * <p>Valid until the chunk that it came with is left. Not safe to share between threads.
 */
public final class Tuples {
  /** What is known of one value. Only VALUE has bytes. */
  public enum State {
    VALUE,
    NULL,
    /** Not sent because it did not change (a TOASTed value): keep what the target has. */
    UNCHANGED,
    /** Not sent at all: generated, outside a column list, or not part of a key image. */
    ABSENT
  }

  static final int NULL = -1;
  static final int UNCHANGED = -2;
  static final int ABSENT = -3;

  private final byte[] data;
  private final int width;
  private final int[] offsets;
  private final int[] lengths;

  /** Slices of {@code data}: cell {@code row * width + column}; a negative length is a state. */
  Tuples(byte[] data, int width, int[] offsets, int[] lengths) {
    this.data = data;
    this.width = width;
    this.offsets = offsets;
    this.lengths = lengths;
  }

  public int width() {
    return width;
  }

  public State state(int row, int column) {
    int length = lengths[row * width + column];
    if (length >= 0) {
      return State.VALUE;
    }
    return length == NULL ? State.NULL : length == UNCHANGED ? State.UNCHANGED : State.ABSENT;
  }

  public boolean isValue(int row, int column) {
    return lengths[row * width + column] >= 0;
  }

  /** The array that {@link #offset} and {@link #length} point into. Read only. */
  public byte[] data() {
    return data;
  }

  public int offset(int row, int column) {
    return offsets[row * width + column];
  }

  /** Length in bytes of a VALUE; negative for any other state. */
  public int length(int row, int column) {
    return lengths[row * width + column];
  }

  /** The value as text. Wrong use unless the state is VALUE. */
  public String text(int row, int column) {
    int cell = row * width + column;
    requireValue(cell);
    return new String(data, offsets[cell], lengths[cell], StandardCharsets.UTF_8);
  }

  /**
   * The value as a 64-bit integer, without an object in between.
   *
   * @throws NumberFormatException if it is not one
   */
  public long int64(int row, int column) {
    int cell = row * width + column;
    requireValue(cell);
    int at = offsets[cell];
    int end = at + lengths[cell];
    boolean negative = at < end && data[at] == '-';
    int digits = negative ? at + 1 : at;
    if (digits == end || end - digits > 18) {
      return Long.parseLong(text(row, column));
    }
    long value = 0;
    for (int i = digits; i < end; i++) {
      int digit = data[i] - '0';
      if (digit < 0 || digit > 9) {
        throw new NumberFormatException("Not an integer");
      }
      value = value * 10 + digit;
    }
    return negative ? -value : value;
  }

  public double float64(int row, int column) {
    return Double.parseDouble(text(row, column));
  }

  public BigDecimal decimal(int row, int column) {
    return new BigDecimal(text(row, column));
  }

  private void requireValue(int cell) {
    if (lengths[cell] < 0) {
      throw new IllegalStateException("The cell holds no value; ask its state first");
    }
  }
}
