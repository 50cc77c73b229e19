package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Item;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is taken away only to be made again, with all that has to happen in between, as one
 * transaction: nobody sees a database without the view or writes past the trigger. Views keep their
 * owner, grants and defaults.
 */
final class Remade {
  private Remade() {}

  /** Whether a thing of this kind is made again in one transaction where that can be. */
  static boolean concerns(Item item) {
    return item.kind() == Item.Kind.VIEW || item.kind() == Item.Kind.OTHER;
  }

  /** Whether an operation can be part of a transaction with others. */
  static boolean joins(Op op) {
    return op.steps().size() == 1 && op.steps().get(0).commit() == Migration.Commit.TRANSACTION;
  }

  /**
   * @param block operations in their order; more than one are made one step
   */
  static List<Migration.Step> steps(List<Op> block) {
    if (block.size() == 1) {
      return block.get(0).steps();
    }
    Set<Item> again = new HashSet<>();
    block.stream().filter(op -> op.act() == Op.Act.CREATE).forEach(op -> again.add(op.item()));
    List<Migration.Step> steps = new ArrayList<>();
    boolean isProtected = true;
    for (Op op : block) {
      Migration.Step step = op.steps().get(0);
      boolean returns = op.act() == Op.Act.DROP && again.contains(op.item());
      isProtected &= returns || !step.hazards().contains(Hazard.UNPROTECTED_WINDOW);
      steps.add(returns || op.act() == Op.Act.CREATE ? keeping(op, step) : step);
    }
    Migration.Step one = Together.of(steps);
    return List.of(isProtected ? without(one, Hazard.UNPROTECTED_WINDOW) : one);
  }

  private static Migration.Step keeping(Op op, Migration.Step step) {
    if (op.item().kind() != Item.Kind.VIEW) {
      return step;
    }
    List<String> statements = new ArrayList<>(step.statements());
    if (op.act() == Op.Act.DROP) {
      statements.add(0, ViewRights.remember(op.item().name()));
    } else {
      statements.add(ViewRights.giveAgain(op.item().name()));
    }
    return with(step, statements, step.hazards());
  }

  private static Migration.Step without(Migration.Step step, Hazard hazard) {
    Set<Hazard> hazards = EnumSet.noneOf(Hazard.class);
    hazards.addAll(step.hazards());
    hazards.remove(hazard);
    return with(step, step.statements(), hazards);
  }

  private static Migration.Step with(
      Migration.Step step, List<String> statements, Set<Hazard> hazards) {
    return new Migration.Step(
        step.kind(),
        step.on(),
        statements,
        step.commit(),
        step.route(),
        step.locks(),
        step.work(),
        hazards,
        step.precondition(),
        step.probe(),
        step.verification(),
        step.undo(),
        step.act());
  }
}
