package dev.weirkeeper.contracts.postgres;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.contracts.gate.GateStep;
import dev.weirkeeper.contracts.gate.GateTarget;
import dev.weirkeeper.contracts.gate.SqlGateTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * A PostgreSQL table as the target of a gate. Rows come by binary COPY: into the table itself where
 * nothing has to be asked of it first, else beside it; rows, quarantine and ledger commit together.
 *
 * <p>The login of the gate needs SELECT and INSERT on the table, UPDATE for upserts, SELECT on
 * tables that are referred to, and schema {@code weirkeeper_gate}, which {@link #prepare} makes for
 * it. With UPDATE it keeps other writers out while it compares and publishes; without, only other
 * gates: a unique index is what holds against the rest. With UPDATE on a column of a table that is
 * referred to, rows that are referred to stay until the batch is published; without, a foreign key
 * is what holds.
 *
 * <p>A gate works with search_path {@code pg_catalog, pg_temp}: functions of triggers name schemas,
 * or set a path of their own, as they must for logical replication. A table whose rows row-level
 * security hides from the login is refused; a login with BYPASSRLS sees them all.
 */
public final class PostgresGateTarget {
  private PostgresGateTarget() {}

  /**
   * @param asset the name is that of the table, with its schema: {@code public.orders}
   * @param connections where each write takes its connection from
   */
  public static Builder of(Asset asset, DataSource connections) {
    return new Builder(asset, connections);
  }

  /**
   * Creates schema {@code weirkeeper_gate} and gives a login what a gate needs in it; once more
   * changes nothing. For the database's administrator.
   */
  public static void prepare(Connection connection, String login) throws SQLException {
    String to = Sql.quoted(login);
    try (Statement statement = connection.createStatement()) {
      for (String sql : SqlGateTarget.script()) {
        statement.execute(sql);
      }
      statement.execute("GRANT USAGE, CREATE ON SCHEMA weirkeeper_gate TO " + to);
      statement.execute("GRANT SELECT, INSERT, UPDATE ON weirkeeper_gate.target TO " + to);
      statement.execute(
          "GRANT SELECT, INSERT ON weirkeeper_gate.ledger, weirkeeper_gate.attempt,"
              + " weirkeeper_gate.waiver TO "
              + to);
    }
  }

  /** Sets up a target. */
  public static final class Builder {
    private final Asset asset;
    private final DataSource connections;
    private long quarantineLimit = 1_000_000;
    private Consumer<GateStep> steps = step -> {};

    private Builder(Asset asset, DataSource connections) {
      this.asset = requireNonNull(asset, "asset");
      this.connections = requireNonNull(connections, "connections");
    }

    /** Open rows that the quarantine may hold; a batch that brings more fails as a whole. */
    public Builder quarantineLimit(long rows) {
      if (rows < 0) {
        throw new IllegalArgumentException("A limit is never negative");
      }
      quarantineLimit = rows;
      return this;
    }

    /** Hears how far each write has come, on its thread. */
    public Builder steps(Consumer<GateStep> listener) {
      steps = requireNonNull(listener, "listener");
      return this;
    }

    public GateTarget build() {
      return new SqlGateTarget(new PostgresGateDialect(connections), asset, quarantineLimit, steps);
    }
  }
}
