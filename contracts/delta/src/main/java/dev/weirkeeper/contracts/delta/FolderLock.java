package dev.weirkeeper.contracts.delta;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets one gate at a time commit to a table in a local folder: there, Kernel keeps writers apart
 * within a process only. Other file systems do it themselves, or not at all.
 */
final class FolderLock implements AutoCloseable {
  // A lock of a file belongs to the whole process, so threads are kept apart first.
  private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final @Nullable ReentrantLock thread;
  private final @Nullable FileChannel channel;

  private FolderLock(@Nullable ReentrantLock thread, @Nullable FileChannel channel) {
    this.thread = thread;
    this.channel = channel;
  }

  /**
   * Waits for its turn.
   *
   * @param file empty if the table is not in a local folder; then nothing is locked
   */
  static FolderLock of(Optional<Path> file) throws IOException {
    if (file.isEmpty()) {
      return new FolderLock(null, null);
    }
    Path path = file.get().toAbsolutePath().normalize();
    ReentrantLock thread = THREADS.computeIfAbsent(path, any -> new ReentrantLock());
    thread.lock();
    FileChannel channel = null;
    boolean held = false;
    try {
      Files.createDirectories(path.resolveSibling("."));
      channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.lock();
      held = true;
      return new FolderLock(thread, channel);
    } finally {
      if (!held) {
        new FolderLock(thread, channel).close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (channel != null) {
        // Its lock goes with it.
        channel.close();
      }
    } finally {
      if (thread != null) {
        thread.unlock();
      }
    }
  }
}
