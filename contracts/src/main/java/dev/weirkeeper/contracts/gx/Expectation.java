package dev.weirkeeper.contracts.gx;

import java.util.Set;

/**
 * A type of expectation that becomes a rule.
 *
 * @param type {@code expect_column_values_to_be_unique}
 * @param shape of its result
 * @param arguments names of its own arguments; those that all have are not listed
 * @param condition whether it takes a {@code row_condition}
 */
record Expectation(
    String type, Shape shape, Set<String> arguments, Condition condition, Mapping mapping) {

  /** Which keys a result has. */
  enum Shape {
    /** Counts and lists of bad values of a column. */
    COLUMN,
    /** Counts and lists of bad pairs. */
    PAIR,
    /** Counts and lists of bad rows of several columns. */
    COLUMNS,
    /** The observed value. */
    OBSERVED,
    /** None. */
    NOTHING
  }

  /** Whether rows can be chosen. */
  enum Condition {
    TAKEN,
    NOT_TAKEN
  }

  Expectation {
    arguments = Set.copyOf(arguments);
  }

  static Expectation of(String type, Shape shape, Mapping mapping, String... arguments) {
    return new Expectation(type, shape, Set.of(arguments), Condition.TAKEN, mapping);
  }

  /** One that does not take a row condition. */
  Expectation ofAllRows() {
    return new Expectation(type, shape, arguments, Condition.NOT_TAKEN, mapping);
  }
}
