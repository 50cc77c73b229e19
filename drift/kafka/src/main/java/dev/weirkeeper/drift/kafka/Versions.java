package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Column;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Relation;
import dev.weirkeeper.SchemaChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The versions of relations as of what was handed out. Used by one thread. */
final class Versions {
  private static final String UNREADABLE = "?unreadable";

  private final Map<String, Relation> known;

  /** Where in the source's log each version was first seen. */
  private final Map<Relation, SourceOrder> since = new HashMap<>();

  Versions(Map<String, Relation> known) {
    this.known = new HashMap<>(known);
  }

  Optional<Relation> known(String id) {
    return Optional.ofNullable(known.get(id));
  }

  /** All of them, by id. */
  Map<String, Relation> all() {
    return Map.copyOf(known);
  }

  /** Relations that were not known before are known from now on; no change is told. */
  void describe(Relation relation) {
    known.putIfAbsent(relation.id(), relation);
  }

  /**
   * Meets the version of a row.
   *
   * @return the change, if it is one: an older row that comes late from another partition is none
   */
  Optional<SchemaChange> meet(Relation relation, Optional<SourceOrder> at) {
    Relation before = known.get(relation.id());
    if (relation.equals(before)) {
      return Optional.empty();
    }
    if (before != null && isLate(relation, before, at)) {
      return Optional.empty();
    }
    at.ifPresent(order -> since.putIfAbsent(relation, order));
    return Optional.of(change(relation, Optional.ofNullable(before)));
  }

  private boolean isLate(Relation relation, Relation before, Optional<SourceOrder> at) {
    SourceOrder newer = since.get(before);
    return at.isPresent()
        && newer != null
        && since.containsKey(relation)
        && at.get().log().equals(newer.log())
        && at.get().place().compareTo(newer.place()) < 0;
  }

  /**
   * Says of a table that its next record cannot be read, as a column that cannot be identified:
   * what follows is not known, so the table is to be paused.
   */
  Optional<SchemaChange> unreadable(Relation relation) {
    Relation before = known.get(relation.id());
    if (before == null || before.column(UNREADABLE).isPresent()) {
      return Optional.empty();
    }
    List<Column> columns = new ArrayList<>(before.columns());
    columns.add(
        Column.of(UNREADABLE, "weirkeeper unreadable record", dev.weirkeeper.Type.of("unknown")));
    return Optional.of(
        change(
            Relation.of(before.asset(), before.id(), before.identity(), columns),
            Optional.of(before)));
  }

  private SchemaChange change(Relation relation, Optional<Relation> before) {
    known.put(relation.id(), relation);
    return new SchemaChange(
        relation.asset(), relation.id(), before, Optional.of(relation), Evidence.NAMES);
  }
}
