package dev.weirkeeper.audit;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Hash;
import dev.weirkeeper.JournalRecovered;
import dev.weirkeeper.Json;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.spi.AuditSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the log book in a folder: a line of canonical JSON for each record, each line naming the
 * hash of the one before. {@link JsonLinesLog} reads and checks it.
 *
 * <p>A record is on the disk when {@link #append} returns. Threads that append at the same time
 * share one write and one {@code fsync}: the first of them writes for all, there is no thread of
 * ours. After a write that failed nobody knows what is on the disk, so the sink takes no more
 * records until it is opened anew. Safe to share between threads; one sink at a time per folder.
 */
public final class JsonLinesSink implements AuditSink {
  private static final Logger LOG = LoggerFactory.getLogger(JsonLinesSink.class);

  private final Path folder;
  private final long bytesPerFile;
  private final Disk disk;
  private final FileChannel lockFile;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition written = lock.newCondition();

  // Guarded by the lock.
  private Head head;
  private Head durable;
  private Group group;
  private boolean writing;
  private @Nullable IOException failure;
  private boolean closed;

  // Used by the one thread that writes.
  private Disk.Output output;
  private long fileBytes;

  /** Records that one write makes durable. */
  private static final class Group {
    final long first;
    final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    boolean durable;

    Group(long first) {
      this.first = first;
    }
  }

  /**
   * Opens the log in a folder, which is made if it is not there. See {@link #open(Path, Clock,
   * long)}; all records go to one file.
   */
  public static JsonLinesSink open(Path folder, Clock clock) throws IOException {
    return open(folder, clock, Long.MAX_VALUE);
  }

  /**
   * Opens the log in a folder, which is made if it is not there. Reads and checks all of it. What
   * lies behind the last whole line was never acknowledged: it is cut off, and a record says so.
   *
   * @param clock for the time of that record
   * @param bytesPerFile a file that has grown to so many bytes is followed by another
   * @throws IOException if the folder cannot be written, another sink has it, or the log is not
   *     right
   */
  public static JsonLinesSink open(Path folder, Clock clock, long bytesPerFile) throws IOException {
    return open(folder, clock, bytesPerFile, Disk.REAL);
  }

  static JsonLinesSink open(Path folder, Clock clock, long bytesPerFile, Disk disk)
      throws IOException {
    requireNonNull(clock, "clock");
    if (bytesPerFile <= 0) {
      throw new IllegalArgumentException("Bytes per file must be positive, got " + bytesPerFile);
    }
    FileChannel lockFile;
    try {
      if (Files.notExists(folder)) {
        Files.createDirectories(folder);
        LogFiles.force(requireNonNullElse(folder.toAbsolutePath().getParent(), folder));
      }
      lockFile =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException(
          "The log's folder "
              + folder
              + " cannot be written ("
              + e.getClass().getSimpleName()
              + "). Make it writable for this process, or choose another",
          e);
    }
    try {
      lock(lockFile, folder);
      return new JsonLinesSink(folder, clock, bytesPerFile, disk, lockFile);
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  private static void lock(FileChannel file, Path folder) throws IOException {
    @Nullable FileLock got;
    try {
      got = file.tryLock();
    } catch (OverlappingFileLockException e) {
      got = null;
    }
    if (got == null) {
      throw new IOException(
          "Another sink writes the log in "
              + folder
              + ". Stop that host, or choose another folder");
    }
  }

  private JsonLinesSink(
      Path folder, Clock clock, long bytesPerFile, Disk disk, FileChannel lockFile)
      throws IOException {
    this.folder = folder;
    this.bytesPerFile = bytesPerFile;
    this.disk = disk;
    this.lockFile = lockFile;
    try (JsonLinesLog.Reader reader = new JsonLinesLog.Reader(LogFiles.in(folder))) {
      while (reader.next().isPresent()) {
        // Reading is checking.
      }
      if (reader.problem != null) {
        throw new IOException(
            "The log in "
                + folder
                + " is not right and is left as it is; "
                + reader.problem
                + ". Put it aside and find out who changed it, then start with an empty folder");
      }
      head = reader.head;
      group = new Group(head.records());
      durable = head;
      fileBytes = reader.wholeBytes;
      Path file = reader.last == null ? LogFiles.named(folder, 0) : reader.last;
      output = disk.open(file, fileBytes);
      try {
        if (reader.torn.length > 0) {
          recover(file, reader.torn, clock);
        }
        LogFiles.force(folder);
      } catch (IOException | RuntimeException e) {
        output.close();
        throw e;
      }
    }
  }

  /** Writes the record over the torn tail and then cuts, so that no crash can forget the tail. */
  private void recover(Path file, byte[] torn, Clock clock) throws IOException {
    LOG.warn(
        "The log in {} ended within a line: {} bytes that were never acknowledged are cut off",
        folder,
        torn.length);
    AuditRecord record =
        new AuditRecord(
            JournalRecovered.KIND,
            clock.instant(),
            "journal",
            Optional.empty(),
            Json.of(
                new JournalRecovered(file.getFileName().toString(), torn.length, Hash.of(torn))),
            List.of(),
            Map.of());
    add(record.canonical());
    write(group);
    output.truncate();
    output.force();
    group = new Group(head.records());
    durable = head;
  }

  /** The end of what is durable. Note it elsewhere now and then. */
  public Head head() {
    lock.lock();
    try {
      return durable;
    } finally {
      lock.unlock();
    }
  }

  /** Threads that wait for a write of another; for tests. */
  int waiting() {
    lock.lock();
    try {
      return lock.getWaitQueueLength(written);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Receipt append(AuditRecord record) throws IOException {
    Json canonical = record.canonical();
    Hash id = Hash.of(canonical);
    lock.lock();
    try {
      requireUsable();
      Group mine = group;
      long sequence = head.records();
      add(canonical);
      while (!mine.durable && writing && failure == null) {
        written.awaitUninterruptibly();
      }
      if (!mine.durable && failure == null) {
        lead(mine);
      }
      if (!mine.durable) {
        requireUsable();
      }
      return new Receipt(sequence, id);
    } finally {
      lock.unlock();
    }
  }

  private void requireUsable() throws IOException {
    if (failure != null) {
      throw new IOException(
          "The log in "
              + folder
              + " takes no records since a write failed: "
              + failure.getMessage(),
          failure);
    }
    if (closed) {
      throw new IOException("The log in " + folder + " was closed");
    }
  }

  /** Gives a record its place. From here on it is written, or nothing behind it ever is. */
  private void add(Json record) {
    byte[] line = Line.encoded(head.chain(), record, head.records());
    Head next = new Head(head.records() + 1, Hash.of(line));
    byte[] withEnd = Arrays.copyOf(line, line.length + 1);
    withEnd[line.length] = '\n';
    group.lines.writeBytes(withEnd);
    head = next;
  }

  /** Writes a group, without the lock, while the next one gathers. */
  private void lead(Group mine) {
    writing = true;
    Head end = head;
    group = new Group(end.records());
    lock.unlock();
    @Nullable IOException failed = null;
    try {
      if (fileBytes >= bytesPerFile) {
        rotate(mine.first);
      }
      write(mine);
    } catch (IOException e) {
      failed = e;
    } catch (RuntimeException | Error e) {
      failed = new IOException("The writer broke: " + Redaction.described(e), e);
    }
    lock.lock();
    writing = false;
    if (failed == null) {
      mine.durable = true;
      durable = end;
    } else {
      failure = failed;
    }
    written.signalAll();
  }

  private void rotate(long firstRecord) throws IOException {
    Disk.Output next = disk.open(LogFiles.named(folder, firstRecord), 0);
    output.close();
    output = next;
    fileBytes = 0;
    LogFiles.force(folder);
  }

  private void write(Group lines) throws IOException {
    byte[] bytes = lines.lines.toByteArray();
    output.write(bytes, bytes.length);
    output.force();
    fileBytes += bytes.length;
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      while (writing || group.lines.size() > 0 && failure == null) {
        written.awaitUninterruptibly();
      }
      try (lockFile) {
        output.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
