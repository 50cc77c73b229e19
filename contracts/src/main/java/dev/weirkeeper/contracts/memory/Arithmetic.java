package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.PythonText;
import dev.weirkeeper.contracts.engine.Vec;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes values from values, a frame at a time; NULL wherever one of the parts is. */
final class Arithmetic {
  private Arithmetic() {}

  static Column constant(Literal literal, int rows) {
    if (literal instanceof Literal.Text text) {
      String[] values = new String[rows];
      Arrays.fill(values, text.value());
      return new Column(new Vec.Texts(values), Bits.NONE);
    }
    if (literal instanceof Literal.Truth truth) {
      boolean[] values = new boolean[rows];
      Arrays.fill(values, truth.value());
      return new Column(new Vec.Truths(values, Bits.NONE), Bits.NONE);
    }
    BigDecimal number = ((Literal.Numeric) literal).decimal();
    if (isLong(number)) {
      long[] values = new long[rows];
      Arrays.fill(values, number.longValue());
      return new Column(new Vec.Longs(values, Bits.NONE), Bits.NONE);
    }
    BigDecimal[] values = new BigDecimal[rows];
    Arrays.fill(values, number);
    return new Column(new Vec.Decimals(values), Bits.NONE);
  }

  private static boolean isLong(BigDecimal number) {
    return number.scale() <= 0 && number.precision() - number.scale() <= 18;
  }

  static Column text(Column of, int rows) {
    if (of.vec() instanceof Vec.Texts) {
      return of;
    }
    @Nullable String[] values = new String[rows];
    for (int row = 0; row < rows; row++) {
      values[row] = of.isNull(row) ? null : of.vec().value(row).map(PythonText::of).orElse(null);
    }
    return new Column(new Vec.Texts(values), of.nulls());
  }

  static Column length(Column of, int rows) {
    @Nullable String[] texts = ((Vec.Texts) text(of, rows).vec()).values();
    long[] lengths = new long[rows];
    for (int row = 0; row < rows; row++) {
      String text = texts[row];
      lengths[row] = text == null ? 0 : text.codePointCount(0, text.length());
    }
    return new Column(new Vec.Longs(lengths, of.nulls()), of.nulls());
  }

  static Column sum(List<Column> parts, int rows) {
    if (parts.isEmpty()) {
      return new Column(new Vec.Longs(new long[rows], Bits.NONE), Bits.NONE);
    }
    Column sum = parts.get(0);
    requireNumbers(sum);
    for (Column part : parts.subList(1, parts.size())) {
      sum = plus(sum, part, rows, 1);
    }
    return sum;
  }

  static Column minus(Column left, Column right, int rows) {
    return plus(left, right, rows, -1);
  }

  private static Column plus(Column left, Column right, int rows, int sign) {
    requireNumbers(left);
    requireNumbers(right);
    long[] nulls = eitherNull(left, right, rows);
    if (left.vec() instanceof Vec.Doubles || right.vec() instanceof Vec.Doubles) {
      double[] a = Order.doubles(left.vec(), rows);
      double[] b = Order.doubles(right.vec(), rows);
      double[] sums = new double[rows];
      for (int row = 0; row < rows; row++) {
        sums[row] = a[row] + sign * b[row];
      }
      return new Column(new Vec.Doubles(sums, nulls), nulls);
    }
    if (left.vec() instanceof Vec.Longs a && right.vec() instanceof Vec.Longs b) {
      long[] sums = new long[rows];
      long overflow = 0;
      for (int row = 0; row < rows; row++) {
        long x = a.values()[row];
        long y = b.values()[row];
        long sum = x + sign * y;
        overflow |= sign > 0 ? (x ^ sum) & (y ^ sum) : (x ^ y) & (x ^ sum);
        sums[row] = sum;
      }
      if (overflow >= 0) {
        return new Column(new Vec.Longs(sums, nulls), nulls);
      }
    }
    @Nullable BigDecimal[] a = Order.decimals(left.vec(), rows);
    @Nullable BigDecimal[] b = Order.decimals(right.vec(), rows);
    @Nullable BigDecimal[] sums = new BigDecimal[rows];
    for (int row = 0; row < rows; row++) {
      BigDecimal x = a[row];
      BigDecimal y = b[row];
      if (x != null && y != null && !(nulls.length > 0 && Bits.has(nulls, row))) {
        sums[row] = sign > 0 ? x.add(y) : x.subtract(y);
      }
    }
    return new Column(new Vec.Decimals(sums), nulls);
  }

  /** By IEEE 754: something by zero is infinite, zero by zero is NaN. */
  static Column over(Column left, Column right, int rows) {
    requireNumbers(left);
    requireNumbers(right);
    double[] a = Order.doubles(left.vec(), rows);
    double[] b = Order.doubles(right.vec(), rows);
    double[] quotients = new double[rows];
    for (int row = 0; row < rows; row++) {
      quotients[row] = a[row] / b[row];
    }
    long[] nulls = eitherNull(left, right, rows);
    return new Column(new Vec.Doubles(quotients, nulls), nulls);
  }

  static Column absolute(Column of, int rows) {
    requireNumbers(of);
    if (of.vec() instanceof Vec.Doubles doubles) {
      double[] values = new double[rows];
      for (int row = 0; row < rows; row++) {
        values[row] = Math.abs(doubles.values()[row]);
      }
      return new Column(new Vec.Doubles(values, of.nulls()), of.nulls());
    }
    if (of.vec() instanceof Vec.Longs longs) {
      long[] values = new long[rows];
      boolean fits = true;
      for (int row = 0; row < rows; row++) {
        values[row] = Math.abs(longs.values()[row]);
        fits &= values[row] >= 0;
      }
      if (fits) {
        return new Column(new Vec.Longs(values, of.nulls()), of.nulls());
      }
    }
    @Nullable BigDecimal[] from = Order.decimals(of.vec(), rows);
    @Nullable BigDecimal[] values = new BigDecimal[rows];
    for (int row = 0; row < rows; row++) {
      BigDecimal value = from[row];
      values[row] = value == null || of.isNull(row) ? null : value.abs();
    }
    return new Column(new Vec.Decimals(values), of.nulls());
  }

  private static void requireNumbers(Column column) {
    if (!Order.isNumber(column.vec())) {
      throw new UnansweredException(
          "Only numbers can be computed with, and the column holds " + Order.name(column.vec()));
    }
  }

  private static long[] eitherNull(Column left, Column right, int rows) {
    if (left.nulls().length == 0) {
      return right.nulls();
    }
    if (right.nulls().length == 0) {
      return left.nulls();
    }
    long[] nulls = new long[Bits.words(rows)];
    for (int word = 0; word < nulls.length; word++) {
      nulls[word] = left.nulls(word) | right.nulls(word);
    }
    return nulls;
  }
}
