package dev.weirkeeper.otel;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps the values of one label few: a plugin may name findings as it likes. */
final class Bounded {
  private static final int LENGTH = 128;

  private final int limit;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  Bounded(int limit) {
    this.limit = limit;
  }

  /** The value itself, or {@link Names#OTHER} once there were too many others. */
  String label(String value) {
    if (known.contains(value)) {
      return value;
    }
    if (value.length() > LENGTH || known.size() >= limit) {
      return Names.OTHER;
    }
    known.add(value);
    return value;
  }
}
