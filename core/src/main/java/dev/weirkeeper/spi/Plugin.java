package dev.weirkeeper.spi;

import java.util.List;

/**
 * What a jar may bring: capabilities only. Feeds, targets, policies, sinks, limits and contracts
 * hold connections or authority and are not found on a class path.
 *
 * <p>A jar lists it in {@code META-INF/services/dev.weirkeeper.spi.Plugin}, with a public
 * constructor without arguments; see {@link dev.weirkeeper.Plugins}. It MUST bring the same each
 * time it is asked, in lists that cannot be changed, with ids and tool names that are unique among
 * them. What it brings MUST NOT be a policy, a planner, a sink, a feed, a target or judges as well.
 * Closing it twice MUST do no harm.
 */
@SuppressWarnings("try") // whatever a plugin throws, the host catches and names the plugin
public interface Plugin extends AutoCloseable {
  /** Kebab-case, stable across versions. */
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
