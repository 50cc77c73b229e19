package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.engine.Vec;
import java.util.Arrays;

/** Compares two values of a row. */
record PairTest(Value left, Comparison how, Value right, Nulls nulls) implements Test {

  /** What NULL compares to. */
  enum Nulls {
    /** UNKNOWN. */
    UNKNOWN,
    /** NULL equals NULL and nothing else; asked of {@link Comparison#EQUAL} only. */
    A_VALUE
  }

  @Override
  public void fill(Batch batch, long[] yes, long[] no) {
    Column a = left.in(batch);
    Column b = right.in(batch);
    if (a.isAllNull(batch.rows()) || b.isAllNull(batch.rows())) {
      Arrays.fill(yes, 0, batch.words(), 0);
    } else {
      compare(a, b, batch, yes);
    }
    if (nulls == Nulls.UNKNOWN) {
      Scan.settle(batch, a, b, yes, no);
      return;
    }
    for (int word = 0; word < batch.words(); word++) {
      long valid = batch.valid(word);
      long neither = ~a.nulls(word) & ~b.nulls(word);
      yes[word] = valid & ((yes[word] & neither) | (a.nulls(word) & b.nulls(word)));
      no[word] = valid & ~yes[word];
    }
  }

  private void compare(Column a, Column b, Batch batch, long[] yes) {
    int rows = batch.rows();
    if (isLong(a.vec()) && a.vec().getClass() == b.vec().getClass()) {
      longs(longs(a.vec()), longs(b.vec()), rows, yes);
    } else if (Order.isNumber(a.vec())
        && Order.isNumber(b.vec())
        && (a.vec() instanceof Vec.Doubles || b.vec() instanceof Vec.Doubles)) {
      doubles(Order.doubles(a.vec(), rows), Order.doubles(b.vec(), rows), rows, yes);
    } else if (how == Comparison.EQUAL
        && a.vec() instanceof Vec.Texts one
        && b.vec() instanceof Vec.Texts other) {
      Scan.each(a, rows, row -> one.values()[row].equals(other.values()[row]), yes);
    } else {
      Scan.each(a, b, rows, Order.of(a.vec(), b.vec(), rows), order -> how.holds(order), yes);
    }
  }

  private static boolean isLong(Vec vec) {
    return vec instanceof Vec.Longs || vec instanceof Vec.Micros;
  }

  private static long[] longs(Vec vec) {
    return vec instanceof Vec.Longs longs ? longs.values() : ((Vec.Micros) vec).values();
  }

  private void longs(long[] a, long[] b, int rows, long[] yes) {
    switch (how) {
      case EQUAL, NOT_EQUAL -> Scan.equal(a, b, rows, yes);
      case LESS, AT_LEAST -> Scan.less(a, b, rows, yes);
      case MORE, AT_MOST -> Scan.less(b, a, rows, yes);
    }
    turn(rows, yes);
  }

  private void doubles(double[] a, double[] b, int rows, long[] yes) {
    switch (how) {
      case EQUAL, NOT_EQUAL -> Scan.equal(a, b, rows, yes);
      case LESS, AT_LEAST -> Scan.less(a, b, rows, yes);
      case MORE, AT_MOST -> Scan.less(b, a, rows, yes);
    }
    turn(rows, yes);
  }

  /** At most is not more, and so on; NULL is settled afterwards. */
  private void turn(int rows, long[] yes) {
    if (how == Comparison.NOT_EQUAL || how == Comparison.AT_LEAST || how == Comparison.AT_MOST) {
      for (int word = 0; word < Bits.words(rows); word++) {
        yes[word] = ~yes[word];
      }
    }
  }
}
