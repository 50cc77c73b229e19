package dev.weirkeeper.drift.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

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

  /** See {@link Seal}, which checks it. */
  private static final String SEAL =
      "encode(sha256(convert_to(secret || encode(sha256(convert_to("
          + "secret || here || note, 'UTF8')), 'hex'), 'UTF8')), 'hex') || ' '";

  /** Whether the log of a database carries its DDL. */
  enum State {
    INSTALLED,
    ABSENT
  }

  /** The script that {@link #install} runs. */
  public static String script() {
    String relation = Resources.sql("relation.sql").replace("{oid}", "v_table");
    return Resources.sql("ddl-trigger.sql").replace("{relation}", relation).replace("{seal}", SEAL);
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

  /**
   * Installs the trigger and lets the login of a feed know its messages from forged ones. Without
   * that, a hint counts only where the catalog of the moment does not contradict it, and a feed
   * that lags behind takes columns whose names came back for unidentified.
   *
   * @param superuser a connection to the source database
   * @param login the role that the feed connects as, if it is no superuser
   */
  public static void install(Connection superuser, String login) throws SQLException {
    run(
        superuser,
        script()
            + ";\nGRANT USAGE ON SCHEMA weirkeeper_feed TO "
            + Catalog.quoted(login)
            + ";\nGRANT SELECT ON TABLE weirkeeper_feed.secret TO "
            + Catalog.quoted(login));
  }

  /** What seals the messages of the trigger; empty if there is none, or this login may not know. */
  static Optional<Seal> seal(Catalog catalog) throws SQLException {
    boolean known =
        catalog
            .value(
                "SELECT (SELECT has_schema_privilege(n.oid, 'USAGE')"
                    + " AND has_table_privilege(c.oid, 'SELECT') FROM pg_class c"
                    + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE n.nspname = 'weirkeeper_feed' AND c.relname = 'secret')::text")
            .filter("true"::equals)
            .isPresent();
    return known
        ? catalog.value("SELECT value FROM weirkeeper_feed.secret").map(Seal::new)
        : Optional.empty();
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
