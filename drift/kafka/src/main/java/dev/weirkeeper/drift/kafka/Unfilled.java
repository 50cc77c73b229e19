package dev.weirkeeper.drift.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Column;
import dev.weirkeeper.Default;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Rows of a table whose newest record is older than one of its columns. If the column came with a
 * default, such rows read as it at the source, and no record says what that was then: they are not
 * loaded until they have come again, as with an incremental snapshot of the connector. Used by one
 * thread.
 */
final class Unfilled {
  /** Bytes that one key takes in memory, roughly. */
  private static final long WEIGHT = 150;

  private final long most;
  private final List<Column> columns;
  private final Set<Hash> keys = new HashSet<>();

  /** Names of columns that some row did not have. */
  private final Set<String> lacking = new TreeSet<>();

  /**
   * @param newest version of the table; empty if none is known, and then nothing is asked
   * @param memoryBytes that keys may take
   */
  Unfilled(Optional<Relation> newest, long memoryBytes) {
    this.most = Math.max(1, memoryBytes / WEIGHT);
    this.columns =
        newest.stream()
            .flatMap(
                relation -> relation.columns().stream().filter(of -> mayBeFilled(relation, of)))
            .toList();
  }

  private static boolean mayBeFilled(Relation relation, Column column) {
    boolean key =
        relation.identity() instanceof RowIdentity.Key of && of.columnIds().contains(column.id());
    return !key && column.identified() && column.defaultValue().kind() != Default.Kind.NONE;
  }

  /** Whether any column is such that older rows may have been filled. */
  boolean asks() {
    return !columns.isEmpty();
  }

  /**
   * Meets the next event of a row.
   *
   * @param relation that its record says
   * @throws UnreadableException if the row can never come again, or if there are too many of them
   */
  void meet(Event.Row row, Relation relation) {
    if (columns.isEmpty() || isFilled(row, relation)) {
      return;
    } else if (!(relation.identity() instanceof RowIdentity.Key)) {
      throw new UnreadableException(
          "rows without a key are older than column "
              + names()
              + ", and only the source knows what they read there");
    }
    keys.add(key(row));
    if (keys.size() > most) {
      throw new UnreadableException(
          "more than "
              + most
              + " rows are older than column "
              + names()
              + " and may have been filled in it; let the connector write the table to a new topic,"
              + " or give the feed more memory with spill(…)");
    }
  }

  /**
   * Meets an event of the stream, which brings new images and no older ones.
   *
   * @return whether the row has all columns, or is gone
   */
  boolean isFilled(Event.Row row, Relation relation) {
    List<Column> without =
        row.op() == RowBatch.Op.DELETE
            ? List.of()
            : columns.stream().filter(column -> !has(row, relation, column)).toList();
    without.forEach(column -> lacking.add(column.name()));
    if (without.isEmpty() && !keys.isEmpty()) {
      keys.remove(key(row));
    }
    return without.isEmpty();
  }

  private static boolean has(Event.Row row, Relation relation, Column column) {
    return row.schema().isPresent() && relation.column(column.id()).isPresent()
        || row.has(column.name());
  }

  private static Hash key(Event.Row row) {
    StringBuilder key = new StringBuilder();
    for (String name : row.key()) {
      JsonNode value = row.keyed().path(name);
      key.append(value).append(',');
    }
    return Hash.of(key.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** All rows were removed. */
  void clear() {
    keys.clear();
  }

  boolean isEmpty() {
    return keys.isEmpty();
  }

  /** What it waits for, for people. */
  String why() {
    return keys.size()
        + " rows are older than column "
        + names()
        + " and may have been filled in it, which no record says; let the connector take an"
        + " incremental snapshot of the table, or give the host's word with relation(…) that such"
        + " rows have NULL there";
  }

  private String names() {
    return String.join(", ", lacking.stream().map(Handles::qualified).toList());
  }
}
