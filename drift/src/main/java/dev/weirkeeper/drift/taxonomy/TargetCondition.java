package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.drift.taxonomy.TypeExpr.Family;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Scalar;
import java.util.Arrays;
import java.util.function.BiPredicate;

/** What must hold of two scalar types for an alternative of a cell to apply. */
enum TargetCondition {
  SCALE_ZERO("scale-zero", (from, to) -> to.args().size() == 2 && to.arg(1) == 0),
  FROM_32("from-32", (from, to) -> from.family() == Family.INTEGER && from.arg(0) <= 32),
  WHOLE_10("whole-10", (from, to) -> whole(to) >= 10),
  WHOLE_19("whole-19", (from, to) -> whole(to) >= 19),
  WHOLE_20("whole-20", (from, to) -> whole(to) >= 20),
  WITHIN_38("within-38", (from, to) -> within(to, 38, 38)),
  /** BIGNUMERIC has at most 38 digits on either side of the point. */
  WITHIN_BIGNUMERIC("within-bignumeric", (from, to) -> within(to, 76, 38) && whole(to) <= 38),
  /**
   * Whether the length of a value takes as many bytes as before, whatever bytes a character takes:
   * one to four.
   */
  SAME_LENGTH_BYTES(
      "same-length-bytes",
      (from, to) ->
          !to.args().isEmpty()
              && !from.args().isEmpty()
              && (to.arg(0) <= 63 || from.arg(0) >= 256)),
  TO_DOUBLE("to-double", (from, to) -> to.family() == Family.FLOAT && to.arg(0) == 64),
  FIXED("fixed", (from, to) -> from.family() == Family.FIXED || to.family() == Family.FIXED),
  MICROS("micros", (from, to) -> from.arg(0) <= 6 && to.arg(0) <= 6);

  private final String word;

  @SuppressWarnings("ImmutableEnumChecker") // A lambda without state; the type does not say so.
  private final BiPredicate<Scalar, Scalar> test;

  TargetCondition(String word, BiPredicate<Scalar, Scalar> test) {
    this.word = word;
    this.test = test;
  }

  static TargetCondition named(String word) {
    return Arrays.stream(values())
        .filter(condition -> condition.word.equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No condition is called '" + word + "'"));
  }

  boolean holds(TypeExpr from, TypeExpr to) {
    return from instanceof Scalar before && to instanceof Scalar after && test.test(before, after);
  }

  private static int whole(Scalar decimal) {
    return decimal.args().size() == 2 ? decimal.arg(0) - decimal.arg(1) : -1;
  }

  private static boolean within(Scalar decimal, int digits, int scale) {
    return decimal.args().size() == 2 && decimal.arg(0) <= digits && decimal.arg(1) <= scale;
  }
}
