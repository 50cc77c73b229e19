package dev.weirkeeper.drift.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Installs and removes the optional event trigger that writes DDL into the log of the source. With
 * it, renames and dropped columns are known by identity even if the feed lags, and DDL that no row
 * follows is seen. An error in it never aborts the DDL of a user.
 *
 * <p>Event triggers need a superuser. The script is the resource {@code ddl-trigger.sql} of this
 * package; {@link #script()} gives it to a person who wants to read and run it.
 */
public final class DdlTrigger {
  private DdlTrigger() {}

  /** Whether the log of a database carries its DDL. */
  enum State {
    INSTALLED,
    ABSENT
  }

  /** The script that {@link #install} runs. */
  public static String script() {
    String relation = Resources.sql("relation.sql").replace("{oid}", "v_table");
    return Resources.sql("ddl-trigger.sql").replace("{relation}", relation);
  }

  /** The script that {@link #uninstall} runs. */
  public static String uninstallScript() {
    return Resources.sql("ddl-trigger-uninstall.sql");
  }

  /**
   * Installs the trigger, or its newest version, in one transaction of its own.
   *
   * @param superuser a connection to the source database
   */
  public static void install(Connection superuser) throws SQLException {
    run(superuser, script());
  }

  /** Removes the trigger. Does nothing if there is none. */
  public static void uninstall(Connection superuser) throws SQLException {
    run(superuser, uninstallScript());
  }

  private static void run(Connection superuser, String script) throws SQLException {
    try (Statement statement = superuser.createStatement()) {
      statement.execute(script);
    }
  }

  static State state(Catalog catalog) throws SQLException {
    String enabled =
        catalog
            .value(
                "SELECT count(*) FROM pg_event_trigger WHERE evtenabled IN ('A', 'O')"
                    + " AND evtname IN ('weirkeeper_feed_end', 'weirkeeper_feed_drop')")
            .orElse("0");
    return enabled.equals("2") ? State.INSTALLED : State.ABSENT;
  }
}
