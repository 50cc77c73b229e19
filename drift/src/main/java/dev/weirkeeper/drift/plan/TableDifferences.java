package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.plan.SchemaChange.Added;
import dev.weirkeeper.drift.plan.SchemaChange.Altered;
import dev.weirkeeper.drift.plan.SchemaChange.Property;
import dev.weirkeeper.drift.plan.SchemaChange.Removed;
import dev.weirkeeper.drift.plan.SchemaChange.Renamed;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds what differs between the tables of two schemas. Used once. */
final class TableDifferences {
  private final Matching matching;
  private final List<SchemaChange> changes;

  TableDifferences(Matching matching, List<SchemaChange> changes) {
    this.matching = matching;
    this.changes = changes;
  }

  void all() {
    for (Table table : matching.tables.added()) {
      boolean partition = table.bound().isPresent();
      changes.add(
          new Added(
              composite(table)
                  ? "composite.changed"
                  : partition ? "partition.created" : "table.added",
              composite(table) ? Optional.of("added") : Optional.empty(),
              item(table)));
    }
    for (Table table : matching.tables.removed()) {
      changes.add(
          new Removed(
              composite(table) ? "composite.changed" : "table.removed",
              composite(table) ? Optional.of("removed") : Optional.empty(),
              item(table)));
    }
    for (Pair<Table> pair : matching.tables.both()) {
      compare(pair);
    }
  }

  private static boolean composite(Table table) {
    return table.kind() == Table.Kind.COMPOSITE;
  }

  private static Item item(Table table) {
    return Item.of(Item.Kind.TABLE, table.name());
  }

  private void compare(Pair<Table> pair) {
    Table a = pair.from();
    Table b = pair.to();
    if (!a.name().schema().equals(b.name().schema())) {
      changes.add(new Renamed("table.schema-changed", item(a), item(b)));
    } else if (!a.name().equals(b.name())) {
      changes.add(new Renamed("table.renamed", item(a), item(b)));
    }
    properties(a, b);
    Pairs<TableColumn> columns = matching.columns(a, b);
    Map<String, String> renamed = matching.renamedColumns(a, b);
    columns(a, b, columns);
    ColumnDifferences each = new ColumnDifferences(matching.names, renamed, changes);
    columns.both().forEach(column -> each.compare(a, column.from(), b, column.to()));
    constraints(pair);
  }

  private void properties(Table a, Table b) {
    alter(a, b, "table.kind-changed", Property.RELATION_KIND, a.kind().name(), b.kind().name());
    alter(
        a,
        b,
        "table.persistence",
        Property.PERSISTENCE,
        a.persistence().name(),
        b.persistence().name());
    if (!same(a.partitionKey(), b.partitionKey(), matching.renamedColumns(a, b))) {
      alter(
          a,
          b,
          "partition.key-changed",
          Property.PARTITION_KEY,
          a.partitionKey(),
          b.partitionKey());
    }
    boolean partition = a.bound().isPresent() || b.bound().isPresent();
    alter(
        a,
        b,
        partition ? "partition.moved" : "table.inheritance",
        Property.PARENTS,
        names(a.parents().stream().map(matching.names::of).toList()),
        names(b.parents()));
    alter(a, b, "partition.moved", Property.BOUND, a.bound(), b.bound());
    alter(
        a,
        b,
        "table.options-changed",
        Property.OPTIONS,
        String.join(", ", a.options()),
        String.join(", ", b.options()));
    alter(
        a,
        b,
        "row-security.changed",
        Property.ROW_SECURITY,
        a.rowSecurity().name(),
        b.rowSecurity().name());
    replica(a, b);
    alter(a, b, "table.options-changed", Property.CLUSTERED_BY, a.clusteredBy(), b.clusteredBy());
    alter(a, b, "table.options-changed", Property.TABLESPACE, a.tablespace(), b.tablespace());
    alter(
        a,
        b,
        "composite.changed",
        Property.OF_TYPE,
        a.ofType().map(matching.names::of).map(ObjectName::toString),
        b.ofType().map(ObjectName::toString));
    alter(
        a,
        b,
        "table.options-changed",
        Property.FOREIGN,
        a.foreign().map(Table.Foreign::toString),
        b.foreign().map(Table.Foreign::toString));
    alter(
        a,
        b,
        composite(b) ? "composite.changed" : "table.comment-changed",
        Property.COMMENT,
        a.comment(),
        b.comment());
  }

  private static String names(List<ObjectName> names) {
    return names.stream().map(ObjectName::toString).collect(Collectors.joining(", "));
  }

  private void replica(Table a, Table b) {
    if (a.replica().equals(b.replica())) {
      return;
    }
    boolean widened =
        b.replica().identity() == Table.Identity.FULL
            || b.replica().identity() == Table.Identity.INDEX;
    alter(
        a,
        b,
        widened ? "replica-identity.widened" : "replica-identity.lost",
        Property.REPLICA_IDENTITY,
        a.replica().toString(),
        b.replica().toString());
  }

  private void alter(
      Table a, Table b, String kind, Property property, String before, String after) {
    alter(a, b, kind, property, Optional.of(before), Optional.of(after));
  }

