package dev.weirkeeper.contracts.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.contracts.gate.GateReport;
import dev.weirkeeper.contracts.gate.GateStep;
import dev.weirkeeper.contracts.gate.GateTally;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Kills a process that writes a batch, at every boundary between two steps of the write. */
class GateCrashIT {
  private static final List<GateStep> STEPS =
      List.of(
          GateStep.BEGUN,
          GateStep.LOADED,
          GateStep.CHECKED,
          GateStep.QUARANTINED,
          GateStep.PUBLISHED,
          GateStep.LEDGERED,
          GateStep.COMMITTED);
  private static final long BAD = GateCrashChild.ROWS / 3;
  private static final long GOOD = GateCrashChild.ROWS - BAD;

  private GateFixture database;

  @BeforeEach
  void start() throws Exception {
    database = new GateFixture();
  }

  @AfterEach
  void stop() throws Exception {
    database.close();
  }

  @Test
  void invariant_6_a_write_killed_at_any_step_loses_no_row_and_doubles_none() throws Exception {
    int kills = 0;
    int number = 0;
    int committed = 0;
    for (boolean staged : new boolean[] {true, false}) {
      for (GateStep step : STEPS) {
        // Both ways of dying for each step, one for each way of writing.
        GateCrashChild.Death death =
            staged ? GateCrashChild.Death.HALT : GateCrashChild.Death.KILLED;
        number++;
        kill(staged, number, step, death);
        kills++;
        committed += requireAllOrNothing(number, step);

        GateReport report = GateCrashChild.write(database.login(), staged, number, any -> {});

        assertThat(report.tally()).isEqualTo(GateTally.of(GOOD, BAD, 0));
        assertThat(count("public.items")).isEqualTo(number * GOOD);
        assertThat(count("weirkeeper_gate.\"" + quarantine() + "\"")).isEqualTo(number * BAD);
        assertThat(count("weirkeeper_gate.ledger")).isEqualTo(number);
      }
    }

    assertThat(database.query("SELECT count(DISTINCT id)::text FROM public.items"))
        .containsExactly(Long.toString(number * GOOD));
    assertThat(scratch()).isEmpty();
    assertThat(committed).isEqualTo(2);
    System.out.printf(
        "gate crash postgresql: %d kills at %d step boundaries, %d rows in, %d published,"
            + " %d quarantined, 0 lost, 0 doubled%n",
        kills, STEPS.size(), number * (long) GateCrashChild.ROWS, number * GOOD, number * BAD);
  }

  private void kill(boolean staged, int number, GateStep step, GateCrashChild.Death death)
      throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                GateCrashChild.class.getName(),
                TargetFixture.server().url(database.database, GateFixture.LOGIN),
                Boolean.toString(staged),
                Integer.toString(number),
                step.name(),
                death.name())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = child.inputReader()) {
      if (death == GateCrashChild.Death.KILLED) {
        assertThat(output.readLine()).isEqualTo("at " + step);
        child.destroyForcibly();
      } else {
        assertThat(output.lines().toList()).as("what the child said").isEmpty();
      }
      assertThat(child.waitFor(30, TimeUnit.SECONDS)).as("the child ends").isTrue();
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.exitValue()).isEqualTo(137);
  }

  /** Before the commit nothing is there, after it everything. Returns how many are committed. */
  private int requireAllOrNothing(int number, GateStep step) throws Exception {
    int done = step == GateStep.COMMITTED ? 1 : 0;
    assertThat(count("public.items")).as("at " + step).isEqualTo((number - 1 + done) * GOOD);
    assertThat(count("weirkeeper_gate.ledger")).as("at " + step).isEqualTo(number - 1 + done);
    return done;
  }

  private long count(String table) throws Exception {
    return Long.parseLong(database.query("SELECT count(*)::text FROM " + table).get(0));
  }

  private String quarantine() throws Exception {
    return database
        .query("SELECT relname FROM pg_class WHERE relname LIKE 'q\\_%' AND relkind = 'r'")
        .get(0);
  }

  private List<String> scratch() throws Exception {
    return database.query(
        "SELECT relname FROM pg_class WHERE relname ~ '^(stage|bad|broken|fate|replay)_'");
  }
}
