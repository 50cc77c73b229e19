package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Interval;
import dev.weirkeeper.contracts.Words;
import dev.weirkeeper.contracts.stream.Check.ValueTest;

/** Whether the number of characters (code points) of a value is within an interval. */
record Lengths(Interval within, Form form) implements ValueTest {
  @Override
  public boolean holds(byte[] data, int offset, int length) {
    int bytes = form.significant(data, offset, length);
    // A character takes one to four bytes: often the bytes say enough.
    if (bytes < within.lo() || (bytes + 3) / 4 > within.hi()) {
      return false;
    }
    if (bytes <= within.hi() && (bytes + 3) / 4 >= within.lo()) {
      return true;
    }
    return within.contains(characters(data, offset, bytes));
  }

  /** Counts all bytes but those that continue a character: their first bits are 10. */
  private static int characters(byte[] data, int offset, int bytes) {
    int characters = bytes;
    int at = offset;
    int end = offset + bytes;
    for (; at + 8 <= end; at += 8) {
      long word = (long) Words.WORD.get(data, at);
      characters -= Long.bitCount(word & ~(word << 1) & 0x8080808080808080L);
    }
    for (; at < end; at++) {
      characters -= (data[at] & 0xC0) == 0x80 ? 1 : 0;
    }
    return characters;
  }
}
