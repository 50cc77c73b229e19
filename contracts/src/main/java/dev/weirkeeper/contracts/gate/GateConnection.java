package dev.weirkeeper.contracts.gate;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** A connection to a target's database that loads rows in bulk. Confined to one thread. */
public interface GateConnection extends AutoCloseable {
  /** Statements may be sent once {@link #settle} has returned. */
  Connection sql();

  /** Rows for a table of these columns. */
  BulkLoad load(String table, List<GateDialect.Load> columns) throws SQLException;

  /** Ends what is being sent, if anything is, so that the connection takes statements. */
  void settle() throws SQLException;

  /** Undoes what is not committed. */
  @Override
  void close() throws SQLException;
}
