package dev.weirkeeper.contracts.duckdb;

import dev.weirkeeper.Hash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The files of a data set in the state in which they were looked at.
 *
 * @param all in the order in which they are read
 * @param bytes of all together
 * @param version digest of names, sizes, times of change and identities
 */
record DataFiles(Path root, List<Path> all, Format format, long bytes, String version) {
  private static final int MOST_FILES = 100_000;

  /** How files are read. */
  enum Format {
    PARQUET("read_parquet"),
    CSV("read_csv"),
    JSON("read_json");

    private final String function;

    Format(String function) {
      this.function = function;
    }

    String function() {
      return function;
    }

    static Optional<Format> of(Path file) {
      String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
      String plain = name.replaceFirst("\\.(gz|zst)$", "");
      if (name.endsWith(".parquet") || name.endsWith(".pq")) {
        return Optional.of(PARQUET);
      }
      if (plain.endsWith(".csv") || plain.endsWith(".tsv")) {
        return Optional.of(CSV);
      }
      return plain.endsWith(".json") || plain.endsWith(".jsonl") || plain.endsWith(".ndjson")
          ? Optional.of(JSON)
          : Optional.empty();
    }
  }

  /**
   * @param path a file, or a folder whose files are read as one data set, in the order of their
   *     names; hidden ones and those that begin with an underscore are left out
   * @throws IOException if there is nothing to read
   */
  static DataFiles of(Path path) throws IOException {
    Path root = path.toRealPath();
    List<Path> files = Files.isDirectory(root) ? within(root) : List.of(root);
    if (files.isEmpty()) {
      throw new IOException(
          "The folder " + path.getFileName() + " holds no Parquet, CSV or JSON files");
    }
    Format format = null;
    StringBuilder state = new StringBuilder();
    long bytes = 0;
    for (Path file : files) {
      Format next =
          Format.of(file)
              .orElseThrow(
                  () ->
                      new IOException(
                          file.getFileName()
                              + " is no file of a known kind; name it .parquet, .csv or .json"));
      if (format != null && next != format) {
        throw new IOException(
            "The folder "
                + path.getFileName()
                + " holds files of several kinds; judge those of each kind for themselves");
      }
      format = next;
      BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
      bytes += facts.size();
      state
          .append(root.relativize(file))
          .append('\0')
          .append(facts.size())
          .append('\0')
          .append(facts.lastModifiedTime().to(TimeUnit.NANOSECONDS))
          .append('\0')
          .append(facts.fileKey())
          .append('\n');
    }
    if (format == null) {
      throw new IOException("There are no files in " + path.getFileName());
    }
    String version = Hash.of(state.toString().getBytes(StandardCharsets.UTF_8)).toString();
    return new DataFiles(root, files, format, bytes, version);
  }

  private static List<Path> within(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      files
          .filter(Files::isRegularFile)
          .filter(file -> !isHidden(root.relativize(file)) && Format.of(file).isPresent())
          .sorted()
          .limit(MOST_FILES + 1L)
          .forEach(found::add);
    }
    if (found.size() > MOST_FILES) {
      throw new IOException(
          "The folder " + root.getFileName() + " holds more than " + MOST_FILES + " files");
    }
    return found;
  }

  private static boolean isHidden(Path relative) {
    for (Path part : relative) {
      String name = part.toString();
      if (name.startsWith(".") || name.startsWith("_")) {
        return true;
      }
    }
    return false;
  }

  /**
   * @throws IOException if they are not what they were
   */
  void requireUnchanged() throws IOException {
    String now;
    try {
      now = of(root).version();
    } catch (IOException e) {
      throw new IOException(changed() + ": " + e.getMessage(), e);
    }
    if (!now.equals(version)) {
      throw new IOException(changed());
    }
  }

  private String changed() {
    return root.getFileName()
        + " has changed while it was read, so what was found out is of no state of it; keep writers"
        + " away and try again";
  }
}
