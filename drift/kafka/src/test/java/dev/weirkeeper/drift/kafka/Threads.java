package dev.weirkeeper.drift.kafka;

/** Waits for threads where nothing can be thrown. */
final class Threads {
  private Threads() {}

  static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while " + thread.getName() + " ends", e);
    }
  }
}
