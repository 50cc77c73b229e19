package dev.weirkeeper.contracts.postgres;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A growing buffer with the encodings that PostgreSQL takes in bulk. Not safe to share. */
final class Bytes {
  private static final int TEXT_OID = 25;

  private byte[] data;
  private int length;

  Bytes(int capacity) {
    data = new byte[capacity];
  }

  byte[] data() {
    return data;
  }

  int length() {
    return length;
  }

  byte[] copy() {
    return Arrays.copyOf(data, length);
  }

  void clear() {
    length = 0;
  }

  private void ensure(int more) {
    if (data.length - length < more) {
      data = Arrays.copyOf(data, Math.max(Math.addExact(length, more), data.length * 2));
    }
  }

  void put(int value) {
    ensure(1);
    data[length++] = (byte) value;
  }

  void put(byte[] source) {
    put(source, 0, source.length);
  }

  void put(byte[] source, int offset, int count) {
    ensure(count);
    System.arraycopy(source, offset, data, length, count);
    length += count;
  }

  void putInt16(int value) {
    ensure(2);
    data[length++] = (byte) (value >> 8);
    data[length++] = (byte) value;
  }

  void putInt32(int value) {
    ensure(4);
    data[length++] = (byte) (value >> 24);
    data[length++] = (byte) (value >> 16);
    data[length++] = (byte) (value >> 8);
    data[length++] = (byte) value;
  }

  void putInt64(long value) {
    putInt32((int) (value >> 32));
    putInt32((int) value);
  }

  /** A value in COPY's text format. */
  void putCopyText(byte[] source, int offset, int count) {
    ensure(2 * count);
    byte[] out = data;
    int at = length;
    for (int i = offset, end = offset + count; i < end; i++) {
      byte b = source[i];
      if (b <= '\r' && b >= '\t' || b == '\\') {
        switch (b) {
          case '\\' -> {
            out[at++] = '\\';
            b = '\\';
          }
          case '\n' -> {
            out[at++] = '\\';
            b = 'n';
          }
          case '\r' -> {
            out[at++] = '\\';
            b = 'r';
          }
          case '\t' -> {
            out[at++] = '\\';
            b = 't';
          }
          default -> {}
        }
      }
      out[at++] = b;
    }
    length = at;
  }

  /** A field in COPY's binary format. */
  void putField(byte[] value) {
    putInt32(value.length);
    put(value);
  }

  void putField(String value) {
    putField(utf8(value));
  }

  void putNullField() {
    putInt32(-1);
  }

  void putField(List<String> array) {
    int lengthAt = length;
    putInt32(0);
    putInt32(array.isEmpty() ? 0 : 1);
    putInt32(0);
    putInt32(TEXT_OID);
    if (!array.isEmpty()) {
      putInt32(array.size());
      putInt32(1);
      for (String element : array) {
        putField(element);
      }
    }
    int end = length;
    length = lengthAt;
    putInt32(end - lengthAt - 4);
    length = end;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
