package dev.weirkeeper.mcp;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * Takes in what a refused client still sends. A connection that is closed on bytes that nobody read
 * is reset, and the client may lose the answer that said why (RFC 9112, 9.6). How much, how long
 * and for how many at a time is bounded: it is done before anybody knows who the client is. Safe to
 * share between threads.
 */
final class HttpLeftovers {
  private static final int BYTES = 256 * 1024;
  private static final int AT_A_TIME = 16;
  private static final long NANOS = Duration.ofSeconds(5).toNanos();

  private final Semaphore room = new Semaphore(AT_A_TIME);
  private final LongSupplier nanos;

  HttpLeftovers(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * @return whether the request was read to its end, so that its connection can go on
   */
  boolean take(HttpServletRequest request) {
    // Who asks before it sends is not told to go on.
    if (request.getContentLengthLong() > BYTES
        || request.getHeader("Expect") != null
        || !room.tryAcquire()) {
      return false;
    }
    try {
      return toItsEnd(request.getInputStream());
    } catch (IOException e) {
      // The client has gone, or sends what is no body: there is nobody to be answered well.
      return false;
    } finally {
      room.release();
    }
  }

  private boolean toItsEnd(InputStream in) throws IOException {
    byte[] waste = new byte[8 * 1024];
    long began = nanos.getAsLong();
    int left = BYTES;
    int read = 0;
    while (read >= 0 && left > 0 && nanos.getAsLong() - began < NANOS) {
      left -= read;
      read = in.read(waste);
    }
    return read < 0;
  }
}
