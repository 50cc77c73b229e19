package dev.weirkeeper.contracts.postgres;

import java.io.IOException;
import java.sql.SQLException;

/** What an error of the database means for a batch. */
final class Failures {
  /** What to do after an error. */
  enum Kind {
    /** A value of a row: find the row, quarantine it. */
    ROW,
    /** The table as it is does not take the rows: refuse the asset. */
    TABLE,
    /** Concurrency: the same batch again may succeed. */
    AGAIN,
    /** Nothing about the rows: connection, shutdown, disk, lock. */
    SERVER
  }

  private Failures() {}

  static String state(SQLException e) {
    return e.getSQLState() == null ? "unknown" : e.getSQLState();
  }

  static Kind kind(SQLException e) {
    String state = state(e);
    if (state.equals("40001") || state.equals("40P01")) {
      return Kind.AGAIN;
    }
    if (state.length() != 5) {
      return Kind.SERVER;
    }
    return switch (state.substring(0, 2)) {
      case "21", "22", "23", "44", "54", "P0" -> Kind.ROW;
      case "0A", "42" -> Kind.TABLE;
      default -> Kind.SERVER;
    };
  }

  /**
   * The error as something that may be shown: messages of the database hold row values, so only the
   * SQLSTATE and the place are kept.
   */
  static IOException shown(String what, SQLException e) {
    SQLException cause =
        new SQLException("The database's message is withheld: it may hold row values", state(e));
    cause.setStackTrace(e.getStackTrace());
    return new IOException(what + " (SQLSTATE " + state(e) + ")", cause);
  }
}
