package dev.weirkeeper.drift.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.testkit.LocalPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random DDL whose true history is known: what is found is what happened, no more and no less. */
class DriftWalksIT {
  private static final long SEED = 6;
  private static final int STEPS = 20;

  @ParameterizedTest
  @CsvSource({Majors.OLD + ", 10", Majors.NEW + ", 40"})
  void the_net_changes_are_what_happened(int major, int walks) throws Exception {
    int all = Majors.whole() ? 10 * walks : walks;
    try (LocalPostgres server = Majors.start(major);
        Workbench walked = Workbench.open(server, "walked")) {
      for (long seed = SEED; seed < SEED + all; seed++) {
        walked.clear();
        Walk walk = new Walk(new Random(seed));
        List<String> history = new ArrayList<>();
        perform(walked, walk.begin(), history);
        WalkModel first = walk.model.copy();
        DatabaseSchema from = SchemaReader.ofAll().read(walked.connection()).schema();
        CatalogOracle before = CatalogOracle.read(walked.connection());
        history.add("-- from here");
        for (int step = 0; step < STEPS; step++) {
          perform(walked, walk.step(), history);
        }
        DatabaseSchema to = SchemaReader.ofAll().read(walked.connection()).schema();
        CatalogOracle after = CatalogOracle.read(walked.connection());

        WalkTruth truth = new WalkTruth(first, walk.model, before, after);

        assertThat(
                WalkTruth.lines(SchemaComparison.between(from, to, Identity.ids()).changes()))
            .as("changes of walk %d on %d:%n%s", seed, major, String.join(";\n", history))
            .isEqualTo(truth.lines());
      }
    }
  }

  private static void perform(Workbench bench, List<String> statements, List<String> history)
      throws Exception {
    for (String sql : statements) {
      history.add(sql);
      try {
        bench.execute(sql);
      } catch (java.sql.SQLException e) {
        throw new AssertionError("The walk itself: " + String.join(";\n", history), e);
      }
    }
  }
}
