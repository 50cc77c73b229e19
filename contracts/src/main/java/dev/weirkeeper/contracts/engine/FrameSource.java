package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.contracts.Fields;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A frozen data set that is read as frames. MUST give the same rows in the same order each time it
 * is opened, or fail: what was judged is what is published. It holds no more than a few frames in
 * memory at once.
 */
public interface FrameSource extends AutoCloseable {
  /** What it froze, and in which state. */
  DatasetRef ref();

  Fields fields();

  /** From the first row. */
  Cursor open() throws IOException;

  @Override
  void close() throws IOException;

  /** Reads frames one after the other. Confined to one thread. */
  interface Cursor extends AutoCloseable {
    /** The next rows; empty at the end. */
    Optional<Frame> next() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** Frames that are in memory. */
  static FrameSource of(DatasetRef ref, Fields fields, List<Frame> frames) {
    return new HeldFrames(ref, fields, List.copyOf(frames));
  }
}
