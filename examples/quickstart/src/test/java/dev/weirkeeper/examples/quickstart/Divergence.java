package dev.weirkeeper.examples.quickstart;

import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says in which rows two tables differ and what happened to these rows: in the source's log, in
 * quarantine and in the ledger. For a failure that comes once in many runs and takes its database
 * with it.
 */
final class Divergence {
  private static final int KEYS = 10;
  private static final int LINES = 40;
  private static final int WIDTH = 240;
  private static final Pattern OLD_KEY = Pattern.compile("old-key: id\\[bigint]:([0-9]+) ");

  private final LocalPostgres server;
  private final String table;
  private final String slot;

  /**
   * @param slot of {@code test_decoding} at the source that still holds all changes
   */
  Divergence(LocalPostgres server, String table, String slot) {
    this.server = server;
    this.table = table;
    this.slot = slot;
  }

  /** The first rows that differ, with their history; empty if none does. */
  String describe(List<String> columns, Set<String> except) throws SQLException {
    Map<Long, Map<String, String>> there;
    Map<Long, Map<String, String>> here;
    try (Connection shop = server.connect("shop");
        Connection warehouse = server.connect("warehouse")) {
      there = rows(shop, columns);
      here = rows(warehouse, columns);
    }
    Set<Long> keys = new LinkedHashSet<>(there.keySet());
    keys.addAll(here.keySet());
    List<String> lines = new ArrayList<>();
    int differing = 0;
    for (long key : keys) {
      Map<String, String> source = there.getOrDefault(key, Map.of());
      Map<String, String> target = here.getOrDefault(key, Map.of());
      if (source.equals(target) || except.contains("(" + key + ")")) {
        continue;
      }
      if (++differing <= KEYS) {
        lines.add(table + " id " + key + ":");
        if (source.isEmpty() || target.isEmpty()) {
          lines.add("  only in the " + (source.isEmpty() ? "target" : "source"));
        }
        for (String column : columns) {
          if (!Objects.equals(source.get(column), target.get(column))) {
            lines.add(
                "  "
                    + column
                    + ": source "
                    + cut(source.get(column))
                    + ", target "
                    + cut(target.get(column)));
          }
        }
        history(key).forEach(line -> lines.add("  " + line));
      }
    }
    return differing + " rows of " + table + " differ\n" + String.join("\n", lines);
  }

  private Map<Long, Map<String, String>> rows(Connection connection, List<String> columns)
      throws SQLException {
    String texts = String.join(", ", columns.stream().map(c -> '"' + c + "\"::text").toList());
    try (PreparedStatement query =
            connection.prepareStatement("SELECT id, " + texts + " FROM " + table);
        ResultSet rows = query.executeQuery()) {
      Map<Long, Map<String, String>> found = new TreeMap<>();
      while (rows.next()) {
        Map<String, String> row = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
          row.put(columns.get(i), rows.getString(i + 2));
        }
        found.put(rows.getLong(1), row);
      }
      return found;
    }
  }

  /** What was logged of a row under this and its earlier keys, and what the target kept of it. */
  private List<String> history(long key) throws SQLException {
    List<String> lines = new ArrayList<>();
    Set<Long> keys = new LinkedHashSet<>();
    keys.add(key);
    try (Connection shop = server.connect("shop")) {
      for (Long at = key; at != null; ) {
        Long older = null;
        for (String line :
            texts(
                shop,
                "SELECT lsn || ' xid ' || xid || ' ' || data FROM pg_logical_slot_peek_changes('"
                    + slot
                    + "', NULL, NULL) WHERE data ~ '^table "
                    + table.replace(".", "\\.")
                    + ": ' AND data ~ ' id\\[bigint\\]:"
                    + at
                    + "( |$)'")) {
          lines.add(cut(line));
          Matcher moved = OLD_KEY.matcher(line);
          if (moved.find() && keys.add(Long.valueOf(moved.group(1)))) {
            older = Long.valueOf(moved.group(1));
          }
        }
        at = older;
      }
    }
    try (Connection warehouse = server.connect("warehouse")) {
      for (long each : keys) {
        lines.addAll(
            texts(
                warehouse,
                "SELECT 'quarantine ' || q.id || ' key ' || "
                    + each
                    + " || ' ' || operation || ' ' || status || ' version ' || left(version, 8)"
                    + " || ' at ' || position || ' #' || ordinal || ' ' || transaction || ' '"
                    + " || array_to_string(rules, ',') || ' bytes ' || octet_length(image)"
                    + " || coalesce(', closed by batch of ' || l.origin || ' to '"
                    + " || l.position_to, '')"
                    + " FROM weirkeeper.quarantine q JOIN weirkeeper.asset a ON a.id = q.asset"
                    + " LEFT JOIN weirkeeper.ledger l ON l.batch = q.closed_by"
                    + " AND l.asset = q.asset WHERE a.name = '"
                    + table
                    + "' AND q.key = ARRAY['"
                    + each
                    + "'] ORDER BY q.id"));
      }
    }
    return lines.size() <= LINES ? lines : lines.subList(lines.size() - LINES, lines.size());
  }

  private static List<String> texts(Connection connection, String sql) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql);
        ResultSet rows = query.executeQuery()) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    }
  }

  private static String cut(String text) {
    return text == null || text.length() <= WIDTH
        ? String.valueOf(text)
        : text.substring(0, WIDTH / 2)
            + " ("
            + (text.length() - WIDTH)
            + " more) "
            + text.substring(text.length() - WIDTH / 2);
  }
}
