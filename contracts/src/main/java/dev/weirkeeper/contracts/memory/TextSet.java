package dev.weirkeeper.contracts.memory;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** A set of texts that never changes; equal hashes are compared before texts are. */
final class TextSet {
  private final @Nullable String[] slots;
  private final int[] hashes;

  TextSet(Collection<String> members) {
    int size = Math.max(4, Integer.highestOneBit(members.size()) * 4);
    this.slots = new String[size];
    this.hashes = new int[size];
    members.forEach(this::put);
  }

  private void put(String member) {
    int hash = spread(member.hashCode());
    int slot = hash & slots.length - 1;
    while (slots[slot] != null && !member.equals(slots[slot])) {
      slot = slot + 1 & slots.length - 1;
    }
    slots[slot] = member;
    hashes[slot] = hash;
  }

  private static int spread(int hash) {
    return hash ^ hash >>> 16;
  }

  boolean contains(String text) {
    int hash = spread(text.hashCode());
    int mask = slots.length - 1;
    for (int slot = hash & mask; ; slot = slot + 1 & mask) {
      String member = slots[slot];
      if (member == null) {
        return false;
      }
      if (hashes[slot] == hash && (member == text || member.equals(text))) {
        return true;
      }
    }
  }

  void scan(@Nullable String[] texts, int rows, long[] bits) {
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long found = 0;
      for (; row < end; row++) {
        String text = texts[row];
        if (text != null && contains(text)) {
          found |= 1L << row;
        }
      }
      bits[word] = found;
    }
  }
}
