package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Chunk;
import dev.weirkeeper.Load;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Tuples;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The simplest target there is: rows by key, values by column id, in memory. */
final class Replica {
  /** By relation id, then key, then column id. Values are text; NULL is the text "∅". */
  final Map<String, Map<List<String>, Map<String, String>>> tables = new HashMap<>();

  /** Rows of relations without a key. */
  final Map<String, List<Map<String, String>>> heaps = new HashMap<>();

  final Map<String, Relation> relations = new HashMap<>();
  final Map<String, Load> loads = new HashMap<>();
  final List<SchemaChange> changes = new ArrayList<>();
  final List<String> ids = new ArrayList<>();
  Optional<dev.weirkeeper.Position> position = Optional.empty();

  void apply(Transaction transaction) throws IOException {
    ids.add(transaction.id());
    for (SchemaChange change : transaction.schemaChanges()) {
      changes.add(change);
      change.after().ifPresent(after -> relations.put(after.id(), after));
    }
    try (transaction;
        Transaction.Changes chunks = transaction.changes()) {
      for (Optional<Chunk> next = chunks.next(); next.isPresent(); next = chunks.next()) {
        if (next.get() instanceof Chunk.Truncated truncated) {
          rows(truncated.relation()).clear();
          heaps.remove(truncated.relation().id());
        } else {
          inOrder(((Chunk.Rows) next.get()).batches());
        }
      }
    }
    transaction.load().ifPresent(load -> loads.put(load.asset().name(), load));
    position = Optional.of(transaction.position());
  }

  private void inOrder(List<RowBatch> batches) {
    int[] at = new int[batches.size()];
    while (true) {
      int first = -1;
      for (int i = 0; i < at.length; i++) {
        if (at[i] < batches.get(i).rows()
            && (first < 0
                || batches.get(i).ordinal(at[i]) < batches.get(first).ordinal(at[first]))) {
          first = i;
        }
      }
      if (first < 0) {
        return;
      }
      row(batches.get(first), at[first]++);
    }
  }

  private Map<List<String>, Map<String, String>> rows(Relation relation) {
    return tables.computeIfAbsent(relation.id(), id -> new HashMap<>());
  }

  private void row(RowBatch batch, int row) {
    Relation relation = batch.relation();
    if (!(relation.identity() instanceof RowIdentity.Key)) {
      heaps
          .computeIfAbsent(relation.id(), id -> new ArrayList<>())
          .add(image(relation, batch.after(), row, Map.of()));
      return;
    }
    Map<List<String>, Map<String, String>> rows = rows(relation);
    List<String> newKey = key(relation, batch.after(), row);
    List<String> oldKey = batch.hasBefore(row) ? key(relation, batch.before(), row) : newKey;
    if (batch.op(row) == RowBatch.Op.DELETE) {
      rows.remove(newKey);
      return;
    }
    Map<String, String> old = rows.remove(oldKey);
    rows.put(newKey, image(relation, batch.after(), row, old == null ? Map.of() : old));
  }

  private static List<String> key(Relation relation, Tuples tuples, int row) {
    List<String> key = new ArrayList<>();
    for (int index : relation.keyIndexes()) {
      key.add(tuples.text(row, index));
    }
    return key;
  }

  private static Map<String, String> image(
      Relation relation, Tuples tuples, int row, Map<String, String> old) {
    Map<String, String> image = new TreeMap<>(old);
    for (int column = 0; column < relation.columns().size(); column++) {
      String id = relation.columns().get(column).id();
      switch (tuples.state(row, column)) {
        case VALUE -> image.put(id, brief(tuples.text(row, column)));
        case NULL -> image.put(id, "∅");
        case UNCHANGED -> image.putIfAbsent(id, "<unchanged and unknown>");
        case ABSENT -> image.putIfAbsent(id, "<absent>");
      }
    }
    return image;
  }

  /** Long values as length and hash, so that a failure can be read. */
  private static String brief(String text) {
    return text.length() < 80 ? text : "#" + text.length() + "/" + text.hashCode();
  }

  /**
   * The rows of a table as names and values, sorted: comparable with {@link #source}. Rows older
   * than a column read as its missing value.
   */
  List<Map<String, String>> target(Relation relation) {
    List<Map<String, String>> named = new ArrayList<>();
    List<Map<String, String>> held = new ArrayList<>();
    held.addAll(rows(relation).values());
    held.addAll(heaps.getOrDefault(relation.id(), List.of()));
    for (Map<String, String> row : held) {
      Map<String, String> byName = new TreeMap<>();
      relation
          .columns()
          .forEach(
              column ->
                  byName.put(
                      column.name(),
                      row.getOrDefault(column.id(), column.defaultValue().missing().orElse("∅"))));
      named.add(byName);
    }
    named.sort((a, b) -> a.toString().compareTo(b.toString()));
    return named;
  }

  /** The rows of a table as the source has them now. */
  static List<Map<String, String>> source(Connection connection, String table) throws SQLException {
    List<Map<String, String>> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      try (ResultSet found = statement.executeQuery("SELECT * FROM " + table)) {
        while (found.next()) {
          Map<String, String> row = new TreeMap<>();
          for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
            String text = found.getString(i);
            row.put(found.getMetaData().getColumnName(i), text == null ? "∅" : brief(text));
          }
          rows.add(row);
        }
      }
    }
    rows.sort((a, b) -> a.toString().compareTo(b.toString()));
    return rows;
  }
}
