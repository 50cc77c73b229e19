package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans how a table becomes a partition. */
final class PartitionSteps {
  private final Draft draft;
  private final Table table;
  private final ObjectName parent;
  private final String bound;
  private final String kind;

  private PartitionSteps(Draft draft, Table table, ObjectName parent, String bound, String kind) {
    this.draft = draft;
    this.table = table;
    this.parent = parent;
    this.bound = bound;
    this.kind = kind;
  }

  /**
   * @param rows whether the table may have rows, which the parent's bound has to hold for
   */
  static List<StepDraft> attach(
      Draft draft, Table table, ObjectName parent, String bound, boolean rows) {
    PartitionSteps steps =
        new PartitionSteps(
            draft, table, parent, bound, rows ? "partition.moved" : "partition.created");
    Optional<String> condition =
        draft.online() && rows && table.kind() == Table.Kind.TABLE
            ? PartitionBound.condition(draft.to, parent, bound)
            : Optional.empty();
    if (condition.isPresent()) {
      return steps.checked(condition.get());
    }
    if (draft.online() && rows) {
      draft.remarks.add(
          table.name()
              + " is read under its lock when it becomes a partition of "
              + parent
              + ": no check says what its bound does");
    }
    return List.of(steps.attach().work(Work.SCAN));
  }

  /** Rows are held to the bound and looked through while others read and write. */
  private List<StepDraft> checked(String condition) {
    String check = Leftovers.name("part", table.name().toString(), parent.toString(), bound);
    String alter = "ALTER TABLE " + Sql.name(table.name()) + " ";
    String drop = alter + "DROP CONSTRAINT " + Sql.name(check);
    List<StepDraft> steps = new ArrayList<>();
    steps.add(
        draft
            .step(kind, table.name())
            .sql(
                alter
                    + "ADD CONSTRAINT "
                    + Sql.name(check)
                    + " CHECK ("
                    + condition
                    + ") NOT VALID")
            .undo(drop)
            .exclusive(table.name())
            .probe(Probes.constraint(table.name(), check))
            .verify("New rows are within the bound of the partition"));
    steps.add(
        draft
            .step(kind, table.name())
            .sql(alter + "VALIDATE CONSTRAINT " + Sql.name(check))
            .lock(table.name(), LockMode.SHARE_UPDATE_EXCLUSIVE)
            .work(Work.SCAN)
            .probe(Probes.validated(table.name(), check))
            .requires("All rows of the table are within the bound of the partition")
            .verify("Old rows are within the bound, too"));
    steps.add(attach().sql(drop).probe(Probes.not(Probes.constraint(table.name(), check))));
    return steps;
  }

  private StepDraft attach() {
    StepDraft step =
        draft
            .step(kind, table.name())
            .sql(
                "ALTER TABLE "
                    + Sql.name(parent)
                    + " ATTACH PARTITION "
                    + Sql.name(table.name())
                    + " "
                    + bound)
            .undo("ALTER TABLE " + Sql.name(parent) + " DETACH PARTITION " + Sql.name(table.name()))
            .exclusive(table.name())
            .lock(parent, LockMode.SHARE_UPDATE_EXCLUSIVE)
            .requires("All rows of the table are within the bound of the partition")
            .verify("The table is a partition");
    fallback().ifPresent(rest -> step.exclusive(rest).work(Work.SCAN));
    return step;
  }

  /** The partition for all other rows is looked through: none of them may belong here. */
  private Optional<ObjectName> fallback() {
    return draft.from.tables().stream()
        .filter(each -> each.bound().equals(Optional.of("DEFAULT")))
        .filter(each -> each.parents().stream().map(draft.former::of).anyMatch(parent::equals))
        .map(each -> draft.former.of(each.name()))
        .filter(each -> !each.equals(table.name()))
        .findFirst();
  }
}
