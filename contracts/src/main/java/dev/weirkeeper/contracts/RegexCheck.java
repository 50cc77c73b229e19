package dev.weirkeeper.contracts;

import dev.weirkeeper.Labels;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.Tuples;
import dev.weirkeeper.Tuples.State;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a pattern is found in a value, within a bound on the work.
 *
 * <p>{@code java.util.regex} backtracks, so a value can be made on which a harmless-looking pattern
 * takes years. Each look at a character counts as a step; {@value #STEPS} steps and {@value
 * #STEPS_PER_CHARACTER} for each character of the value are allowed, which is far beyond what
 * matching needs. Past them, or where the engine runs out of stack, the answer is unknown. A count
 * of steps, unlike a clock, gives the same answer each time.
 */
record RegexCheck(int column, Pattern pattern, Found good, Form form, Check.Verdicts verdicts)
    implements Check {
  static final int STEPS = 50_000;
  static final int STEPS_PER_CHARACTER = 100;

  /** Whether a row is good with or without the pattern in it. */
  enum Found {
    SOMEWHERE,
    NOWHERE
  }

  @Override
  public void label(RowBatch rows, Labels labels) {
    Tuples after = rows.after();
    byte[] data = after.data();
    Input input = new Input();
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
      } catch (TooManySteps | StackOverflowError e) {
        verdicts.unknown(rows, row, labels);
      }
    }
  }

  /** Not an error: how a search is left early. */
  private static final class TooManySteps extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManySteps() {
      // Without a stack trace: it is thrown often where somebody means harm.
      super("A pattern took too many steps", null, false, false);
    }
  }

  /** The value under search; used again for each row. */
  private static final class Input implements CharSequence {
    private char[] chars = new char[256];
    private int length;
    private long steps;

    void read(byte[] data, int offset, int bytes) {
      if (chars.length < bytes) {
        chars = new char[Math.max(bytes, 2 * chars.length)];
      }
      length = bytes;
      for (int i = 0; i < bytes; i++) {
        byte b = data[offset + i];
        if (b < 0) {
          String text = new String(data, offset, bytes, StandardCharsets.UTF_8);
          length = text.length();
          text.getChars(0, length, chars, 0);
          break;
        }
        chars[i] = (char) b;
      }
      steps = STEPS + (long) STEPS_PER_CHARACTER * length;
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public char charAt(int index) {
      if (--steps < 0) {
        throw new TooManySteps();
      }
      return chars[index];
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new String(chars, start, end - start);
    }

    @Override
    public String toString() {
      return new String(chars, 0, length);
    }
  }
}
