package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.Hash;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Knows what others have read of an input, so that they were told of the same rows as those that
 * are published. Confined to one thread.
 */
final class WatchedRows implements FrameSource {
  private final FrameSource source;
  private final Set<Hash> read = new LinkedHashSet<>();

  WatchedRows(FrameSource source) {
    this.source = source;
  }

  /** Digests of all readings that came to the end: one, if the input did not change. */
  Set<Hash> read() {
    return read;
  }

  @Override
  public DatasetRef ref() {
    return source.ref();
  }

  @Override
  public Fields fields() {
    return source.fields();
  }

  @Override
  public Cursor open() throws IOException {
    Cursor cursor = source.open();
    InputDigest content = new InputDigest(source.fields());
    return new Cursor() {
      private boolean over;

      @Override
      public Optional<Frame> next() throws IOException {
        Optional<Frame> frame = cursor.next();
        if (frame.isPresent()) {
          content.add(frame.get());
        } else if (!over) {
          over = true;
          read.add(content.digest());
        }
        return frame;
      }

      @Override
      public void close() throws IOException {
        cursor.close();
      }
    };
  }

  @Override
  public void close() {
    // The source belongs to whoever opened it.
  }
}
