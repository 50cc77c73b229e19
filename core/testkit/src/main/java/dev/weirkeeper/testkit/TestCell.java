package dev.weirkeeper.testkit;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Tuples;
import java.util.Arrays;
import java.util.List;

/**
 * One value of a row that a test makes.
 *
 * @param state what is known of the value
 * @param text the value in the text form of its type; empty unless the state is VALUE
 */
public record TestCell(Tuples.State state, String text) {
  public static final TestCell NULL = new TestCell(Tuples.State.NULL, "");

  /** Was not sent because it did not change. */
  public static final TestCell UNCHANGED = new TestCell(Tuples.State.UNCHANGED, "");

  /** Was not sent at all. */
  public static final TestCell ABSENT = new TestCell(Tuples.State.ABSENT, "");

  public TestCell {
    requireNonNull(state, "state");
    requireNonNull(text, "text");
    if (state != Tuples.State.VALUE && !text.isEmpty()) {
      throw new IllegalArgumentException("Only a value has a text");
    }
  }

  public static TestCell of(String text) {
    return new TestCell(Tuples.State.VALUE, text);
  }

  /** A row of which every value is known. */
  public static List<TestCell> row(String... texts) {
    return Arrays.stream(texts).map(TestCell::of).toList();
  }
}
