package dev.weirkeeper.mcp;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that have names and keep no process alive. */
final class Daemons {
  private Daemons() {}

  static ThreadFactory named(String name) {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Takes no more work, and sees off what has not begun: work finds out by itself that nobody waits
   * for it. What is under way is not interrupted, since an act that is broken off in the middle is
   * one of which nobody knows.
   */
  static void retire(ThreadPoolExecutor workers) {
    workers.shutdown();
    for (Runnable work = workers.getQueue().poll();
        work != null;
        work = workers.getQueue().poll()) {
      work.run();
    }
  }
}
