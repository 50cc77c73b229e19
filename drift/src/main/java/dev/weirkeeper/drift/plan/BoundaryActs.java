package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.Optional;

/** Says which steps the typed acts of a target's role boundary can do as well. */
final class BoundaryActs {
  private final Draft draft;

  BoundaryActs(Draft draft) {
    this.draft = draft;
  }

  private StepDraft act(StepDraft step, Table table, TableChange change) {
    return draft
        .options
        .target()
        .filter(system -> table.kind() == Table.Kind.TABLE && table.bound().isEmpty())
        .map(system -> step.act(change.on(system)))
        .orElse(step);
  }

  private static String name(ObjectName table) {
    return table.toString();
  }

  /** The boundary adds columns that take NULL, without a default for new rows. */
  StepDraft added(StepDraft step, Table table, TableColumn column) {
    TypeText type = TypeText.of(column.type());
    boolean plain =
        column.nullability() != Nullability.REQUIRED
            && column.defaultValue().isEmpty()
            && column.filling() == TableColumn.Filling.PLAIN
            && column.collation().isEmpty()
            && type.isBuiltIn();
    return plain
        ? act(
            step,
            table,
            new TableChange.AddColumn(
                name(table.name()), column.name(), type.type(), Optional.empty(), draft.toward()))
        : step;
  }

  StepDraft widened(StepDraft step, Table table, TableColumn before, TableColumn after) {
    TypeText old = TypeText.of(before.type());
    TypeText now = TypeText.of(after.type());
    return old.isBuiltIn() && now.isBuiltIn() && old.to(now).preserving()
        ? act(
            step,
            table,
            new TableChange.WidenColumn(
                name(table.name()), after.name(), old.type(), now.type(), draft.toward()))
        : step;
  }

  StepDraft relaxed(StepDraft step, Table table, String column) {
    return act(
        step, table, new TableChange.RelaxColumn(name(table.name()), column, draft.toward()));
  }
}
