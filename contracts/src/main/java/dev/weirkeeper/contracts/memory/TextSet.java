package dev.weirkeeper.contracts.memory;

import java.util.BitSet;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A set of texts that never changes. Its hash is chosen so that members do not share a slot where
 * that can be had, because then the first look finds them; equal hashes are compared before texts.
 */
final class TextSet {
  private static final int TRIES = 256;
  private static final int GOLDEN = 0x9E3779B9;

  private final @Nullable String[] slots;
  private final int[] hashes;
  private final int factor;
  private final int shift;

  TextSet(Collection<String> members) {
    Set<String> different = Set.copyOf(members);
    int size = Math.max(4, Integer.highestOneBit(different.size()) * 8);
    this.shift = Integer.numberOfLeadingZeros(size) + 1;
    this.factor = factor(different, size, shift);
    this.slots = new String[size];
    this.hashes = new int[size];
    different.forEach(this::put);
  }

  private static int factor(Set<String> members, int size, int shift) {
    for (int i = 0; i < TRIES; i++) {
      int candidate = GOLDEN * (2 * i + 1);
      BitSet taken = new BitSet(size);
      boolean apart = true;
      for (String member : members) {
        int slot = member.hashCode() * candidate >>> shift;
        apart &= !taken.get(slot);
        taken.set(slot);
      }
      if (apart) {
        return candidate;
      }
    }
    return GOLDEN;
  }

  private void put(String member) {
    int hash = member.hashCode();
    int slot = hash * factor >>> shift;
    while (slots[slot] != null) {
      slot = slot + 1 & slots.length - 1;
    }
    slots[slot] = member;
    hashes[slot] = hash;
  }

  boolean contains(String text) {
    int hash = text.hashCode();
    int mask = slots.length - 1;
    for (int slot = hash * factor >>> shift; ; slot = slot + 1 & mask) {
      String member = slots[slot];
      if (member == null) {
        return false;
      }
      if (hashes[slot] == hash && member.equals(text)) {
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
        found |= (text != null && contains(text) ? 1L : 0L) << row;
      }
      bits[word] = found;
    }
  }
}
