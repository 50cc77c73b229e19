package dev.weirkeeper.drift.profile;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Exact counts of few different texts. As soon as there are more than it may hold it says so and
 * forgets them all: what then matters is that there are many, and a column of names or mail
 * addresses leaves none of them behind. So merging is exact, associative and commutative, which a
 * list of the most frequent ones is not. Confined to one thread.
 */
final class Tally {
  private final int most;
  private final TreeMap<String, Long> counts = new TreeMap<>();
  private boolean overflowed;

  /**
   * @param most how many different texts it holds
   */
  Tally(int most) {
    this.most = most;
  }

  void add(String text) {
    add(text, 1);
  }

  private void add(String text, long times) {
    if (!overflowed) {
      counts.merge(text, times, Long::sum);
      if (counts.size() > most) {
        overflow();
      }
    }
  }

  /** There are more than it may hold, for a reason that it cannot see. */
  void overflow() {
    overflowed = true;
    counts.clear();
  }

  boolean overflowed() {
    return overflowed;
  }

  void merge(Tally other) {
    if (other.overflowed) {
      overflow();
    }
    other.counts.forEach(this::add);
  }

  Tally copy() {
    Tally copy = new Tally(most);
    copy.merge(this);
    return copy;
  }

  /** Empty once it overflowed, see {@link #overflowed}. */
  SortedMap<String, Long> counts() {
    return Collections.unmodifiableSortedMap(counts);
  }

  void write(ByteWriter out) {
    out.int8(overflowed ? 1 : 0);
    out.int32(counts.size());
    for (Map.Entry<String, Long> each : counts.entrySet()) {
      out.text(each.getKey());
      out.int64(each.getValue());
    }
  }

  /**
   * @throws IllegalArgumentException if it is no tally of so many texts
   */
  static Tally read(int most, ByteParser in) {
    Tally read = new Tally(most);
    if (in.int8() != 0) {
      read.overflow();
    }
    int size = in.size(12);
    if (size > most || size > 0 && read.overflowed) {
      throw ByteParser.malformed("it counts more texts than it may");
    }
    for (int i = 0; i < size; i++) {
      if (read.counts.put(in.text(), in.count()) != null) {
        throw ByteParser.malformed("it counts a text twice");
      }
    }
    return read;
  }
}
