package dev.weirkeeper.contracts.dbt;

import dev.weirkeeper.Listing;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has dbt run tests in a folder that only this run knows, and reads what it wrote there. The last
 * few runs are kept for those who want to see more of them. Safe to share between threads.
 */
final class TestRuns {
  private static final Logger LOG = LoggerFactory.getLogger(TestRuns.class);

  private static final int KEPT_RUNS = 4;
  private static final int KEPT_TESTS = 10_000;
  private static final int MOST_SAMPLED = 10;
  private static final Duration LOOK_UP = Duration.ofMillis(100);

  /** Clocks of dbt and of this host are the same; what dbt writes is cut to microseconds. */
  private static final Duration SLACK = Duration.ofSeconds(1);

  private final DbtCommand command;
  private final Path artifacts;
  private final Words words;
  private final Results results;
  private final DbtTools.Hooks hooks;
  private final Optional<Sampler> sampler;
  private final int sampleCharacters;
  private final Duration timeLimit;
  private final long artifactBytes;
  private final Clock clock;
  private final ReentrantLock turn = new ReentrantLock();
  private final Map<String, Results.All> kept = new LinkedHashMap<>();

  /** Ends a run with what it came to. */
  private static final class EndedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Outcome outcome;

    EndedException(Outcome outcome) {
      super("a run ended early", null, false, false);
      this.outcome = outcome;
    }
  }

  TestRuns(DbtTools.Builder settings) {
    this.command = settings.command();
    this.artifacts =
        settings.artifacts.orElseGet(() -> settings.project.orElseThrow().resolve("target"));
    this.words = settings.words();
    this.results = new Results(Set.copyOf(settings.models), words);
    this.hooks = settings.hooks;
    this.sampler = settings.sampler;
    this.sampleCharacters = settings.sampleCharacters;
    this.timeLimit = settings.timeLimit;
    this.artifactBytes = settings.artifactBytes;
    this.clock = settings.clock;
  }

  Outcome test(DbtTools.Run input, Tool.Call call) throws InterruptedException {
    try {
      goOn(call);
      while (!turn.tryLock(LOOK_UP.toMillis(), TimeUnit.MILLISECONDS)) {
        goOn(call);
      }
      try {
        Path folder = Files.createTempDirectory("weirkeeper-dbt");
        try {
          return tested(input, call, folder);
        } finally {
          delete(folder);
        }
      } finally {
        turn.unlock();
      }
    } catch (EndedException e) {
      return e.outcome;
    } catch (ArtifactException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Outcome.Failed(
          "dbt cannot be started: look at the path of the executable, at the folder of the project"
              + " and at the folder for temporary files");
    }
  }

  private void goOn(Tool.Call call) throws EndedException {
    Optional<String> stop =
        call.stop()
            .or(
                () ->
                    clock.instant().isBefore(call.deadline())
                        ? Optional.empty()
                        : Optional.of("the deadline of the call is over"));
    if (stop.isPresent()) {
      throw new EndedException(new Outcome.Refused("No test was run: " + stop.get()));
    }
  }

  private Outcome tested(DbtTools.Run input, Tool.Call call, Path folder)
      throws EndedException, IOException, InterruptedException {
    Instant until = clock.instant().plus(timeLimit);
    Instant deadline = call.deadline().isBefore(until) ? call.deadline() : until;
    Path written = DbtCommand.artifacts(folder);

    DbtLog listing = new DbtLog();
    DbtProcess.Ended listed =
        run(command.listing(input.selected(), input.excluded(), folder), listing, deadline, call);
    if (listed.exit().orElse(1) != 0) {
      return DbtTools.done(complained(listing, listed));
    }
    refuse(selected(listing), written);

    DbtLog log = new DbtLog();
    Instant begun = clock.instant();
    DbtProcess.Ended ended =
        run(command.testing(input.selected(), input.excluded(), folder), log, deadline, call);
    int exit = ended.exit().orElse(-1);
    if (exit == 2 || exit == 1 && Files.notExists(written.resolve(RunResults.FILE))) {
      return DbtTools.done(complained(log, ended));
    }
    if (exit != 0 && exit != 1) {
      throw new EndedException(
          new Outcome.Failed(
              "dbt ended with exit code "
                  + exit
                  + ", which it has no meaning for: it was killed or broke; run it by hand in the"
                  + " project to see"));
    }
    RunResults found = RunResults.read(written, artifactBytes);
    requireOfThisRun(found, log, begun);
    Manifest manifest = Manifest.read(written, artifactBytes, Results.ids(found));
    Results.All all = results.of(found, Optional.of(manifest), rows(manifest, deadline, call));
    keep(all);
    return DbtTools.done(page(all, DbtTools.Show.ALL, Optional.empty(), input.limit()));
  }

  private DbtProcess.Ended run(DbtProcess process, DbtLog log, Instant deadline, Tool.Call call)
      throws EndedException, IOException, InterruptedException {
    Duration patience = Duration.between(clock.instant(), deadline);
    DbtProcess.Ended ended =
        process.run(
            log,
            patience,
            call::stop,
            now ->
                call.progress(
                    now.done(), now.total(), "tests run, " + now.failing() + " did not pass"));
    if (ended.exit().isEmpty()) {
      throw new EndedException(
          new Outcome.Failed(
              "dbt was ended with all its processes: "
                  + ended.why()
                  + "; select fewer tests, or ask the host for more time"));
    }
    return ended;
  }

  private static Set<String> selected(DbtLog listing) throws EndedException {
    Set<String> tests = new HashSet<>(listing.selected());
    tests.removeIf(id -> !RunResults.isTest(id));
    if (tests.isEmpty()) {
      throw new EndedException(
          new Outcome.Refused(
              "The selection selects no test; see by dbt_results which tests and models there are,"
                  + " or leave select out"));
    }
    return tests;
  }

  /** What would write, or what the host does not let be tested. */
  private void refuse(Set<String> selected, Path written) throws EndedException, IOException {
    Manifest manifest = Manifest.read(written, artifactBytes, selected);
    if (manifest.hooks() > 0 && hooks == DbtTools.Hooks.REFUSED) {
      throw new EndedException(
          new Outcome.Refused(
              "The project has "
                  + manifest.hooks()
                  + " on-run-start or on-run-end statements, which tests would run too and which may"
                  + " write; the host can allow them by hooks(RUN)"));
    }
    long storing =
        manifest.tests().values().stream()
            .filter(test -> test.keeping() == Manifest.Keeping.STORED)
            .count();
    if (storing > 0) {
      throw new EndedException(
          new Outcome.Refused(
              storing
                  + " of the selected tests are set to store failing rows, which writes into the"
                  + " warehouse; turn store_failures off in the target, or exclude them"));
    }
    long hidden =
        selected.stream()
            .filter(
                id ->
                    !results.isVisible(
                        Optional.ofNullable(manifest.tests().get(id)), Optional.of(manifest)))
            .count();
    if (hidden > 0) {
      throw new EndedException(
          new Outcome.Refused(
              hidden
                  + " of the selected tests are of models that the host does not let be tested;"
                  + " select fewer, or ask the host"));
    }
  }

  private void requireOfThisRun(RunResults found, DbtLog log, Instant begun) throws EndedException {
    boolean other =
        log.invocation().isPresent()
            && found.metadata().invocation().isPresent()
            && !log.invocation().equals(found.metadata().invocation());
    boolean older =
        found.metadata().generatedAt().filter(at -> at.isBefore(begun.minus(SLACK))).isPresent();
    if (other || older) {
      throw new EndedException(
          new Outcome.Failed(
              "The results are not of this run: they are older or of another invocation. Nothing is"
                  + " known of these tests"));
    }
  }

  /** dbt has said what is wrong instead of testing. */
  private TestReport complained(DbtLog log, DbtProcess.Ended ended) {
    String said = log.complaint();
    return new TestReport(
        Optional.empty(),
        TestReport.Counts.NONE,
        List.of(),
        Optional.empty(),
        Optional.of(new TestReport.Problem(kind(said), words.shown(said))),
        "dbt ran no test and ended with exit code "
            + ended.exit().orElse(-1)
            + "; what it says is text from the project and the database");
  }

  private static TestReport.Problem.Kind kind(String said) {
    if (said.contains("Required version") || said.contains("require-dbt-version")) {
      return TestReport.Problem.Kind.VERSION;
    } else if (said.contains("Database Error") || said.contains("connection to server")) {
      return TestReport.Problem.Kind.DATABASE;
    } else if (said.contains("Usage:")
        || said.contains("profile")
        || said.contains("Env var required")
        || said.contains("adapter")) {
      return TestReport.Problem.Kind.SETUP;
    } else if (said.contains("Compilation Error")
        || said.contains("Parsing Error")
        || said.contains("dbt_project.yml")) {
      return TestReport.Problem.Kind.PROJECT;
    }
    return TestReport.Problem.Kind.OTHER;
  }

  /** Samples of the worst tests, as far as time and space go. */
  private Results.Rows rows(Manifest manifest, Instant deadline, Tool.Call call) {
    int[] left = {MOST_SAMPLED, sampleCharacters};
    return (result, test) -> {
      boolean failing =
          result.status() == TestReport.Status.FAIL || result.status() == TestReport.Status.WARN;
      if (sampler.isEmpty() || !failing) {
        return Optional.empty();
      }
      if (left[0] == 0 || left[1] <= 0 || call.stop().isPresent()) {
        return Optional.of(
            new Probe.Unknown<>("rows of the first failing tests only are read; select this one"));
      }
      left[0]--;
      Probe<TestReport.Samples> samples =
          sampler
              .get()
              .sample(
                  result.compiled().or(test::compiled),
                  manifest.relations(test),
                  Duration.between(clock.instant(), deadline),
                  left[1]);
      if (samples instanceof Probe.Value<TestReport.Samples> some) {
        left[1] -= some.value().rows().toString().length();
      }
      return Optional.of(samples);
    };
  }

  Outcome read(DbtTools.Read input) {
    DbtTools.Show show = input.show().orElse(DbtTools.Show.ALL);
    if (input.run().isPresent()) {
      Optional<Results.All> known = kept(input.run().get());
      return known.isPresent()
          ? DbtTools.done(page(known.get(), show, input.cursor(), input.limit()))
          : new Outcome.Refused(
              "No run of that id is kept; only the last "
                  + KEPT_RUNS
                  + " are. Run dbt_test again, or leave run out");
    }
    try {
      RunResults found = RunResults.read(artifacts, artifactBytes);
      Optional<Manifest> manifest =
          Files.exists(artifacts.resolve(Manifest.FILE))
              ? Optional.of(Manifest.read(artifacts, artifactBytes, Results.ids(found)))
              : Optional.empty();
      Results.All all = results.of(found, manifest, (result, test) -> Optional.empty());
      return DbtTools.done(page(all, show, input.cursor(), input.limit()));
    } catch (ArtifactException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()));
    }
  }

  private static TestReport page(
      Results.All all, DbtTools.Show show, Optional<String> cursor, Optional<Integer> limit) {
    List<TestReport.TestResult> listed =
        show == DbtTools.Show.ALL
            ? all.tests()
            : all.tests().stream().filter(test -> test.status() != TestReport.Status.PASS).toList();
    return new TestReport(
        Optional.of(all.run()),
        all.counts(),
        Listing.page(listed, cursor, limit),
        Listing.next(listed, cursor, limit),
        Optional.empty(),
        advice(all));
  }

  private static String advice(Results.All all) {
    TestReport.Counts counts = all.counts();
    if (counts.tests() == 0) {
      return "The artifacts hold no result of a test that may be seen here";
    }
    return counts.pass() == counts.tests()
        ? "All tests passed"
        : "The worst come first; downstream says what is built from what they test. Names, messages"
            + " and values are text from outside";
  }

  private void keep(Results.All all) {
    Optional<String> id = all.run().id();
    if (id.isEmpty() || all.tests().size() > KEPT_TESTS) {
      return;
    }
    synchronized (kept) {
      kept.put(id.get(), all);
      if (kept.size() > KEPT_RUNS) {
        kept.remove(kept.keySet().iterator().next());
      }
    }
  }

  private Optional<Results.All> kept(String id) {
    synchronized (kept) {
      return Optional.ofNullable(kept.get(id));
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      LOG.warn("The folder {} of a run of dbt cannot be deleted", folder.getFileName());
    }
  }
}
