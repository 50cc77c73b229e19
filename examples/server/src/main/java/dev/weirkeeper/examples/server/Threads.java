package dev.weirkeeper.examples.server;

/** Ends of threads. */
final class Threads {
  private Threads() {}

  /** Waits until a thread has ended, whoever interrupts; an interrupt is kept for the caller. */
  static void awaitEnd(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
