package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Opaque;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Columns of tables in use that get another type by way of a second column, because the server
 * would write the table anew under a lock that nobody can read past. What an interrupted migration
 * left of that is gone on with.
 */
final class Shadows {
  private final Draft draft;
  private final TableSql sql;
  private final Map<Item, Begun> columns = new HashMap<>();
  private final Set<String> names = new HashSet<>();

  /** A change, and how far an earlier migration got with it. */
  private record Begun(ShadowColumn shadow, Pair<Table> table, Pair<TableColumn> column) {
    private boolean has(String part) {
      return table.from().column(part).isPresent();
    }

    private Optional<Constraint> check() {
      return table.from().constraints().stream()
          .filter(each -> each.name().equals(shadow.parts().check()))
          .findFirst();
    }
  }

  Shadows(Draft draft, TableSql sql) {
    this.draft = draft;
    this.sql = sql;
    if (draft.online() && draft.options.target().isEmpty()) {
      for (Pair<Table> table : draft.matching.tables.both()) {
        if (!TableOps.needsRebuild(table, draft.matching)) {
          draft.matching.columns(table.from(), table.to()).both().forEach(c -> find(table, c));
        }
      }
    }
  }

  /** Whether a thing that is there is part of such a change and is taken away by it. */
  boolean uses(String name) {
    return names.contains(name);
  }

  /** Whether an unmodelled thing is what such a change needs, now or before. */
  static boolean isPart(Opaque other) {
    return Leftovers.is(name(other));
  }

  /** The trigger of a table, or a function without parameters. */
  static String name(Opaque other) {
    String whole = other.identity();
    if (other.kind().equals("function")) {
      int end = whole.indexOf("()");
      return end < 0 ? "" : whole.substring(whole.lastIndexOf('.', end) + 1, end);
    }
    return other.of().map(relation -> whole.substring(relation.toString().length() + 1)).orElse("");
  }

  private void find(Pair<Table> table, Pair<TableColumn> column) {
    Item item = Item.column(table.to().name(), column.to().name());
    if (draft.upheaval.retyped.contains(item) && fits(table, column)) {
      ShadowColumn shadow = shadow(table, column);
      columns.put(item, new Begun(shadow, table, column));
      ShadowColumn.Parts parts = shadow.parts();
      names.addAll(List.of(parts.shadow(), parts.function(), parts.trigger(), parts.check()));
    }
  }

  private boolean fits(Pair<Table> table, Pair<TableColumn> column) {
    TableColumn a = column.from();
    TableColumn b = column.to();
    ColumnCast cast = ColumnCast.of(a.type(), b.type());
    return b.filling() == TableColumn.Filling.PLAIN
        && a.collation().equals(b.collation())
        && !cast.destructive()
        && cast.work() == Work.REWRITE
        && TypeText.of(b.type()).isBuiltIn()
        && DomainTypes.find(draft.from.domains(), a.type()).isEmpty()
        && new ShadowObstacle(draft.from, table.from().name(), a.name()).to(b.type()).isEmpty();
  }

  private ShadowColumn shadow(Pair<Table> table, Pair<TableColumn> column) {
    Table owner = table.to();
    TableColumn a = column.from();
    TableColumn b = column.to();
    String[] of = {owner.name().toString(), b.name(), b.type()};
    return new ShadowColumn(
        new ShadowColumn.Change(
            owner.name(),
            b.name(),
            b.type() + b.collation().map(each -> " COLLATE " + Sql.name(each)).orElse(""),
            ColumnCast.of(a.type(), b.type()).way(),
            notNull(owner, a, b),
            b.defaultValue(),
            TypeChanges.owned(draft.to, owner.name(), b.name()),
            a.comment(),
            sql.afterwards(owner, b)),
        new ShadowColumn.Parts(
            Leftovers.name("col", of),
            Leftovers.name("sync", of),
            Leftovers.name("sync", of),
            Leftovers.name("full", of)),
        () -> draft.step("column.type-widened", owner.name()));
  }

  private Optional<String> notNull(Table owner, TableColumn a, TableColumn b) {
    if (a.nullability() != Nullability.REQUIRED || b.nullability() != Nullability.REQUIRED) {
      return Optional.empty();
    }
    return Optional.of(
        sql.notNull(owner, b)
            .map(named -> "ADD CONSTRAINT " + Sql.name(named.name()) + " " + named.definition())
            .orElseGet(() -> "ALTER COLUMN " + Sql.name(b.name()) + " SET NOT NULL"));
  }

  /** What is left to do; empty if the column's type is changed in another way. */
  Optional<List<StepDraft>> steps(Item column) {
    return Optional.ofNullable(columns.get(column)).map(this::steps);
  }

  private List<StepDraft> steps(Begun begun) {
    ShadowColumn shadow = begun.shadow();
    List<StepDraft> steps = new ArrayList<>();
    if (!begun.has(shadow.parts().shadow())) {
      steps.add(shadow.add());
    }
    boolean kept =
        draft.from.others().stream()
            .anyMatch(
                each ->
                    each.kind().equals("trigger") && name(each).equals(shadow.parts().trigger()));
    if (!kept) {
      steps.add(shadow.keepUp());
    }
    steps.add(shadow.fill());
    if (shadow.isRequired()) {
      Optional<Constraint> check = begun.check();
      if (check.isEmpty()) {
        steps.add(shadow.require());
      }
      if (check.filter(each -> each.validity() == Constraint.Validity.VALID).isEmpty()) {
        steps.add(shadow.validate());
      }
    }
    Table table = begun.table().to();
    TableColumn column = begun.column().to();
    steps.add(
        shadow
            .swap(
                List.of(
                    "ALTER TABLE "
                        + Sql.name(table.name())
                        + " DROP COLUMN "
                        + Sql.name(column.name())),
                Probes.columnType(table.name(), column.name(), column.type()))
            .hazard(Hazard.DELETES_DATA));
    return steps;
  }
}
