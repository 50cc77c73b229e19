package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.Expr.Comparison;

/** What the order of two values means for a comparison. */
final class Outcomes {
  private Outcomes() {}

  static boolean holds(Comparison how, int order) {
    return switch (how) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case AT_MOST -> order <= 0;
      case MORE -> order > 0;
      case AT_LEAST -> order >= 0;
    };
  }

  /** The comparison with its sides exchanged. */
  static Comparison flipped(Comparison how) {
    return switch (how) {
      case EQUAL, NOT_EQUAL -> how;
      case LESS -> Comparison.MORE;
      case AT_MOST -> Comparison.AT_LEAST;
      case MORE -> Comparison.LESS;
      case AT_LEAST -> Comparison.AT_MOST;
    };
  }
}
