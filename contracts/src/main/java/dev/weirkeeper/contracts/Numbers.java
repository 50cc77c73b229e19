package dev.weirkeeper.contracts;

import java.nio.charset.StandardCharsets;

/** Reads numbers from slices of UTF-8 text without an object in between. */
public final class Numbers {
  /** What {@link #integer} answers where there is none. */
  public static final long NONE = Long.MIN_VALUE;

  private static final double[] POWERS = new double[309];

  static {
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = Double.parseDouble("1e" + i);
    }
  }

  private Numbers() {}

  /** The integer in the slice, or NONE. The least 64-bit integer reads as NONE too. */
  public static long integer(byte[] data, int offset, int length) {
    int at = offset;
    int end = offset + length;
    boolean negative = length > 0 && data[at] == '-';
    if (negative) {
      at++;
    }
    int digits = end - at;
    if (digits < 1 || digits > 19) {
      return NONE;
    }
    long value = 0;
    for (; at < end; at++) {
      int digit = data[at] - '0';
      if (digit < 0 || digit > 9) {
        return NONE;
      }
      value = value * 10 + digit;
    }
    // Nineteen digits do not reach 2^64, so an overflow shows as a negative number.
    if (value < 0) {
      return NONE;
    }
    return negative ? -value : value;
  }

  /** Length of a decimal's text without zeros that end its fraction: 5.00 is as long as 5. */
  public static int withoutTrailingZeros(byte[] data, int offset, int length) {
    int end = length;
    while (end > 0 && data[offset + end - 1] == '0') {
      end--;
    }
    if (end > 0 && end < length && data[offset + end - 1] == '.') {
      return end - 1;
    }
    if (end == length) {
      return length;
    }
    for (int i = end - 1; i > 0; i--) {
      byte b = data[offset + i];
      if (b == '.') {
        return end;
      }
      if (b < '0' || b > '9') {
        break;
      }
    }
    return length;
  }

  /**
   * The number in the slice to about fifteen digits, or NaN where that is not quickly found: any
   * slice that is not digits with a point and an exponent, very large and very small ones.
   */
  public static double approximate(byte[] data, int offset, int length) {
    int at = offset;
    int end = offset + length;
    boolean negative = length > 0 && data[at] == '-';
    if (negative) {
      at++;
    }
    long digits = 0;
    int kept = 0;
    int exponent = 0;
    boolean fraction = false;
    boolean any = false;
    for (; at < end; at++) {
      int digit = data[at] - '0';
      if (digit >= 0 && digit <= 9) {
        any = true;
        if (kept < 18) {
          digits = digits * 10 + digit;
          kept += digits == 0 ? 0 : 1;
          exponent -= fraction ? 1 : 0;
        } else {
          exponent += fraction ? 0 : 1;
        }
      } else if (data[at] == '.' && !fraction) {
        fraction = true;
      } else {
        break;
      }
    }
    if (!any) {
      return Double.NaN;
    }
    if (at < end) {
      if ((data[at] | 0x20) != 'e') {
        return Double.NaN;
      }
      int from = at + 1;
      boolean plus = from < end && data[from] == '+';
      long power = plus ? integer(data, from + 1, end - from - 1) : integer(data, from, end - from);
      if (power < -400 || power > 400) {
        return Double.NaN;
      }
      exponent += (int) power;
    }
    if (digits == 0) {
      return 0;
    }
    if (exponent < -290 || exponent > 270) {
      return Double.NaN;
    }
    double value = exponent < 0 ? digits / POWERS[-exponent] : digits * POWERS[exponent];
    return negative ? -value : value;
  }

  /**
   * The double in the slice, exactly as Java reads it.
   *
   * @return NaN for NaN and for what is no number
   */
  public static double float64(byte[] data, int offset, int length) {
    String text = new String(data, offset, length, StandardCharsets.ISO_8859_1);
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** Whether the slice is an optional minus, digits, and optionally a point and digits. */
  public static boolean plain(byte[] data, int offset, int length) {
    int at = offset;
    int end = offset + length;
    if (at < end && data[at] == '-') {
      at++;
    }
    int digits = 0;
    int points = 0;
    for (; at < end; at++) {
      byte b = data[at];
      if (b >= '0' && b <= '9') {
        digits++;
      } else if (b == '.') {
        points++;
      } else {
        return false;
      }
    }
    return digits > 0 && points <= 1;
  }
}
