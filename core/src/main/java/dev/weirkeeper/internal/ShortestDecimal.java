package dev.weirkeeper.internal;

import java.math.BigInteger;

/**
 * Writes a double as ECMAScript does, which RFC 8785 prescribes: the fewest digits that read back
 * as the same double, and of those the ones nearest to it.
 *
 * <p>{@code Double.toString} of JDK 17 often gives more digits than needed (JDK-4511638), so the
 * digits are found here, by Raffaello Giulietti's method ("The Schubfach way to render doubles"):
 * scale the rounding interval of the double by a power of ten such that it holds at least one
 * integer and at most one multiple of ten, then look which integer is the one.
 */
final class ShortestDecimal {
  private static final int MIN_EXPONENT = -1074;
  private static final long HIDDEN_BIT = 1L << 52;
  private static final long LOW_63 = (1L << 63) - 1;
  private static final double LOG10_2 = 0.3010299956639812;
  private static final double LOG10_3_4 = -0.12493873660829995;

  private static final int MIN_POWER = -292;
  private static final int MAX_POWER = 324;

  /** Each power of ten as {@code (HIGH * 2^63 + LOW) * 2^(LOG2 - 125)}, rounded up. */
  private static final long[] HIGH = new long[MAX_POWER - MIN_POWER + 1];

  private static final long[] LOW = new long[MAX_POWER - MIN_POWER + 1];
  private static final int[] LOG2 = new int[MAX_POWER - MIN_POWER + 1];

  static {
    for (int power = MIN_POWER; power <= MAX_POWER; power++) {
      BigInteger ten = BigInteger.TEN.pow(Math.abs(power));
      int log2 = power >= 0 ? ten.bitLength() - 1 : -ten.bitLength();
      BigInteger scaled =
          power >= 0
              ? ten.shiftLeft(Math.max(0, 125 - log2)).shiftRight(Math.max(0, log2 - 125))
              : BigInteger.ONE.shiftLeft(125 - log2).divide(ten);
      scaled = scaled.add(BigInteger.ONE);
      HIGH[power - MIN_POWER] = scaled.shiftRight(63).longValueExact();
      LOW[power - MIN_POWER] = scaled.and(BigInteger.valueOf(LOW_63)).longValueExact();
      LOG2[power - MIN_POWER] = log2;
    }
  }

  private ShortestDecimal() {}

  /** Appends a finite double that is not zero. */
  static void append(double value, StringBuilder out) {
    if (value < 0) {
      out.append('-');
    }
    long bits = Double.doubleToRawLongBits(value);
    int biased = (int) (bits >>> 52) & 0x7ff;
    long fraction = bits & (HIDDEN_BIT - 1);
    long significand = biased == 0 ? fraction : fraction | HIDDEN_BIT;
    int exponent = biased == 0 ? MIN_EXPONENT : biased + MIN_EXPONENT - 1;

    // Below a power of two the neighbour is only half as far away.
    boolean narrow = fraction == 0 && biased > 1;
    int power = (int) Math.floor(exponent * LOG10_2 + (narrow ? LOG10_3_4 : 0));
    long digits = digits(significand, exponent, power, narrow);
    while (digits % 10 == 0) {
      digits /= 10;
      power++;
    }
    format(Long.toString(digits), power, out);
  }

  /** The integer s for which {@code s * 10^power} is the shortest decimal. */
  private static long digits(long significand, int exponent, int power, boolean narrow) {
    int index = -power - MIN_POWER;
    int shift = exponent + LOG2[index] + 2;
    // The double and the ends of its rounding interval, in quarters of 10^power.
    long middle = scaled(index, significand << 2 << shift);
    long lower = scaled(index, ((significand << 2) - (narrow ? 1 : 2)) << shift);
    long upper = scaled(index, ((significand << 2) + 2) << shift);
    // An odd double does not get what lies exactly between it and its neighbour.
    long open = significand & 1;

    long below = middle >>> 2;
    if (below >= 10) {
      long tens = below / 10 * 10;
      boolean downIn = lower + open <= tens << 2;
      boolean upIn = (tens + 10 << 2) + open <= upper;
      if (downIn != upIn) {
        return downIn ? tens : tens + 10;
      }
    }
    boolean downIn = lower + open <= below << 2;
    boolean upIn = (below + 1 << 2) + open <= upper;
    if (downIn != upIn) {
      return downIn ? below : below + 1;
    }
    long toHalf = middle - ((below << 2) + 2);
    return toHalf < 0 || toHalf == 0 && (below & 1) == 0 ? below : below + 1;
  }

  /** {@code factor * 10^power / 2^(…)}, with the last bit set if it is no whole number. */
  private static long scaled(int index, long factor) {
    long fromLow = Math.multiplyHigh(LOW[index], factor);
    long low = HIGH[index] * factor;
    long high = Math.multiplyHigh(HIGH[index], factor);
    long rest = (low >>> 1) + fromLow;
    long whole = high + (rest >>> 63);
    return whole | ((rest & LOW_63) != 0 ? 1 : 0);
  }

  /** ECMAScript, Number::toString, steps 6 to 10. */
  private static void format(String digits, int power, StringBuilder out) {
    int point = digits.length() + power;
    if (digits.length() <= point && point <= 21) {
      out.append(digits).append("0".repeat(point - digits.length()));
    } else if (0 < point && point <= 21) {
      out.append(digits, 0, point).append('.').append(digits, point, digits.length());
    } else if (-6 < point && point <= 0) {
      out.append("0.").append("0".repeat(-point)).append(digits);
    } else {
      out.append(digits.charAt(0));
      if (digits.length() > 1) {
        out.append('.').append(digits, 1, digits.length());
      }
      out.append('e').append(point > 0 ? '+' : '-').append(Math.abs(point - 1));
    }
  }
}
