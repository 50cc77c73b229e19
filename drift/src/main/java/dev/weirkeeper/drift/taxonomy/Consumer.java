package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.Set;

/**
 * One who reads the changed data: a mirror, a warehouse, the subject of a schema registry. The host
 * registers them by hand.
 *
 * @param id unique among the consumers of a host
 * @param system the system, as the host named it
 * @param dialect a target of the {@link TargetMatrix}, or {@code avro}
 * @param registry what the registry demands of an Avro subject; empty for all others
 * @param traits what is known of this target beside its dialect: {@code utc} (PostgreSQL: the
 *     session's TimeZone is UTC), {@code column-mapping} (Delta: the table has it on), {@code
 *     indexed} (DuckDB: the table has an index)
 */
public record Consumer(
    String id, String system, String dialect, Optional<RegistryMode> registry, Set<String> traits) {

  public static final String AVRO = "avro";

  public Consumer {
    requireNonNull(id, "id");
    requireNonNull(system, "system");
    requireNonNull(dialect, "dialect");
    requireNonNull(registry, "registry");
    traits = Set.copyOf(traits);
    if (dialect.equals(AVRO) != registry.isPresent()) {
      throw new IllegalArgumentException(
          "Consumer "
              + id
              + ": an Avro subject has a registry mode, and nothing else has. Use Consumer.subject"
              + " or Consumer.table");
    }
  }

  /** A consumer that keeps tables. */
  public static Consumer table(String id, String system, String dialect, String... traits) {
    return new Consumer(id, system, dialect, Optional.empty(), Set.of(traits));
  }

  /** An Avro subject of a schema registry. */
  public static Consumer subject(String id, String system, RegistryMode mode) {
    return new Consumer(id, system, AVRO, Optional.of(mode), Set.of());
  }
}
