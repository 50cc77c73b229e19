package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.NameMoves.Move;
import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DomainType;
import dev.weirkeeper.drift.schema.EnumType;
import dev.weirkeeper.drift.schema.Index;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Namespace;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Sequence;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.drift.schema.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Plans all renames, before everything else, so that whatever follows speaks of new names only.
 * Names that are exchanged go by way of a third one; a thing that is dropped later gives its name
 * away first. Used once.
 */
final class Renamer {
  private final SchemaComparison comparison;
  private final Matching matching;
  private final boolean mayDestroy;
  private final RenameSteps steps = new RenameSteps();
  private final NameMoves moves = new NameMoves(steps, this::owned);
  private final Map<ObjectName, ObjectName> parked = new HashMap<>();
  private final Map<Item, String> parkedParts = new HashMap<>();
  private final Map<String, String> schemas = new HashMap<>();

  Renamer(SchemaComparison comparison, PlanOptions options) {
    this.comparison = comparison;
    this.matching = comparison.matching();
    this.mayDestroy = options.destruction() == PlanOptions.Destruction.ALLOW;
  }

  void plan() {
    matching.unclear.forEach(
        (old, now) ->
            steps.keeps(
                old.kind() == Item.Kind.TABLE ? "table.renamed" : "column.renamed",
                old.toString(),
                "it and "
                    + now
                    + " are in both schemas, so nothing tells whether it was renamed"
                    + " already"));
    namespaces();
    relations();
    types();
    for (Pair<Table> pair : matching.tables.both()) {
      Item item = Item.of(Item.Kind.TABLE, pair.to().name());
      steps.guarded("table.renamed", item, () -> columns(pair));
      steps.guarded("table.renamed", item, () -> constraints(pair));
    }
  }

  private void relations() {
    List<Move> all = new ArrayList<>();
    Set<ObjectName> taken = new HashSet<>();
    for (Table table : comparison.from().tables()) {
      taken.add(effective(table.name()));
    }
    for (Pair<Table> pair : matching.tables.both()) {
      String sort =
          switch (pair.to().kind()) {
            case COMPOSITE -> "TYPE";
            case FOREIGN -> "FOREIGN TABLE";
            case TABLE, PARTITIONED -> "TABLE";
          };
      String kind =
          pair.from().name().schema().equals(pair.to().name().schema())
              ? "table.renamed"
              : "table.schema-changed";
      all.add(move(kind, sort, pair.from().name(), pair.to().name()));
    }
    for (Pair<View> pair : matching.views.both()) {
      String sort = pair.to().kind() == View.Kind.VIEW ? "VIEW" : "MATERIALIZED VIEW";
      all.add(move("view.changed", sort, pair.from().name(), pair.to().name()));
    }
    for (Pair<Sequence> pair : matching.sequences.both()) {
      // One that belongs to a column moves with the table.
      ObjectName old = carried(pair.from());
      all.add(
          new Move(
              "sequence.changed",
              pair.to().name(),
              "SEQUENCE",
              old,
              pair.to().name(),
              pair.from().owner().map(owner -> matching.names.of(owner.table()))));
    }
    for (Pair<Index> pair : matching.indexes.both()) {
      if (pair.from().constraint().isEmpty() && pair.to().constraint().isEmpty()) {
        ObjectName table = matching.names.of(pair.from().table());
        // It moved with its table.
        ObjectName old = new ObjectName(table.schema(), pair.from().name().name());
        all.add(
            new Move(
                "index.changed",
                pair.to().table(),
                "INDEX",
                old,
                pair.to().name(),
                Optional.of(table)));
      }
    }
    for (Pair<Table> pair : matching.tables.both()) {
      all.addAll(keys(pair));
    }
    for (View view : comparison.from().views()) {
      taken.add(effective(view.name()));
    }
    for (Sequence sequence : comparison.from().sequences()) {
      taken.add(carried(sequence));
    }
    for (Index index : comparison.from().indexes()) {
      taken.add(new ObjectName(matching.names.of(index.table()).schema(), index.name().name()));
    }
    parkRemoved(all);
    if (!stuck()) {
      moves.perform(all, taken);
    }
  }

  List<Migration.Step> steps() {
    return steps.done;
  }

  List<Refusal> refusals() {
    return steps.refusals;
  }

  /** Whether nothing at all can be planned. */
  boolean stuck() {
    return steps.stuck();
  }

