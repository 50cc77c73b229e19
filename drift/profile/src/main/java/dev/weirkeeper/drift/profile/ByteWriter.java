package dev.weirkeeper.drift.profile;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/** Writes the binary form of profiles: big-endian, no padding, so equal content is equal bytes. */
final class ByteWriter {
  private byte[] bytes = new byte[256];
  private int length;

  void int8(int value) {
    ensure(1);
    bytes[length++] = (byte) value;
  }

  void int32(int value) {
    ensure(4);
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes[length++] = (byte) (value >>> shift);
    }
  }

  void int64(long value) {
    int32((int) (value >>> 32));
    int32((int) value);
  }

  void float64(double value) {
    int64(Double.doubleToLongBits(value));
  }

  void float64s(double[] values) {
    int32(values.length);
    for (double value : values) {
      float64(value);
    }
  }

  /** Text as UTF-8 with its length. */
  void text(String value) {
    block(value.getBytes(StandardCharsets.UTF_8));
  }

  /** A moment as ISO 8601 has it. */
  void moment(Instant value) {
    text(value.toString());
  }

  /** A constant of an enum by its name. */
  void constant(Enum<?> value) {
    text(value.name());
  }

  /** Bytes with their number. */
  void block(byte[] value) {
    int32(value.length);
    ensure(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }
}
