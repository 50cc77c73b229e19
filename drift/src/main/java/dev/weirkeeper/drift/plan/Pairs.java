package dev.weirkeeper.drift.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Which things of two lists are the same.
 *
 * @param both in the order of the newer list
 */
record Pairs<T>(List<Pair<T>> both, List<T> removed, List<T> added) {
  Pairs {
    both = List.copyOf(both);
    removed = List.copyOf(removed);
    added = List.copyOf(added);
  }

  /** One thing in two schemas. */
  record Pair<T>(T from, T to) {}

  /** Pairs what has the same key. Keys of one list differ. */
  static <T> Pairs<T> by(List<T> from, List<T> to, Function<T, ?> fromKey, Function<T, ?> toKey) {
    Map<Object, T> old = new HashMap<>();
    from.forEach(each -> old.put(fromKey.apply(each), each));
    Set<Object> met = new HashSet<>();
    List<Pair<T>> both = new ArrayList<>();
    List<T> added = new ArrayList<>();
    for (T each : to) {
      Object key = toKey.apply(each);
      T same = old.get(key);
      if (same == null) {
        added.add(each);
      } else {
        both.add(new Pair<>(same, each));
        met.add(key);
      }
    }
    List<T> removed = from.stream().filter(each -> !met.contains(fromKey.apply(each))).toList();
    return new Pairs<>(both, removed, added);
  }

  /** The same, with what was not paired yet paired by a second key. */
  Pairs<T> thenBy(Function<T, ?> fromKey, Function<T, ?> toKey) {
    Pairs<T> rest = by(removed, added, fromKey, toKey);
    List<Pair<T>> all = new ArrayList<>(both);
    all.addAll(rest.both);
    return new Pairs<>(all, rest.removed, rest.added);
  }
}
