package dev.weirkeeper.drift.schema;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.util.List;
import java.util.Optional;

/**
 * A database, or the schemas of it that were asked for, as its catalog described it in one
 * snapshot.
 *
 * <p>Ids ({@code oid}, {@code attnum}) tell what is the same thing between two readings of one
 * database; they are no part of the {@link #fingerprint}, which says whether two databases are
 * alike.
 *
 * @param major major version of the server
 * @param views views and materialized views, with the query that they are
 * @param others what is there and is not modelled (functions, triggers, policies, collations,
 *     extensions, …): named, with a hash of its definition, so that nothing is taken for absent
 * @param dependencies which of all these needs which; follows from the definitions and is no part
 *     of the fingerprint
 */
public record DatabaseSchema(
    int major,
    List<Namespace> namespaces,
    List<EnumType> enums,
    List<DomainType> domains,
    List<Sequence> sequences,
    List<Table> tables,
    List<Index> indexes,
    List<View> views,
    List<Opaque> others,
    List<Dependency> dependencies) {

  public DatabaseSchema {
    namespaces = List.copyOf(namespaces);
    enums = List.copyOf(enums);
    domains = List.copyOf(domains);
    sequences = List.copyOf(sequences);
    tables = List.copyOf(tables);
    indexes = List.copyOf(indexes);
    views = List.copyOf(views);
    others = List.copyOf(others);
    dependencies = List.copyOf(dependencies);
  }

  public Optional<Table> table(ObjectName name) {
    return tables.stream().filter(table -> table.name().equals(name)).findFirst();
  }

  /** A database in which there is nothing but what every new one has. */
  public static DatabaseSchema empty(int major) {
    return new DatabaseSchema(
        major,
        List.of(new Namespace("public", "public", Optional.of("standard public schema"))),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  /** The same for two databases that are alike, whatever their ids and the order of columns. */
  public Hash fingerprint() {
    return Hash.of(Json.of(Fingerprint.of(this)));
  }
}
