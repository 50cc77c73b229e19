package dev.weirkeeper.contracts.duckdb;

import java.sql.Connection;
import org.jdbi.v3.core.ConnectionFactory;

/** Lends the one connection of a DuckDB of its own, which whoever opened it closes. */
record OneConnection(Connection connection) implements ConnectionFactory {
  @Override
  public Connection openConnection() {
    return connection;
  }

  @Override
  public void closeConnection(Connection lent) {
    // It stays open: more questions may follow.
  }
}
