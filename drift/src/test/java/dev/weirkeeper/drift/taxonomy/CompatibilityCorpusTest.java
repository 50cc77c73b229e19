package dev.weirkeeper.drift.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Verdicts of ours beside those of Avro's, Iceberg's and Delta's own tests and sources. */
class CompatibilityCorpusTest {

  /** Where we differ and why; nothing else may differ. */
  private static final Set<String> AVRO_DIFFERENCES = Set.of();

  private static final Set<String> ICEBERG_DIFFERENCES = Set.of();

  private static final Set<String> DELTA_DIFFERENCES = Set.of();

  @Test
  void avro_readers_and_writers_agree_as_avro_says() throws IOException {
    List<Map<String, Json>> records = Corpora.records("avro-compat");
    List<String> differing = new ArrayList<>();

    for (Map<String, Json> record : records) {
      List<Incompatibility> found =
          AvroCompatibility.between(
              AvroSchema.of(record.get("reader")), AvroSchema.of(record.get("writer")));
      List<String> kinds =
          found.stream()
              .filter(reason -> reason.kind().fails())
              .map(reason -> reason.kind().name().toLowerCase(Locale.ROOT))
              .sorted()
              .toList();
      List<String> expected =
          Corpora.elements(record.get("incompatibilities")).stream()
              .map(kind -> kind.as(String.class))
              .sorted()
              .toList();
      boolean compatible = Corpora.text(record, "expected").equals("compatible");
      if (kinds.isEmpty() != compatible || !Set.copyOf(kinds).equals(Set.copyOf(expected))) {
        differing.add(Corpora.text(record, "id") + " " + found);
      }
    }

    report("avro-compat", records.size(), differing, AVRO_DIFFERENCES);
  }

  @Test
  void iceberg_promotes_what_the_library_promotes_and_version_3_what_the_specification_does()
      throws IOException {
    List<Map<String, Json>> records = Corpora.records("iceberg-promotion");
    List<String> differing = new ArrayList<>();

    for (Map<String, Json> record : records) {
      for (String version : List.of("iceberg-v2", "iceberg-v3")) {
        Way way = way(record, TypeNotation.ICEBERG, version);
        String expected =
            Corpora.text(
                record, version.equals("iceberg-v2") ? "expected_library" : "expected_spec_v3");
        if (!(way.cheap() ? "allowed" : "rejected").equals(expected)) {
          differing.add(Corpora.text(record, "id") + " " + version + " " + way);
        }
      }
    }

    report("iceberg-promotion", records.size(), differing, ICEBERG_DIFFERENCES);
  }

  @Test
  void delta_widens_what_delta_widens() throws IOException {
    List<Map<String, Json>> records = Corpora.records("delta-type-widening");
    List<String> differing = new ArrayList<>();

    for (Map<String, Json> record : records) {
      Way way = way(record, TypeNotation.DELTA, "delta");
      String said =
          way.cheap()
              ? "alter+auto"
              : way == Way.ALTER_ONLY ? "alter-only" : way == Way.REFUSED ? "rejected" : "?";
      if (!said.equals(Corpora.text(record, "expected"))) {
        differing.add(Corpora.text(record, "id") + " " + way);
      }
    }

    report("delta-type-widening", records.size(), differing, DELTA_DIFFERENCES);
  }

  private static Way way(Map<String, Json> record, TypeNotation notation, String dialect) {
    TypeExpr from = TypeExpr.parse(Corpora.text(record, "from_type"), notation);
    TypeExpr to = TypeExpr.parse(Corpora.text(record, "to_type"), notation);
    return TypeComparison.between(from, to).stream()
        .map(difference -> TargetMatrix.standard().ask(difference, dialect, Set.of()).way())
        .reduce(Way.NOTHING_TO_DO, Way::worst);
  }

  private static void report(
      String corpus, int records, List<String> differing, Set<String> justified) {
    System.out.println(
        "corpus " + corpus + ": agreed " + (records - differing.size()) + " of " + records);
    assertThat(differing).as(corpus).containsExactlyInAnyOrderElementsOf(justified);
  }
}
