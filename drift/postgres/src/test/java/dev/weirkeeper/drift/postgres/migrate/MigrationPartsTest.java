package dev.weirkeeper.drift.postgres.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Hash;
import dev.weirkeeper.JournalException;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.schema.ObjectName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts of a runner that need no server. */
class MigrationPartsTest {
  private static final long SEED = 11;
  private static final Hash MIGRATION = Hash.of("m".getBytes(StandardCharsets.UTF_8));

  @TempDir Path folder;

  @Test
  void pauses_spread_over_a_bound_that_doubles_up_to_the_longest() {
    RunLimits limits =
        RunLimits.usual().attempts(40, Duration.ofMillis(100), Duration.ofMillis(900));
    Random random = new Random(SEED);
    for (int attempt = 1; attempt <= 40; attempt++) {
      long bound = attempt > 4 ? 900 : Math.min(900, 100L << (attempt - 1));
      for (int i = 0; i < 50; i++) {
        assertThat(Backoff.after(attempt, limits, random).toMillis())
            .as("seed %d, attempt %d", SEED, attempt)
            .isBetween(0L, bound);
      }
    }
  }

  @Test
  void only_a_lock_that_was_not_given_and_a_deadlock_are_tried_again() {
    assertThat(SqlStates.isRetried(new SQLException("", "55P03"))).isTrue();
    assertThat(SqlStates.isRetried(new SQLException("", "40P01"))).isTrue();
    for (String state : List.of("57014", "23505", "40001", "08006", "57P01", "odd value")) {
      SQLException e = new SQLException("secret", state);
      assertThat(SqlStates.isRetried(e)).isFalse();
      assertThat(SqlStates.told(e)).doesNotContain("secret", "odd value");
    }
    assertThat(SqlStates.isGone(new SQLException("", "57P01"))).isTrue();
    assertThat(SqlStates.isGone(new SQLException("", (String) null))).isTrue();
    assertThat(SqlStates.isGone(new SQLException("", "55P03"))).isFalse();
  }

  @Test
  void the_index_that_a_statement_builds_concurrently_is_known_by_its_name() {
    assertThat(named("CREATE INDEX CONCURRENTLY \"a\"\"b.c\" ON \"app\".\"t\" (\"x\")"))
        .containsExactly(new ObjectName("app", "a\"b.c"));
    assertThat(named("create unique index concurrently if not exists Plain on app.t (x)"))
        .containsExactly(new ObjectName("app", "plain"));
    assertThat(named("REINDEX INDEX CONCURRENTLY \"other\".\"i\""))
        .containsExactly(new ObjectName("other", "i"));
    assertThat(named("DROP INDEX CONCURRENTLY IF EXISTS other.i"))
        .containsExactly(new ObjectName("other", "i"));
    assertThat(named("CREATE INDEX \"a\" ON \"app\".\"t\" (\"x\")")).isEmpty();
    assertThat(named("COMMENT ON TABLE t IS 'CREATE INDEX CONCURRENTLY x'")).isEmpty();
  }

  private static List<ObjectName> named(String sql) {
    return Leftovers.named(MigrationScene.alone(Optional.empty(), sql));
  }

  @Test
  void a_lock_conflicts_with_what_postgresql_says_it_does() {
    assertThat(Relations.conflictsOf(LockMode.ACCESS_EXCLUSIVE)).hasSize(8);
    assertThat(Relations.conflictsOf(LockMode.SHARE))
        .doesNotContain("ShareLock", "AccessShareLock", "RowShareLock")
        .contains("RowExclusiveLock");
    assertThat(Relations.conflictsOf(LockMode.NONE)).isEmpty();
    for (LockMode mode : LockMode.values()) {
      assertThat(Relations.conflictsOf(mode).size()).isLessThanOrEqualTo(8);
    }
  }

  @Test
  void a_log_gives_back_what_was_written_and_forgets_a_line_that_a_crash_cut_off()
      throws Exception {
    MigrationLog log = MigrationLog.inFolder(folder.resolve("log"));
    Migrated one = new Migrated.Begun(MIGRATION, "1/1/5", MIGRATION, 2, 0, Optional.empty());
    Migrated two = new Migrated.Ended(MIGRATION, "done", 2, Optional.empty(), Optional.of("why"));
    log.write(one);
    Path file = folder.resolve("log").resolve(MIGRATION.hex() + ".jsonl");
    Files.writeString(file, "{\"kind\":\"migration.en", StandardOpenOption.APPEND);

    assertThat(log.read(MIGRATION)).containsExactly(one);
    log.write(two);
    assertThat(log.read(MIGRATION)).containsExactly(one, two);
    assertThat(log.read(Hash.of(new byte[0]))).isEmpty();

    Files.writeString(file, "{\"kind\":\"act.started\",\"body\":{}}\n", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> log.read(MIGRATION)).isInstanceOf(JournalException.class);
  }

  @Test
  void limits_that_postgresql_would_read_as_for_ever_are_refused() {
    assertThatThrownBy(() -> RunLimits.usual().lock(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RunLimits.usual().batches(0, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LossCount(Duration.ofNanos(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
