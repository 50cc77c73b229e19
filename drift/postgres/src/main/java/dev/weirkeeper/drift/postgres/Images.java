package dev.weirkeeper.drift.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Works on row images where they lie: the tuple form that pgoutput and the buffer share. */
final class Images {
  private Images() {}

  /**
   * Turns the markers of pgoutput into those of the buffer: {@code N} and the image of a DELETE
   * become {@code A}, the old image of an UPDATE {@code B}. A key image says {@code n} for columns
   * outside the key, of which it knows nothing: that becomes {@code -}.
   *
   * @param key by column, whether it is part of the key
   */
  static void normalise(byte[] data, int at, int length, boolean[] key) throws IOException {
    int end = at + length;
    try {
      byte first = data[at];
      if (first == 'N') {
        data[at] = 'A';
        return;
      }
      if (first != 'K' && first != 'O') {
        throw new IOException("The log holds a row with an unknown image " + first);
      }
      int next = pass(data, at + 1, first == 'K' ? key : null);
      if (next == end) {
        data[at] = 'A';
      } else if (data[next] == 'N') {
        data[at] = 'B';
        data[next] = 'A';
      } else {
        throw new IOException("The log holds a row with an unknown image " + data[next]);
      }
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("The log holds a row that ends too early", e);
    }
  }

  /** Passes an image and returns where it ends. */
  private static int pass(byte[] data, int at, boolean @Nullable [] key) throws IOException {
    int columns = width(data, at);
    int next = at + 2;
    for (int column = 0; column < columns; column++) {
      byte state = data[next];
      if (state == 't') {
        next += 5 + PgOutput.int32(data, next + 1);
      } else {
        if (state == 'n' && key != null && !key[column]) {
          data[next] = '-';
        }
        next++;
      }
    }
    return next;
  }

  /** Where the image at {@code at} (behind its marker) ends. */
  static int end(byte[] data, int at) throws IOException {
    return pass(data, at, null);
  }

  static int width(byte[] data, int at) {
    return (data[at] & 0xff) << 8 | data[at + 1] & 0xff;
  }

  /** Offsets of the column states of the image at {@code at} (behind its marker). */
  static int[] cells(byte[] data, int at) {
    int[] cells = new int[width(data, at) + 1];
    int next = at + 2;
    for (int column = 0; column < cells.length - 1; column++) {
      cells[column] = next;
      next += data[next] == 't' ? 5 + PgOutput.int32(data, next + 1) : 1;
    }
    cells[cells.length - 1] = next;
    return cells;
  }

  /** The values of key columns, as one array that is equal for equal keys. */
  static final class Key {
    private final byte[] bytes;
    private final int hash;

    private Key(byte[] bytes) {
      this.bytes = bytes;
      this.hash = Arrays.hashCode(bytes);
    }

    /**
     * @param fallback where to look for a key value that the image leaves out, or null
     */
    static Key of(byte[] data, int[] cells, int[] key, int @Nullable [] fallback) {
      int length = 0;
      for (int column : key) {
        int[] from = fallback != null && data[cells[column]] != 't' ? fallback : cells;
        length += from[column + 1] - from[column];
      }
      byte[] bytes = new byte[length];
      int at = 0;
      for (int column : key) {
        int[] from = fallback != null && data[cells[column]] != 't' ? fallback : cells;
        int size = from[column + 1] - from[column];
        System.arraycopy(data, from[column], bytes, at, size);
        at += size;
      }
      return new Key(bytes);
    }

    /** The values as text, one for each key column. */
    List<String> texts() {
      List<String> texts = new ArrayList<>();
      int at = 0;
      while (at < bytes.length) {
        int length = PgOutput.int32(bytes, at + 1);
        texts.add(new String(bytes, at + 5, length, StandardCharsets.UTF_8));
        at += 5 + length;
      }
      return texts;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
