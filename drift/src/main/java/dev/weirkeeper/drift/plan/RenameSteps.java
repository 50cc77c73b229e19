package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The steps of renames as they come, and those that cannot be written. */
final class RenameSteps {
  final List<Migration.Step> done = new ArrayList<>();
  final List<Refusal> refusals = new ArrayList<>();
  private boolean stuck;

  /**
   * Whether something keeps a name that something else is to get. All other steps would speak of
   * the wrong one, so there are none.
   */
  boolean stuck() {
    return stuck;
  }

  void keeps(String kind, String name, String why) {
    stuck = true;
    refusals.add(new Refusal(kind, name, why + ". Nothing is planned until that is decided"));
  }

  void write(String kind, Item item, Supplier<StepDraft> step) {
    guarded(kind, item, () -> done.add(step.get().done()));
  }

  /** A name that cannot be written refuses what is planned with it. */
  void guarded(String kind, Item item, Runnable planning) {
    try {
      planning.run();
    } catch (Sql.Unwritable e) {
      refusals.add(new Refusal(kind, item.toString(), e.getMessage() + " (" + e.hazard() + ")"));
    }
  }

  /** What is written meanwhile is one transaction. */
  void atOnce(Runnable writing) {
    int before = done.size();
    writing.run();
    List<Migration.Step> written = done.subList(before, done.size());
    if (written.size() > 1) {
      Migration.Step one = Together.of(written);
      written.clear();
      done.add(one);
    }
  }
}
