package dev.weirkeeper.drift.rehearsal;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** How long a rehearsal may go on. Asked between statements, each of which has its own time-out. */
final class Budget {
  private final Duration limit;
  private final long end;
  private final Supplier<Optional<String>> stop;

  /** Nothing is shown: what a rehearsal came to must not depend on how fast a machine is. */
  static final class Spent extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Spent(String why) {
      super(why, null, false, false);
    }
  }

  /**
   * @param stop why it must go no further
   */
  Budget(Duration limit, Supplier<Optional<String>> stop) {
    this.limit = limit;
    this.end = System.nanoTime() + limit.toNanos();
    this.stop = stop;
  }

  /**
   * @throws Spent if the time is over, somebody stopped it or the thread is interrupted
   */
  void goOn() {
    if (Thread.currentThread().isInterrupted()) {
      throw new Spent("the thread was interrupted");
    }
    Optional<String> stopped = stop.get();
    if (stopped.isPresent()) {
      throw new Spent(stopped.get());
    }
    if (System.nanoTime() - end > 0) {
      throw new Spent(
          "it took longer than "
              + limit.toSeconds()
              + " s; allow more (Rehearser.Builder.limit), or look at what the schema computes for"
              + " each row");
    }
  }
}
