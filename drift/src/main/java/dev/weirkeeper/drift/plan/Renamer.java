package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Constraint;
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
import java.util.Set;
import java.util.function.Supplier;

/**
 * Plans all renames, before everything else, so that whatever follows speaks of new names only.
 * Names that are exchanged go by way of a third one; a thing that is dropped later gives its name
 * away first. Used once.
 */
final class Renamer {
  private final SchemaComparison comparison;
  private final Matching matching;
  private final List<Migration.Step> steps = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private final Map<ObjectName, ObjectName> parked = new HashMap<>();
  private final Map<Item, String> parkedParts = new HashMap<>();
  private final Map<String, String> schemas = new HashMap<>();

  Renamer(SchemaComparison comparison) {
    this.comparison = comparison;
    this.matching = comparison.matching();
  }

  /** A thing with its old and its new name within one space of names. */
  private record Move(String kind, ObjectName on, String sort, ObjectName from, ObjectName to) {}

  void plan() {
    namespaces();
    List<Move> moves = new ArrayList<>();
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
      moves.add(move(kind, sort, pair.from().name(), pair.to().name()));
    }
    for (Pair<View> pair : matching.views.both()) {
      String sort = pair.to().kind() == View.Kind.VIEW ? "VIEW" : "MATERIALIZED VIEW";
      moves.add(move("view.changed", sort, pair.from().name(), pair.to().name()));
    }
    for (Pair<Sequence> pair : matching.sequences.both()) {
      // One that belongs to a column moves with the table.
      ObjectName old = carried(pair.from());
      moves.add(new Move("sequence.changed", pair.to().name(), "SEQUENCE", old, pair.to().name()));
    }
    for (Pair<Index> pair : matching.indexes.both()) {
      if (pair.from().constraint().isEmpty() && pair.to().constraint().isEmpty()) {
        ObjectName table = matching.names.of(pair.from().table());
        // It moved with its table.
        ObjectName old = new ObjectName(table.schema(), pair.from().name().name());
        moves.add(new Move("index.changed", pair.to().table(), "INDEX", old, pair.to().name()));
      }
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
    parkRemoved(moves);
    perform(moves, taken);
    types();
    for (Pair<Table> pair : matching.tables.both()) {
      guarded(Item.of(Item.Kind.TABLE, pair.to().name()), () -> columns(pair));
      guarded(Item.of(Item.Kind.TABLE, pair.to().name()), () -> constraints(pair));
    }
  }

  List<Migration.Step> steps() {
    return steps;
  }

