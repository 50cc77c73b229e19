package dev.weirkeeper.healing;

import dev.weirkeeper.Finding;
import dev.weirkeeper.Verdict;
import java.util.Optional;
import java.util.function.Predicate;

/** What may be true of a case. A play lists those that it needs. */
enum Fact {
  NOTHING_CHANGED("something changed", met -> met.atMost(Verdict.NOOP)),
  ROWS_UNTOUCHED("rows are touched", met -> met.atMost(Verdict.METADATA)),
  NOBODY_ASKED("a person wants to be asked", met -> met.findings().stream().noneMatch(met::asked)),
  WITHIN_TOLERANCE("findings exceed the tolerance", met -> met.limits().isEmpty()),
  PLANNED("no safe plan leads to what was found", met -> met.plan().isPresent()),
  NOTHING_TO_DO("the target has something to do", met -> met.planned().isEmpty()),
  PLAN_FITS("a finding does not say in which version it ends", Fact::planFits),
  TOOLS_PRESENT(
      "the plan needs a tool that is not here or is destructive",
      met -> met.planned().stream().allMatch(met::usable)),
  ROWS_REREAD(
      "stored values changed and no step reads them again",
      met -> !met.stale() || met.planned().contains(PipelineTools.RESYNC)),
  /** An act that failed twice will fail again; one that is unknown twice is a person's. */
  STEADY(
      "recent acts on it failed twice or more, so acts on it are frozen",
      met -> met.wentWrong() < 2);

  private final String otherwise;
  private final Predicate<Case> test;

  Fact(String otherwise, Predicate<Case> test) {
    this.otherwise = otherwise;
    this.test = test;
  }

  boolean holds(Case met) {
    return test.test(met);
  }

  /** What to tell a person when it does not hold. */
  String otherwise() {
    return otherwise;
  }

  private static boolean planFits(Case met) {
    return met.plan().isPresent()
        && met.findings().stream()
            .map(Finding::to)
            .allMatch(Optional.of(met.plan().get().to())::equals);
  }
}
