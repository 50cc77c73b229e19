package dev.weirkeeper.contracts.postgres;

import static dev.weirkeeper.contracts.postgres.Rows.ITEMS;
import static dev.weirkeeper.contracts.postgres.Rows.ITEMS_V1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Batch;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UnclearCommitIT {
  private TargetFixture fixture;
  private final AtomicReference<Fault> fault = new AtomicReference<>(Fault.NONE);

  /** What becomes of the next commit of rows. */
  private enum Fault {
    NONE,
    /** The server dies before the commit reaches it. */
    KILLED_BEFORE,
    /** The server commits and the answer is lost. */
    KILLED_AFTER,
    /** The answer is lost and the server cannot be reached any more. */
    UNREACHABLE
  }

  @BeforeEach
  void start() throws Exception {
    fixture = TargetFixture.items();
    fixture.reopen(PostgresTarget.builder("warehouse", faulty()).clock(TargetFixture.CLOCK));
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
  }

  private DataSource faulty() throws IOException {
    DataSource real = TargetFixture.server().dataSource(fixture.database);
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, args) -> {
              if (fault.get() == Fault.UNREACHABLE) {
                throw new SQLException("no route", "08001");
              }
              return wrapped(real.getConnection());
            });
  }

  private Connection wrapped(Connection real) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, args) -> {
              try {
                if (method.getName().equals("commit") && fault.get() != Fault.NONE) {
                  return commit(real);
                }
                return method.invoke(real, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Object commit(Connection real) throws SQLException {
    if (fault.get() == Fault.KILLED_BEFORE) {
      int pid = real.unwrap(org.postgresql.PGConnection.class).getBackendPID();
      try (Statement kill = fixture.sql.createStatement()) {
        kill.execute("SELECT pg_terminate_backend(" + pid + ", 10000)");
      }
      fault.set(Fault.NONE);
      real.commit();
      return null;
    }
    real.commit();
    real.close();
    if (fault.get() == Fault.KILLED_AFTER) {
      fault.set(Fault.NONE);
    }
    throw new SQLException("The connection broke", "08006");
  }

  @Test
  void invariant_6_a_commit_whose_answer_is_lost_is_found_applied() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));
    fault.set(Fault.KILLED_AFTER);

    Counts counts = fixture.applied(fixture.next().insert(ITEMS_V1, "2", "two", null, "1"));

    assertThat(counts).isEqualTo(Counts.of(1, 0, 0));
    assertThat(fixture.target.ledger("pg")).isEqualTo(Map.of(ITEMS, Counts.of(2, 0, 0)));
  }

  @Test
  void invariant_6_the_first_commit_of_all_is_found_too() throws Exception {
    fault.set(Fault.KILLED_AFTER);

    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));

    assertThat(fixture.table()).hasSize(1);
  }

  @Test
  void invariant_6_a_commit_that_never_arrived_is_not_applied_and_may_come_again()
      throws Exception {
    for (String expected : new String[] {"0/0", "0/1"}) {
      assertThat(fixture.position()).isEqualTo(expected);
      Batch batch =
          fixture.batch(fixture.next().insert(ITEMS_V1, expected.substring(2), "n", null, "1"));
      fault.set(Fault.KILLED_BEFORE);

      assertThatThrownBy(() -> fixture.target.write(batch, rows -> {}))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("was not committed");

      assertThat(fixture.target.write(batch, rows -> {})).isInstanceOf(Commit.Applied.class);
      assertThat(fixture.target.write(batch, rows -> {})).isInstanceOf(Commit.Duplicate.class);
      if (expected.equals("0/0")) {
        fixture.sync();
      }
    }
    assertThat(fixture.table()).hasSize(2);
  }

  @Test
  void a_state_that_is_stored_is_found_though_the_position_did_not_move() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));
    fault.set(Fault.KILLED_AFTER);

    assertThat(fixture.change(Rows.paused(ITEMS_V1))).isInstanceOf(Commit.Applied.class);
    assertThat(fixture.target.resume("pg").orElseThrow().tables())
        .containsValue(Rows.paused(ITEMS_V1));
  }

  @Test
  void an_outcome_that_cannot_be_found_out_is_no_answer() throws Exception {
    Batch batch = fixture.batch(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));
    fault.set(Fault.UNREACHABLE);
    PostgresTarget connected = fixture.target;

    assertThatThrownBy(() -> connected.write(batch, rows -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("could not be");

    fault.set(Fault.NONE);
    assertThat(fixture.target.write(batch, rows -> {})).isInstanceOf(Commit.Duplicate.class);
  }
}
