package dev.weirkeeper.drift.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.drift.plan.PlanOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Takes schemas of other projects' tests from their before to their after: {@code
 * -Dcorpus.dir=…/drift} says where they are, {@code -Dcorpus.all=true} runs all of what is else
 * sampled. What did not converge is in {@code target/pg-pairs}.
 */
class PgPairsCorpusIT {
  private static final long SEED = 20261130;
  private static final int SAMPLE = 8;

  private static final PlanOptions DIRECT =
      PlanOptions.direct().with(PlanOptions.Destruction.ALLOW);
  private static final PlanOptions ONLINE =
      PlanOptions.online().with(PlanOptions.Destruction.ALLOW);

  private static final Map<Integer, PairBench> BENCHES = new LinkedHashMap<>();
  private static List<SchemaPair> corpus = List.of();

  @BeforeAll
  static void readCorpus() throws IOException {
    Path folder = SchemaPair.folder();
    assumeTrue(Files.isDirectory(folder), "No corpus at " + folder + "; set -Dcorpus.dir");
    corpus =
        SchemaPair.read(folder).stream()
            .filter(pair -> SchemaPair.Part.ALL.holds(pair) || SchemaPair.Part.RENAMED.holds(pair))
            .toList();
  }

  @AfterAll
  static void stop() throws Exception {
    for (PairBench bench : BENCHES.values()) {
      bench.close();
    }
    BENCHES.clear();
  }

  @ParameterizedTest
  @ValueSource(ints = {Majors.OLD, Majors.NEW})
  void a_plan_takes_each_schema_to_the_other(int major) throws Exception {
    PairTally tally = new PairTally("forward-" + major);
    inTwoLanes(major, major == Majors.OLD ? of(major) : sample(of(major), 3 * SAMPLE))
        .forEach(tally::add);
    tally.report();

    PairTally.Figures core = tally.figures(SchemaPair.Part.CORE);
    PairTally.Figures all = tally.figures(SchemaPair.Part.ALL);
    System.out.println("corpus pg-pairs core [" + major + "]: " + core);
    System.out.println("corpus pg-pairs all [" + major + "]: " + all);
    PairTally.Figures renamed = tally.figures(SchemaPair.Part.RENAMED);
    System.out.println("corpus pg-pairs renamed [" + major + "]: " + renamed);
    System.out.println("corpus pg-pairs online [" + major + "]: declared " + tally.warnings());
    assertThat(core.share()).as("core converged on " + major).isGreaterThanOrEqualTo(0.97);
    assertThat(all.share()).as("all converged on " + major).isGreaterThanOrEqualTo(0.85);
    assertThat(renamed.failed()).as("renamed failed on " + major).isZero();
    demandNothingWrong(tally, major);
  }

  @ParameterizedTest
  @ValueSource(ints = {Majors.OLD, Majors.NEW})
  void a_plan_takes_it_back(int major) throws Exception {
    PairTally tally = new PairTally("back-" + major);
    for (SchemaPair pair : sample(changes(major), SAMPLE)) {
      tally.add(bench(major).run(pair.reversed(), DIRECT));
    }
    tally.report();

    PairTally.Figures figures = tally.figures(SchemaPair.Part.ALL);
    assertThat(figures.share()).as("converged on " + major).isGreaterThanOrEqualTo(0.85);
    demandNothingWrong(tally, major);
  }

  @ParameterizedTest
  @ValueSource(ints = {Majors.OLD, Majors.NEW})
  void a_plan_that_is_broken_off_is_made_good_by_a_new_one(int major) throws Exception {
    PairTally tally = new PairTally("interrupted-" + major);
    for (SchemaPair pair : sample(changes(major), SAMPLE)) {
      tally.add(bench(major).interrupted(pair, DIRECT));
    }
    tally.report();

    demandNothingWrong(tally, major);
  }

  @ParameterizedTest
  @ValueSource(ints = {Majors.OLD, Majors.NEW})
  void a_plan_for_a_database_in_use_leads_to_the_same(int major) throws Exception {
    PairTally tally = new PairTally("online-" + major);
    for (SchemaPair pair : sample(of(major), SAMPLE)) {
      tally.add(bench(major).run(pair, ONLINE));
    }
    tally.report();

    demandNothingWrong(tally, major);
  }

  private static void demandNothingWrong(PairTally tally, int major) {
    PairTally.Figures figures = tally.figures(SchemaPair.Part.ALL);
    assertThat(figures.failed()).as("failed on %d, seed %d", major, SEED).isZero();
    assertThat(figures.alarms()).as("alarms on %d, seed %d", major, SEED).isZero();
    assertThat(figures.lost()).as("rows lost on %d, seed %d", major, SEED).isZero();
    assertThat(tally.undeclared()).as("undeclared on %d, seed %d", major, SEED).isEmpty();
  }

  private static List<SchemaPair> of(int major) {
    return corpus.stream().filter(pair -> pair.majors().contains(major)).toList();
  }

  private static List<SchemaPair> changes(int major) {
    return of(major).stream().filter(pair -> pair.sort() == SchemaPair.Sort.CHANGE).toList();
  }

  private static List<SchemaPair> sample(List<SchemaPair> pairs, int most) {
    if (Majors.whole()) {
      return pairs;
    }
    List<SchemaPair> some = new ArrayList<>(pairs);
    Collections.shuffle(some, new Random(SEED));
    return some.subList(0, Math.min(most, some.size()));
  }

  /** Every pair there and then, on two servers at a time: outcomes in the order of the pairs. */
  private static List<PairBench.Outcome> inTwoLanes(int major, List<SchemaPair> pairs)
      throws Exception {
    Map<SchemaPair, PairBench.Outcome> outcomes = new ConcurrentHashMap<>();
    Queue<SchemaPair> open = new ConcurrentLinkedQueue<>(pairs);
    PairBench first = bench(major);
    try (PairBench second = PairBench.open(major)) {
      ExecutorService other = Executors.newSingleThreadExecutor();
      try {
        Future<?> lane = other.submit(() -> lane(second, open, outcomes));
        lane(first, open, outcomes);
        lane.get();
      } finally {
        other.shutdownNow();
      }
    }
    return pairs.stream().map(outcomes::get).toList();
  }

  /** How many pairs it took. */
  private static int lane(
      PairBench bench, Queue<SchemaPair> open, Map<SchemaPair, PairBench.Outcome> outcomes)
      throws IOException {
    int done = 0;
    for (SchemaPair pair = open.poll(); pair != null; pair = open.poll()) {
      outcomes.put(pair, bench.run(pair, DIRECT));
      done++;
    }
    return done;
  }

  private static PairBench bench(int major) throws Exception {
    PairBench open = BENCHES.get(major);
    if (open == null) {
      open = PairBench.open(major);
      BENCHES.put(major, open);
    }
    return open;
  }
}
