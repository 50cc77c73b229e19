package dev.weirkeeper.drift.postgres;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Stands where tools are only shown and nothing is to be read. */
final class NoDatabase implements DataSource {
  private static SQLException none() {
    return new SQLException("There is no database behind tools that are only shown", "08001");
  }

  @Override
  public Connection getConnection() throws SQLException {
    throw none();
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw none();
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    throw none();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    throw none();
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    throw none();
  }

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("It logs nothing");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw none();
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
