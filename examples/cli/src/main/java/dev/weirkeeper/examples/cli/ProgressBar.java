package dev.weirkeeper.examples.cli;

import dev.weirkeeper.spi.ProgressListener;
import java.util.OptionalLong;
import java.util.Timer;
import java.util.TimerTask;

/**
 * Shows a person how far a long call has come: one line on stderr, drawn over and wiped at the end.
 * Nobody else sees it, and short calls show none.
 */
final class ProgressBar implements ProgressListener, AutoCloseable {
  private static final int CELLS = 24;
  private static final long EVERY_MILLIS = 200;
  private static final long FIRST_MILLIS = 700;
  private static final long NANOS = 1_000_000_000L;

  private final Terminal terminal;
  private final Timer timer = new Timer("weirkeeper-progress", true);
  private final long begun = System.nanoTime();
  private long done;
  private OptionalLong total = OptionalLong.empty();
  private String what = "the files are opened";
  private boolean drawn;

  ProgressBar(Terminal terminal) {
    this.terminal = terminal;
    if (terminal.isPerson()) {
      timer.schedule(
          new TimerTask() {
            @Override
            public void run() {
              draw();
            }
          },
          FIRST_MILLIS,
          EVERY_MILLIS);
    }
  }

  @Override
  public synchronized void progress(long nowDone, OptionalLong ofTotal, String doing) {
    done = nowDone;
    total = ofTotal;
    what = doing;
  }

  private synchronized void draw() {
    long seconds = (System.nanoTime() - begun) / NANOS;
    String line = Table.cut(line(done, total, what, seconds), terminal.width().orElse(80) - 1);
    terminal.err().print("\r\u001b[K" + line);
    terminal.err().flush();
    drawn = true;
  }

  /** What is drawn. */
  static String line(long done, OptionalLong total, String what, long seconds) {
    String beginning = "";
    if (total.isPresent() && total.getAsLong() > 0) {
      double share = Math.min(1, (double) done / total.getAsLong());
      int full = (int) Math.round(share * CELLS);
      beginning = "[" + "#".repeat(full) + "-".repeat(CELLS - full) + "] ";
    }
    return beginning
        + Figures.count(done)
        + (total.isPresent() ? " of " + Figures.count(total.getAsLong()) : "")
        + "  "
        + Visible.line(what)
        + "  "
        + seconds
        + " s";
  }

  @Override
  public synchronized void close() {
    timer.cancel();
    if (drawn) {
      terminal.err().print("\r\u001b[K");
      terminal.err().flush();
      drawn = false;
    }
  }
}
