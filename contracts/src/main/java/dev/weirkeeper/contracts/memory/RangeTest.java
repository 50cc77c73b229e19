package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.memory.Interval.Bound;
import dev.weirkeeper.contracts.memory.Interval.OfDoubles;
import dev.weirkeeper.contracts.memory.Interval.OfLongs;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Whether a value keeps all of some comparisons with constants. */
final class RangeTest implements Test {
  private final Value value;
  private final List<Bound> bounds;
  private final @Nullable String equal;
  private final Lazy<OfLongs> longs;
  private final Lazy<OfLongs> micros;
  private final Lazy<OfLongs> days;
  private final Lazy<OfDoubles> doubles;

  RangeTest(Value value, List<Bound> bounds) {
    this.value = value;
    this.bounds = List.copyOf(bounds);
    this.equal = equalText(bounds);
    this.longs = new Lazy<>(() -> Interval.longs(bounds));
    this.micros = new Lazy<>(() -> Interval.micros(bounds));
    this.days = new Lazy<>(() -> Interval.days(bounds));
    this.doubles = new Lazy<>(() -> Interval.doubles(bounds));
  }

  @Override
  public void fill(Batch batch, long[] yes, long[] no) {
    Column column = value.in(batch);
    int rows = batch.rows();
    if (column.isAllNull(rows)) {
      Arrays.fill(yes, 0, batch.words(), 0);
    } else {
      compare(column, rows, yes);
    }
    Scan.settle(batch, column, yes, no);
  }

  private void compare(Column column, int rows, long[] yes) {
    if (column.vec() instanceof Vec.Longs vec) {
      within(vec.values(), rows, longs.get(), yes);
    } else if (column.vec() instanceof Vec.Doubles vec) {
      within(vec.values(), rows, doubles.get(), yes);
    } else if (column.vec() instanceof Vec.Micros vec) {
      within(vec.values(), rows, micros.get(), yes);
    } else if (column.vec() instanceof Vec.Days vec) {
      OfLongs interval = days.get();
      Scan.within(vec.values(), rows, interval.lo(), interval.hi(), yes);
    } else if (column.vec() instanceof Vec.Texts vec && equal != null) {
      Scan.equal(vec.values(), rows, equal, yes);
    } else {
      Scan.each(column, rows, ofObjects(column.vec()), yes);
    }
  }

  /** The only text that keeps the comparisons, if equality with it is all that is asked. */
  private static @Nullable String equalText(List<Bound> bounds) {
    Bound bound = bounds.get(0);
    return bounds.size() == 1
            && bound.how() == Comparison.EQUAL
            && bound.literal() instanceof Literal.Text text
        ? text.value()
        : null;
  }

  private static void within(long[] values, int rows, OfLongs interval, long[] yes) {
    if (interval.isEmpty()) {
      Arrays.fill(yes, 0, Bits.words(rows), 0);
    } else {
      Scan.within(values, rows, interval.lo(), interval.hi(), yes);
    }
  }

  private static void within(double[] values, int rows, OfDoubles interval, long[] yes) {
    Scan.within(values, rows, interval.lo(), interval.hi(), yes);
    if (interval.nan()) {
      long[] nan = new long[Bits.words(rows)];
      Scan.isNan(values, rows, nan);
      for (int word = 0; word < nan.length; word++) {
        yes[word] |= nan[word];
      }
    }
  }

  private IntPredicate ofObjects(Vec vec) {
    IntPredicate all = row -> true;
    for (int i = 0; i < bounds.size(); i++) {
      IntPredicate next = ofObject(vec, bounds.get(i));
      all = i == 0 ? next : all.and(next);
    }
    return all;
  }

  private static IntPredicate ofObject(Vec vec, Bound bound) {
    if (vec instanceof Vec.Decimals decimals) {
      BigDecimal number = Interval.number(bound.literal());
      return row -> bound.how().holds(decimals.values()[row].compareTo(number));
    }
    if (vec instanceof Vec.Texts texts) {
      if (!(bound.literal() instanceof Literal.Text text)) {
        throw Interval.notComparable(bound.literal(), "text");
      }
      String constant = text.value();
      if (CodePoints.isPlain(constant)) {
        return row -> bound.how().holds(texts.values()[row].compareTo(constant));
      }
      return row -> bound.how().holds(CodePoints.compare(texts.values()[row], constant));
    }
    if (!(bound.literal() instanceof Literal.Truth truth)) {
      throw Interval.notComparable(bound.literal(), "booleans");
    }
    boolean[] truths = ((Vec.Truths) vec).values();
    return row -> bound.how().holds(Boolean.compare(truths[row], truth.value()));
  }
}
