package dev.weirkeeper.contracts.duckdb;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.contracts.gate.GateStep;
import dev.weirkeeper.contracts.gate.GateTarget;
import dev.weirkeeper.contracts.gate.SqlGateTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;
import org.duckdb.DuckDBConnection;

/**
 * A DuckDB table as the target of a gate. A database file belongs to one process, so writes of all
 * gates in it take turns; rows, quarantine and ledger commit together.
 */
public final class DuckDbGateTarget {
  private DuckDbGateTarget() {}

  /**
   * @param asset the name is that of the table, with its schema: {@code main.orders}
   * @param database kept open by the host; each write has a connection of its own to it
   */
  public static Builder of(Asset asset, DuckDBConnection database) {
    return new Builder(asset, database);
  }

  /** Creates schema {@code weirkeeper_gate}; once more changes nothing. */
  public static void prepare(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : SqlGateTarget.script()) {
        statement.execute(sql);
      }
    }
  }

  /** Sets up a target. */
  public static final class Builder {
    private final Asset asset;
    private final DuckDBConnection database;
    private long quarantineLimit = 1_000_000;
    private Consumer<GateStep> steps = step -> {};

    private Builder(Asset asset, DuckDBConnection database) {
      this.asset = requireNonNull(asset, "asset");
      this.database = requireNonNull(database, "database");
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
      return new SqlGateTarget(new DuckDbGateDialect(database), asset, quarantineLimit, steps);
    }
  }
}
