package dev.weirkeeper.mcp;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.ProgressListener;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells a client how far its call has come, without the tool ever waiting for the client: only the
 * newest step is kept, another thread sends it, and no more often than is of use. After {@link
 * #close} nothing is sent, so that no step follows the answer.
 */
final class Progress implements ProgressListener, AutoCloseable {
  static final Duration INTERVAL = Duration.ofMillis(100);

  /** How far a call has come. */
  record Step(long done, OptionalLong total, String what) {}

  private final Consumer<Step> client;
  private final Executor senders;
  private final LongSupplier nanos;
  private final Object sending = new Object();
  private final Object state = new Object();

  private @Nullable Step latest;
  private long told = Long.MIN_VALUE;
  private long next;
  private boolean started;
  private boolean busy;
  private boolean closed;

  /**
   * @param client sends a step, and may take its time
   * @param senders where it is sent; may refuse, then that step is left out
   */
  Progress(Consumer<Step> client, Executor senders, LongSupplier nanos) {
    this.client = requireNonNull(client, "client");
    this.senders = requireNonNull(senders, "senders");
    this.nanos = requireNonNull(nanos, "nanos");
  }

  @Override
  public void progress(long done, OptionalLong total, String what) {
    long now = nanos.getAsLong();
    synchronized (state) {
      // The protocol wants it to grow.
      if (closed || done <= told) {
        return;
      }
      latest = new Step(done, total, what);
      if (busy || started && now - next < 0) {
        return;
      }
      busy = true;
      started = true;
      next = now + INTERVAL.toNanos();
    }
    try {
      senders.execute(this::send);
    } catch (RejectedExecutionException e) {
      // All senders wait for slow clients: this step is left out, and a later one is tried.
      synchronized (state) {
        busy = false;
      }
    }
  }

  private void send() {
    synchronized (sending) {
      Step step;
      synchronized (state) {
        step = latest;
        latest = null;
        if (closed || step == null) {
          busy = false;
          return;
        }
        told = step.done();
      }
      try {
        client.accept(step);
      } finally {
        synchronized (state) {
          busy = false;
        }
      }
    }
  }

  /** Waits for a step that is just being sent, then sends no more. */
  @Override
  public void close() {
    synchronized (state) {
      closed = true;
      latest = null;
    }
    synchronized (sending) {
      // What was under way has been sent.
      busy = false;
    }
  }
}
