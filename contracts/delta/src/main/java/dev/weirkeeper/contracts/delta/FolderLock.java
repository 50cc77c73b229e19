package dev.weirkeeper.contracts.delta;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one gate at a time commit to a table in a local folder: there, Kernel keeps writers apart
 * within a process only. Other file systems do it themselves, or not at all.
 */
final class FolderLock implements AutoCloseable {
  // A lock of a file belongs to the whole process, so threads are kept apart first.
  private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final ReentrantLock thread;
  private final FileChannel channel;
  private final FileLock lock;

  private FolderLock(ReentrantLock thread, FileChannel channel, FileLock lock) {
    this.thread = thread;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Waits for its turn.
   *
   * @param file empty if the table is not in a local folder; then nothing is locked
   */
  static Optional<FolderLock> of(Optional<Path> file) throws IOException {
    if (file.isEmpty()) {
      return Optional.empty();
    }
    Path path = file.get().toAbsolutePath().normalize();
    ReentrantLock thread = THREADS.computeIfAbsent(path, any -> new ReentrantLock());
    thread.lock();
    FileChannel channel = null;
    try {
      Files.createDirectories(path.getParent());
      channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FolderLock held = new FolderLock(thread, channel, channel.lock());
      channel = null;
      thread = null;
      return Optional.of(held);
    } finally {
      if (channel != null) {
        channel.close();
      }
      if (thread != null) {
        thread.unlock();
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      lock.release();
    } finally {
      thread.unlock();
    }
  }
}