  private void keeps(String kind, String name) {
    steps.keeps(
        kind,
        name,
        "something else is to get its name, and dropping it destroys data and was not allowed"
            + " (Destruction.ALLOW)");
  }

  /** What was given another name because it is dropped later: by its old name. */
  Map<ObjectName, ObjectName> parked() {
    return parked;
  }

  /** Columns and constraints that are dropped later, by their old names; and what they are now. */
  Map<Item, String> parkedParts() {
    return parkedParts;
  }

  private ObjectName effective(ObjectName name) {
    return new ObjectName(schemas.getOrDefault(name.schema(), name.schema()), name.name());
  }

  private ObjectName carried(Sequence sequence) {
    return sequence
        .owner()
        .map(
            owner ->
                new ObjectName(
                    effective(matching.names.of(owner.table())).schema(), sequence.name().name()))
        .orElseGet(() -> effective(sequence.name()));
  }

  private Move move(String kind, String sort, ObjectName from, ObjectName to) {
    return new Move(kind, to, sort, effective(from), to, Optional.empty());
  }

  private void namespaces() {
    for (Namespace each : matching.namespaces.added()) {
      boolean target =
          matching.tables.both().stream()
              .anyMatch(
                  pair ->
                      pair.to().name().schema().equals(each.name())
                          && !pair.from().name().schema().equals(each.name()));
      if (target) {
        steps.write("schema.added", Item.namespace(each.name()), () -> NamespaceOps.create(each));
      }
    }
    for (Pair<Namespace> pair : matching.namespaces.both()) {
      String old = pair.from().name();
      String now = pair.to().name();
      if (!old.equals(now)) {
        schemas.put(old, now);
        steps.write(
            "schema.renamed",
            Item.namespace(now),
            () ->
                StepDraft.of("schema.renamed", new ObjectName("", now))
                    .sql("ALTER SCHEMA " + Sql.name(old) + " RENAME TO " + Sql.name(now))
                    .undo("ALTER SCHEMA " + Sql.name(now) + " RENAME TO " + Sql.name(old)));
      }
    }
  }

  /** Schemas that were made for what moves into them. */
  boolean made(Namespace namespace) {
    return steps.done.stream()
        .anyMatch(
            step ->
                step.kind().equals("schema.added") && step.on().name().equals(namespace.name()));
  }

  /** The sequences of its columns move with a table. */
  private Set<ObjectName> owned(ObjectName table) {
    return comparison.from().sequences().stream()
        .filter(
            each ->
                each.owner().filter(o -> matching.names.of(o.table()).equals(table)).isPresent())
        .map(each -> effective(each.name()))
        .collect(Collectors.toSet());
  }

  /** Things that go and whose name somebody gets. */
  private void parkRemoved(List<Move> moves) {
    Set<ObjectName> wanted = new HashSet<>();
    moves.stream().filter(move -> !move.from().equals(move.to())).forEach(m -> wanted.add(m.to()));
    matching.tables.both().forEach(pair -> wanted.addAll(brought(pair)));
    List<Move> parking = new ArrayList<>();
    for (Table table : matching.tables.removed()) {
      String sort = table.kind() == Table.Kind.COMPOSITE ? "TYPE" : "TABLE";
      park(parking, wanted, sort, table.name(), mayDestroy);
    }
    for (View view : matching.views.removed()) {
      park(
          parking,
          wanted,
          view.kind() == View.Kind.VIEW ? "VIEW" : "MATERIALIZED VIEW",
          view.name(),
          mayDestroy);
    }
    for (Sequence sequence : matching.sequences.removed()) {
      park(parking, wanted, "SEQUENCE", sequence.name(), mayDestroy);
    }
    Set<ObjectName> gone = new HashSet<>();
    matching.tables.removed().forEach(table -> gone.add(table.name()));
    for (Index index : matching.indexes.removed()) {
      if (index.constraint().isEmpty() || gone.contains(index.table())) {
        park(parking, wanted, "INDEX", index.name(), true);
      }
    }
    for (Pair<Table> pair : matching.tables.both()) {
      for (Constraint each : matching.constraints(pair.from(), pair.to()).removed()) {
        ObjectName index = new ObjectName(pair.from().name().schema(), each.name());
        if (ConstraintOps.indexed(each)) {
          park(parking, wanted, "INDEX", index, true);
          Optional.ofNullable(parked.get(index))
              .ifPresent(
                  aside ->
                      parkedParts.put(
                          new Item(Item.Kind.CONSTRAINT, pair.from().name(), each.name()),
                          aside.name()));
        }
      }
    }
    moves.addAll(0, parking);
  }

