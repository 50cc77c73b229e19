package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A table, or a composite type, which has columns as well.
 *
 * @param id its OID
 * @param columns in their order, without dropped ones
 * @param partitionKey as {@code pg_get_partkeydef} writes it, for a partitioned table
 * @param parents what it inherits from, or the table that it is a partition of
 * @param bound as {@code pg_get_expr} writes it, for a partition
 * @param options storage parameters, sorted: {@code fillfactor=80}
 * @param clusteredBy name of the index of CLUSTER
 * @param ofType the composite type of a typed table
 * @param foreign where the rows of a foreign table are
 */
public record Table(
    String id,
    ObjectName name,
    Kind kind,
    Persistence persistence,
    List<TableColumn> columns,
    List<Constraint> constraints,
    Optional<String> partitionKey,
    List<ObjectName> parents,
    Optional<String> bound,
    List<String> options,
    RowSecurity rowSecurity,
    Replica replica,
    Optional<String> clusteredBy,
    Optional<String> tablespace,
    Optional<ObjectName> ofType,
    Optional<String> comment,
    Optional<Foreign> foreign) {
  public Table {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    requireNonNull(kind, "kind");
    requireNonNull(persistence, "persistence");
    columns = List.copyOf(columns);
    constraints = List.copyOf(constraints);
    requireNonNull(partitionKey, "partitionKey");
    parents = List.copyOf(parents);
    requireNonNull(bound, "bound");
    options = List.copyOf(options);
    requireNonNull(rowSecurity, "rowSecurity");
    requireNonNull(replica, "replica");
    requireNonNull(clusteredBy, "clusteredBy");
    requireNonNull(tablespace, "tablespace");
    requireNonNull(ofType, "ofType");
    requireNonNull(comment, "comment");
    requireNonNull(foreign, "foreign");
  }

  public Optional<TableColumn> column(String name) {
    return columns.stream().filter(column -> column.name().equals(name)).findFirst();
  }

  /** What sort of relation it is. */
  public enum Kind {
    TABLE,
    PARTITIONED,
    FOREIGN,
    COMPOSITE
  }

  /** Whether its rows are in the write-ahead log. */
  public enum Persistence {
    PERMANENT,
    UNLOGGED
  }

  /** Row-level security. */
  public enum RowSecurity {
    OFF,
    ON,
    /** For the owner, too. */
    FORCED,
    /** Asked for of the owner while it is off. */
    OFF_FORCED
  }

  /**
   * What the log says of old rows.
   *
   * @param index its name, for {@code USING INDEX}
   */
  public record Replica(Identity identity, Optional<String> index) {
    public Replica {
      requireNonNull(identity, "identity");
      requireNonNull(index, "index");
    }
  }

  /**
   * Where the rows of a foreign table are.
   *
   * @param options {@code name=value}, sorted
   */
  public record Foreign(String server, List<String> options) {
    public Foreign {
      requireNonNull(server, "server");
      options = List.copyOf(options);
    }
  }

  /** {@code pg_class.relreplident}. */
  public enum Identity {
    DEFAULT,
    NOTHING,
    FULL,
    INDEX
  }
}
