package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.engine.Vec;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the values of some columns as bytes, equal bytes for equal values: whole numbers are one
 * whatever their type, 5.0 and 5.00 too, zeros of either sign, and all NaNs. No key begins another
 * one.
 */
final class Keys {
  /** What {@link #write} answers for a row in which a value is NULL. */
  static final int NULL = -1;

  private byte[] bytes = new byte[64];
  private int length;

  /** Whether NULL is written as a value. */
  enum OnNull {
    WRITE,
    LEAVE
  }

  /** The last key; valid up to its length until the next one is written. */
  byte[] bytes() {
    return bytes;
  }

  /** Writes the key of a row and answers its length. */
  int write(List<Column> columns, int row, OnNull onNull) {
    length = 0;
    for (Column column : columns) {
      if (column.isNull(row)) {
        if (onNull == OnNull.LEAVE) {
          return NULL;
        }
        reserve(1);
        bytes[length++] = 0;
      } else {
        write(column.vec(), row);
      }
    }
    return length;
  }

  private void write(Vec vec, int row) {
    if (vec instanceof Vec.Longs longs) {
      write(1, longs.values()[row]);
    } else if (vec instanceof Vec.Texts texts) {
      write(texts.values()[row]);
    } else if (vec instanceof Vec.Doubles doubles) {
      write(doubles.values()[row]);
    } else if (vec instanceof Vec.Decimals decimals) {
      write(decimals.values()[row]);
    } else if (vec instanceof Vec.Micros micros) {
      write(5, micros.values()[row]);
    } else if (vec instanceof Vec.Days days) {
      write(6, days.values()[row]);
    } else {
      write(7, ((Vec.Truths) vec).values()[row] ? 1 : 0);
    }
  }

  private void write(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 0x1p63) {
      write(1, (long) value);
    } else {
      write(2, Double.doubleToLongBits(value));
    }
  }

  private void write(BigDecimal value) {
    BigDecimal canonical = MemberTest.canonical(value);
    if (canonical.scale() <= 0 && canonical.precision() - canonical.scale() <= 18) {
      write(1, canonical.longValue());
    } else if (canonical.scale() <= 0 && canonical.precision() - canonical.scale() <= 19) {
      writeWide(canonical);
    } else {
      write(3, 0);
      write(canonical.toString());
    }
  }

  private void writeWide(BigDecimal whole) {
    try {
      write(1, whole.longValueExact());
    } catch (ArithmeticException e) {
      write(3, 0);
      write(whole.toString());
    }
  }

  private void write(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    for (byte b : utf8) {
      if (b == '?') {
        // Perhaps it stands for half a surrogate pair, which is no other text's half.
        writeChars(text);
        return;
      }
    }
    reserve(5 + utf8.length);
    bytes[length++] = 4;
    writeSize(utf8.length);
    System.arraycopy(utf8, 0, bytes, length, utf8.length);
    length += utf8.length;
  }

  private void writeChars(String text) {
    int count = text.length();
    reserve(5 + 2 * count);
    bytes[length++] = 8;
    writeSize(count);
    for (int i = 0; i < count; i++) {
      char c = text.charAt(i);
      bytes[length++] = (byte) (c >> 8);
      bytes[length++] = (byte) c;
    }
  }

  private void writeSize(int size) {
    for (int i = 0; i < 4; i++) {
      bytes[length++] = (byte) (size >> (8 * i));
    }
  }

  private void write(int type, long value) {
    reserve(9);
    bytes[length++] = (byte) type;
    for (int i = 0; i < 8; i++) {
      bytes[length++] = (byte) (value >> (8 * i));
    }
  }

  private void reserve(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
    }
  }
}
