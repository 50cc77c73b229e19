package dev.weirkeeper.drift.postgres.migrate;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a host stop a run between two steps, two batches or two attempts; what runs on the server is
 * not cut off. Safe to share between threads.
 */
public final class Cancellation {
  private final CountDownLatch asked = new CountDownLatch(1);

  public void cancel() {
    asked.countDown();
  }

  public boolean isCancelled() {
    return asked.getCount() == 0;
  }

  /** Waits so long, or until it is cancelled, and says whether it is. */
  boolean await(Duration time) throws InterruptedException {
    return asked.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }
}