  /** A constraint that has an index is called as that is, and renamed with it. */
  private List<Move> keys(Pair<Table> table) {
    ObjectName now = table.to().name();
    return matching.constraints(table.from(), table.to()).both().stream()
        .filter(pair -> ConstraintOps.indexed(pair.from()))
        .map(
            pair ->
                new Move(
                    "constraint.renamed",
                    now,
                    "INDEX",
                    new ObjectName(now.schema(), pair.from().name()),
                    new ObjectName(now.schema(), pair.to().name()),
                    Optional.of(now)))
        .toList();
  }

  /** Names that a table takes along into another schema. */
  private Set<ObjectName> brought(Pair<Table> table) {
    Set<ObjectName> brought = new HashSet<>();
    String schema = table.to().name().schema();
    if (!effective(table.from().name()).schema().equals(schema)) {
      brought.add(new ObjectName(schema, table.from().name().name()));
      comparison.from().indexes().stream()
          .filter(index -> index.table().equals(table.from().name()))
          .forEach(index -> brought.add(new ObjectName(schema, index.name().name())));
      owned(table.to().name())
          .forEach(sequence -> brought.add(new ObjectName(schema, sequence.name())));
    }
    return brought;
  }

  private void park(
      List<Move> parking, Set<ObjectName> wanted, String sort, ObjectName name, boolean goes) {
    ObjectName now = effective(name);
    if (wanted.contains(now) && !goes) {
      keeps("table.renamed", now.toString());
    } else if (wanted.contains(now)) {
      ObjectName aside = new ObjectName(now.schema(), Leftovers.name("old", now.toString()));
      parked.put(name, aside);
      parking.add(new Move("table.renamed", aside, sort, now, aside, Optional.empty()));
    }
  }

  private void types() {
    List<Move> all = new ArrayList<>();
    Set<ObjectName> taken = new HashSet<>();
    comparison.from().enums().forEach(each -> taken.add(effective(each.name())));
    comparison.from().domains().forEach(each -> taken.add(effective(each.name())));
    matching
        .enums
        .both()
        .forEach(p -> all.add(move("enum.renamed", "TYPE", p.from().name(), p.to().name())));
    matching
        .domains
        .both()
        .forEach(p -> all.add(move("domain.changed", "DOMAIN", p.from().name(), p.to().name())));
    Set<ObjectName> wanted = new HashSet<>();
    all.stream().filter(m -> !m.from().equals(m.to())).forEach(m -> wanted.add(m.to()));
    List<Move> parking = new ArrayList<>();
    for (EnumType each : matching.enums.removed()) {
      park(parking, wanted, "TYPE", each.name(), mayDestroy);
    }
    for (DomainType each : matching.domains.removed()) {
      park(parking, wanted, "DOMAIN", each.name(), mayDestroy);
    }
    parking.addAll(all);
    if (!stuck()) {
      moves.perform(parking, taken);
    }
    for (Pair<EnumType> pair : matching.enums.both()) {
      Item item = Item.of(Item.Kind.ENUM, pair.to().name());
      steps.guarded("enum.label-renamed", item, () -> labels(pair));
    }
  }

  private void labels(Pair<EnumType> type) {
    Map<String, String> renames = new HashMap<>();
    matching
        .labels(type.from(), type.to())
        .both()
        .forEach(pair -> renames.put(pair.from().name(), pair.to().name()));
    Set<String> taken = new HashSet<>();
    type.from().labels().forEach(label -> taken.add(label.name()));
    if (renames.entrySet().stream().allMatch(each -> each.getKey().equals(each.getValue()))) {
      return;
    }
    String alter = "ALTER TYPE " + Sql.name(type.to().name()) + " RENAME VALUE ";
    new PartMoves(
            steps,
            label -> {
              if (!mayDestroy) {
                keeps("enum.label-renamed", type.to().name() + "." + label);
              }
            },
            (old, now) -> {},
            (old, now) ->
                steps.write(
                    "enum.label-renamed",
                    new Item(Item.Kind.LABEL, type.to().name(), now),
                    () ->
                        StepDraft.of("enum.label-renamed", type.to().name())
                            .sql(alter + Sql.literal(old) + " TO " + Sql.literal(now))
                            .undo(alter + Sql.literal(now) + " TO " + Sql.literal(old))
                            .hazard(Hazard.REWRITE_NOT_DECODED)
                            .probe(Probes.label(type.to().name(), now))))
        .perform(renames, taken);
  }

