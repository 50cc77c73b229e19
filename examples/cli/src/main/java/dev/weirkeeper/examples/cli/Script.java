package dev.weirkeeper.examples.cli;

import dev.weirkeeper.drift.plan.Hazard;
import dev.weirkeeper.drift.plan.Migration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A migration as a script that a person reviews: each statement with what it locks and risks. */
final class Script {
  private Script() {}

  static List<String> of(Migration migration) {
    List<String> lines = new ArrayList<>();
    comment(lines, "Migration " + migration.id());
    comment(lines, "from " + migration.from() + " to " + migration.to());
    migration.remarks().forEach(remark -> comment(lines, remark));
    int number = 0;
    for (Migration.Step step : migration.steps()) {
      lines.add("");
      number++;
      comment(
          lines,
          number + " of " + migration.steps().size() + ": " + step.kind() + " on " + step.on());
      step(lines, step);
    }
    return lines;
  }

  private static void step(List<String> lines, Migration.Step step) {
    if (!step.locks().isEmpty()) {
      comment(
          lines,
          "locks "
              + new TreeMap<>(step.locks())
                  .entrySet().stream()
                      .map(lock -> lock.getKey() + " " + words(lock.getValue()))
                      .collect(Collectors.joining(", ")));
    }
    comment(lines, "work " + words(step.work()) + ", " + words(step.commit()));
    if (!step.hazards().isEmpty()) {
      comment(
          lines,
          "hazards "
              + step.hazards().stream()
                  .sorted()
                  .map(Hazard::name)
                  .collect(Collectors.joining(", ")));
    }
    if (!step.precondition().isEmpty()) {
      comment(lines, "needs: " + step.precondition());
    }
    boolean together =
        step.commit() == Migration.Commit.TRANSACTION && step.statements().size() > 1;
    if (together) {
      lines.add("BEGIN;");
    }
    // A definition may have several lines; it stands as the server wrote it.
    step.statements().forEach(sql -> (sql + ";").lines().forEach(lines::add));
    if (together) {
      lines.add("COMMIT;");
    }
    if (!step.verification().isEmpty()) {
      comment(lines, "then: " + step.verification());
    }
    step.undo().forEach(undo -> comment(lines, "undo: " + undo));
  }

  private static String words(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** One line, whatever is in it: nothing that a name holds gets out of the comment. */
  private static void comment(List<String> lines, String text) {
    lines.add("-- " + Visible.line(text));
  }
}
