package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.ArrayList;
import java.util.List;

/** Plans how columns get another type. */
final class Retyping {
  private final Draft draft;

  Retyping(Draft draft) {
    this.draft = draft;
  }

  /** Nothing where a swapped type or a parent brings the new one. */
  void change(Pair<Table> table, Pair<TableColumn> pair, Item item) {
    if (!bySwap(item) && !followsParent(draft, table, pair)) {
      retype(table, pair, item);
    }
  }

  /** Whether the column gets its type when that type is put in the place of another one. */
  private boolean bySwap(Item item) {
    return draft.former.dependencies(draft.from).stream()
        .anyMatch(
            each -> each.dependent().equals(item) && draft.upheaval.swapped.contains(each.on()));
  }

  /** Whether a parent's column of this name changes in the same way and takes the child along. */
  static boolean followsParent(Draft draft, Pair<Table> table, Pair<TableColumn> column) {
    return column.to().origin() != TableColumn.Origin.LOCAL
        && column.from().origin() != TableColumn.Origin.LOCAL
        && draft.matching.tables.both().stream()
            .filter(parent -> table.to().parents().contains(parent.to().name()))
            .flatMap(parent -> draft.matching.columns(parent.from(), parent.to()).both().stream())
            .anyMatch(
                above ->
                    above.to().name().equals(column.to().name())
                        && above.to().type().equals(column.to().type())
                        && above.from().type().equals(column.from().type()));
  }

  /** The type, and the default with it: the old one may not fit the new type. */
  static String retype(Pair<TableColumn> pair, String using) {
    TableColumn a = pair.from();
    TableColumn b = pair.to();
    String alter = "ALTER COLUMN " + Sql.name(b.name()) + " ";
    List<String> actions = new ArrayList<>();
    boolean hadDefault = a.filling() == TableColumn.Filling.PLAIN && a.defaultValue().isPresent();
    if (hadDefault) {
      actions.add(alter + "DROP DEFAULT");
    }
    actions.add(
        alter
            + "TYPE "
            + b.type()
            + b.collation().map(each -> " COLLATE " + Sql.name(each)).orElse("")
            + using);
    if (b.filling() == TableColumn.Filling.PLAIN && a.filling() == TableColumn.Filling.PLAIN) {
      b.defaultValue().ifPresent(value -> actions.add(alter + "SET DEFAULT " + value));
    }
    return String.join(", ", actions);
  }

  private void retype(Pair<Table> tables, Pair<TableColumn> pair, Item item) {
    Table table = tables.to();
    TableColumn a = pair.from();
    TableColumn b = pair.to();
    String kind = ColumnDifferences.typeKind(a.type(), b.type());
    if (draft.refusedByUser(kind, item)) {
      return;
    }
    String before = DomainTypes.base(draft.from.domains(), a.type());
    String after = DomainTypes.base(draft.to.domains(), b.type());
    ColumnCast cast = ColumnCast.of(before, after);
    if (cast.destructive()
        && draft.refusedDestruction(kind, item, "Changing " + a.type() + " to " + b.type())) {
      return;
    }
    if (draft.shadows.steps(item).isPresent()) {
      draft.addAll(
          Op.Act.ALTER,
          item,
          Ranks.ALTER_COLUMN,
          kind,
          () -> draft.shadows.steps(item).orElseThrow());
      draft.remarks.add(ReaderRemarks.second(tables.from(), a, b.type()));
      return;
    }
    Draft.Added added =
        draft.addAll(
            Op.Act.ALTER,
            item,
            Ranks.ALTER_COLUMN,
            kind,
            () -> {
              String guard = cast.guard(Sql.name(table.name()), b.name(), a.type(), b.type());
              StepDraft step = draft.step(kind, table.name());
              if (!guard.isEmpty()) {
                step.sql(
                        "LOCK TABLE " + Sql.name(table.name()) + " IN ACCESS EXCLUSIVE MODE", guard)
                    .work(Work.SCAN);
              }
              boolean sameText = a.type().equals(b.type());
              // Another type that has got the name of the old one knows its values by their text.
              boolean another = sameText && a.collation().equals(b.collation());
              step.sql(
                      TableOps.alter(table)
                          + retype(
                              pair,
                              another
                                  ? " USING " + Sql.name(b.name()) + "::text::" + b.type()
                                  : cast.using(b.name(), b.type())))
                  .exclusive(table.name())
                  .work(another ? Work.REWRITE : cast.work())
                  .hazard(cast.hazards().toArray(Hazard[]::new))
                  .requires("Every stored value is a value of " + b.type())
                  .verify("The column has the type " + b.type());
              if (!sameText) {
                step.probe(Probes.columnType(table.name(), b.name(), b.type()));
              }
              if (draft.mayBeDomain(b.type())
                  || DomainTypes.find(draft.from.domains(), a.type()).isPresent()) {
                step.work(Work.REWRITE);
              }
              if (!a.collation().equals(b.collation())) {
                step.work(Work.INDEX_BUILD).hazard(Hazard.CHANGES_ORDERING);
              }
              if (isChecked(tables.from(), a)) {
                step.work(Work.SCAN);
              }
              if (cast.destructive()) {
                step.irreversible();
              }
              return List.of(new BoundaryActs(draft).widened(step, table, a, b));
            });
    draft.former.nowNeeds(draft.to, item).forEach(added::needs);
    if (draft.online() && added.rewrites()) {
      draft.remarks.add(draft.readers.rewrite(tables.from(), a, b.type()));
    }
  }

  /** The server makes checks on the column anew, and holds all rows to them. */
  private static boolean isChecked(Table table, TableColumn column) {
    return table.constraints().stream()
        .anyMatch(
            each -> each.kind() == Constraint.Kind.CHECK && each.columns().contains(column.name()));
  }
}
