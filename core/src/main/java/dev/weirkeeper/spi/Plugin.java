package dev.weirkeeper.spi;

import java.util.List;

/**
 * What a jar may bring: capabilities only. Feeds, targets, policies, sinks, limits and contracts
 * hold connections or authority and are not found on a class path.
 */
@SuppressWarnings("try") // whatever a plugin throws, the host catches and names the plugin
public interface Plugin extends AutoCloseable {
  String id();

  default List<DriftDetector> detectors() {
    return List.of();
  }

  default List<ToolRegistry> tools() {
    return List.of();
  }

  @Override
  default void close() throws Exception {}
}
