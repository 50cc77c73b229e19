package dev.weirkeeper.contracts.delta;

import dev.weirkeeper.contracts.gate.GatePlan;
import dev.weirkeeper.contracts.gate.GateRefusedException;
import dev.weirkeeper.contracts.gate.TargetColumn;
import dev.weirkeeper.contracts.gate.Typing;
import io.delta.kernel.Snapshot;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.types.StructField;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Refuses tables that Kernel does not write, or would write without what they promise. */
final class Writable {
  private static final String CONSTRAINT = "delta.constraints.";
  private static final String DEFAULT = "CURRENT_DEFAULT";
  private static final List<String> COMPUTED =
      List.of("delta.generationExpression", "delta.identity.start", "delta.invariants");

  private Writable() {}

  static void require(Snapshot snapshot, Engine engine, GatePlan plan) throws GateRefusedException {
    requireFit(snapshot, plan);
    for (String property : snapshot.getTableProperties().keySet()) {
      if (property.startsWith(CONSTRAINT)) {
        throw new GateRefusedException(
            "The table at "
                + snapshot.getPath()
                + " has CHECK constraint \""
                + property.substring(CONSTRAINT.length())
                + "\", which Delta Kernel does not check: state it as a rule of the contract and"
                + " drop it, or load the table with Spark");
      }
    }
    String mapping = snapshot.getTableProperties().getOrDefault("delta.columnMapping.mode", "none");
    if (!mapping.equals("none")) {
      throw new GateRefusedException(
          "The table at "
              + snapshot.getPath()
              + " maps its columns by "
              + mapping
              + ", and Delta Kernel does not write such tables: copy it into one without"
              + " delta.columnMapping.mode, or load the table with Spark");
    }
    Set<String> given = new HashSet<>();
    plan.typings().forEach(typing -> given.add(typing.column().name()));
    for (StructField field : snapshot.getSchema().fields()) {
      requireWritable(field, snapshot, given);
    }
    try {
      DeltaTable.writing(snapshot, "probe").build(engine);
    } catch (KernelException e) {
      throw new GateRefusedException(
          "Delta Kernel does not write the table at "
              + snapshot.getPath()
              + ": "
              + e.getMessage()
              + ". Drop the table feature, or load the table with an engine that knows it",
          e);
    }
  }

  private static void requireWritable(StructField field, Snapshot snapshot, Set<String> given)
      throws GateRefusedException {
    String column = "Column \"" + field.getName() + "\" of the table at " + snapshot.getPath();
    if (!Columns.carries(DeltaTypes.kind(field.getDataType()))) {
      throw new GateRefusedException(
          column
              + " is a "
              + field.getDataType()
              + ": a gate writes flat rows of numbers, texts, truth values, dates and times;"
              + " flatten it, or load the table with Spark");
    }
    for (String key : COMPUTED) {
      if (field.getMetadata().contains(key)) {
        throw new GateRefusedException(
            column
                + " has "
                + key
                + ", which Delta Kernel neither computes nor checks: drop it, or load the table"
                + " with Spark");
      }
    }
    if (field.getMetadata().contains(DEFAULT) && !given.contains(field.getName())) {
      throw new GateRefusedException(
          column
              + " has a default, which Delta Kernel does not fill in: give the input that column");
    }
  }

  /** Columns are what they were when the batch was judged. */
  private static void requireFit(Snapshot snapshot, GatePlan plan) throws GateRefusedException {
    Set<TargetColumn> known = new HashSet<>(DeltaTypes.columns(snapshot.getSchema()));
    for (Typing typing : plan.typings()) {
      if (!known.contains(typing.column())) {
        throw new GateRefusedException(
            "Column \""
                + typing.column().name()
                + "\" of the table at "
                + snapshot.getPath()
                + " is not what it was when the batch was judged; judge it again");
      }
    }
  }
}
