package dev.weirkeeper.contracts.dbt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.spi.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DbtToolsTest {
  private static final Clock CLOCK = Clock.fixed(Recorded.NEWEST_RUN, ZoneOffset.UTC);
  private static final String SECRET = "hunter2-swordfish";

  @TempDir Path folder;
  private FakeDbt dbt;
  private final List<String> heard = new ArrayList<>();

  @BeforeEach
  void fake() {
    dbt = new FakeDbt(folder.resolve("fake"));
  }

  private DbtTools.Builder builder() {
    return DbtTools.builder("dbt", "shop")
        .executable(dbt.executable())
        .project(folder)
        .models("*")
        .environment("DBT_PASSWORD", SECRET)
        .clock(CLOCK);
  }

  private final class Call implements Tool.Call {
    private final Supplier<Optional<String>> stop;
    private final Duration patience;

    Call(Duration patience, Supplier<Optional<String>> stop) {
      this.patience = patience;
      this.stop = stop;
    }

    @Override
    public Hash actionId() {
      return Hash.of(Json.empty());
    }

    @Override
    public Asset target() {
      return new Asset("dbt", "shop");
    }

    @Override
    public Optional<String> state() {
      return Optional.empty();
    }

    @Override
    public Optional<String> stop() {
      return stop.get();
    }

    @Override
    public Instant deadline() {
      return CLOCK.instant().plus(patience);
    }

    @Override
    public void progress(long done, OptionalLong total, String what) {
      heard.add(done + " of " + total.orElse(-1) + ": " + what);
    }
  }

  private Outcome call(DbtTools tools, String tool, String input, Call call) throws Exception {
    return perform(
        tools.tools().stream()
            .filter(known -> known.spec().name().equals(tool))
            .findFirst()
            .orElseThrow(),
        input,
        call);
  }

  private static <I extends Record> Outcome perform(Tool<I, ?> tool, String input, Call call)
      throws Exception {
    return tool.handler().call(Json.parse(input).as(tool.input()), call);
  }

  private Call patient() {
    return new Call(Duration.ofMinutes(1), Optional::empty);
  }

  private Outcome test(DbtTools tools) throws Exception {
    return call(tools, DbtTools.TEST, "{\"select\":[\"orders\"]}", patient());
  }

  private static TestReport report(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done) outcome).result().as(TestReport.class);
  }

  @Test
  void tests_are_run_and_the_worst_come_first() throws Exception {
    TestReport report = report(test(builder().build()));

    assertThat(report.counts()).isEqualTo(new TestReport.Counts(12, 5, 1, 5, 1, 0, 0, 0));
    assertThat(report.run().orElseThrow().id()).contains(Recorded.NEWEST_ID);
    assertThat(report.tests().get(0).status()).isEqualTo(TestReport.Status.ERROR);
    assertThat(report.tests()).allSatisfy(test -> assertThat(test.samples()).isEmpty());
    assertThat(heard).last().isEqualTo("12 of 12: tests run, 7 did not pass");
  }

  @Test
  void dbt_gets_these_arguments_and_no_others() throws Exception {
    report(
        call(
            builder().target("ci").build(),
            DbtTools.TEST,
            "{\"select\":[\"+orders\",\"tag:a\"],\"exclude\":[\"customers\"]}",
            patient()));

    List<String> arguments = dbt.lines("test.args");
    assertThat(arguments.get(0)).isEqualTo("test");
    assertThat(arguments).doesNotContain("--full-refresh", "--store-failures", "--vars");
    assertThat(arguments)
        .endsWith("--target", "ci", "--select", "+orders", "tag:a", "--exclude", "customers");
    assertThat(arguments.get(arguments.indexOf("--target-path") + 1))
        .doesNotStartWith(folder.resolve("target").toString());
    assertThat(Path.of(arguments.get(arguments.indexOf("--target-path") + 1)))
        .as("nothing of the run is left")
        .doesNotExist();
    assertThat(dbt.lines("ls.args").get(0)).isEqualTo("ls");
  }

  @Test
  void dbt_gets_the_environment_that_the_host_names_and_nothing_else() throws Exception {
    report(test(builder().build()));

    List<String> names =
        dbt.lines("test.env").stream().map(line -> line.split("=", 2)[0]).sorted().toList();
    assertThat(names).contains("DBT_PASSWORD", "DBT_SEND_ANONYMOUS_USAGE_STATS", "PATH");
    // The shell adds the last three.
    assertThat(names)
        .isSubsetOf(
            "PATH",
            "HOME",
            "LANG",
            "LC_ALL",
            "LC_CTYPE",
            "TZ",
            "TMPDIR",
            "DBT_PASSWORD",
            "DBT_SEND_ANONYMOUS_USAGE_STATS",
            "PYTHONDONTWRITEBYTECODE",
            "PYTHONIOENCODING",
            "PYTHONUNBUFFERED",
            "PWD",
            "SHLVL",
            "_");
  }

  @Test
  void secrets_are_in_no_result() throws Exception {
    dbt.replacing(
        "run_results.json",
        "Got 1 result, configured to fail if != 0",
        "login failed for " + SECRET);
    Outcome ran = test(builder().build());
    assertThat(ran.toString()).contains("login failed").doesNotContain(SECRET);

    dbt.testing("echo \"Encountered an error: password '" + SECRET + "' is wrong\"; exit 2");
    Outcome failed = test(builder().build());
    assertThat(report(failed).problem()).isPresent();
    assertThat(failed.toString()).doesNotContain(SECRET);
  }

  @Test
  void more_of_a_run_is_shown_without_running_it_again() throws Exception {
    DbtTools tools = builder().build();
    TestReport first = report(call(tools, DbtTools.TEST, "{\"limit\":5}", patient()));
    assertThat(first.tests()).hasSize(5);
    dbt.listing("exit 77");

    TestReport rest =
        report(
            call(
                tools,
                DbtTools.RESULTS,
                "{\"run\":\"%s\",\"cursor\":\"%s\",\"limit\":5}"
                    .formatted(Recorded.NEWEST_ID, first.next().orElseThrow()),
                patient()));
    TestReport problems =
        report(
            call(
                tools,
                DbtTools.RESULTS,
                "{\"run\":\"%s\",\"show\":\"PROBLEMS\"}".formatted(Recorded.NEWEST_ID),
                patient()));

    assertThat(rest.tests()).hasSize(5).doesNotContainAnyElementsOf(first.tests());
    assertThat(problems.tests()).hasSize(7);
    assertThat(problems.next()).isEmpty();
  }

  @Test
  void artifacts_are_read_without_running_anything() throws Exception {
    Recorded.copy(Recorded.OLDEST, "run_results.json", folder.resolve("target"));
    DbtTools tools = builder().build();

    TestReport without = report(call(tools, DbtTools.RESULTS, "{}", patient()));
    Recorded.copy(Recorded.OLDER, "manifest.json", folder.resolve("target"));
    TestReport other = report(call(tools, DbtTools.RESULTS, "{}", patient()));

    assertThat(without.counts().tests()).isEqualTo(11);
    assertThat(without.run().orElseThrow().lineage()).isEqualTo(TestReport.Lineage.NONE);
    assertThat(other.run().orElseThrow().lineage()).isEqualTo(TestReport.Lineage.OTHER_RUN);
    assertThat(dbt.folder().resolve("ls.args")).doesNotExist();
  }

  @Test
  void artifacts_that_are_not_there_are_a_failure_that_says_what_to_do() throws Exception {
    assertThat(call(builder().build(), DbtTools.RESULTS, "{}", patient()))
        .isEqualTo(
            new Outcome.Failed(
                "There is no run_results.json in the folder of artifacts; let dbt run first"));
  }

  @Test
  void invariant_1_a_cancelled_run_leaves_no_process() throws Exception {
    dbt.testing(
        "sleep 600 & echo $! >\"$here/child\"; echo $$ >\"$here/parent\";"
            + " sed -n '1,6p' \"$here/test.jsonl\"; wait; sleep 600");

    Outcome outcome =
        call(
            builder().build(),
            DbtTools.TEST,
            "{}",
            new Call(
                Duration.ofMinutes(5),
                () -> heard.isEmpty() ? Optional.empty() : Optional.of("the caller gave up")));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class, failed -> assertThat(failed.error()).contains("gave up"));
    assertEnded("child");
    assertEnded("parent");
  }

  @Test
  void a_program_that_does_not_listen_is_ended_after_its_time() throws Exception {
    dbt.testing("trap '' TERM; echo $$ >\"$here/parent\"; while :; do sleep 1; done");

    Outcome outcome =
        call(builder().timeLimit(Duration.ofSeconds(2)).build(), DbtTools.TEST, "{}", patient());

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class, failed -> assertThat(failed.error()).contains("time was over"));
    if (Files.exists(dbt.folder().resolve("parent"))) {
      assertEnded("parent");
    }
  }

  private void assertEnded(String file) throws Exception {
    long pid = Long.parseLong(dbt.lines(file).get(0).strip());
    Optional<ProcessHandle> handle = ProcessHandle.of(pid);
    if (handle.isPresent()) {
      handle.get().onExit().get(10, TimeUnit.SECONDS);
      assertThat(handle.get().isAlive()).as(file).isFalse();
    }
  }

  @Test
  void a_log_without_end_or_sense_fills_no_memory() throws Exception {
    dbt.testing(
        "head -c 3000000 /dev/zero | tr '\\0' 'x'; echo; yes '{\"info\": 1}' | head -n 20000;"
            + " echo '{\"info\": {\"level\": \"error\"}, \"data\": []}'; "
            + FakeDbt.AS_RECORDED);

    assertThat(report(test(builder().build())).counts().tests()).isEqualTo(12);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "VERSION  | Runtime Error: Required version of dbt for 'shop': ['>=9.0.0']",
        "PROJECT  | Compilation Error: Model 'model.shop.bad' depends on 'nope' which was not found",
        "DATABASE | Database Error: connection to server at 'db.internal', port 5432 failed",
        "SETUP    | Runtime Error: Could not find profile named 'shop'",
        "OTHER    | Something else"
      })
  void what_dbt_says_instead_of_testing_is_told(TestReport.Problem.Kind kind, String said)
      throws Exception {
    dbt.listing(
        "printf '%s\\n' '{\"info\": {\"level\": \"error\"}, \"data\": {\"exc\": \""
            + said.replace("'", "'\\''")
            + "\"}}'; exit 2");

    TestReport report = report(test(builder().build()));

    assertThat(report.problem().orElseThrow().kind()).isEqualTo(kind);
    assertThat(report.problem().orElseThrow().said().text())
        .startsWith(said.substring(0, 9))
        .doesNotContain("db.internal");
    assertThat(report.run()).isEmpty();
    assertThat(dbt.folder().resolve("test.args")).as("no test was run").doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"137", "3", "255"})
  void an_exit_code_without_meaning_is_a_failure(int code) throws Exception {
    dbt.testing("exit " + code);

    assertThat(test(builder().build()))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.error()).contains("exit code " + code));
  }

  @Test
  void a_program_that_is_not_there_is_a_failure() throws Exception {
    assertThat(test(builder().executable(folder.resolve("none")).build()))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.error()).contains("dbt cannot be started"));
  }

  @Test
  void success_without_results_is_a_failure() throws Exception {
    dbt.testing("exit 0");

    assertThat(test(builder().build())).isInstanceOf(Outcome.Failed.class);
  }

  @Test
  void results_of_another_or_an_older_run_are_not_taken() throws Exception {
    dbt.replacing("run_results.json", Recorded.NEWEST_ID, "11111111-b450-4541-9481-d5f6633dacbc");
    assertThat(test(builder().build()))
        .isInstanceOfSatisfying(
            Outcome.Failed.class, failed -> assertThat(failed.error()).contains("not of this run"));

    dbt.replacing("run_results.json", "2026-11-30T08:57:09", "2026-11-29T08:57:09");
    assertThat(test(builder().build()))
        .isInstanceOfSatisfying(
            Outcome.Failed.class, failed -> assertThat(failed.error()).contains("not of this run"));
  }

  @Test
  void a_selection_of_no_test_is_refused() throws Exception {
    dbt.listing("cp \"$here/manifest.json\" \"$target/\"; exit 0");

    assertThat(test(builder().build()))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.reason()).contains("selects no test"));
  }

  @Test
  void tests_of_models_that_the_host_did_not_name_are_not_run() throws Exception {
    assertThat(test(builder().models("customers", "rev*").build()))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.reason()).startsWith("9 of the selected tests"));
    assertThat(dbt.folder().resolve("test.args")).doesNotExist();
  }

  @Test
  void invariant_1_tests_that_would_write_are_not_run() throws Exception {
    dbt.replacing("manifest.json", "\"store_failures\": null", "\"store_failures\": true");
    assertThat(test(builder().build()))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.reason()).contains("store failing rows"));

    dbt.replacing("manifest.json", "\"nodes\": {", "\"nodes\": {\"operation.shop.a\": {},");
    assertThat(test(builder().build()))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.reason()).contains("on-run-start"));
    assertThat(dbt.folder().resolve("test.args")).doesNotExist();
    assertThat(test(builder().hooks(DbtTools.Hooks.RUN).build())).isInstanceOf(Outcome.Done.class);
  }

  @Test
  void a_host_that_names_no_model_or_program_has_no_tools() {
    assertThatIllegalStateException()
        .isThrownBy(() -> builder().models().build())
        .withMessageContaining("models(…)");
    assertThatIllegalStateException()
        .isThrownBy(() -> DbtTools.builder("dbt", "shop").models("*").build())
        .withMessageContaining("executable(…)");
  }
}
