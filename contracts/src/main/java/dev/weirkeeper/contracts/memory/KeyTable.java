package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Different keys in the order of their first sight; keeps their bytes in a few large arrays. No key
 * may begin another one.
 */
final class KeyTable {
  private static final int CHUNK = 1 << 20;
  private static final int MAX_SLOTS = 1 << 30;

  private final MemoryBudget budget;
  private final long seed;
  private final List<byte[]> chunks = new ArrayList<>();
  private int free;

  /** High half: hash; low half: ordinal + 1; 0 is empty. */
  private long[] slots = new long[64];

  private long[] places = new long[32];
  private int size;

  KeyTable(MemoryBudget budget) {
    this.budget = budget;
    this.seed = budget.seed();
  }

  int size() {
    return size;
  }

  /** The ordinal of the key, or its complement if it was there before. */
  int add(byte[] key, int length) {
    long hash = hash(key, length);
    int slot = slotOf(key, length, hash);
    if (slots[slot] != 0) {
      return ~((int) slots[slot] - 1);
    }
    store(key, length);
    slots[slot] = hash & 0xFFFFFFFF00000000L | ++size;
    if (size > slots.length / 5 * 3) {
      grow();
    }
    return size - 1;
  }

  /** The ordinal of the key, or -1. */
  int find(byte[] key, int length) {
    int slot = slotOf(key, length, hash(key, length));
    return (int) slots[slot] - 1;
  }

  private int slotOf(byte[] key, int length, long hash) {
    int mask = slots.length - 1;
    int slot = (int) (hash >>> 32) & mask;
    while (slots[slot] != 0
        && !(slots[slot] >>> 32 == hash >>> 32 && isAt((int) slots[slot] - 1, key, length))) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private boolean isAt(int ordinal, byte[] key, int length) {
    byte[] chunk = chunks.get((int) (places[ordinal] >>> 32));
    int from = (int) places[ordinal];
    // As no key begins another one, a longer or shorter one differs before its end.
    return length <= chunk.length - from
        && Arrays.equals(chunk, from, from + length, key, 0, length);
  }

  private void store(byte[] key, int length) {
    if (chunks.isEmpty() || chunks.get(chunks.size() - 1).length - free < length) {
      // Small tables stay small: the first chunks double up to the full size.
      int full = Math.min(CHUNK, 1024 << Math.min(chunks.size(), 10));
      int bytes = Math.max(full, length);
      budget.take(bytes, "different keys");
      chunks.add(new byte[bytes]);
      free = 0;
    }
    if (size == places.length) {
      budget.take(8L * size, "different keys");
      places = Arrays.copyOf(places, 2 * size);
    }
    System.arraycopy(key, 0, chunks.get(chunks.size() - 1), free, length);
    places[size] = (long) (chunks.size() - 1) << 32 | free;
    free += length;
  }

  private void grow() {
    if (slots.length == MAX_SLOTS) {
      throw new UnansweredException("There are more different keys than can be held");
    }
    budget.take(8L * slots.length, "different keys");
    long[] old = slots;
    slots = new long[2 * old.length];
    int mask = slots.length - 1;
    for (long entry : old) {
      if (entry != 0) {
        int slot = (int) (entry >>> 32) & mask;
        while (slots[slot] != 0) {
          slot = (slot + 1) & mask;
        }
        slots[slot] = entry;
      }
    }
  }

  private long hash(byte[] key, int length) {
    long hash = seed ^ length;
    int at = 0;
    for (; at + 8 <= length; at += 8) {
      hash = mix(hash ^ (long) Words.WORD.get(key, at));
    }
    if (length >= 8) {
      // The last eight once more, some of them twice.
      return mix(hash ^ (long) Words.WORD.get(key, length - 8));
    }
    for (; at < length; at++) {
      hash = (hash ^ key[at]) * 0x100000001B3L;
    }
    return mix(hash);
  }

  static long mix(long hash) {
    long mixed = (hash ^ hash >>> 32) * 0xD6E8FEB86659FD93L;
    mixed = (mixed ^ mixed >>> 32) * 0xD6E8FEB86659FD93L;
    return mixed ^ mixed >>> 32;
  }
}