  private void alter(
      Table a,
      Table b,
      String kind,
      Property property,
      Optional<String> before,
      Optional<String> after) {
    Differences.compare(changes, kind, item(a), item(b), property, before, after);
  }

  private boolean same(
      Optional<String> before, Optional<String> after, Map<String, String> columns) {
    return before.isPresent() == after.isPresent()
        && (before.isEmpty() || matching.names.same(before.get(), after.get(), columns));
  }

  private void columns(Table a, Table b, Pairs<TableColumn> columns) {
    for (TableColumn column : columns.added()) {
      boolean again = columns.removed().stream().anyMatch(old -> old.name().equals(column.name()));
      changes.add(
          new Added(
              composite(b)
                  ? "composite.changed"
                  : again ? "column.dropped-and-readded" : "column.added",
              Optional.of(composite(b) ? "attribute-added" : circumstance(column)),
              Item.column(b.name(), column.name())));
    }
    for (TableColumn column : columns.removed()) {
      boolean key =
          a.constraints().stream()
              .anyMatch(
                  each ->
                      each.kind() == Constraint.Kind.PRIMARY_KEY
                          && each.columns().contains(column.name()));
      String plain = column.nullability() == Nullability.REQUIRED ? "required" : "nullable";
      changes.add(
          new Removed(
              composite(b) ? "composite.changed" : "column.removed",
              Optional.of(composite(b) ? "attribute-removed" : key ? "key" : plain),
              Item.column(a.name(), column.name())));
    }
    Map<String, String> renamed = matching.renamedColumns(a, b);
    renamed.forEach(
        (before, after) ->
            changes.add(
                new Renamed(
                    inCycle(renamed, before) ? "column.swap-renamed" : "column.renamed",
                    Item.column(a.name(), before),
                    Item.column(b.name(), after))));
  }

  /** Whether names went round in a circle, of two columns or more. */
  private static boolean inCycle(Map<String, String> renamed, String start) {
    String at = renamed.get(start);
    while (at != null && !at.equals(start)) {
      at = renamed.get(at);
    }
    return at != null;
  }

  /** The case of {@code column.added}: what rows that are there read. */
  static String circumstance(TableColumn column) {
    boolean required = column.nullability() == Nullability.REQUIRED;
    if (column.filling() != TableColumn.Filling.PLAIN
        || column.defaultValue().filter(Volatility::mayDiffer).isPresent()) {
      return "computed";
    }
    if (column.defaultValue().isPresent()) {
      return required ? "required-with-default" : "filled";
    }
    return required ? "required" : "nullable";
  }

  private void constraints(Pair<Table> table) {
    Table a = table.from();
    Table b = table.to();
    Pairs<Constraint> pairs = matching.constraints(a, b);
    for (Constraint each : pairs.added()) {
      changes.add(new Added(kind(each, "added"), Optional.empty(), item(b, each)));
    }
    for (Constraint each : pairs.removed()) {
      changes.add(new Removed(kind(each, "removed"), Optional.empty(), item(a, each)));
    }
    for (Pair<Constraint> pair : pairs.both()) {
      Constraint old = pair.from();
      Constraint now = pair.to();
      if (!old.name().equals(now.name())) {
        changes.add(
            new Renamed(
                now.kind() == Constraint.Kind.PRIMARY_KEY ? "pk.renamed" : "constraint.renamed",
                item(a, old),
                item(b, now)));
      }
      if (!matching.same(table, old, now)) {
        // The texts may be alike: a name in them can be that of another column now.
        changes.add(
            new Altered(
                changed(old, now),
                Optional.empty(),
                item(a, old),
                item(b, now),
                Property.DEFINITION,
                Optional.of(old.definition()),
                Optional.of(now.definition())));
      }
      Differences.compare(
          changes,
          "constraint.enforcement",
          item(a, old),
          item(b, now),
          Property.VALIDITY,
          Optional.of(old.validity().name()),
          Optional.of(now.validity().name()));
      Differences.compare(
          changes,
          "constraint.inheritance",
          item(a, old),
          item(b, now),
          Property.ORIGIN,
          Optional.of(old.origin().name()),
          Optional.of(now.origin().name()));
      Differences.compare(
          changes,
          "constraint.comment-changed",
          item(a, old),
          item(b, now),
          Property.COMMENT,
          old.comment(),
          now.comment());
    }
  }

  private static Item item(Table table, Constraint constraint) {
    return new Item(Item.Kind.CONSTRAINT, table.name(), constraint.name());
  }

  static String kind(Constraint constraint, String what) {
    return switch (constraint.kind()) {
      case PRIMARY_KEY -> "pk." + what;
      case UNIQUE -> "unique." + what;
      case FOREIGN_KEY -> "fk." + what;
      case CHECK -> "check." + what;
      case EXCLUSION -> "exclusion.changed";
      case NOT_NULL -> "constraint." + what;
    };
  }

  private static String changed(Constraint old, Constraint now) {
    return switch (now.kind()) {
      case PRIMARY_KEY -> "pk.columns-changed";
      case FOREIGN_KEY -> "fk.changed";
      case EXCLUSION -> "exclusion.changed";
      default ->
          ConstraintText.onlyEnforcement(old, now) ? "constraint.enforcement" : kind(now, "added");
    };
  }
}