  private void columns(Pair<Table> table) {
    Map<String, String> renames = new HashMap<>();
    for (Pair<TableColumn> pair : matching.columns(table.from(), table.to()).both()) {
      if (pair.from().origin() == TableColumn.Origin.LOCAL) {
        renames.put(pair.from().name(), pair.to().name());
      }
    }
    Set<String> taken = new HashSet<>();
    table.from().columns().forEach(column -> taken.add(column.name()));
    ObjectName name = table.to().name();
    if (renames.entrySet().stream().allMatch(each -> each.getKey().equals(each.getValue()))) {
      return;
    }
    boolean composite = table.to().kind() == Table.Kind.COMPOSITE;
    String alter =
        composite
            ? "ALTER TYPE " + Sql.name(name) + " RENAME ATTRIBUTE "
            : "ALTER TABLE " + Sql.name(name) + " RENAME COLUMN ";
    new PartMoves(
            steps,
            column -> {
              boolean holds =
                  table.from().column(column).filter(ColumnDifferences::generated).isEmpty();
              if (!mayDestroy && holds) {
                keeps("column.renamed", name + "." + column);
              }
            },
            (old, now) ->
                parkedParts.put(new Item(Item.Kind.COLUMN, table.from().name(), old), now),
            (old, now) ->
                steps.write(
                    "column.renamed",
                    Item.column(name, now),
                    () ->
                        StepDraft.of("column.renamed", name)
                            .sql(alter + Sql.name(old) + " TO " + Sql.name(now))
                            .undo(alter + Sql.name(now) + " TO " + Sql.name(old))
                            .exclusive(name)
                            .probe(Probes.column(name, now))
                            .requires("Who uses the old name knows the new one")
                            .verify("The column with its values has its new name")))
        .perform(renames, taken);
  }

  private void constraints(Pair<Table> table) {
    Map<String, String> renames = new HashMap<>();
    for (Pair<Constraint> pair : matching.constraints(table.from(), table.to()).both()) {
      if (pair.from().origin() != TableColumn.Origin.INHERITED
          && !ConstraintOps.indexed(pair.from())) {
        renames.put(pair.from().name(), pair.to().name());
      }
    }
    Set<String> taken = new HashSet<>();
    table.from().constraints().stream()
        .filter(each -> !ConstraintOps.indexed(each))
        .forEach(each -> taken.add(each.name()));
    ObjectName name = table.to().name();
    passedOn(table).forEach(each -> renames.put(each, Leftovers.name("old", each)));
    if (renames.entrySet().stream().allMatch(each -> each.getKey().equals(each.getValue()))) {
      return;
    }
    String alter = "ALTER TABLE " + Sql.name(name) + " RENAME CONSTRAINT ";
    new PartMoves(
            steps,
            constraint -> {},
            (old, now) ->
                parkedParts.put(new Item(Item.Kind.CONSTRAINT, table.from().name(), old), now),
            (old, now) ->
                steps.write(
                    "constraint.renamed",
                    new Item(Item.Kind.CONSTRAINT, name, now),
                    () ->
                        StepDraft.of("constraint.renamed", name)
                            .sql(alter + Sql.name(old) + " TO " + Sql.name(now))
                            .undo(alter + Sql.name(now) + " TO " + Sql.name(old))
                            .exclusive(name)
                            .probe(Probes.constraint(name, now))))
        .perform(renames, taken);
  }

  /** A NOT NULL goes with its column, which is after another column has got one of its name. */
  private List<String> passedOn(Pair<Table> table) {
    Set<String> gone = new HashSet<>();
    matching.columns(table.from(), table.to()).removed().forEach(each -> gone.add(each.name()));
    return matching.constraints(table.from(), table.to()).both().stream()
        .map(Pair::from)
        .filter(each -> each.kind() == Constraint.Kind.NOT_NULL)
        .filter(each -> gone.containsAll(each.columns()))
        .map(Constraint::name)
        .toList();
  }
}
