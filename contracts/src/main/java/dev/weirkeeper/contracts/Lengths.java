package dev.weirkeeper.contracts;

import dev.weirkeeper.contracts.Check.ValueTest;

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
    int characters = 0;
    for (int i = offset; i < offset + bytes; i++) {
      // All bytes of a character but its first begin with the bits 10.
      if ((data[i] & 0xC0) != 0x80) {
        characters++;
      }
    }
    return within.contains(characters);
  }
}
