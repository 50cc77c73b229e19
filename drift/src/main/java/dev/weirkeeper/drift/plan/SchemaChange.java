package dev.weirkeeper.drift.plan;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.drift.schema.Item;
import java.util.Optional;

/**
 * One difference between two schemas. {@link #kind} is the id of the taxonomy, {@code circumstance}
 * the case of it where the taxonomy tells cases apart.
 */
public sealed interface SchemaChange {
  String kind();

  /** What it is about, by its name in the newer schema; what was removed by its old name. */
  Item subject();

  /** Something that was not there. */
  record Added(String kind, Optional<String> circumstance, Item subject) implements SchemaChange {
    public Added {
      requireNonNull(kind, "kind");
      requireNonNull(circumstance, "circumstance");
      requireNonNull(subject, "subject");
    }
  }

  /** Something that is there no more. */
  record Removed(String kind, Optional<String> circumstance, Item subject) implements SchemaChange {
    public Removed {
      requireNonNull(kind, "kind");
      requireNonNull(circumstance, "circumstance");
      requireNonNull(subject, "subject");
    }
  }

  /** The same thing by another name, or in another schema. */
  record Renamed(String kind, Item former, Item subject) implements SchemaChange {
    public Renamed {
      requireNonNull(kind, "kind");
      requireNonNull(former, "former");
      requireNonNull(subject, "subject");
    }
  }

  /**
   * The same thing, with one property otherwise.
   *
   * @param before as the catalog writes it; empty where there was none
   */
  record Altered(
      String kind,
      Optional<String> circumstance,
      Item former,
      Item subject,
      Property property,
      Optional<String> before,
      Optional<String> after)
      implements SchemaChange {
    public Altered {
      requireNonNull(kind, "kind");
      requireNonNull(circumstance, "circumstance");
      requireNonNull(former, "former");
      requireNonNull(subject, "subject");
      requireNonNull(property, "property");
      requireNonNull(before, "before");
      requireNonNull(after, "after");
    }
  }

  /** What of a thing changed. */
  enum Property {
    COMMENT,
    LABELS,
    BASE,
    NULLABILITY,
    DEFAULT,
    COLLATION,
    CHECKS,
    TYPE,
    START,
    INCREMENT,
    MINIMUM,
    MAXIMUM,
    CACHE,
    CYCLE,
    PERSISTENCE,
    OWNER,
    RELATION_KIND,
    PARTITION_KEY,
    PARENTS,
    BOUND,
    OPTIONS,
    ROW_SECURITY,
    REPLICA_IDENTITY,
    CLUSTERED_BY,
    TABLESPACE,
    OF_TYPE,
    FOREIGN,
    FILLING,
    GENERATED_AS,
    STORAGE,
    COMPRESSION,
    STATISTICS,
    FOREIGN_OPTIONS,
    ORIGIN,
    DEFINITION,
    VALIDITY,
    VIEW_KIND,
    COLUMN_COMMENTS
  }
}
