package dev.weirkeeper.drift.postgres.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Says whether two databases are alike, by queries of its own and nothing of the code under test:
 * the twenty classes of objects of the corpus' {@code catalog_fingerprint.py}, on PostgreSQL 12 to
 * 18.
 *
 * @param objects class of object → its name → property → value; what is null is left out
 */
record CatalogOracle(SortedMap<String, SortedMap<String, Map<String, String>>> objects) {
  /** Says where columns lie: DDL cannot move them. */
  static final String COLUMN_ORDER = "column_order";

  /** Owners and privileges, which no migration of ours touches. */
  static final String ACL = "acl";

  /** What two databases must agree in to be called converged. */
  static final Set<String> NOT_COUNTED = Set.of(COLUMN_ORDER, ACL);

  /** One thing that two databases do not agree in. */
  record Difference(String kind, String name, String what) {
    @Override
    public String toString() {
      return kind + " " + name + ": " + what;
    }
  }

  static CatalogOracle read(Connection connection) throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    SortedMap<String, SortedMap<String, Map<String, String>>> objects = new TreeMap<>();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL search_path = pg_catalog");
      int major = connection.getMetaData().getDatabaseMajorVersion();
      for (Map.Entry<String, String> query : OracleQueries.of(major).entrySet()) {
        objects.put(query.getKey(), read(connection, query.getValue()));
      }
    } finally {
      connection.rollback();
      connection.setAutoCommit(autoCommit);
    }
    return new CatalogOracle(objects);
  }

  private static SortedMap<String, Map<String, String>> read(Connection connection, String sql)
      throws SQLException {
    SortedMap<String, Map<String, String>> found = new TreeMap<>();
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      ResultSetMetaData columns = rows.getMetaData();
      while (rows.next()) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (int at = 2; at <= columns.getColumnCount(); at++) {
          String value = rows.getString(at);
          if (value != null) {
            properties.put(columns.getColumnLabel(at), value);
          }
        }
        if (found.put(rows.getString(1), properties) != null) {
          throw new IllegalStateException("Twice in the catalog: " + rows.getString(1));
        }
      }
    }
    return found;
  }

  /** Empty for two that agree in all that counts. */
  List<Difference> differences(CatalogOracle other) {
    List<Difference> all = new ArrayList<>();
    for (String kind : union(objects.keySet(), other.objects.keySet())) {
      if (!NOT_COUNTED.contains(kind)) {
        all.addAll(differences(other, kind));
      }
    }
    return all;
  }

  List<Difference> differences(CatalogOracle other, String kind) {
    List<Difference> all = new ArrayList<>();
    SortedMap<String, Map<String, String>> ours = of(kind);
    SortedMap<String, Map<String, String>> theirs = other.of(kind);
    for (String name : union(ours.keySet(), theirs.keySet())) {
      Map<String, String> one = ours.get(name);
      Map<String, String> two = theirs.get(name);
      if (one == null) {
        all.add(new Difference(kind, name, "missing"));
      } else if (two == null) {
        all.add(new Difference(kind, name, "left over"));
      } else {
        for (String property : union(one.keySet(), two.keySet())) {
          if (!Objects.equals(one.get(property), two.get(property))) {
            all.add(
                new Difference(
                    kind,
                    name,
                    property + " is " + one.get(property) + ", not " + two.get(property)));
          }
        }
      }
    }
    return all;
  }

  SortedMap<String, Map<String, String>> of(String kind) {
    return objects.getOrDefault(kind, new TreeMap<>());
  }

  private static SortedSet<String> union(Set<String> one, Set<String> two) {
    SortedSet<String> all = new TreeSet<>(one);
    all.addAll(two);
    return all;
  }
}
