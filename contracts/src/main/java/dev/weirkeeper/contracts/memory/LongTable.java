package dev.weirkeeper.contracts.memory;

/** Different whole numbers, and which of them were seen more than once. */
final class LongTable {
  private static final int MAX_SLOTS = 1 << 29;
  private static final byte ONCE = 1;
  private static final byte AGAIN = 2;

  private final MemoryBudget budget;
  private final long seed;
  private long[] keys = new long[64];
  private byte[] seen = new byte[64];
  private int size;
  private boolean repeated;

  LongTable(MemoryBudget budget) {
    this.budget = budget;
    this.seed = budget.seed();
  }

  int size() {
    return size;
  }

  void add(long key) {
    int slot = slotOf(key);
    if (seen[slot] != 0) {
      seen[slot] = AGAIN;
      repeated = true;
      return;
    }
    keys[slot] = key;
    seen[slot] = ONCE;
    if (++size > keys.length / 5 * 3) {
      grow();
    }
  }

  boolean hasRepeated() {
    return repeated;
  }

  boolean isRepeated(long key) {
    return seen[slotOf(key)] == AGAIN;
  }

  private int slotOf(long key) {
    int mask = keys.length - 1;
    int slot = (int) (KeyTable.mix(key ^ seed) >>> 32) & mask;
    while (seen[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    if (keys.length == MAX_SLOTS) {
      throw new UnansweredException("There are more different keys than can be held");
    }
    budget.take(9L * keys.length, "different keys");
    long[] oldKeys = keys;
    byte[] oldSeen = seen;
    keys = new long[2 * oldKeys.length];
    seen = new byte[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldSeen[i] != 0) {
        int slot = slotOf(oldKeys[i]);
        keys[slot] = oldKeys[i];
        seen[slot] = oldSeen[i];
      }
    }
  }
}
