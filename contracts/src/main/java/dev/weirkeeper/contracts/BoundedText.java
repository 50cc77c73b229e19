package dev.weirkeeper.contracts;

import java.nio.charset.StandardCharsets;

/**
 * A text under search that bounds the work: each look at a character counts as a step. Used again
 * for each value.
 */
public final class BoundedText implements CharSequence {
  public static final int STEPS = 50_000;
  public static final int STEPS_PER_CHARACTER = 100;

  private char[] chars = new char[256];
  private int length;
  private long steps;

  /** Not an error: how a search is left early. */
  public static final class TooManySteps extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManySteps() {
      // Without a stack trace: it is thrown often where somebody means harm.
      super("A pattern took too many steps", null, false, false);
    }
  }

  public void read(byte[] data, int offset, int bytes) {
    reserve(bytes);
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
    begin();
  }

  public void read(String text) {
    length = text.length();
    reserve(length);
    text.getChars(0, length, chars, 0);
    begin();
  }

  private void reserve(int size) {
    if (chars.length < size) {
      chars = new char[Math.max(size, 2 * chars.length)];
    }
  }

  private void begin() {
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
