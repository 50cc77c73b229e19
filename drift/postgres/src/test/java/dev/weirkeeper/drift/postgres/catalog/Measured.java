package dev.weirkeeper.drift.postgres.catalog;

import dev.weirkeeper.drift.plan.Hazard;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.Work;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What statements really do, as the server tells: locks on relations that were there before, and
 * what they rewrite, scan and build.
 */
record Measured(Map<String, LockMode> locks, Set<Hazard> hazards) {
  private static final String RELATIONS =
      "SELECT c.oid, n.nspname || '.' || c.relname, c.relname, pg_relation_filenode(c.oid)"
          + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm')"
          + " AND n.nspname !~ '^pg_'";

  private static final String HELD =
      "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'";

  private static final Pattern ON_TABLE =
      Pattern.compile(
          "(rewriting table|verifying table|building index \"(?:[^\"]|\"\")+\" on table)"
              + " \"(.+?)\"");

  private static final String FOREIGN_KEY = "validating foreign key";

  /** A relation before the statements. */
  private record Before(String name, String plain, String filenode) {}

  /** Relations that are there: who makes others need not say that it locks them. */
  static Set<Long> there(Connection connection) throws SQLException {
    return Set.copyOf(relations(connection).keySet());
  }

  /**
   * Runs statements in a transaction that stays open, with what the server says of them.
   *
   * @param there relations that count
   */
  static Measured of(Connection open, List<String> statements, Set<Long> there)
      throws SQLException {
    Map<Long, Before> before = relations(open);
    before.keySet().retainAll(there);
    List<String> said = new ArrayList<>();
    try (Statement statement = open.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute("SET LOCAL client_min_messages = debug1");
      for (String sql : statements) {
        statement.clearWarnings();
        statement.execute(sql);
        for (SQLWarning note = statement.getWarnings();
            note != null;
            note = note.getNextWarning()) {
          said.add(String.valueOf(note.getMessage()));
        }
      }
      statement.execute("SET LOCAL client_min_messages = notice");
    }
    return new Measured(locks(open, before), hazards(open, before, said));
  }

  private static Map<Long, Before> relations(Connection open) throws SQLException {
    Map<Long, Before> relations = new HashMap<>();
    try (Statement statement = open.createStatement();
        ResultSet rows = statement.executeQuery(RELATIONS)) {
      while (rows.next()) {
        relations.put(
            rows.getLong(1),
            new Before(rows.getString(2), rows.getString(3), String.valueOf(rows.getString(4))));
      }
    }
    return relations;
  }

  private static Map<String, LockMode> locks(Connection open, Map<Long, Before> before)
      throws SQLException {
    Map<String, LockMode> locks = new TreeMap<>();
    try (Statement statement = open.createStatement();
        ResultSet rows = statement.executeQuery(HELD)) {
      while (rows.next()) {
        Before relation = before.get(rows.getLong(1));
        if (relation != null) {
          locks.merge(
              relation.name(),
              mode(rows.getString(2)),
              (one, two) -> one.strongerThan(two) ? one : two);
        }
      }
    }
    return locks;
  }

  /** {@code ShareRowExclusiveLock} and its like. */
  static LockMode mode(String name) {
    return LockMode.valueOf(
        name.replaceFirst("Lock$", "")
            .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
            .toUpperCase(Locale.ROOT));
  }

  private static Set<Hazard> hazards(Connection open, Map<Long, Before> before, List<String> said)
      throws SQLException {
    Set<Hazard> hazards = EnumSet.noneOf(Hazard.class);
    for (Map.Entry<Long, Before> now : relations(open).entrySet()) {
      Before old = before.get(now.getKey());
      if (old != null && !old.filenode().equals(now.getValue().filenode())) {
        hazards.add(Hazard.TABLE_REWRITE);
      }
    }
    said.stream().map(message -> hazard(message, before)).forEach(hazards::addAll);
    return hazards;
  }

