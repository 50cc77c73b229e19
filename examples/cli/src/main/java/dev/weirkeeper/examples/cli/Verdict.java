package dev.weirkeeper.examples.cli;

import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.RuleResult;
import java.util.Comparator;
import java.util.List;

/** What a report comes to as a whole, and which of its rules a person should look at first. */
enum Verdict {
  PASSED("Passed", Exit.DONE),
  FAILED("Failed", Exit.REFUSED),
  /** A rule could not be judged, so nothing lets the data through and nothing condemns it. */
  NOT_JUDGED("Not fully judged", Exit.UNJUDGED);

  private static final Comparator<RuleResult> WORST_FIRST =
      Comparator.comparing((RuleResult result) -> rank(result.judgement().status()))
          .thenComparing(result -> result.rule().severity(), Comparator.reverseOrder())
          .thenComparing(Verdict::badShare, Comparator.reverseOrder());

  private final String words;
  private final Exit exit;

  Verdict(String words, Exit exit) {
    this.words = words;
    this.exit = exit;
  }

  String words() {
    return words;
  }

  Exit exit() {
    return exit;
  }

  static Verdict of(ContractReport report) {
    boolean judged =
        !report.results().isEmpty()
            && report.results().stream().allMatch(result -> rank(result.judgement().status()) > 1);
    return !judged ? NOT_JUDGED : report.passed() ? PASSED : FAILED;
  }

  /** By status, severity and share of bad rows; what is equal stays in the contract's order. */
  static List<RuleResult> worstFirst(ContractReport report) {
    return report.results().stream().sorted(WORST_FIRST).toList();
  }

  static double badShare(RuleResult result) {
    return result.judgement().measured() instanceof Judgement.Rows rows
        ? Figures.share(rows.unexpected(), rows.considered())
        : 0;
  }

  private static int rank(Judgement.Status status) {
    return switch (status) {
      case ERROR -> 0;
      case UNSUPPORTED -> 1;
      case FAILED -> 2;
      case PASSED -> 3;
    };
  }
}
