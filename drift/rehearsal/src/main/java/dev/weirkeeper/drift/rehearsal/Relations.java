package dev.weirkeeper.drift.rehearsal;

import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.schema.ObjectName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The tables and views that are there at one moment, by OID, with the files of their rows. */
final class Relations {
  private static final String ALL =
      """
      SELECT c.oid::text, n.nspname, c.relname,
             pg_catalog.pg_relation_filenode(c.oid)::text
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f')
         AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      """;

  private static final String LOCKS =
      """
      SELECT l.relation::text, l.mode FROM pg_catalog.pg_locks l
       WHERE l.locktype = 'relation' AND l.granted AND l.pid = %d
      """;

  private final Map<String, Relation> byOid;

  private Relations(Map<String, Relation> byOid) {
    this.byOid = byOid;
  }

  private record Relation(ObjectName name, Optional<String> file) {}

  static Relations read(Connection connection) throws SQLException {
    Map<String, Relation> byOid = new TreeMap<>();
    for (List<Optional<String>> row : Sql.rows(connection, ALL)) {
      byOid.put(
          row.get(0).orElseThrow(),
          new Relation(
              new ObjectName(row.get(1).orElseThrow(), row.get(2).orElseThrow()), row.get(3)));
    }
    return new Relations(byOid);
  }

  /** What those of other relations that are these ones, too, are called there. */
  Set<ObjectName> namesIn(Relations other) {
    return other.byOid.entrySet().stream()
        .filter(entry -> byOid.containsKey(entry.getKey()))
        .map(entry -> entry.getValue().name)
        .collect(Collectors.toSet());
  }

  /** Relations whose rows lie in another file now. */
  List<ObjectName> rewrittenIn(Relations now) {
    List<ObjectName> rewritten = new ArrayList<>();
    byOid.forEach(
        (oid, before) -> {
          Relation after = now.byOid.get(oid);
          if (after != null && before.file.isPresent() && !after.file.equals(before.file)) {
            rewritten.add(before.name);
          }
        });
    Collections.sort(rewritten);
    return rewritten;
  }

  /** The strongest lock that a session holds on each relation that was there before. */
  SortedMap<ObjectName, LockMode> lockedBy(int process, Connection asked) throws SQLException {
    SortedMap<ObjectName, LockMode> locked = new TreeMap<>();
    for (List<Optional<String>> row : Sql.rows(asked, LOCKS.formatted(process))) {
      Relation relation = byOid.get(row.get(0).orElse(""));
      if (relation != null) {
        locked.merge(relation.name, mode(row.get(1).orElse("")), Relations::stronger);
      }
    }
    return locked;
  }

  static LockMode stronger(LockMode one, LockMode other) {
    return one.strongerThan(other) ? one : other;
  }

  /** {@code ShareRowExclusiveLock} is {@link LockMode#SHARE_ROW_EXCLUSIVE}. */
  static LockMode mode(String name) {
    return LockMode.valueOf(
        name.replaceAll("Lock$", "")
            .replaceAll("([a-z])([A-Z])", "$1_$2")
            .toUpperCase(Locale.ROOT));
  }
}
