package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a target knows of its bookkeeping without asking. Changed while a batch is written and
 * forgotten as a whole when it is not committed.
 */
final class Memory {
  /** An asset of a feed. */
  record Governed(String feed, Asset asset) {}

  /** A stored relation version. */
  record Stored(String feed, String relationId, String version) {}

  /** How many rows went into and out of a spool since the first, and what it holds. */
  static final class SpoolTotals {
    long in;
    long out;
    long bytes;

    /** Rows after which there is a truncate marker at the end of the spool, or -1. */
    long markerAfter = -1;
  }

  private final int openKeysBound;
  final Map<Governed, Integer> assets = new HashMap<>();
  final Set<Stored> relations = new HashSet<>();
  final Map<Integer, SpoolTotals> spools = new HashMap<>();
  final Map<Integer, Boolean> stale = new HashMap<>();

  /** Open keys by asset; an absent value means that there are too many. */
  final Map<Integer, @Nullable Set<Key>> open = new HashMap<>();

  /** Assets whose snapshot met rows that the stream had brought already. Only a hint. */
  final Set<Integer> overlapping = new HashSet<>();

  /**
   * @param openKeysBound open keys held in memory, over all assets; beyond it the database is asked
   *     batch by batch
   */
  Memory(int openKeysBound) {
    this.openKeysBound = openKeysBound;
  }

  void clear() {
    assets.clear();
    relations.clear();
    spools.clear();
    stale.clear();
    open.clear();
  }

  /** How many more open keys may be held; negative if there are too many. */
  int openKeysLeft() {
    int left = openKeysBound;
    for (Set<Key> keys : open.values()) {
      left -= keys == null ? 0 : keys.size();
    }
    return left;
  }
}
