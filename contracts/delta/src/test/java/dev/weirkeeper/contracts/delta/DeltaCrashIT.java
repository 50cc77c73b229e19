package dev.weirkeeper.contracts.delta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Hash;
import dev.weirkeeper.contracts.gate.Gate;
import dev.weirkeeper.contracts.gate.GateReport;
import dev.weirkeeper.contracts.gate.GateStep;
import dev.weirkeeper.contracts.gate.GateTally;
import dev.weirkeeper.contracts.gate.QuarantineFilter;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Kills a process that writes a batch, at every boundary between two steps of the write. */
class DeltaCrashIT {
  private static final long BAD = DeltaCrashChild.ROWS / 3;
  private static final long GOOD = DeltaCrashChild.ROWS - BAD;

  /** Steps after which the table has the batch, whatever the ledger says. */
  private static boolean isPublished(GateStep step) {
    return step.compareTo(GateStep.PUBLISHED) >= 0;
  }

  @Test
  void invariant_6_a_write_killed_at_any_step_loses_no_row_and_doubles_none() throws Exception {
    Map<GateStep, DeltaFixture> tables = new EnumMap<>(GateStep.class);
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> dying = new ArrayList<>();
      for (GateStep step : GateStep.values()) {
        DeltaFixture table = new DeltaFixture();
        tables.put(step, table);
        table.target().create(DeltaFixture.COLUMNS, List.of());
        dying.add(
            pool.submit(
                () -> {
                  kill(table.table, step);
                  return null;
                }));
      }
      for (Future<?> death : dying) {
        death.get();
      }
      long orphans = 0;
      for (Map.Entry<GateStep, DeltaFixture> killed : tables.entrySet()) {
        orphans += survive(killed.getKey(), killed.getValue());
      }
      int kills = tables.size();
      System.out.printf(
          "gate crash delta: %d kills at %d step boundaries, %d rows in, %d published,"
              + " %d quarantined, 0 lost, 0 doubled, %d files left for VACUUM%n",
          kills, kills, kills * 2L * (GOOD + BAD), kills * 2L * GOOD, kills * 2L * BAD, orphans);
    } finally {
      pool.shutdownNow();
      for (DeltaFixture table : tables.values()) {
        table.close();
      }
    }
  }

  /** Returns how many files are in the folder that the log does not name. */
  private static long survive(GateStep step, DeltaFixture delta) throws Exception {
    String table = delta.table.toString();
    assertThat(delta.rows("id"))
        .as("readers see all or nothing at " + step)
        .hasSize(isPublished(step) ? (int) GOOD : 0);
    long orphans = parquet(delta.table) - delta.files().size();

    DeltaGateTarget target = delta.target().build();
    List<GateReport> recovered = target.recover();
    assertThat(recovered).as("at " + step).hasSize(step == GateStep.PUBLISHED ? 1 : 0);
    assertThat(target.quarantined(QuarantineFilter.all(), 1000))
        .as("quarantine at " + step)
        .hasSize(isPublished(step) ? (int) BAD : 0);

    Gate gate = DeltaCrashChild.gate(table, any -> {});
    GateReport again = gate.write(DeltaCrashChild.batch(1), CallControl.NONE);
    GateReport other = gate.write(DeltaCrashChild.batch(2), CallControl.NONE);

    for (GateReport report : List.of(again, other)) {
      assertThat(report.tally()).as("at " + step).isEqualTo(GateTally.of(GOOD, BAD, 0));
      Hash batch = report.batch().orElseThrow();
      assertThat(target.find(batch)).contains(report);
      assertThat(target.quarantined(QuarantineFilter.ofBatch(batch), 1000)).hasSize((int) BAD);
    }
    assertThat(delta.rows("id")).as("at " + step).hasSize(2 * (int) GOOD).doesNotHaveDuplicates();
    try (Stream<Path> intents = Files.list(Path.of(table + "__gate", "intent"))) {
      // One that could still be published is kept until the table has moved on.
      target.recover();
      assertThat(intents.filter(file -> file.toString().endsWith(".json")).toList())
          .as("at " + step)
          .allSatisfy(file -> assertThat(file).doesNotExist());
    }
    return orphans;
  }

  private static long parquet(Path table) throws Exception {
    try (Stream<Path> files = Files.list(table)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).count();
    }
  }

  @Test
  void two_processes_that_write_the_same_batches_at_once_write_each_once() throws Exception {
    try (DeltaFixture delta = new DeltaFixture()) {
      delta.target().create(DeltaFixture.COLUMNS, List.of());
      String table = delta.table.toString();
      List<Process> writers = List.of(start(table, "1", "2", "3"), start(table, "3", "2", "1"));
      try {
        for (Process writer : writers) {
          List<String> said = writer.inputReader().lines().toList();
          assertThat(writer.waitFor()).as(String.join("\n", said)).isZero();
        }
      } finally {
        writers.forEach(Process::destroyForcibly);
      }

      assertThat(delta.rows("id")).hasSize(3 * (int) GOOD).doesNotHaveDuplicates();
      assertThat(delta.target().build().quarantined(QuarantineFilter.all(), 1000))
          .hasSize(3 * (int) BAD);
    }
  }

  private static Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                DeltaCrashChild.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static void kill(Path table, GateStep step) throws Exception {
    DeltaCrashChild.Death death =
        step.ordinal() % 2 == 0 ? DeltaCrashChild.Death.HALT : DeltaCrashChild.Death.KILLED;
    Process child = start(table.toString(), step.name(), death.name());
    List<String> said = new ArrayList<>();
    try (BufferedReader output = child.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        said.add(line);
        if (line.equals("at " + step)) {
          child.destroyForcibly();
          break;
        }
      }
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).as("the child ends").isTrue();
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.exitValue()).as(String.join("\n", said)).isEqualTo(137);
    assertThat(said).doesNotContain("never died");
  }
}
