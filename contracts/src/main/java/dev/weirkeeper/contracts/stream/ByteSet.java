package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.contracts.Words;
import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** A set of byte strings that is asked with slices, by open addressing: no object is made. */
final class ByteSet {
  private final byte[] @Nullable [] slots;
  private final int mask;
  private final int longest;

  ByteSet(Collection<byte[]> members) {
    int size = Integer.highestOneBit(Math.max(members.size(), 1)) * 4;
    slots = new byte[size][];
    mask = size - 1;
    int max = -1;
    for (byte[] member : members) {
      int slot = hash(member, 0, member.length) & mask;
      while (slots[slot] != null && !Arrays.equals(slots[slot], member)) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = member;
      max = Math.max(max, member.length);
    }
    longest = max;
  }

  boolean contains(byte[] data, int offset, int length) {
    if (length > longest) {
      return false;
    }
    int slot = hash(data, offset, length) & mask;
    for (byte[] member = slots[slot]; member != null; member = slots[slot]) {
      if (member.length == length && equal(member, 0, data, offset, length)) {
        return true;
      }
      slot = (slot + 1) & mask;
    }
    return false;
  }

  static boolean equal(byte[] a, int atA, byte[] b, int atB, int length) {
    if (length > 8) {
      return Arrays.equals(a, atA, atA + length, b, atB, atB + length);
    }
    for (int i = 0; i < length; i++) {
      if (a[atA + i] != b[atB + i]) {
        return false;
      }
    }
    return true;
  }

  static int hash(byte[] data, int offset, int length) {
    long hash = length;
    int at = offset;
    int end = offset + length;
    for (; at + 8 <= end; at += 8) {
      hash = (hash ^ (long) Words.WORD.get(data, at)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    long rest = 0;
    for (; at < end; at++) {
      rest = rest << 8 | (data[at] & 0xff);
    }
    hash = (hash ^ rest) * 0x9E3779B97F4A7C15L;
    return (int) (hash >>> 32) ^ (int) (hash >>> 15);
  }
}
