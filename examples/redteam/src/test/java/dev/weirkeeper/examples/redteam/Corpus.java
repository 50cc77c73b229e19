package dev.weirkeeper.examples.redteam;

import dev.weirkeeper.Json;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The attack strings beside the repository: {@code -Dcorpus.dir}, or its folder {@code security}.
 */
final class Corpus {
  static final Path FOLDER = folder(Path.of(System.getProperty("corpus.dir", "../shared/corpus")));

  /** One attack, with what it would do. */
  record Attack(String id, String category, String payload, String aim) {}

  private Corpus() {}

  private static Path folder(Path given) {
    return Files.isRegularFile(given.resolve("fixture.sql")) ? given : given.resolve("security");
  }

  static boolean isThere() {
    return Files.isRegularFile(FOLDER.resolve("fixture.sql"));
  }

  /** Of all files of SQL attacks that are there. */
  static List<Attack> sqlAttacks() throws IOException {
    List<Attack> attacks = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(FOLDER, "redteam-sql-*.tsv")) {
      for (Path file : files) {
        Files.readAllLines(file).stream().skip(1).map(Corpus::attack).forEach(attacks::add);
      }
    }
    return attacks;
  }

  private static Attack attack(String line) {
    String[] cells = line.split("\t", -1);
    return new Attack(cells[0], cells[1], unescaped(cells[2]), cells[3]);
  }

  /** The escapes of COPY's text form. */
  private static String unescaped(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\' || i + 1 == text.length()) {
        out.append(c);
        continue;
      }
      char next = text.charAt(++i);
      out.append(
          switch (next) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'f' -> '\f';
            case 'v' -> '\u000b';
            case 'b' -> '\b';
            default -> next;
          });
    }
    return out.toString();
  }

  /** Reads that a boundary must let through. */
  static List<String> benignReads() throws IOException {
    List<String> reads = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(FOLDER, "benign-sql-*.json")) {
      for (Path file : files) {
        for (Object read : Json.parse(Files.readString(file)).as(List.class)) {
          reads.add(((Json) read).as(String.class));
        }
      }
    }
    return reads;
  }

  static String fixture() throws IOException {
    return Files.readString(FOLDER.resolve("fixture.sql"));
  }
}
