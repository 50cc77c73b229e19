package dev.weirkeeper.examples.server;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream that may block for ever, and can be ended all the same: standard input, when the
 * process is asked to stop. One thread reads from it.
 */
final class EndableInput extends InputStream {
  private static final byte[] END = {};
  private static final int CHUNK = 8192;

  private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(4);
  private byte[] current = END;
  private int position;
  private boolean ended;
  private volatile boolean asked;
  private volatile @Nullable IOException failure;

  EndableInput(InputStream from) {
    Thread reader = new Thread(() -> pump(from), "stdin");
    reader.setDaemon(true);
    reader.start();
  }

  private void pump(InputStream from) {
    byte[] buffer = new byte[CHUNK];
    try {
      int read;
      while (!asked && (read = from.read(buffer)) >= 0) {
        if (read > 0) {
          chunks.put(java.util.Arrays.copyOf(buffer, read));
        }
      }
      chunks.put(END);
    } catch (IOException e) {
      failure = e;
      asked = true;
      chunks.offer(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What was read so far is still handed out; then the stream ends. */
  void end() {
    asked = true;
    chunks.offer(END);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    if (position == current.length && !next()) {
      IOException why = failure;
      if (why != null) {
        throw why;
      }
      return -1;
    }
    int count = Math.min(length, current.length - position);
    System.arraycopy(current, position, bytes, offset, count);
    position += count;
    return count;
  }

  private boolean next() throws IOException {
    if (ended || asked && chunks.isEmpty()) {
      ended = true;
      return false;
    }
    try {
      current = chunks.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while waiting for input", e);
    }
    position = 0;
    ended = current.length == 0;
    return !ended;
  }

  @Override
  public int available() {
    return current.length - position;
  }
}
