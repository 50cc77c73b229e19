package dev.weirkeeper.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor}, on servers that are as they should be and on others. */
class DoctorIT {
  @TempDir Path home;

  private static Doctor.Report examine(Path file) throws Exception {
    return Doctor.examine(ConfigReader.read(file, name -> Optional.empty()), Clock.systemUTC());
  }

  private static Doctor.Check about(Doctor.Report report, String subject) {
    return report.checks().stream()
        .filter(check -> check.subject().equals(subject))
        .reduce((first, second) -> first.state().compareTo(second.state()) >= 0 ? first : second)
        .orElseThrow(() -> new AssertionError("nothing about " + subject + " in " + report));
  }

  @Test
  void a_pipeline_that_can_run_is_found_healthy_before_and_after_it_ran() throws Exception {
    try (Bed bed = Bed.prepared(home)) {
      Path file = bed.configured("");
      Doctor.Report before = examine(file);
      assertThat(before.healthy()).as("%s", before.checks()).isTrue();
      assertThat(about(before, "source.slot").found()).contains("the first start makes it");
      assertThat(about(before, "source.max_slot_wal_keep_size").state())
          .isEqualTo(Doctor.State.WARNING);
      assertThat(about(before, "source.login").found()).contains("superuser");

      CountDownLatch loaded = new CountDownLatch(2);
      try (Server server =
          Server.start(
              file,
              event -> {
                if (event instanceof dev.weirkeeper.PipelineEvent.Loaded) {
                  loaded.countDown();
                }
              })) {
        loaded.await();
        assertThat(about(examine(file), "source.slot").found()).contains("reads it now");
        assertThat(server.address()).isEmpty();
      }

      Doctor.Report after = examine(file);
      assertThat(after.healthy()).as("%s", after.checks()).isTrue();
      assertThat(about(after, "journal").found()).contains("records are right");
      assertThat(about(after, "source.publication").found()).contains("has all tables");
      assertThat(run(file, "--json")).contains("\"subject\":\"source.wal_level\"");
    }
  }

  private static String run(Path file, String... more) {
    StringWriter out = new StringWriter();
    List<String> words = new ArrayList<>(List.of("doctor", "--config", file.toString()));
    words.addAll(List.of(more));
    ServerCommand.run(
        new PrintWriter(out, true), new PrintWriter(out, true), words.toArray(String[]::new));
    return out.toString();
  }

  @Test
  void each_thing_that_is_broken_is_found_with_what_to_do() throws Exception {
    try (Bed bed = Bed.bare(home, Map.of("wal_level", "replica"))) {
      bed.server.execute("shop", "CREATE ROLE feed LOGIN", "CREATE TABLE log (what text)");
      Path file =
          Files.writeString(
              home.resolve("broken.yaml"),
              bed.text()
                  .replace("shop?user=postgres", "shop?user=feed")
                  .replace("public.lines", "public.lines, public.absent")
                  .replace("heartbeat: 200ms", "wal-budget: 100MiB"));
      Files.setPosixFilePermissions(
          home.resolve("state"), PosixFilePermissions.fromString("rwxr-xr-x"));

      Doctor.Report report = examine(file);

      assertThat(report.healthy()).isFalse();
      assertThat(about(report, "source.wal_level").mend()).contains("ALTER SYSTEM SET wal_level");
      assertThat(about(report, "source.max_slot_wal_keep_size").mend())
          .as("0 would have the source give up the slot at once")
          .contains("max_slot_wal_keep_size = '200MB'");
      assertThat(about(report, "source.replication").mend())
          .isEqualTo("ALTER ROLE feed REPLICATION");
      assertThat(about(report, "source.table public.absent").found()).isEqualTo("is not there");
      assertThat(about(report, "source.table public.orders").found()).isEqualTo("may not be read");
      assertThat(about(report, "source.publication").mend()).contains("CREATE PUBLICATION wk_shop");
      assertThat(about(report, "target").mend()).contains("--prepare");
      assertThat(about(report, "target.rows").state()).isEqualTo(Doctor.State.FAILED);
      assertThat(about(report, "folder").mend()).contains("chmod 700");
      assertThat(run(file)).contains("failed").contains("> ALTER ROLE feed REPLICATION");
    }
  }

  @Test
  void invariant_4_a_target_login_with_a_way_around_the_boundary_is_found() throws Exception {
    try (Bed bed = Bed.prepared(home)) {
      bed.server.execute("warehouse", "ALTER ROLE wk_rows SUPERUSER");

      Doctor.Report report = examine(bed.configured(""));

      assertThat(report.healthy()).isFalse();
      assertThat(about(report, "target.boundary wk_rows").state()).isEqualTo(Doctor.State.FAILED);
      assertThat(about(report, "target.boundary wk_rows").mend()).isNotEmpty();
    }
  }

  @Test
  void invariant_8_a_database_that_cannot_be_asked_is_unknown_and_not_healthy() throws Exception {
    Path file;
    try (Bed bed = Bed.prepared(home)) {
      file = bed.configured("");
    }

    Doctor.Report report = examine(file);

    assertThat(report.healthy()).isFalse();
    assertThat(about(report, "source").state()).isEqualTo(Doctor.State.UNKNOWN);
    assertThat(about(report, "target").state()).isEqualTo(Doctor.State.UNKNOWN);
  }

  @Test
  void a_clock_that_is_wrong_and_a_log_that_was_changed_are_found() throws Exception {
    try (Bed bed = Bed.prepared(home)) {
      Path file = bed.configured("");
      Server.start(file, event -> {}).close();
      Config config = ConfigReader.read(file, name -> Optional.empty());

      Doctor.Report early =
          Doctor.examine(config, Clock.offset(Clock.systemUTC(), Duration.ofHours(-2)));
      assertThat(about(early, "source.clock").state()).isEqualTo(Doctor.State.FAILED);
      assertThat(about(early, "clock").found()).contains("which is to come");

      Path log = log(home.resolve("state/audit"));
      Files.writeString(log, Files.readString(log).replaceFirst("\"actor\":\"", "\"actor\":\"x"));
      assertThat(about(examine(file), "journal").found()).contains("is broken");
    }
  }

  private static Path log(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(path -> path.toString().endsWith(".jsonl")).findFirst().orElseThrow();
    }
  }
}
