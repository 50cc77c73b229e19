package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.Asset;
import dev.weirkeeper.contracts.sql.Dialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * What a transactional database does in its own way when a gate writes to it: see {@link
 * SqlGateTarget}.
 */
public interface GateDialect {
  /** Kebab-case: {@code postgresql}. */
  String id();

  /** A connection of its own, without auto-commit. */
  GateConnection connect() throws SQLException;

  /** One for a write: where writes take turns, once it is this one's. */
  GateConnection connectInTurn() throws SQLException;

  /** Columns of a table in their order; none if there is no such table. */
  List<TargetColumn> columns(Connection connection, Asset asset) throws SQLException;

  /** Whether a name is that of a table or a view: some databases take another for a file's. */
  default boolean exists(Connection connection, Asset asset) throws SQLException {
    return !columns(connection, asset).isEmpty();
  }

  /** The table of an asset as SQL. */
  String table(String assetName);

  /** How a table that lives no longer than its transaction is created. */
  String createScratch();

  /** Tells the planner how large a table is that was just filled. */
  void analyze(Connection connection, String table) throws SQLException;

  /** A column that is loaded. */
  record Load(String name, TargetColumn column) {}

  /**
   * Holds the line of the target in {@code weirkeeper_gate.target} until the transaction ends, so
   * that one gate at a time publishes.
   */
  void hold(Connection connection, String asset) throws SQLException;

  /** Keeps other writers out of the table until the transaction ends, where the login may. */
  void keepOthersOut(Connection connection, Asset asset) throws SQLException;

  /**
   * Keeps rows that a batch refers to from being deleted until the transaction ends, where the
   * database can and the login may.
   *
   * @param table as SQL
   * @param query a SELECT of those rows, in which the table is called {@code r}
   */
  default void keepReferred(Connection connection, String table, String query)
      throws SQLException {}

  /** How conditions on its rows are written. */
  Dialect sql();

  /** What an error means. */
  Problem problem(SQLException e);

  /** Kinds of errors. */
  enum Problem {
    /** Another transaction was faster. */
    CONFLICT,
    /** Rows, table or rights: the same again fails again. */
    REFUSED,
    /** The server or the way to it. */
    SERVER
  }
}
