package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * Reads the data from its first row to its last, frame by frame, as often as the questions need.
 */
final class Passes {
  private final FrameSource source;
  private final Fields fields;
  private int count;

  Passes(FrameSource source) {
    this.source = source;
    this.fields = source.fields();
  }

  /** Hears how far a reading has come, and ends it if nobody waits for it any more. */
  static final class Progress {
    private static final long STEP = 1 << 16;

    private final CallControl control;
    private final String what;
    private long rows;
    private long told;

    Progress(CallControl control, String what) {
      this.control = control;
      this.what = what;
    }

    /**
     * @throws CancellationException if the call is not wanted any more
     */
    void read(int more) {
      rows += more;
      control
          .cancelled()
          .get()
          .ifPresent(
              reason -> {
                throw new CancellationException("Stopped after " + rows + " rows: " + reason);
              });
      if (rows - told >= STEP) {
        told = rows;
        control.progress().progress(rows, OptionalLong.empty(), what);
      }
    }
  }

  /** What is done with the frames of a pass; whether more are wanted. */
  @FunctionalInterface
  interface Use {
    boolean take(Batch batch) throws IOException;
  }

  /**
   * Lets nodes that must see all rows first do so, level by level, up to those on which others on
   * {@code level} depend.
   */
  void gather(Collection<Node> roots, int level, Progress progress) throws IOException {
    for (int pass = 0; pass < level; pass++) {
      List<Node> due = due(roots, pass);
      if (!due.isEmpty()) {
        read(progress, due, batch -> false);
      }
    }
  }

  /** Nodes whose rows can be gathered in a pass. */
  static List<Node> due(Collection<Node> roots, int pass) {
    Set<Node> reached = new LinkedHashSet<>();
    roots.forEach(root -> reach(root, reached));
    return reached.stream().filter(node -> node.gathers(pass)).toList();
  }

  private static void reach(Node node, Set<Node> reached) {
    if (reached.add(node)) {
      node.parts().forEach(part -> reach(part, reached));
    }
  }

  /**
   * Reads all frames, or as many as somebody wants.
   *
   * @param gathering nodes that see all rows in this pass
   */
  void read(Progress progress, List<Node> gathering, Use use) throws IOException {
    boolean whole = false;
    try {
      read(
          progress,
          batch -> {
            boolean more = false;
            for (Node node : gathering) {
              more |= node.gather(batch);
            }
            return use.take(batch) || more;
          });
      gathering.forEach(Node::complete);
      whole = true;
    } finally {
      if (!whole) {
        // What they saw would be seen a second time by the next reading.
        UnansweredException cut =
            new UnansweredException("The data was not read to its end; judge it anew");
        gathering.forEach(node -> node.fail(cut));
      }
    }
  }

  private void read(Progress progress, Use use) throws IOException {
    int pass = count++;
    long rows = 0;
    progress.read(0);
    try (FrameSource.Cursor cursor = source.open()) {
      for (Optional<Frame> next = cursor.next(); next.isPresent(); next = cursor.next()) {
        Frame frame = next.get();
        if (!frame.fields().equals(fields)) {
          throw new IOException(
              "A frame of " + source.ref().asset() + " has other columns than its data set");
        }
        if (!use.take(new Batch(frame, pass, rows))) {
          return;
        }
        rows += frame.rows();
        progress.read(frame.rows());
      }
    }
  }
}
