package dev.weirkeeper.drift.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.ds.PGSimpleDataSource;

/** Stands where tools are only shown and nothing is to be read. */
@SuppressWarnings("serial") // A data source only by descent: nobody writes one down.
final class NoDatabase extends PGSimpleDataSource {
  @Override
  public Connection getConnection() throws SQLException {
    throw none();
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw none();
  }

  private static SQLException none() {
    return new SQLException("There is no database behind tools that are only shown", "08001");
  }
}
