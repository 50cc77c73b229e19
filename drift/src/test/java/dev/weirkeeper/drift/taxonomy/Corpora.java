package dev.weirkeeper.drift.taxonomy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Other projects' data and our research beside the repository: {@code -Dcorpus.dir}. */
final class Corpora {
  private static final Path FOLDER =
      Path.of(System.getProperty("corpus.dir", "../../shared/corpus"));

  private Corpora() {}

  /** Records of a corpus; the test is skipped where it is absent. */
  static List<Map<String, Json>> records(String name) throws IOException {
    Path file = FOLDER.resolve("drift").resolve(name + ".jsonl");
    assumeTrue(Files.exists(file), "No corpus at " + file + "; set -Dcorpus.dir");
    return Files.readAllLines(file).stream().map(line -> members(Json.parse(line))).toList();
  }

  /** Rows of a table of facts; the test is skipped where it is absent. */
  static List<Map<String, Json>> facts(String name) throws IOException {
    Path file = FOLDER.resolveSibling("facts").resolve(name);
    assumeTrue(Files.exists(file), "No facts at " + file + "; set -Dcorpus.dir");
    return elements(Json.parse(Files.readString(file))).stream().map(Corpora::members).toList();
  }

  @SuppressWarnings("unchecked")
  static Map<String, Json> members(Json object) {
    return (Map<String, Json>) (Map<?, ?>) object.as(Map.class);
  }

  @SuppressWarnings("unchecked")
  static List<Json> elements(Json array) {
    return (List<Json>) (List<?>) array.as(List.class);
  }

  static String text(Map<String, Json> object, String member) {
    return object.get(member).as(String.class);
  }
}
