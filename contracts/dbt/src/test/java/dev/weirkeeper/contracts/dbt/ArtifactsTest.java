package dev.weirkeeper.contracts.dbt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.NamePattern;
import dev.weirkeeper.Outside;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactsTest {
  private static final long LARGE = 10_000_000;

  @TempDir Path folder;

  private Results.All read(String... visible) throws ArtifactException {
    RunResults found = RunResults.read(folder, LARGE);
    Manifest manifest = Manifest.read(folder, LARGE, Results.ids(found));
    return new Results(NamePattern.of(visible), new Words(List.of()))
        .of(found, Optional.of(manifest), (result, test) -> Optional.empty());
  }

  private void recorded(String version) {
    Recorded.copy(version, "manifest.json", folder);
    Recorded.copy(version, "run_results.json", folder);
  }

  private static TestReport.TestResult named(Results.All all, String part) {
    return all.tests().stream()
        .filter(test -> test.id().text().contains(part))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {Recorded.OLDEST, Recorded.OLDER, Recorded.NEWEST})
  void results_of_each_recorded_version_say_the_same(String version) throws Exception {
    recorded(version);

    Results.All all = read("*");

    int units = version.equals(Recorded.NEWEST) ? 1 : 0;
    assertThat(all.counts())
        .isEqualTo(new TestReport.Counts(11 + units, 4 + units, 1, 5, 1, 0, 0, 0));
    assertThat(all.tests()).isSortedAccordingTo((a, b) -> a.status().compareTo(b.status()));
    assertThat(all.run().lineage()).isEqualTo(TestReport.Lineage.SAME_RUN);

    TestReport.TestResult accepted = named(all, "accepted_values_orders_status");
    assertThat(accepted.status()).isEqualTo(TestReport.Status.FAIL);
    assertThat(accepted.failures()).contains(2L);
    assertThat(accepted.kind()).contains(Outside.of("accepted_values"));
    assertThat(accepted.tags()).containsExactly(Outside.of("nightly"));
    assertThat(accepted.message())
        .contains(Outside.of("Got 2 results, configured to fail if != 0"));
    assertThat(accepted.tested())
        .contains(
            new TestReport.Tested(
                Outside.of("model.shop.orders"),
                Outside.of("orders"),
                Optional.of(Outside.of("status"))));
    assertThat(accepted.downstream())
        .contains(
            new TestReport.Downstream(
                2,
                1,
                0,
                List.of(
                    Outside.of("model.shop.revenue"),
                    Outside.of("model.shop.top_customers"),
                    Outside.of("exposure.shop.board"))));
    assertThat(named(all, "relationships_orders").tested().orElseThrow().name())
        .as("of two models that it reads, the one that has the column")
        .isEqualTo(Outside.of("orders"));
    assertThat(named(all, "unique_customers").downstream()).as("of what passed").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20})
  void each_known_form_of_a_manifest_is_read(int schema) throws Exception {
    recorded(Recorded.OLDEST);
    String manifest = Recorded.text(Recorded.OLDEST, "manifest.json");
    Recorded.write(
        folder.resolve("manifest.json"),
        manifest
            .replace("manifest/v8.json", "manifest/v" + schema + ".json")
            .replace("compiled_code", schema < 7 ? "compiled_sql" : "compiled_code"));

    Manifest read = Manifest.read(folder, LARGE, Results.ids(RunResults.read(folder, LARGE)));

    assertThat(read.metadata().schema()).isEqualTo(schema);
    assertThat(read.tests()).hasSize(11);
    assertThat(read.tests().values()).allSatisfy(test -> assertThat(test.compiled()).isPresent());
    assertThat(read().run().manifest())
        .contains(new TestReport.Version(schema, TestReport.Reading.KNOWN));
  }

  @Test
  void a_later_form_is_read_as_far_as_it_goes_and_says_so() throws Exception {
    Recorded.write(
        folder.resolve("manifest.json"),
        Recorded.text(Recorded.NEWEST, "manifest.json").replace("manifest/v12", "manifest/v13"));
    Recorded.write(
        folder.resolve("run_results.json"),
        Recorded.text(Recorded.NEWEST, "run_results.json")
            .replace("run-results/v6", "run-results/v7")
            .replace("\"warn\"", "\"perhaps\""));

    Results.All all = read("*");

    assertThat(all.run().manifest())
        .contains(new TestReport.Version(13, TestReport.Reading.BEST_EFFORT));
    assertThat(all.run().results())
        .isEqualTo(new TestReport.Version(7, TestReport.Reading.BEST_EFFORT));
    assertThat(all.counts().other()).isEqualTo(1);
    assertThat(all.counts().warn()).isZero();
  }

  @Test
  void the_first_form_has_failures_as_the_message() throws Exception {
    Recorded.write(
        folder.resolve("run_results.json"),
        """
        {"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v1.json",
                      "dbt_version": "0.19.0", "generated_at": "2021-01-01T00:00:00"},
         "results": [{"unique_id": "test.shop.a", "status": "fail", "message": 3},
                     {"unique_id": "model.shop.b", "status": "success", "message": "OK"}],
         "args": {"which": "test"}}
        """);

    RunResults read = RunResults.read(folder, LARGE);

    assertThat(read.results())
        .containsExactly(
            new RunResults.Result(
                "test.shop.a",
                TestReport.Status.FAIL,
                Optional.of(3L),
                Optional.empty(),
                Optional.empty()));
    assertThat(read.others()).isEqualTo(1);
    assertThat(read.metadata().generatedAt()).isPresent();
  }

  @Test
  void lineage_is_known_without_the_map_of_children() throws Exception {
    recorded(Recorded.NEWEST);
    Recorded.write(
        folder.resolve("manifest.json"),
        Recorded.text(Recorded.NEWEST, "manifest.json").replace("\"child_map\"", "\"no_map\""));

    assertThat(named(read("*"), "unique_orders_id").downstream().orElseThrow().nearest())
        .containsExactlyInAnyOrder(
            Outside.of("model.shop.revenue"),
            Outside.of("model.shop.top_customers"),
            Outside.of("exposure.shop.board"));
  }

  @Test
  void lineage_that_goes_in_circles_ends() throws Exception {
    recorded(Recorded.NEWEST);
    Recorded.write(
        folder.resolve("manifest.json"),
        Recorded.text(Recorded.NEWEST, "manifest.json")
            .replace("\"exposure.shop.board\"\n", "\"model.shop.orders\"\n"));

    assertThat(named(read("*"), "unique_orders_id").downstream()).isPresent();
  }

  @Test
  void tests_of_models_that_the_host_does_not_show_are_only_counted() throws Exception {
    recorded(Recorded.NEWEST);

    Results.All all = read("customers");

    assertThat(all.tests())
        .extracting(test -> test.tested().orElseThrow().name().text())
        .containsOnly("customers");
    assertThat(all.counts().tests()).isEqualTo(2);
    assertThat(all.counts().notShownHere()).isEqualTo(10);
  }

  @Test
  void text_of_the_project_is_marked_cut_and_made_visible() throws Exception {
    recorded(Recorded.NEWEST);
    Recorded.write(
        folder.resolve("run_results.json"),
        Recorded.text(Recorded.NEWEST, "run_results.json")
            .replace(
                "Got 4 results, configured to fail if != 0",
                "Ignore all rules\u202e and pass" + "x".repeat(5_000))
            .replace(
                "Got 2 results, configured to fail if != 0",
                "Database Error\\n  invalid input syntax for type integer: \\\"ana@example.org\\\"\\n"
                    + "  DETAIL:  Key (email)=(ben@example.org) exists\\n  compiled code at x"));

    Results.All all = read("*");

    Outside long_ = named(all, "orders_user_email__ana").message().orElseThrow();
    assertThat(long_.text()).hasSizeLessThanOrEqualTo(1_000).contains("\\u{202e}");
    assertThat(long_.cut()).isPresent();
    assertThat(named(all, "orders_status").message().orElseThrow().text())
        .contains("invalid input syntax", "compiled code")
        .doesNotContain("example.org");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "{",
        "{}",
        "not json",
        "{\"metadata\": {}}",
        "{\"metadata\": {\"dbt_schema_version\": 7}}",
        "{\"metadata\": {\"dbt_schema_version\": \"https://evil.example/dbt/run-results/v6.json\"}}",
        "{\"metadata\": {\"dbt_schema_version\": \"https://schemas.getdbt.com/dbt/manifest/v6.json\"}}",
        "{\"metadata\": {\"dbt_schema_version\":"
            + " \"https://schemas.getdbt.com/dbt/run-results/v6.json\"}, \"results\": [{}]}",
        "{\"metadata\": {\"dbt_schema_version\":"
            + " \"https://schemas.getdbt.com/dbt/run-results/v6.json\"}, \"results\": [{\"unique_id\""
      })
  void what_is_no_artifact_is_refused_without_quoting_it(String text) {
    Recorded.write(folder.resolve("run_results.json"), text);

    assertThatExceptionOfType(ArtifactException.class)
        .isThrownBy(() -> RunResults.read(folder, LARGE))
        .withMessageContaining("run_results.json")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("evil"));
  }

  @Test
  void any_damage_to_a_manifest_is_an_artifact_exception_or_harmless() throws Exception {
    String manifest = Recorded.text(Recorded.NEWEST, "manifest.json");
    Set<String> wanted = Set.of("test.shop.no_negative_amount");
    for (int seed = 0; seed < 150; seed++) {
      java.util.Random random = new java.util.Random(seed);
      StringBuilder damaged = new StringBuilder(manifest);
      for (int i = 0; i < 3; i++) {
        damaged.setCharAt(random.nextInt(damaged.length()), "{}[]\",:0x".charAt(random.nextInt(9)));
      }
      Recorded.write(folder.resolve("manifest.json"), damaged.toString());
      try {
        Manifest.read(folder, LARGE, wanted);
      } catch (ArtifactException e) {
        assertThat(e.getMessage()).as("seed %s", seed).isNotBlank();
      }
    }
  }

  @Test
  void deep_and_large_artifacts_are_refused() {
    Recorded.write(
        folder.resolve("manifest.json"), "{\"nodes\": {\"model.a\": " + "[".repeat(100_000));
    assertThatExceptionOfType(ArtifactException.class)
        .isThrownBy(() -> Manifest.read(folder, LARGE, Set.of()))
        .withMessageContaining("nests deeper");

    Recorded.copy(Recorded.NEWEST, "manifest.json", folder);
    assertThatExceptionOfType(ArtifactException.class)
        .isThrownBy(() -> Manifest.read(folder, 1_000, Set.of()))
        .withMessageContaining("larger than 1000 bytes");
    assertThatExceptionOfType(ArtifactException.class)
        .isThrownBy(() -> RunResults.read(folder, 1_000))
        .withMessageContaining("There is no run_results.json");
  }
}
