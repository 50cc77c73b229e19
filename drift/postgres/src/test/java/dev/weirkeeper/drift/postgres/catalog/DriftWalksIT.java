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

  /** {@code -Dwalks.online=true} plans for a database in use. */
  private static final PlanOptions OPTIONS =
      (Boolean.getBoolean("walks.online") ? PlanOptions.online() : PlanOptions.direct())
          .with(PlanOptions.Destruction.ALLOW);

  /** {@code -Dwalks.seed=…} walks one walk alone, {@code -Dwalks.count=…} so many from there. */
  @ParameterizedTest
  @CsvSource({Majors.OLD + ", 5", Majors.NEW + ", 22"})
  void what_is_found_is_what_happened_and_a_plan_does_it_again(int major, int usual)
      throws Exception {
    long from = Long.getLong("walks.seed", SEED);
    long walks =
        Long.getLong("walks.count", from != SEED ? 1 : Majors.whole() ? 10L * usual : (long) usual);
    try (LocalPostgres server = Majors.start(major);
        Workbench walked = Workbench.open(server, "walked");
        Workbench copy = Workbench.open(server, "copy")) {
      Map<Long, String> misread = new TreeMap<>();
      Map<Long, String> wrong = new TreeMap<>();
      Map<Long, List<String>> refused = new TreeMap<>();
      for (long seed = from; seed < from + walks; seed++) {
        Walked one = walk(walked, seed);
        try {
          one.demandTruth();
        } catch (AssertionError e) {
          misread.put(seed, String.valueOf(e.getMessage()));
        }
        try {
          List<Refusal> refusals = repeat(copy, one);
          if (!refusals.isEmpty()) {
            refused.put(seed, refusals.stream().map(Refusal::kind).sorted().distinct().toList());
          }
        } catch (AssertionError e) {
          wrong.put(seed, String.valueOf(e.getMessage()));
        }
      }
      System.out.printf(
          "walks [%d]: %d of %d steps, changes wrong %s, plans wrong %s, refused %s%n",
          major, walks, STEPS, misread.keySet(), wrong.keySet(), refused);

      assertThat(misread.values()).as("walks %s on %d", misread.keySet(), major).isEmpty();
      assertThat(wrong.values()).as("walks %s on %d", wrong.keySet(), major).isEmpty();
      // By names a table that another kind of table replaced is one that would change its kind,
      // and what needs it is refused with it; or both names are there before and after.
      assertThat(refused.values())
          .as("refused on %d", major)
          .allSatisfy(
              kinds ->
                  assertThat(kinds)
                      .containsAnyOf("table.kind-changed", "table.renamed", "column.renamed"));
    }
  }

  /** A walk that was walked: where it began, what is there now, and what became of it. */
  private record Walked(
      List<String> begin,
      DatabaseSchema from,
      DatabaseSchema to,
      CatalogOracle after,
      WalkTruth truth,
      String told) {

    private void demandTruth() {
      assertThat(WalkTruth.lines(SchemaComparison.between(from, to, Identity.ids()).changes()))
          .as("changes of " + told)
          .isEqualTo(truth.lines());
    }
  }

  private static Walked walk(Workbench walked, long seed) throws Exception {
    Walk walk = new Walk(new Random(seed));
    List<String> history = new ArrayList<>();
    walked.clear();
    List<String> begin = walk.begin();
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
    return new Walked(
        begin,
        from,
        to,
        after,
        new WalkTruth(first, walk.model, before, after),
        "walk " + seed + " of " + to.major() + ":\n" + String.join(";\n", history));
  }

  /** On a copy, where ids say nothing and renames are known because somebody says them. */
  private static List<Refusal> repeat(Workbench copy, Walked walked) throws Exception {
    copy.clear();
    perform(copy, walked.begin(), new ArrayList<>());
    SeedRows.plant(copy.connection());
    try {
      return plan(copy, walked);
    } catch (SQLException withRows) {
      // Rows that we made up need not keep the rules that the walk added.
      assertThat(StepRun.ofData(withRows))
          .as("%s after %s", withRows.getMessage(), walked.told())
          .isTrue();
      copy.clear();
      perform(copy, walked.begin(), new ArrayList<>());
      try {
        return plan(copy, walked);
      } catch (SQLException e) {
        throw new AssertionError(e.getMessage() + " after " + walked.told(), e);
      }
    }
  }

  /** What of it is refused; all else is done as it should be. */
  private static List<Refusal> plan(Workbench copy, Walked walked) throws SQLException {
    SeedRows rows = SeedRows.read(copy.connection());
    DatabaseSchema from = SchemaReader.ofAll().read(copy.connection()).schema();
    Migration migration =
        MigrationPlanner.plan(
            SchemaComparison.between(from, walked.to(), Identity.names(walked.truth().renames())),
            OPTIONS);
    StepRun run = new StepRun(copy);
    run.perform(migration.steps());
    if (!migration.refusals().isEmpty()) {
      return migration.refusals();
    }

    assertThat(CatalogOracle.read(copy.connection()).differences(walked.after()))
        .as("differences after %s%nand then %s", walked.told(), migration.steps())
        .isEmpty();
    SeedRows now = SeedRows.read(copy.connection());
    assertThat(walked.truth().carried(rows).lost(now, copy.connection()))
        .as("rows lost by %s after %s", migration.steps(), walked.told())
        .isEmpty();
    assertThat(run.undeclared()).as("undeclared of " + walked.told()).isEmpty();
    return List.of();
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
