package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.contracts.Fields;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Frames that are in memory. */
record HeldFrames(DatasetRef ref, Fields fields, List<Frame> frames) implements FrameSource {
  HeldFrames {
    for (Frame frame : frames) {
      if (!frame.fields().equals(fields)) {
        throw new IllegalArgumentException("All frames of a data set have the same fields");
      }
    }
  }

  @Override
  public Cursor open() {
    Iterator<Frame> rest = frames.iterator();
    return new Cursor() {
      @Override
      public Optional<Frame> next() {
        return rest.hasNext() ? Optional.of(rest.next()) : Optional.empty();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {}
}
