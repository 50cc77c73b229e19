package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.Labels;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.Tuples;
import dev.weirkeeper.Tuples.State;
import dev.weirkeeper.contracts.BoundedText;
import dev.weirkeeper.contracts.Form;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a pattern is found in a value, within a bound on the work.
 *
 * <p>{@code java.util.regex} backtracks, so a value can be made on which a harmless-looking pattern
 * takes years. Each look at a character counts as a step; {@value BoundedText#STEPS} steps and
 * {@value BoundedText#STEPS_PER_CHARACTER} for each character of the value are allowed, which is
 * far beyond what matching needs. Past them, or where the engine runs out of stack, the answer is
 * unknown. A count of steps, unlike a clock, gives the same answer each time.
 */
record RegexCheck(int column, Pattern pattern, Found good, Form form, Check.Verdicts verdicts)
    implements Check {
  /** Whether a row is good with or without the pattern in it. */
  enum Found {
    SOMEWHERE,
    NOWHERE
  }

  @Override
  public void label(RowBatch rows, Labels labels) {
    Tuples after = rows.after();
    byte[] data = after.data();
    BoundedText input = new BoundedText();
    Matcher matcher = pattern.matcher(input);
    int count = rows.rows();
    for (int row = 0; row < count; row++) {
      int length = after.length(row, column);
      if (length < 0) {
        State state = after.state(row, column);
        if (state != State.NULL) {
          verdicts.notSent(rows, row, state, labels);
        }
        continue;
      }
      int offset = after.offset(row, column);
      input.read(data, offset, form.significant(data, offset, length));
      try {
        boolean found = matcher.reset().find();
        if (found != (good == Found.SOMEWHERE)) {
          verdicts.broken(rows, row, labels);
        }
      } catch (BoundedText.TooManySteps | StackOverflowError e) {
        verdicts.unknown(rows, row, labels);
      }
    }
  }
}
