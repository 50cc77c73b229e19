package dev.weirkeeper.contracts.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;

/**
 * The one connection of a target. A statement that is sent while a COPY is open waits for ever, so
 * every statement goes through here and ends the COPY first. Not safe to share.
 */
final class Session implements AutoCloseable {
  private static final byte[] BINARY_HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  private static final byte[] BINARY_TRAILER = {(byte) 0xff, (byte) 0xff};

  /** The state of the error that says that a COPY stored other than all rows. */
  static final String LOST_ROWS = "XX001";

  /** Which form the data of a COPY has. */
  enum Format {
    TEXT,
    BINARY
  }

  private final Connection connection;
  private final CopyManager copies;
  private @Nullable CopyIn copy;
  private Format format = Format.TEXT;
  private String copySql = "";
  private long sent;

  Session(Connection connection) throws SQLException {
    this.connection = connection;
    connection.setAutoCommit(false);
    copies = connection.unwrap(PGConnection.class).getCopyAPI();
    execute(
        "SET SESSION TimeZone = 'UTC'; SET SESSION DateStyle = 'ISO'; "
            + "SET SESSION IntervalStyle = 'postgres'; SET SESSION bytea_output = 'hex'");
    connection.commit();
  }

  /** Sends rows; the COPY stays open for more of the same. */
  void copy(String sql, Format form, Bytes data, long rows) throws SQLException {
    CopyIn open = copy;
    if (open == null || !sql.equals(copySql)) {
      flush();
      open = copies.copyIn(sql);
      copy = open;
      copySql = sql;
      format = form;
      sent = 0;
      if (form == Format.BINARY) {
        open.writeToCopy(BINARY_HEADER, 0, BINARY_HEADER.length);
      }
    }
    open.writeToCopy(data.data(), 0, data.length());
    sent += rows;
  }

  /** Ends the COPY that is open, if any, so that the connection takes statements again. */
  void flush() throws SQLException {
    CopyIn open = copy;
    if (open == null) {
      return;
    }
    copy = null;
    if (format == Format.BINARY) {
      open.writeToCopy(BINARY_TRAILER, 0, BINARY_TRAILER.length);
    }
    long stored = open.endCopy();
    if (stored != sent) {
      throw new SQLException(
          "The database stored " + stored + " of " + sent + " rows that were copied", LOST_ROWS);
    }
  }

  PreparedStatement prepare(String sql) throws SQLException {
    flush();
    return connection.prepareStatement(sql);
  }

  /**
   * A statement that is planned each time: a plan kept from when a table was small must not be used
   * when it has grown.
   */
  PreparedStatement preparePlanned(String sql) throws SQLException {
    PreparedStatement statement = prepare(sql);
    statement.unwrap(PGStatement.class).setPrepareThreshold(0);
    return statement;
  }

  void execute(String sql) throws SQLException {
    flush();
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  void commit() throws SQLException {
    flush();
    connection.commit();
  }

  void rollback() throws SQLException {
    cancel();
    connection.rollback();
  }

  void rollbackTo(String savepoint) throws SQLException {
    cancel();
    execute("ROLLBACK TO SAVEPOINT " + savepoint);
  }

  private void cancel() throws SQLException {
    CopyIn open = copy;
    copy = null;
    if (open != null && open.isActive()) {
      open.cancelCopy();
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
