package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import java.util.Optional;
import java.util.function.Supplier;

/** Plans comments: text from outside, always as a literal. */
final class Comments {
  private Comments() {}

  /**
   * @param what the thing as COMMENT ON names it
   * @param made whether the thing is made by this migration, and so has none yet
   */
  static void on(
      Draft draft,
      Supplier<String> what,
      Item item,
      String kind,
      Optional<String> comment,
      Made made) {
    if (comment.isEmpty() && made == Made.NOW) {
      return;
    }
    draft.add(
        Op.Act.ALTER,
        item,
        Ranks.COMMENT,
        kind,
        () -> {
          StepDraft step =
              draft
                  .step(kind, item.name())
                  .sql(
                      "COMMENT ON "
                          + what.get()
                          + " IS "
                          + comment.map(Sql::literal).orElse("NULL"))
                  .verify("The comment reads as planned");
          return locks(step, item);
        });
  }

  private static StepDraft locks(StepDraft step, Item item) {
    return switch (item.kind()) {
      case TABLE, COLUMN, CONSTRAINT, VIEW, INDEX, SEQUENCE ->
          step.lock(item.name(), LockMode.SHARE_UPDATE_EXCLUSIVE);
      default -> step;
    };
  }

  static Supplier<String> named(String sort, ObjectName name) {
    return () -> sort + " " + Sql.name(name);
  }

  /** Whether this migration makes a thing. */
  enum Made {
    NOW,
    BEFORE
  }
}
