package dev.weirkeeper.drift.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Steps that are made one, because what is between them should never be seen. */
final class Together {
  private Together() {}

  /**
   * One transaction of all, named after the longest of them. What each of them asks of its own
   * state says nothing of the whole: only a new comparison tells whether it is done.
   *
   * @param steps each in a transaction of its own
   */
  static Migration.Step of(List<Migration.Step> steps) {
    Migration.Step main = steps.get(0);
    Work work = Work.CATALOG_ONLY;
    Set<Hazard> hazards = EnumSet.noneOf(Hazard.class);
    Map<String, LockMode> locks = new TreeMap<>();
    for (Migration.Step step : steps) {
      if (step.work().compareTo(work) > 0) {
        work = step.work();
        main = step;
      }
      hazards.addAll(step.hazards());
      step.locks()
          .forEach(
              (name, mode) ->
                  locks.merge(name, mode, (one, two) -> one.strongerThan(two) ? one : two));
    }
    return new Migration.Step(
        main.kind(),
        main.on(),
        all(steps, Migration.Step::statements),
        Migration.Commit.TRANSACTION,
        Route.SCRIPT,
        locks,
        work,
        hazards,
        sentence(steps, Migration.Step::precondition),
        Optional.empty(),
        sentence(steps, Migration.Step::verification),
        undo(steps),
        Optional.empty());
  }

  private static List<String> all(
      List<Migration.Step> steps, Function<Migration.Step, List<String>> of) {
    return steps.stream().map(of).flatMap(Collection::stream).toList();
  }

  private static String sentence(List<Migration.Step> steps, Function<Migration.Step, String> of) {
    return steps.stream().map(of).collect(Collectors.toCollection(LinkedHashSet::new)).stream()
        .collect(Collectors.joining("; "));
  }

  /** Backwards; nothing takes the whole back if nothing takes a part of it back. */
  private static List<String> undo(List<Migration.Step> steps) {
    List<String> undo = new ArrayList<>();
    for (Migration.Step step : steps) {
      if (step.undo().isEmpty()) {
        return List.of();
      }
      undo.addAll(0, step.undo());
    }
    return undo;
  }
}
