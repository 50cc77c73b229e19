package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import java.util.ArrayList;
import java.util.List;

/** Plans how a table becomes a partition. */
final class PartitionSteps {
  private PartitionSteps() {}

  /**
   * @param rows whether the table may have rows, which the parent's bound has to hold for
   */
  static List<StepDraft> attach(
      Draft draft, Table table, ObjectName parent, String bound, boolean rows) {
    List<StepDraft> steps = new ArrayList<>();
    String kind = rows ? "partition.moved" : "partition.created";
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
    steps.add(rows ? step.work(Work.SCAN) : step);
    return steps;
  }
}