  List<Refusal> refusals() {
    return refusals;
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
    return new Move(kind, to, sort, effective(from), to);
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
        write("schema.added", Item.namespace(each.name()), () -> NamespaceOps.create(each));
      }
    }
    for (Pair<Namespace> pair : matching.namespaces.both()) {
      String old = pair.from().name();
      String now = pair.to().name();
      if (!old.equals(now)) {
        schemas.put(old, now);
        write(
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
    return steps.stream()
        .anyMatch(
            step ->
                step.kind().equals("schema.added") && step.on().name().equals(namespace.name()));
  }

  private void guarded(Item item, Runnable planning) {
    try {
      planning.run();
    } catch (Sql.Unwritable e) {
      refusals.add(
          new Refusal("table.renamed", item.toString(), e.getMessage() + " (" + e.hazard() + ")"));
    }
  }

  private void write(String kind, Item item, Supplier<StepDraft> step) {
    try {
      steps.add(step.get().done());
    } catch (Sql.Unwritable e) {
      refusals.add(new Refusal(kind, item.toString(), e.getMessage() + " (" + e.hazard() + ")"));
    }
  }

  /** Things that go and whose name somebody gets. */
  private void parkRemoved(List<Move> moves) {
    Set<ObjectName> wanted = new HashSet<>();
    moves.stream().filter(move -> !move.from().equals(move.to())).forEach(m -> wanted.add(m.to()));
    for (Pair<Table> pair : matching.tables.both()) {
      for (Pair<Constraint> each : matching.constraints(pair.from(), pair.to()).both()) {
        if (ConstraintOps.indexed(each.to()) && !each.from().name().equals(each.to().name())) {
          wanted.add(new ObjectName(pair.to().name().schema(), each.to().name()));
        }
      }
    }
    List<Move> parking = new ArrayList<>();
    for (Table table : matching.tables.removed()) {
      park(parking, wanted, table.kind() == Table.Kind.COMPOSITE ? "TYPE" : "TABLE", table.name());
    }
    for (View view : matching.views.removed()) {
      park(
          parking,
          wanted,
          view.kind() == View.Kind.VIEW ? "VIEW" : "MATERIALIZED VIEW",
          view.name());
    }
    for (Sequence sequence : matching.sequences.removed()) {
      park(parking, wanted, "SEQUENCE", sequence.name());
    }
    for (Index index : matching.indexes.removed()) {
      park(parking, wanted, "INDEX", index.name());
      if (parked.containsKey(index.name()) && index.constraint().isPresent()) {
        parkedParts.put(
            new Item(Item.Kind.CONSTRAINT, index.table(), index.constraint().get()),
            parked.get(index.name()).name());
      }
    }
    moves.addAll(0, parking);
  }

  private void park(List<Move> parking, Set<ObjectName> wanted, String sort, ObjectName name) {
    ObjectName now = effective(name);
    if (wanted.contains(now)) {
      ObjectName aside = new ObjectName(now.schema(), Leftovers.name("old", now.toString()));
      parked.put(name, aside);
      parking.add(new Move("table.renamed", aside, sort, now, aside));
    }
  }

  /** Gives each thing its name when it is free; a circle is opened with a third name. */
  private void perform(List<Move> moves, Set<ObjectName> taken) {
    List<Move> waiting =
        new ArrayList<>(moves.stream().filter(move -> !move.from().equals(move.to())).toList());
    while (!waiting.isEmpty()) {
      Move next =
          waiting.stream()
              .filter(move -> !taken.contains(move.to()) && !taken.contains(halfway(move)))
              .findFirst()
              .or(
                  () ->
                      waiting.stream()
                          .filter(move -> !Leftovers.is(move.from().name()))
                          .findFirst())
              .orElse(waiting.get(0));
      waiting.remove(next);
      taken.remove(next.from());
      boolean blocked =
          taken.contains(next.to())
              || taken.contains(halfway(next)) && !next.from().equals(halfway(next));
      if (blocked && Leftovers.is(next.from().name())) {
        refusals.add(
            new Refusal(
                next.kind(),
                next.to().toString(),
                "its new name belongs to something that keeps it. Rename or drop that before"));
      } else if (blocked) {
        ObjectName aside =
            new ObjectName(next.from().schema(), Leftovers.name("swap", next.from().toString()));
        rename(next.kind(), next.on(), next.sort(), next.from(), aside);
        taken.add(aside);
        waiting.add(new Move(next.kind(), next.on(), next.sort(), aside, next.to()));
      } else {
        ObjectName moved = new ObjectName(next.to().schema(), next.from().name());
        if (!next.from().schema().equals(next.to().schema())) {
          setSchema(next, moved);
        }
        if (!moved.equals(next.to())) {
          rename(next.kind(), next.on(), next.sort(), moved, next.to());
        }
        taken.add(next.to());
      }
    }
  }

  /** Between the move to another schema and the new name. */
  private static ObjectName halfway(Move move) {
    return move.from().schema().equals(move.to().schema())
        ? move.to()
        : new ObjectName(move.to().schema(), move.from().name());
  }

  private void setSchema(Move move, ObjectName moved) {
    write(
        move.kind(),
        Item.of(Item.Kind.TABLE, move.to()),
        () ->
            StepDraft.of(move.kind(), move.on())
                .sql(
                    "ALTER "
                        + move.sort()
                        + " "
                        + Sql.name(move.from())
                        + " SET SCHEMA "
                        + Sql.name(moved.schema()))
                .undo(
                    "ALTER "
                        + move.sort()
                        + " "
                        + Sql.name(moved)
                        + " SET SCHEMA "
                        + Sql.name(move.from().schema()))
                .exclusive(move.from())
                .probe(Probes.relation(moved)));
  }

  private void rename(String kind, ObjectName on, String sort, ObjectName from, ObjectName to) {
    write(
        kind,
        Item.of(Item.Kind.TABLE, to),
        () ->
            StepDraft.of(kind, on)
                .sql("ALTER " + sort + " " + Sql.name(from) + " RENAME TO " + Sql.name(to.name()))
                .undo("ALTER " + sort + " " + Sql.name(to) + " RENAME TO " + Sql.name(from.name()))
                .exclusive(from)
                .probe(Probes.relation(to))
                .requires("Who uses the old name knows the new one")
                .verify("The thing has its new name"));
  }

  private void types() {
    List<Move> moves = new ArrayList<>();
    Set<ObjectName> taken = new HashSet<>();
    comparison.from().enums().forEach(each -> taken.add(effective(each.name())));
    comparison.from().domains().forEach(each -> taken.add(effective(each.name())));
    matching
        .enums
        .both()
        .forEach(p -> moves.add(move("enum.renamed", "TYPE", p.from().name(), p.to().name())));
    matching
        .domains
        .both()
        .forEach(p -> moves.add(move("domain.changed", "DOMAIN", p.from().name(), p.to().name())));
    Set<ObjectName> wanted = new HashSet<>();
    moves.stream().filter(m -> !m.from().equals(m.to())).forEach(m -> wanted.add(m.to()));
    List<Move> parking = new ArrayList<>();
    matching.enums.removed().forEach(each -> park(parking, wanted, "TYPE", each.name()));
    matching.domains.removed().forEach(each -> park(parking, wanted, "DOMAIN", each.name()));
    parking.addAll(moves);
    perform(parking, taken);
    for (Pair<EnumType> pair : matching.enums.both()) {
      guarded(Item.of(Item.Kind.ENUM, pair.to().name()), () -> labels(pair));
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
    within(
        renames,
        taken,
        (old, now) -> {},
        (old, now) ->
            write(
                "enum.label-renamed",
                new Item(Item.Kind.LABEL, type.to().name(), now),
                () ->
                    StepDraft.of("enum.label-renamed", type.to().name())
                        .sql(alter + Sql.literal(old) + " TO " + Sql.literal(now))
                        .undo(alter + Sql.literal(now) + " TO " + Sql.literal(old))
                        .hazard(Hazard.REWRITE_NOT_DECODED)
                        .probe(Probes.label(type.to().name(), now))));
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
    within(
        renames,
        taken,
        (old, now) -> parkedParts.put(new Item(Item.Kind.COLUMN, table.from().name(), old), now),
        (old, now) ->
            write(
                "column.renamed",
                Item.column(name, now),
                () ->
                    StepDraft.of("column.renamed", name)
                        .sql(alter + Sql.name(old) + " TO " + Sql.name(now))
                        .undo(alter + Sql.name(now) + " TO " + Sql.name(old))
                        .exclusive(name)
                        .probe(Probes.column(name, now))
                        .requires("Who uses the old name knows the new one")
                        .verify("The column with its values has its new name")));
  }

  private void constraints(Pair<Table> table) {
    Map<String, String> renames = new HashMap<>();
    for (Pair<Constraint> pair : matching.constraints(table.from(), table.to()).both()) {
      if (pair.from().origin() != TableColumn.Origin.INHERITED
          || table.from().bound().isPresent() && ConstraintOps.indexed(pair.from())) {
        renames.put(pair.from().name(), pair.to().name());
      }
    }
    Set<String> taken = new HashSet<>();
    table.from().constraints().stream()
        .filter(
            each ->
                !parkedParts.containsKey(
                    new Item(Item.Kind.CONSTRAINT, table.from().name(), each.name())))
        .forEach(each -> taken.add(each.name()));
    ObjectName name = table.to().name();
    if (renames.entrySet().stream().allMatch(each -> each.getKey().equals(each.getValue()))) {
      return;
    }
    String alter = "ALTER TABLE " + Sql.name(name) + " RENAME CONSTRAINT ";
    within(
        renames,
        taken,
        (old, now) ->
            parkedParts.put(new Item(Item.Kind.CONSTRAINT, table.from().name(), old), now),
        (old, now) ->
            write(
                "constraint.renamed",
                new Item(Item.Kind.CONSTRAINT, name, now),
                () ->
                    StepDraft.of("constraint.renamed", name)
                        .sql(alter + Sql.name(old) + " TO " + Sql.name(now))
                        .undo(alter + Sql.name(now) + " TO " + Sql.name(old))
                        .exclusive(name)
                        .probe(Probes.constraint(name, now))));
  }

  /** What is done with one rename. */
  private interface Rename {
    void from(String old, String now);
  }

  /**
   * @param park told of each name that is taken by something which nobody renames: it is dropped
   *     later and gives its name away
   */
  private static void within(
      Map<String, String> renames, Set<String> taken, Rename park, Rename rename) {
    List<String> waiting =
        new ArrayList<>(
            renames.keySet().stream()
                .filter(old -> !renames.getOrDefault(old, old).equals(old))
                .sorted()
                .toList());
    Map<String, String> current = new HashMap<>();
    for (String wanted : waiting.stream().map(renames::get).toList()) {
      if (taken.contains(wanted) && !renames.containsKey(wanted)) {
        String aside = Leftovers.name("old", wanted);
        rename.from(wanted, aside);
        park.from(wanted, aside);
        taken.remove(wanted);
        taken.add(aside);
      }
    }
    while (!waiting.isEmpty()) {
      String next =
          waiting.stream()
              .filter(old -> !taken.contains(renames.get(old)))
              .findFirst()
              .orElse(waiting.get(0));
      String now = renames.getOrDefault(next, next);
      String old = current.getOrDefault(next, next);
      waiting.remove(next);
      taken.remove(old);
      if (taken.contains(now)) {
        String aside = Leftovers.name("swap", old);
        rename.from(old, aside);
        taken.add(aside);
        current.put(next, aside);
        waiting.add(next);
      } else {
        rename.from(old, now);
        taken.add(now);
      }
    }
  }
}
