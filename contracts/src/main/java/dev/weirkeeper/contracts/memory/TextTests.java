package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.Expr.Truth;
import dev.weirkeeper.contracts.TextSearch;
import dev.weirkeeper.contracts.ValueTest;
import dev.weirkeeper.contracts.engine.Vec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Tests of single values that look into them. */
final class TextTests {
  private TextTests() {}

  /** Looks for a pattern; UNKNOWN where that takes too many steps. */
  static final class Matches implements Test {
    /** A pattern that is lost on so many values would take hours on the rest. */
    private static final int MAX_LOST = 1000;

    private final Value text;
    private final TextSearch search;
    private int lost;
    private int pass = -1;

    Matches(Value text, TextSearch search) {
      this.text = text;
      this.search = search;
    }

    @Override
    public void fill(Batch batch, long[] yes, long[] no) {
      if (pass != batch.pass()) {
        pass = batch.pass();
        lost = 0;
      }
      @Nullable String[] texts = ((Vec.Texts) text.in(batch).vec()).values();
      Arrays.fill(yes, 0, batch.words(), 0);
      Arrays.fill(no, 0, batch.words(), 0);
      for (int row = 0; row < batch.rows(); row++) {
        String value = texts[row];
        if (value == null) {
          continue;
        }
        Truth found = search.in(value);
        if (found == Truth.TRUE) {
          yes[row >> 6] |= 1L << row;
        } else if (found == Truth.FALSE) {
          no[row >> 6] |= 1L << row;
        } else if (++lost > MAX_LOST) {
          throw new UnansweredException(
              "A pattern took too many steps on more than "
                  + MAX_LOST
                  + " values; write one that backtracks less");
        }
      }
    }
  }

  /** Compares the whole text with a pattern of SQL's LIKE. */
  record Like(Value text, LikePattern pattern) implements Test {
    @Override
    public void fill(Batch batch, long[] yes, long[] no) {
      Column column = text.in(batch);
      @Nullable String[] texts = ((Vec.Texts) column.vec()).values();
      Scan.each(column, batch.rows(), row -> pattern.matches(texts[row]), yes);
      Scan.settle(batch, column, yes, no);
    }
  }

  /** Asks Java code. */
  record Passes(Value value, ValueTest test) implements Test {
    @Override
    public void fill(Batch batch, long[] yes, long[] no) {
      Column column = value.in(batch);
      try {
        Scan.each(
            column, batch.rows(), row -> test.passes(column.vec().value(row).orElseThrow()), yes);
      } catch (IllegalArgumentException e) {
        throw new UnansweredException(String.valueOf(e.getMessage()));
      }
      Scan.settle(batch, column, yes, no);
    }
  }
}