  private static Set<Hazard> hazard(String message, Map<Long, Before> before) {
    if (message.contains(FOREIGN_KEY)) {
      return Set.of(Hazard.FULL_SCAN);
    }
    Matcher on = ON_TABLE.matcher(message);
    if (!on.find() || before.values().stream().noneMatch(old -> old.plain().equals(on.group(2)))) {
      return Set.of();
    }
    return Set.of(hazard(on.group(1)));
  }

  private static Hazard hazard(String what) {
    return switch (what.substring(0, what.indexOf(' '))) {
      case "rewriting" -> Hazard.TABLE_REWRITE;
      case "verifying" -> Hazard.FULL_SCAN;
      default -> Hazard.INDEX_BUILD;
    };
  }

  /**
   * What the corpus measured of a statement: its locks, its {@code debug} and {@code rewritten}.
   */
  static Measured of(
      Map<String, String> locks, List<String> debug, List<String> rewritten, Set<String> tables) {
    Map<String, LockMode> modes = new TreeMap<>();
    locks.forEach((name, mode) -> modes.put(name, mode(mode)));
    Set<Hazard> hazards = EnumSet.noneOf(Hazard.class);
    for (String message : debug) {
      Matcher on = ON_TABLE.matcher(message);
      if (message.contains(FOREIGN_KEY)) {
        hazards.add(Hazard.FULL_SCAN);
      } else if (on.find() && tables.contains(on.group(2))) {
        hazards.add(hazard(on.group(1)));
      }
    }
    if (!rewritten.isEmpty()) {
      hazards.add(Hazard.TABLE_REWRITE);
    }
    return new Measured(modes, hazards);
  }

  /** What steps do and do not declare, in words. */
  List<String> undeclared(List<Migration.Step> steps) {
    List<String> undeclared = new ArrayList<>();
    Map<String, LockMode> declared = new HashMap<>();
    Set<Hazard> said = EnumSet.noneOf(Hazard.class);
    Work work = Work.CATALOG_ONLY;
    for (Migration.Step step : steps) {
      step.locks()
          .forEach(
              (name, mode) ->
                  declared.merge(name, mode, (one, two) -> one.strongerThan(two) ? one : two));
      said.addAll(step.hazards());
      work = step.work().compareTo(work) > 0 ? step.work() : work;
    }
    locks.forEach(
        (name, mode) -> {
          LockMode promised = declared.getOrDefault(name, LockMode.NONE);
          if (mode.strongerThan(LockMode.ACCESS_SHARE) && mode.strongerThan(promised)) {
            undeclared.add(mode + " on " + name + ", declared " + promised);
          }
        });
    for (Hazard hazard : demanded()) {
      if (!said.contains(hazard)) {
        undeclared.add(hazard + ", declared " + said);
      }
    }
    if (!hazards.isEmpty() && work == Work.CATALOG_ONLY) {
      undeclared.add(hazards + ", declared as work of the catalog only");
    }
    return undeclared;
  }

  /** A table that is written anew is read for that; this need not be said. */
  private Set<Hazard> demanded() {
    Set<Hazard> demanded = EnumSet.noneOf(Hazard.class);
    demanded.addAll(hazards);
    if (hazards.contains(Hazard.TABLE_REWRITE)) {
      demanded.remove(Hazard.FULL_SCAN);
    }
    if (locks.containsValue(LockMode.ACCESS_EXCLUSIVE)) {
      demanded.add(Hazard.LOCK_ACCESS_EXCLUSIVE);
    } else if (locks.containsValue(LockMode.SHARE_ROW_EXCLUSIVE)) {
      demanded.add(Hazard.LOCK_SHARE_ROW_EXCLUSIVE);
    } else if (locks.containsValue(LockMode.SHARE)) {
      demanded.add(Hazard.LOCK_SHARE);
    }
    return demanded;
  }
}
