package dev.weirkeeper.spi;

import dev.weirkeeper.RowBatch;
import java.util.Arrays;

/**
 * Writes a row change in the neutral form that {@link ChangeBuffer} describes, for a reader whose
 * source has another one. Begin, then the old image if there is one, then the new image with one
 * value for each column of the relation, in its order. Not safe to share between threads.
 */
public final class ChangeWriter {
  private byte[] data = new byte[256];
  private int length;

  /** Begins a change; what was written before is gone. */
  @SuppressWarnings("EnumOrdinal") // the ordinal is the stored form: constants are never reordered
  public ChangeWriter begin(RowBatch.Op op) {
    length = 0;
    put(op.ordinal());
    return this;
  }

  public ChangeWriter before(int columns) {
    return image('B', columns);
  }

  public ChangeWriter after(int columns) {
    return image('A', columns);
  }

  /**
   * @param value text form of the column's type, UTF-8
   */
  public ChangeWriter value(byte[] value) {
    ensure(value.length + 5);
    data[length++] = 't';
    data[length++] = (byte) (value.length >> 24);
    data[length++] = (byte) (value.length >> 16);
    data[length++] = (byte) (value.length >> 8);
    data[length++] = (byte) value.length;
    System.arraycopy(value, 0, data, length, value.length);
    length += value.length;
    return this;
  }

  public ChangeWriter missing() {
    return put('n');
  }

  public ChangeWriter unchanged() {
    return put('u');
  }

  public ChangeWriter absent() {
    return put('-');
  }

  /** A copy of what was written since {@link #begin}. */
  public byte[] encoded() {
    return Arrays.copyOf(data, length);
  }

  private ChangeWriter image(char marker, int columns) {
    if (columns < 0 || columns > 0xffff) {
      throw new IllegalArgumentException("A row has 0 to 65535 columns, not " + columns);
    }
    put(marker);
    put(columns >> 8);
    return put(columns);
  }

  private ChangeWriter put(int value) {
    ensure(1);
    data[length++] = (byte) value;
    return this;
  }

  private void ensure(int more) {
    if (data.length - length < more) {
      data = Arrays.copyOf(data, Math.max(2 * data.length, Math.addExact(length, more)));
    }
  }
}
