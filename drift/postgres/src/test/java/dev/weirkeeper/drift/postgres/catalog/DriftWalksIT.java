package dev.weirkeeper.drift.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.MigrationPlanner;
import dev.weirkeeper.drift.plan.PlanOptions;
import dev.weirkeeper.drift.plan.Refusal;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random DDL whose true history is known: what is found is what happened, no more and no less. */
class DriftWalksIT {
  private static final long SEED = 6;
  private static final int STEPS = 20;
  private static final PlanOptions OPTIONS =
      PlanOptions.direct().with(PlanOptions.Destruction.ALLOW);

  private enum Rows {
    PLANTED,
    NONE
  }

  /** {@code -Dwalks.seed=…} walks one walk alone. */
  @ParameterizedTest
  @CsvSource({Majors.OLD + ", 10", Majors.NEW + ", 40"})
  void what_is_found_is_what_happened_and_a_plan_does_it_again(int major, int usual)
      throws Exception {
    long from = Long.getLong("walks.seed", SEED);
    long walks = from != SEED ? 1 : Majors.whole() ? 10L * usual : usual;
    try (LocalPostgres server = Majors.start(major);
        Workbench walked = Workbench.open(server, "walked");
        Workbench copy = Workbench.open(server, "copy")) {
      Map<Long, String> wrong = new TreeMap<>();
      for (long seed = from; seed < from + walks; seed++) {
        try {
          walk(walked, copy, seed);
        } catch (AssertionError e) {
          wrong.put(seed, String.valueOf(e.getMessage()));
        }
      }
      System.out.printf(
          "walks [%d]: %d of %d steps, wrong %s%n", major, walks, STEPS, wrong.keySet());
      assertThat(wrong.values()).as("walks %s on %d", wrong.keySet(), major).isEmpty();
    }
  }

  private static void walk(Workbench walked, Workbench copy, long seed) throws Exception {
    Walk walk = new Walk(new Random(seed));
    List<String> history = new ArrayList<>();
    walked.clear();
    copy.clear();
    List<String> begin = walk.begin();
    perform(copy, begin, new ArrayList<>());
    perform(walked, begin, history);
    WalkModel first = walk.model.copy();
    DatabaseSchema from = SchemaReader.ofAll().read(walked.connection()).schema();
    CatalogOracle before = CatalogOracle.read(walked.connection());
    history.add("-- from here");
    for (int step = 0; step < STEPS; step++) {
      perform(walked, walk.step(), history);
    }
    DatabaseSchema to = SchemaReader.ofAll().read(walked.connection()).schema();
    CatalogOracle after = CatalogOracle.read(walked.connection());
    String told = "walk " + seed + " of " + to.major() + ":\n" + String.join(";\n", history);

    WalkTruth truth = new WalkTruth(first, walk.model, before, after);

    assertThat(WalkTruth.lines(SchemaComparison.between(from, to, Identity.ids()).changes()))
        .as("changes of " + told)
        .isEqualTo(truth.lines());
    try {
      repeat(copy, to, after, truth, told, Rows.PLANTED);
    } catch (SQLException e) {
      // Rows that we made up need not keep the rules that the walk added.
      assertThat(StepRun.ofData(e)).as("%s after %s", e.getMessage(), told).isTrue();
      copy.clear();
      perform(copy, begin, new ArrayList<>());
      repeat(copy, to, after, truth, told, Rows.NONE);
    }
  }

  /** On a copy, where ids say nothing and renames are known because somebody says them. */
  private static void repeat(
      Workbench copy,
      DatabaseSchema to,
      CatalogOracle after,
      WalkTruth truth,
      String told,
      Rows planted)
      throws Exception {
    if (planted == Rows.PLANTED) {
      SeedRows.plant(copy.connection());
    }
    SeedRows rows = SeedRows.read(copy.connection());
    SchemaComparison comparison =
        SchemaComparison.between(
            SchemaReader.ofAll().read(copy.connection()).schema(),
            to,
            Identity.names(truth.renames()));
    Migration migration = MigrationPlanner.plan(comparison, OPTIONS);
    if (!migration.refusals().isEmpty()) {
      // By names a table that another kind of table replaced is one that would change its kind.
      assertThat(migration.refusals())
          .as("refused of " + told)
          .extracting(Refusal::kind)
          .containsOnly("table.kind-changed");
      return;
    }
    StepRun run = new StepRun(copy);
    run.perform(migration.steps());

    assertThat(CatalogOracle.read(copy.connection()).differences(after))
        .as("differences after %s%nand then %s", told, migration.steps())
        .isEmpty();
    assertThat(truth.carried(rows).lost(SeedRows.read(copy.connection()), copy.connection()))
        .as("rows lost by %s after %s", migration.steps(), told)
        .isEmpty();
    assertThat(run.undeclared()).as("undeclared of " + told).isEmpty();
  }

  private static void perform(Workbench bench, List<String> statements, List<String> history)
      throws Exception {
    for (String sql : statements) {
      history.add(sql);
      try {
        bench.execute(sql);
      } catch (SQLException e) {
        throw new AssertionError("The walk itself: " + String.join(";\n", history), e);
      }
    }
  }
}
