package dev.weirkeeper.otel;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The newest entries of what could otherwise grow for ever. Guarded by whoever holds it. */
final class Recent<K, V> {
  private final int limit;
  private final LinkedHashMap<K, V> entries = new LinkedHashMap<>();

  Recent(int limit) {
    this.limit = limit;
  }

  /** Keeps an entry, and answers the one that had to go for it: of the same key, or the eldest. */
  Optional<V> put(K key, V value) {
    Optional<V> before = Optional.ofNullable(entries.remove(key));
    entries.put(key, value);
    if (entries.size() <= limit) {
      return before;
    }
    Map.Entry<K, V> eldest = entries.entrySet().iterator().next();
    entries.remove(eldest.getKey());
    return Optional.of(eldest.getValue());
  }

  Optional<V> find(K key) {
    return Optional.ofNullable(entries.get(key));
  }

  Optional<V> take(K key) {
    return Optional.ofNullable(entries.remove(key));
  }
}
