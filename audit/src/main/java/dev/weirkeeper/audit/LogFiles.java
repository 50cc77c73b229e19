package dev.weirkeeper.audit;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of a log in its folder, each named after its first record. */
final class LogFiles {
  private static final Pattern NAME = Pattern.compile("journal-(\\d{16})\\.jsonl");

  private LogFiles() {}

  static Path named(Path folder, long firstRecord) {
    return folder.resolve(String.format("journal-%016d.jsonl", firstRecord));
  }

  /** Number of the first record, as the name says. */
  static long firstRecord(Path file) {
    Matcher name = NAME.matcher(file.getFileName().toString());
    if (!name.matches()) {
      throw new IllegalArgumentException(file + " is not named as a file of a log");
    }
    return Long.parseLong(name.group(1));
  }

  /** In the order of their records. */
  static List<Path> in(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> NAME.matcher(file.getFileName().toString()).matches())
          .sorted()
          .toList();
    }
  }

  /** Makes the names in a folder durable. */
  static void force(Path folder) throws IOException {
    if (System.getProperty("os.name").startsWith("Windows")) {
      return; // There a folder cannot be opened, and names are durable without.
    }
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
          channel.force(true);
          return;
        } catch (ClosedByInterruptException e) {
          // An interrupt asks the caller to stop, not the log to lose a file.
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
