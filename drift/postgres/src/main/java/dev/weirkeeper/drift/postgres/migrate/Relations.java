package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which relations a step locks, and whom that disturbs. Pure. */
final class Relations {
  /** The lock modes that each mode waits for, as {@code pg_locks.mode} calls them. */
  private static final Map<LockMode, Set<String>> CONFLICTS = conflicts();

  private static final Set<Table.Kind> LOCKABLE = Set.of(Table.Kind.TABLE, Table.Kind.PARTITIONED);

  private Relations() {}

  private static Map<LockMode, Set<String>> conflicts() {
    String rowShare = "RowShareLock";
    String rowExclusive = "RowExclusiveLock";
    String shareUpdate = "ShareUpdateExclusiveLock";
    String share = "ShareLock";
    String shareRow = "ShareRowExclusiveLock";
    String exclusive = "ExclusiveLock";
    String access = "AccessExclusiveLock";
    Map<LockMode, Set<String>> all = new EnumMap<>(LockMode.class);
    all.put(LockMode.NONE, Set.of());
    all.put(LockMode.ACCESS_SHARE, Set.of(access));
    all.put(LockMode.ROW_SHARE, Set.of(exclusive, access));
    all.put(LockMode.ROW_EXCLUSIVE, Set.of(share, shareRow, exclusive, access));
    all.put(
        LockMode.SHARE_UPDATE_EXCLUSIVE, Set.of(shareUpdate, share, shareRow, exclusive, access));
    all.put(LockMode.SHARE, Set.of(rowExclusive, shareUpdate, shareRow, exclusive, access));
    all.put(
        LockMode.SHARE_ROW_EXCLUSIVE,
        Set.of(rowExclusive, shareUpdate, share, shareRow, exclusive, access));
    all.put(
        LockMode.EXCLUSIVE,
        Set.of(rowShare, rowExclusive, shareUpdate, share, shareRow, exclusive, access));
    all.put(
        LockMode.ACCESS_EXCLUSIVE,
        Set.of(
            "AccessShareLock",
            rowShare,
            rowExclusive,
            shareUpdate,
            share,
            shareRow,
            exclusive,
            access));
    return all;
  }

  static List<String> conflictsOf(LockMode mode) {
    return CONFLICTS.getOrDefault(mode, Set.of()).stream().sorted().toList();
  }

  /** The mode in SQL. */
  static String sql(LockMode mode) {
    return mode.name().replace('_', ' ');
  }

  /**
   * Tables that a step locks and that are there before it, in the order of their names. Only those
   * that {@code LOCK TABLE} takes: a foreign table is no such one.
   */
  static SortedMap<ObjectName, LockMode> lockedBy(Migration.Step step, DatabaseSchema schema) {
    SortedMap<ObjectName, LockMode> locked = new TreeMap<>();
    for (Table table : schema.tables()) {
      LockMode mode = step.locks().get(table.name().toString());
      if (mode != null && mode != LockMode.NONE && LOCKABLE.contains(table.kind())) {
        locked.put(table.name(), mode);
      }
    }
    return locked;
  }

  static String literal(String text) {
    String doubled = text.replace("'", "''");
    return text.indexOf('\\') < 0
        ? "'" + doubled + "'"
        : "E'" + doubled.replace("\\", "\\\\") + "'";
  }

  static String quoted(ObjectName name) {
    return quoted(name.schema()) + "." + quoted(name.name());
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
