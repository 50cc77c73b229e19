package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/**
 * Says which thing of a database is meant.
 *
 * @param name of the relation or type; for a namespace and for {@link Kind#OTHER} without a schema
 * @param part the column, constraint or label within it; for {@link Kind#OTHER} what kind it is;
 *     else empty
 */
public record Item(Kind kind, ObjectName name, String part) implements Comparable<Item> {
  private static final Comparator<Item> ORDER =
      Comparator.comparing(Item::kind).thenComparing(Item::name).thenComparing(Item::part);

  public Item {
    requireNonNull(kind, "kind");
    requireNonNull(name, "name");
    requireNonNull(part, "part");
  }

  /** A thing that is no part of another one. */
  public static Item of(Kind kind, ObjectName name) {
    return new Item(kind, name, "");
  }

  public static Item namespace(String name) {
    return new Item(Kind.NAMESPACE, new ObjectName("", name), "");
  }

  public static Item column(ObjectName table, String column) {
    return new Item(Kind.COLUMN, table, column);
  }

  @Override
  public int compareTo(Item other) {
    return ORDER.compare(this, other);
  }

  /** For messages; not SQL. */
  @Override
  public String toString() {
    return part.isEmpty() || kind == Kind.OTHER ? name.toString() : name + "." + part;
  }

  /** What sort of thing it is. */
  public enum Kind {
    NAMESPACE,
    ENUM,
    LABEL,
    DOMAIN,
    DOMAIN_CHECK,
    SEQUENCE,
    /** A table or a composite type. */
    TABLE,
    COLUMN,
    /** The default of a column, or the expression that generates it. */
    DEFAULT,
    CONSTRAINT,
    INDEX,
    VIEW,
    /** Something that is not modelled. */
    OTHER
  }
}
