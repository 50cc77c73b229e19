package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.Outside;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.postgres.migrate.Obstacle.Kind;
import dev.weirkeeper.drift.schema.ObjectName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Asks the server what stands in the way. */
final class Obstacles {
  private static final String HOLDERS =
      """
      SELECT l.pid IS NULL AS prepared,
             a.xact_start IS NULL AS hidden,
             pg_catalog.max(extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start))::bigint,
             pg_catalog.count(*)
        FROM pg_catalog.pg_locks l
        LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
       WHERE l.locktype = 'relation' AND l.granted
         AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                            WHERE d.datname = pg_catalog.current_database())
         AND l.relation = pg_catalog.to_regclass(?)::oid
         AND l.mode = ANY (?::text[])
         AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
         AND (a.xact_start IS NULL
              OR a.xact_start < pg_catalog.clock_timestamp() - ? * interval '1 millisecond')
       GROUP BY 1, 2
      """;

  private static final String SNAPSHOTS =
      """
      SELECT pg_catalog.count(*),
             pg_catalog.max(extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start))::bigint
        FROM pg_catalog.pg_stat_activity a
       WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
         AND a.backend_type = 'client backend' AND a.xact_start IS NOT NULL
         AND (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL)
         AND a.xact_start < pg_catalog.clock_timestamp() - ? * interval '1 millisecond'
      """;

  private static final String SLOTS =
      """
      SELECT s.slot_name::text, s.wal_status,
             pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), s.restart_lsn)::bigint
        FROM pg_catalog.pg_replication_slots s
       WHERE s.restart_lsn IS NOT NULL OR s.wal_status = 'lost'
       ORDER BY 1
      """;

  private static final String REPLICAS =
      """
      SELECT coalesce(r.application_name, ''), r.state,
             (extract(epoch FROM r.replay_lag) * 1000)::bigint
        FROM pg_catalog.pg_stat_replication r ORDER BY 1
      """;

  private final Session session;

  Obstacles(Session session) {
    this.session = session;
  }

  /** Whoever holds what a step waits for, for longer than it would wait. */
  List<Obstacle> toLocks(SortedMap<ObjectName, LockMode> wanted) throws SQLException {
    List<Obstacle> found = new ArrayList<>();
    long oldest = session.limits.oldestTransaction().toMillis();
    for (var each : wanted.entrySet()) {
      for (List<Optional<String>> row :
          session.rows(
              HOLDERS,
              Relations.quoted(each.getKey()),
              Relations.conflictsOf(each.getValue()),
              oldest)) {
        String table = Outside.of(each.getKey().toString()).text();
        String many = row.get(3).orElse("0");
        if (row.get(0).equals(Optional.of("t"))) {
          found.add(
              new Obstacle(
                  Kind.PREPARED_TRANSACTION,
                  many
                      + " locks of prepared transactions on "
                      + table
                      + "; commit or roll them back"));
        } else if (row.get(1).equals(Optional.of("t"))) {
          found.add(
              new Obstacle(
                  Kind.NOT_VISIBLE,
                  many
                      + " locks on "
                      + table
                      + " are of sessions that the login may not see; grant it"
                      + " pg_read_all_stats"));
        } else {
          found.add(
              new Obstacle(
                  Kind.LONG_TRANSACTION,
                  many
                      + " locks on "
                      + table
                      + ", of transactions up to "
                      + row.get(2).orElse("?")
                      + " s old"));
        }
      }
    }
    return found;
  }

  /** Transactions whose end a concurrent build waits for. */
  List<Obstacle> toConcurrentBuilds() throws SQLException {
    List<Optional<String>> row =
        session.rows(SNAPSHOTS, session.limits.oldestTransaction().toMillis()).get(0);
    if (row.get(0).equals(Optional.of("0"))) {
      return List.of();
    }
    return List.of(
        new Obstacle(
            Kind.LONG_SNAPSHOT,
            row.get(0).orElse("?")
                + " transactions up to "
                + row.get(1).orElse("?")
                + " s old, whose end a concurrent build waits for"));
  }

  /** Readers of the log that many writes would leave behind. */
  List<Obstacle> toManyWrites() throws SQLException {
    List<Obstacle> found = new ArrayList<>();
    for (List<Optional<String>> row : session.rows(SLOTS)) {
      String slot = Outside.of(row.get(0).orElse("")).text();
      String status = row.get(1).orElse("");
      long behind = Long.parseLong(row.get(2).orElse("0"));
      if (status.equals("lost")) {
        found.add(new Obstacle(Kind.SLOT_LOST, "slot " + slot + " has lost log"));
      } else if (status.equals("unreserved")) {
        found.add(new Obstacle(Kind.SLOT_UNRESERVED, "slot " + slot + " is about to lose log"));
      } else if (behind > session.limits.slotBytes()) {
        found.add(
            new Obstacle(Kind.SLOT_BEHIND, "slot " + slot + " is " + behind + " bytes behind"));
      }
    }
    for (List<Optional<String>> row : session.rows(REPLICAS)) {
      String name = Outside.of(row.get(0).orElse("")).text();
      if (row.get(1).isEmpty()) {
        found.add(
            new Obstacle(
                Kind.NOT_VISIBLE,
                "the login may not see how far replica "
                    + name
                    + " is; grant it pg_read_all_stats"));
      } else if (Long.parseLong(row.get(2).orElse("0")) > session.limits.replicaLag().toMillis()) {
        found.add(
            new Obstacle(
                Kind.REPLICA_BEHIND,
                "replica " + name + " is " + row.get(2).orElse("?") + " ms behind"));
      }
    }
    return found;
  }
}
