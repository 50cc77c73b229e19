package dev.weirkeeper.drift.postgres;

import java.io.IOException;
import java.util.Arrays;

/** Turns lines of {@code COPY … TO STDOUT} in text format into row images of the buffer. */
final class CopyText {
  private byte[] image = new byte[1024];
  private int length;

  /**
   * Reads a line into an image with its marker {@code A}.
   *
   * @param columns how many columns it must have
   */
  byte[] image(byte[] line, int columns) throws IOException {
    int end = line.length > 0 && line[line.length - 1] == '\n' ? line.length - 1 : line.length;
    // Nothing gets longer but the lengths in front.
    int most = 3 + 5 * columns + end;
    if (image.length < most) {
      image = new byte[Math.max(most, 2 * image.length)];
    }
    image[0] = 'A';
    image[1] = (byte) (columns >> 8);
    image[2] = (byte) columns;
    length = 3;
    int at = 0;
    for (int column = 0; column < columns; column++) {
      if (at > end) {
        throw malformed();
      }
      at = value(line, at, end) + 1;
    }
    if (at != end + 1) {
      throw malformed();
    }
    return Arrays.copyOf(image, length);
  }

  /** Reads one value and returns where the tabulator behind it is. */
  private int value(byte[] line, int from, int end) throws IOException {
    if (from + 1 < end && line[from] == '\\' && line[from + 1] == 'N') {
      image[length++] = 'n';
      return from + 2;
    }
    int head = length;
    length += 5;
    int at = from;
    while (at < end && line[at] != '\t') {
      byte next = line[at++];
      if (next == '\\') {
        if (at == end) {
          throw malformed();
        }
        next = unescaped(line[at++]);
      }
      image[length++] = next;
    }
    int size = length - head - 5;
    image[head] = 't';
    image[head + 1] = (byte) (size >> 24);
    image[head + 2] = (byte) (size >> 16);
    image[head + 3] = (byte) (size >> 8);
    image[head + 4] = (byte) size;
    return at;
  }

  private static byte unescaped(byte escaped) {
    return switch (escaped) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'v' -> 0x0b;
      default -> escaped;
    };
  }

  private static IOException malformed() {
    return new IOException("The source sent a row that has not the columns it was asked for");
  }
}
