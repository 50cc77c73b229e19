package dev.weirkeeper.drift.postgres.migrate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.JournalException;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.Redaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A file for each migration, a line for each record. A line that a crash cut off was never
 * announced to anybody: it is left out, and cut away before the next one.
 */
final class FolderLog implements MigrationLog {
  private final Path folder;

  FolderLog(Path folder) {
    this.folder = requireNonNull(folder, "folder");
  }

  @Override
  public synchronized void write(Migrated body) {
    Path file = file(body.migration());
    boolean interrupted = Thread.interrupted();
    try {
      Files.createDirectories(folder);
      long end = Files.exists(file) ? whole(Files.readAllBytes(file)) : 0;
      byte[] line = (Bodies.line(body) + "\n").getBytes(StandardCharsets.UTF_8);
      while (!append(file, end, line)) {
        // An interrupt asks the run to stop, and that has to be written down, too.
        interrupted |= Thread.interrupted();
      }
    } catch (IOException e) {
      throw new JournalException(
          "The log of migrations cannot be written, so nothing is done: free the disk or mend the"
              + " folder, then run it again",
          Redaction.withheld(e));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * @param end of the whole lines: what stands behind it is written over
   * @return whether it is durable; if not, somebody interrupted the thread
   */
  private boolean append(Path file, long end, byte[] line) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.truncate(end);
      channel.position(end);
      ByteBuffer rest = ByteBuffer.wrap(line);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
      if (end == 0) {
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
          directory.force(true);
        }
      }
      return true;
    } catch (ClosedByInterruptException e) {
      return false;
    }
  }

  @Override
  public synchronized List<Migrated> read(Hash migration) {
    Path file = file(migration);
    if (Files.notExists(file)) {
      return List.of();
    }
    try {
      byte[] bytes = Files.readAllBytes(file);
      String text = new String(bytes, 0, whole(bytes), StandardCharsets.UTF_8);
      List<Migrated> records = new ArrayList<>();
      for (String line : text.lines().toList()) {
        records.add(Bodies.read(line));
      }
      return records;
    } catch (IOException | IllegalArgumentException e) {
      throw new JournalException(
          "The log of migration "
              + migration.brief()
              + " cannot be read, so it is not known what was begun: restore its file, or plan anew"
              + " from what is there",
          Redaction.withheld(e));
    }
  }

  private Path file(Hash migration) {
    return folder.resolve(migration.hex() + ".jsonl");
  }

  /** How many bytes are whole lines. */
  private static int whole(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    return end;
  }
}
