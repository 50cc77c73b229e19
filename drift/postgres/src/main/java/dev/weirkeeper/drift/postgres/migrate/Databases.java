package dev.weirkeeper.drift.postgres.migrate;

import java.sql.SQLException;

/** Which database it is, so that a restored copy is not taken for it. */
final class Databases {
  private Databases() {}

  /** System identifier, timeline and OID of the database. */
  static String identity(Session session) throws SQLException {
    return session
        .text(
            "SELECT s.system_identifier || '/' || c.timeline_id || '/' || d.oid"
                + " FROM pg_catalog.pg_control_system() s, pg_catalog.pg_control_checkpoint() c,"
                + " pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()")
        .orElseThrow();
  }
}
