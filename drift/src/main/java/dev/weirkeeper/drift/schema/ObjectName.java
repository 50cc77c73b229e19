package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

/**
 * The name of an object of a database, as the catalog holds it: neither quoted nor folded.
 *
 * @param schema empty for objects that lie in no schema
 */
public record ObjectName(String schema, String name) implements Comparable<ObjectName> {
  public ObjectName {
    requireNonNull(schema, "schema");
    requireNonNull(name, "name");
  }

  @Override
  public int compareTo(ObjectName other) {
    int bySchema = schema.compareTo(other.schema);
    return bySchema != 0 ? bySchema : name.compareTo(other.name);
  }

  /** For messages; not SQL. */
  @Override
  public String toString() {
    return schema.isEmpty() ? name : schema + "." + name;
  }
}
