package dev.weirkeeper.drift.postgres.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weirkeeper.drift.plan.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Two schemas of the corpus: what is there, and what is wanted.
 *
 * @param before a script that makes what is there
 * @param after a script that makes what is wanted
 * @param kinds what differs: {@code column.added}, {@code index.def.changed}
 * @param majors major versions of PostgreSQL that both scripts run on
 * @param renames what {@code after} declares to be called otherwise
 * @param seeds statements that fill the tables of {@code before}, if the record has some
 */
record SchemaPair(
    String id,
    String before,
    String after,
    List<String> kinds,
    List<Integer> majors,
    List<Identity.Rename> renames,
    List<String> seeds,
    Sort sort) {

  /** Where the record lies. */
  enum Sort {
    CHANGE,
    /** Two texts of one schema: whatever is done then is a false alarm. */
    NO_OP
  }

  private static final String NO_OPS = "pg-pairs-noop";

  /** What a suite asks for. */
  enum Part {
    CORE(
        "core",
        Set.of(
            "schema",
            "table",
            "column",
            "column_order",
            "comment",
            "enum",
            "constraint",
            "notnull_constraint")),
    ALL(
        "all",
        Set.of(
            "schema",
            "table",
            "column",
            "column_order",
            "comment",
            "enum",
            "constraint",
            "notnull_constraint",
            "index",
            "sequence",
            "domain")),
    /** Those whose text declares renames, whatever else of them differs. */
    RENAMED("renamed", Set.of());

    final String label;
    private final Set<String> classes;

    Part(String label, Set<String> classes) {
      this.label = label;
      this.classes = classes;
    }

    boolean holds(SchemaPair pair) {
      if (this == RENAMED) {
        return !pair.renames().isEmpty();
      }
      return pair.kinds().stream().allMatch(kind -> classes.contains(kind.split("\\.", 2)[0]));
    }
  }

  SchemaPair {
    kinds = List.copyOf(kinds);
    majors = List.copyOf(majors);
    renames = List.copyOf(renames);
    seeds = List.copyOf(seeds);
  }

  SchemaPair reversed() {
    List<Identity.Rename> back =
        renames.stream().map(each -> new Identity.Rename(each.to(), each.from())).toList();
    return new SchemaPair(id + " reversed", after, before, kinds, majors, back, List.of(), sort);
  }

  /** The folder {@code drift} of the corpus: {@code -Dcorpus.dir} is it or its parent. */
  static Path folder() {
    Path named = Path.of(System.getProperty("corpus.dir", "../../../shared/corpus"));
    Path inner = named.resolve("drift");
    return Files.isDirectory(inner) ? inner : named;
  }

  /** All pairs of the files {@code pg-pairs-*.jsonl}, in their order. */
  static List<SchemaPair> read(Path folder) throws IOException {
    List<SchemaPair> pairs = new ArrayList<>();
    JsonMapper json = new JsonMapper();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(SchemaPair::isOfPairs).sorted().toList()) {
        Sort sort = file.getFileName().toString().startsWith(NO_OPS) ? Sort.NO_OP : Sort.CHANGE;
        for (String line : Files.readAllLines(file)) {
          if (!line.isBlank()) {
            pairs.add(of(json.readTree(line), sort));
          }
        }
      }
    }
    return pairs;
  }

  private static boolean isOfPairs(Path file) {
    return file.getFileName().toString().matches("pg-pairs-.*\\.jsonl");
  }

  private static SchemaPair of(JsonNode record, Sort sort) {
    List<String> seeds = new ArrayList<>(texts(record.path("seed")));
    seeds.addAll(texts(record.path("seeds")));
    return new SchemaPair(
        record.path("id").asText(),
        record.path("before").asText(),
        record.path("after").asText(),
        texts(record.path("kinds")),
        texts(record.path("runs_on")).stream()
            .map(version -> Integer.parseInt(version.split("\\.", 2)[0]))
            .toList(),
        DeclaredInText.of(record.path("after").asText()),
        seeds,
        sort);
  }

  private static List<String> texts(JsonNode node) {
    List<String> texts = new ArrayList<>();
    if (node.isTextual()) {
      texts.add(node.asText());
    }
    node.elements().forEachRemaining(each -> texts.add(each.asText()));
    return texts;
  }
}
