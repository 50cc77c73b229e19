package dev.weirkeeper.contracts.read;

import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Range;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The comparisons of ODCS ({@code mustBe…}) and of Soda ({@code must_be_…}) as ranges. */
final class Thresholds {
  private static final List<String> NAMES =
      List.of(
          "mustBe",
          "mustNotBe",
          "mustBeGreaterThan",
          "mustBeGreaterOrEqualTo",
          "mustBeGreaterThanOrEqualTo",
          "mustBeLessThan",
          "mustBeLessOrEqualTo",
          "mustBeLessThanOrEqualTo",
          "mustBeBetween",
          "mustNotBeBetween");

  private Thresholds() {}

  /**
   * @return empty if the check names none
   * @throws IllegalArgumentException if a range does not say it, or it is malformed
   */
  static Optional<Range> of(Node check) {
    Optional<Range> range = Optional.empty();
    for (String name : NAMES) {
      Node value = check.has(name) ? check.at(name) : check.at(snake(name));
      if (!value.isNothing()) {
        if (range.isPresent()) {
          throw value.malformed("there is another threshold; a check has one");
        }
        range = Optional.of(range(name, value));
      }
    }
    return range;
  }

  private static String snake(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static Range range(String name, Node value) {
    return switch (name) {
      case "mustBe" -> Range.of(bound(value), bound(value));
      case "mustNotBe" -> beyond(value, bound(value));
      case "mustBeGreaterThan" -> Range.moreThan(bound(value));
      case "mustBeGreaterOrEqualTo", "mustBeGreaterThanOrEqualTo" -> Range.atLeast(bound(value));
      case "mustBeLessThan" -> Range.below(bound(value));
      case "mustBeLessOrEqualTo", "mustBeLessThanOrEqualTo" -> Range.upTo(bound(value));
      case "mustBeBetween" -> Range.of(bound(two(value).get(0)), bound(two(value).get(1)));
      default -> {
        two(value).forEach(Node::number);
        if (two(value).get(0).number().signum() > 0) {
          throw new UnsaidException("a range cannot leave out values in its middle");
        }
        yield Range.moreThan(two(value).get(1).number());
      }
    };
  }

  /** Counts are 0 or more, so what is not 0 is more. */
  private static Range beyond(Node value, Literal bound) {
    if (bound instanceof Literal.Numeric && value.number().signum() == 0) {
      return Range.moreThan(0);
    }
    throw new UnsaidException("a range cannot leave out a value");
  }

  private static List<Node> two(Node value) {
    if (value.items().size() != 2) {
      throw value.malformed("this should be two numbers, the smaller one first");
    }
    return value.items();
  }

  private static Literal bound(Node value) {
    Literal bound = value.literal().orElseThrow(() -> value.malformed("this should be a number"));
    if (bound instanceof Literal.Truth) {
      throw value.malformed("this should be a number");
    }
    return bound;
  }

  /** Only 0 is within, for a count. */
  static boolean isNone(Range range) {
    return range
        .max()
        .filter(max -> max.value() instanceof Literal.Numeric)
        .map(
            max -> {
              int sign =
                  new BigDecimal(max.value().toString())
                      .compareTo(
                          max.edge() == Range.Edge.INCLUSIVE ? BigDecimal.ZERO : BigDecimal.ONE);
              return max.edge() == Range.Edge.INCLUSIVE ? sign == 0 : sign <= 0;
            })
        .filter(
            none ->
                none
                    && range.min().map(min -> min.value().toString().equals("0")).orElse(true)
                    && range.min().map(min -> min.edge() == Range.Edge.INCLUSIVE).orElse(true))
        .orElse(false);
  }
}
