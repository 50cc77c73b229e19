package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

/**
 * A thing that holds data: a table, a topic, a file.
 *
 * @param system the system that holds it, as the host named it: {@code shop}; without a colon, so
 *     that {@code shop:public.orders} means one asset
 * @param name the name in that system, with its schema: {@code public.orders}
 */
public record Asset(String system, String name) implements Comparable<Asset> {
  public Asset {
    requireNonNull(system, "system");
    requireNonNull(name, "name");
    if (system.isBlank() || name.isBlank()) {
      throw new IllegalArgumentException(
          "An asset needs a system and a name, got system '"
              + system
              + "' and name '"
              + name
              + "'");
    }
    if (system.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "The name of a system holds no colon, got '"
              + system
              + "': patterns of assets could not tell it from the asset's name");
    }
  }

  @Override
  public int compareTo(Asset other) {
    int bySystem = system.compareTo(other.system);
    return bySystem != 0 ? bySystem : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return system + ":" + name;
  }
}
