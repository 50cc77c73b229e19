package dev.weirkeeper.mcp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Reads lines of bounded length; what is longer is passed over without being kept. */
final class Lines {
  private static final int BUFFER = 16 * 1024;

  /**
   * A line without its end.
   *
   * @param bytes empty if it was too long
   */
  record Line(Optional<byte[]> bytes) {}

  private final InputStream in;
  private final int longest;
  private final byte[] buffer = new byte[BUFFER];
  private int position;
  private int filled;

  Lines(InputStream in, int longest) {
    this.in = in;
    this.longest = longest;
  }

  /** The next line; empty at the end of the stream. The last line needs no end. */
  Optional<Line> next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean tooLong = false;
    boolean any = false;
    while (true) {
      if (position == filled) {
        position = 0;
        filled = Math.max(0, in.read(buffer));
        if (filled == 0) {
          return any ? Optional.of(new Line(bytes(line, tooLong))) : Optional.empty();
        }
      }
      any = true;
      int end = position;
      while (end < filled && buffer[end] != '\n') {
        end++;
      }
      if (line.size() + end - position > longest) {
        tooLong = true;
        line.reset();
      } else if (!tooLong) {
        line.write(buffer, position, end - position);
      }
      boolean ended = end < filled;
      position = ended ? end + 1 : end;
      if (ended) {
        return Optional.of(new Line(bytes(line, tooLong)));
      }
    }
  }

  private static Optional<byte[]> bytes(ByteArrayOutputStream line, boolean tooLong) {
    return tooLong ? Optional.empty() : Optional.of(line.toByteArray());
  }
}
