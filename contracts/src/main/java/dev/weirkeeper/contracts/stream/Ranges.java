package dev.weirkeeper.contracts.stream;

import static dev.weirkeeper.contracts.Interval.number;

import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Interval;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.MomentText;
import dev.weirkeeper.contracts.Moments;
import dev.weirkeeper.contracts.Numbers;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.stream.Check.ValueTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Compiles ranges into tests of slices. A value that is not of its column's form is in no range.
 */
final class Ranges {
  /** Digits of a number that a long holds whatever they are. */
  private static final int SAFE_DIGITS = 18;

  private Ranges() {}

  /**
   * @throws IllegalArgumentException if values of this form cannot be compared with the bounds
   */
  static ValueTest compile(Range range, Form form) {
    if (range.min().isEmpty() && range.max().isEmpty()) {
      throw new IllegalArgumentException(
          "the range has no bounds, so it would hold for anything; give it one");
    }
    return switch (form) {
      case INTEGER -> {
        requireOrder(range);
        yield new OfIntegers(Interval.of(range, 0));
      }
      case DECIMAL -> {
        requireOrder(range);
        yield OfDecimals.compile(range);
      }
      case FLOAT -> {
        requireOrder(range);
        yield OfDoubles.compile(range);
      }
      case TEXT, PADDED -> OfText.compile(range, form);
      case DATE, TIMESTAMP, TIMESTAMP_WITH_ZONE -> OfMoments.compile(range, form);
      default ->
          throw new IllegalArgumentException("no order is known for values of this column's type");
    };
  }

  private static void requireOrder(Range range) {
    if (range.min().isPresent()
        && range.max().isPresent()
        && number(range.min().get()).compareTo(number(range.max().get())) > 0) {
      throw minAboveMax();
    }
  }

  private static IllegalArgumentException minAboveMax() {
    return new IllegalArgumentException("the least value is greater than the greatest; swap them");
  }

  private static String text(Range.Bound bound) {
    if (bound.value() instanceof Literal.Text text) {
      return text.value();
    }
    throw new IllegalArgumentException(
        "the bound " + bound.value() + " is no text, which the values are; write text");
  }

  private record OfIntegers(Interval within) implements ValueTest {
    private static final byte[] LEAST =
        String.valueOf(Long.MIN_VALUE).getBytes(StandardCharsets.US_ASCII);

    @Override
    public boolean holds(byte[] data, int offset, int length) {
      long value = Numbers.integer(data, offset, length);
      if (value == Numbers.NONE
          && !Arrays.equals(data, offset, offset + length, LEAST, 0, LEAST.length)) {
        return false;
      }
      return within.contains(value);
    }
  }

