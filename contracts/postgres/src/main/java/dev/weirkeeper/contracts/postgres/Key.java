package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Tuples;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The values of a row's key columns, in the text form of the source. */
final class Key {
  private final byte[] bytes;
  private final int hash;

  private Key(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  static Key of(byte[][] values) {
    int size = 0;
    for (byte[] value : values) {
      size += 4 + value.length;
    }
    byte[] bytes = new byte[size];
    int at = 0;
    for (byte[] value : values) {
      at = append(bytes, at, value, 0, value.length);
    }
    return new Key(bytes);
  }

  static Key of(List<String> values) {
    return of(values.stream().map(Bytes::utf8).toArray(byte[][]::new));
  }

  /** The key of a row whose key cells all hold values. */
  static Key of(Tuples tuples, int row, int[] columns) {
    int size = 0;
    for (int column : columns) {
      size += 4 + tuples.length(row, column);
    }
    byte[] bytes = new byte[size];
    int at = 0;
    for (int column : columns) {
      at = append(bytes, at, tuples.data(), tuples.offset(row, column), tuples.length(row, column));
    }
    return new Key(bytes);
  }

  private static int append(byte[] bytes, int at, byte[] value, int offset, int length) {
    bytes[at] = (byte) (length >> 24);
    bytes[at + 1] = (byte) (length >> 16);
    bytes[at + 2] = (byte) (length >> 8);
    bytes[at + 3] = (byte) length;
    System.arraycopy(value, offset, bytes, at + 4, length);
    return at + 4 + length;
  }

  List<String> values() {
    List<String> values = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      int length =
          (bytes[at] & 0xff) << 24
              | (bytes[at + 1] & 0xff) << 16
              | (bytes[at + 2] & 0xff) << 8
              | (bytes[at + 3] & 0xff);
      values.add(new String(bytes, at + 4, length, StandardCharsets.UTF_8));
      at += 4 + length;
    }
    return values;
  }

  /** What the quarantine finds the key by. */
  String digest() {
    return Hash.of(bytes).hex();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Key key && key.hash == hash && Arrays.equals(key.bytes, bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