  /**
   * Values of up to eighteen digits compare as longs, one interval for each number of digits behind
   * the point; longer ones digit by digit.
   */
  private record OfDecimals(
      Interval[] byScale, Range range, byte @Nullable [] min, byte @Nullable [] max)
      implements ValueTest {

    static OfDecimals compile(Range range) {
      Interval[] byScale = new Interval[SAFE_DIGITS + 1];
      for (int scale = 0; scale <= SAFE_DIGITS; scale++) {
        byScale[scale] = Interval.of(range, scale);
      }
      return new OfDecimals(
          byScale,
          range,
          range.min().map(OfDecimals::plainText).orElse(null),
          range.max().map(OfDecimals::plainText).orElse(null));
    }

    private static byte[] plainText(Range.Bound bound) {
      return number(bound).toPlainString().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean holds(byte[] data, int offset, int length) {
      int at = offset;
      int end = offset + length;
      boolean negative = length > 0 && data[at] == '-';
      if (negative) {
        at++;
      }
      int start = at;
      if (end - at > SAFE_DIGITS + 1) {
        return holdsLong(data, offset, length);
      }
      long value = 0;
      int point = -1;
      for (; at < end; at++) {
        int digit = data[at] - '0';
        if (digit >= 0 && digit <= 9) {
          value = value * 10 + digit;
        } else if (data[at] == '.' && point < 0) {
          point = at;
        } else {
          return holdsLong(data, offset, length);
        }
      }
      int digits = end - start - (point < 0 ? 0 : 1);
      if (digits < 1 || digits > SAFE_DIGITS) {
        return holdsLong(data, offset, length);
      }
      int scale = point < 0 ? 0 : end - point - 1;
      return byScale[scale].contains(negative ? -value : value);
    }

    private boolean holdsLong(byte[] data, int offset, int length) {
      if (Numbers.plain(data, offset, length)) {
        return (min == null
                || compare(data, offset, length, min) >= (range.min().get().inclusive() ? 0 : 1))
            && (max == null
                || compare(data, offset, length, max) <= (range.max().get().inclusive() ? 0 : -1));
      }
      return switch (new String(data, offset, Math.min(length, 12), StandardCharsets.US_ASCII)) {
        case "Infinity" -> max == null;
        case "-Infinity" -> min == null;
        default -> false;
      };
    }

    /** Compares plain decimals of any length, in time of their length: -1, 0 or 1. */
    static int compare(byte[] a, int offset, int length, byte[] b) {
      boolean negative = a[offset] == '-';
      if (negative != (b[0] == '-')) {
        return negative ? -1 : 1;
      }
      int fromA = negative ? offset + 1 : offset;
      int fromB = negative ? 1 : 0;
      int magnitude = compareMagnitude(a, fromA, offset + length, b, fromB, b.length);
      return negative ? -magnitude : magnitude;
    }

    private static int compareMagnitude(
        byte[] a, int fromA, int endA, byte[] b, int fromB, int endB) {
      int pointA = point(a, fromA, endA);
      int pointB = point(b, fromB, endB);
      int i = fromA;
      int j = fromB;
      while (i < pointA && a[i] == '0') {
        i++;
      }
      while (j < pointB && b[j] == '0') {
        j++;
      }
      if (pointA - i != pointB - j) {
        return pointA - i < pointB - j ? -1 : 1;
      }
      int order = Arrays.compare(a, i, pointA, b, j, pointB);
      if (order != 0) {
        return Integer.signum(order);
      }
      i = pointA + 1;
      j = pointB + 1;
      while (i < endA || j < endB) {
        int digitA = i < endA ? a[i++] : '0';
        int digitB = j < endB ? b[j++] : '0';
        if (digitA != digitB) {
          return digitA < digitB ? -1 : 1;
        }
      }
      return 0;
    }

    private static int point(byte[] data, int from, int end) {
      for (int i = from; i < end; i++) {
        if (data[i] == '.') {
          return i;
        }
      }
      return end;
    }
  }

  /**
   * Reads about fifteen digits, which is enough unless the value lies close to a bound; only then
   * all of them. NaN is in no range.
   */
  private record OfDoubles(
      double lo, double hi, double belowLo, double aboveLo, double belowHi, double aboveHi)
      implements ValueTest {
    private static final double MARGIN = 1e-13;

    static OfDoubles compile(Range range) {
      double lo =
          range
              .min()
              .map(
                  bound -> {
                    double min = number(bound).doubleValue();
                    return bound.inclusive() ? min : Math.nextUp(min);
                  })
              .orElse(Double.NEGATIVE_INFINITY);
      double hi =
          range
              .max()
              .map(
                  bound -> {
                    double max = number(bound).doubleValue();
                    return bound.inclusive() ? max : Math.nextDown(max);
                  })
              .orElse(Double.POSITIVE_INFINITY);
      return new OfDoubles(lo, hi, apart(lo, -1), apart(lo, 1), apart(hi, -1), apart(hi, 1));
    }

    private static double apart(double bound, int direction) {
      return Double.isInfinite(bound) ? bound : bound + direction * MARGIN * Math.abs(bound);
    }

    @Override
    public boolean holds(byte[] data, int offset, int length) {
      double near = Numbers.approximate(data, offset, length);
      if (near > aboveLo && near < belowHi) {
        return true;
      }
      if (near < belowLo || near > aboveHi) {
        return false;
      }
      double value = Numbers.float64(data, offset, length);
      return value >= lo && value <= hi;
    }
  }

  /** Order by code point, which is that of the bytes of UTF-8; not that of a collation. */
  private record OfText(
      Form form, byte @Nullable [] min, int atLeast, byte @Nullable [] max, int atMost)
      implements ValueTest {

    static OfText compile(Range range, Form form) {
      byte[] min = range.min().map(bound -> bytes(bound, form)).orElse(null);
      byte[] max = range.max().map(bound -> bytes(bound, form)).orElse(null);
      if (min != null && max != null && Arrays.compareUnsigned(min, max) > 0) {
        throw minAboveMax();
      }
      return new OfText(
          form,
          min,
          range.min().map(bound -> bound.inclusive() ? 0 : 1).orElse(0),
          max,
          range.max().map(bound -> bound.inclusive() ? 0 : -1).orElse(0));
    }

    private static byte[] bytes(Range.Bound bound, Form form) {
      byte[] bytes = text(bound).getBytes(StandardCharsets.UTF_8);
      return Arrays.copyOf(bytes, form.significant(bytes, 0, bytes.length));
    }

    @Override
    public boolean holds(byte[] data, int offset, int length) {
      int end = offset + form.significant(data, offset, length);
      return (min == null
              || Arrays.compareUnsigned(data, offset, end, min, 0, min.length) >= atLeast)
          && (max == null
              || Arrays.compareUnsigned(data, offset, end, max, 0, max.length) <= atMost);
    }
  }

  private record OfMoments(Form form, Interval within) implements ValueTest {

    static OfMoments compile(Range range, Form form) {
      long lo = Long.MIN_VALUE + 1;
      long hi = Long.MAX_VALUE;
      Interval within = null;
      if (range.min().isPresent()) {
        Range.Bound min = range.min().get();
        long least = read(min, form, Part.NEXT);
        lo = min.inclusive() ? least : read(min, form, Part.THIS);
        if (!min.inclusive() && lo == Long.MAX_VALUE) {
          within = Interval.EMPTY;
        } else if (!min.inclusive()) {
          lo++;
        }
      }
      if (range.max().isPresent()) {
        Range.Bound max = range.max().get();
        hi = max.inclusive() ? read(max, form, Part.THIS) : read(max, form, Part.NEXT) - 1;
      }
      if (range.min().isPresent()
          && range.max().isPresent()
          && read(range.min().get(), form, Part.THIS) > read(range.max().get(), form, Part.NEXT)) {
        throw minAboveMax();
      }
      return new OfMoments(form, within == null ? new Interval(lo, hi) : within);
    }

    /** The day that a moment lies in, or that follows it unless it is a midnight. */
    private enum Part {
      THIS,
      NEXT
    }

    private static long read(Range.Bound bound, Form form, Part part) {
      byte[] bytes = text(bound).getBytes(StandardCharsets.UTF_8);
      long value = moment(form, bytes, 0, bytes.length, Moments.Zone.OPTIONAL);
      if (value == Moments.NONE && form == Form.DATE) {
        long micros = Moments.micros(bytes, 0, bytes.length, Moments.Zone.FORBIDDEN);
        if (micros != Moments.NONE) {
          return part == Part.THIS
              ? Math.floorDiv(micros, Moments.MICROS_PER_DAY)
              : -Math.floorDiv(-micros, Moments.MICROS_PER_DAY);
        }
      }
      if (value == Moments.NONE) {
        throw MomentText.notReadable(bound.value(), form);
      }
      return value;
    }

    @Override
    public boolean holds(byte[] data, int offset, int length) {
      long value = moment(form, data, offset, length, Moments.Zone.REQUIRED);
      return value != Moments.NONE && within.contains(value);
    }
  }

  /** Reads a moment of the form; {@code zone} counts only for timestamps that have one. */
  static long moment(Form form, byte[] data, int offset, int length, Moments.Zone zone) {
    return switch (form) {
      case DATE -> Moments.days(data, offset, length);
      case TIMESTAMP -> Moments.micros(data, offset, length, Moments.Zone.FORBIDDEN);
      default -> Moments.micros(data, offset, length, zone);
    };
  }
}
