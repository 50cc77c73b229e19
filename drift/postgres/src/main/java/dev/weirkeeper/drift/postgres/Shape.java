package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Default;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A relation as {@code relation.sql} describes it: in a catalog read, or in a message of the event
 * trigger.
 *
 * @param id the OID
 * @param identity {@code pg_class.relreplident}
 * @param key attribute numbers of the key that identifies rows, in index order; empty for none
 * @param generated attribute numbers of the columns that are left out, for the log does not carry
 *     them
 */
record Shape(
    String id,
    String schema,
    String name,
    String identity,
    List<Integer> key,
    Optional<List<Integer>> generated,
    List<Attribute> columns) {

  /**
   * A column.
   *
   * @param num attribute number
   * @param oid OID of the type
   * @param mod type modifier, -1 for none
   * @param type canonical name of the type
   */
  record Attribute(
      int num,
      String name,
      long oid,
      int mod,
      String type,
      Optional<List<Type.Label>> labels,
      boolean required,
      Default.Kind fill,
      Optional<String> missing,
      Optional<String> comment) {

    Type typed() {
      return new Type(type, TypeModifier.args(type, mod), labels.orElse(List.of()));
    }

    Column column() {
      return new Column(
          String.valueOf(num),
          name,
          typed(),
          required ? Nullability.REQUIRED : Nullability.OPTIONAL,
          new Default(fill, missing),
          comment);
    }
  }

  String qualifiedName() {
    return schema + "." + name;
  }

  Optional<Attribute> named(String column) {
    return columns.stream().filter(attribute -> attribute.name().equals(column)).findFirst();
  }

  /**
   * The relation that this describes.
   *
   * @param publishes what is published of the table: rows that are only inserted need no key
   */
  Relation relation(String system, Publishes publishes) {
    List<Column> described = new ArrayList<>(columns.size());
    columns.forEach(attribute -> described.add(attribute.column()));
    return Relation.of(new Asset(system, qualifiedName()), id, rowIdentity(publishes), described);
  }

  private RowIdentity rowIdentity(Publishes publishes) {
    if (publishes == Publishes.INSERTS) {
      return new RowIdentity.None();
    }
    if (!key.isEmpty()) {
      return new RowIdentity.Key(key.stream().map(String::valueOf).toList());
    }
    return identity.equals("f") ? new RowIdentity.Whole() : new RowIdentity.None();
  }

  /** Whether the log describes exactly these columns, in this order. */
  boolean matches(WireRelation wire) {
    if (wire.columns().size() != columns.size()
        || !wire.name().equals(name)
        || !wire.schema().equals(schema)) {
      return false;
    }
    for (int i = 0; i < columns.size(); i++) {
      WireRelation.WireColumn column = wire.columns().get(i);
      Attribute attribute = columns.get(i);
      if (!column.name().equals(attribute.name())
          || column.typeOid() != attribute.oid()
          || column.typeModifier() != attribute.mod()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a later look at the same relation shows that this cannot be told apart from a forgery:
   * one of the names stands for another column there.
   */
  boolean contradictedBy(Shape later) {
    for (Attribute attribute : columns) {
      Optional<Attribute> now = later.named(attribute.name());
      if (now.isPresent() && now.get().num() != attribute.num()) {
        return true;
      }
    }
    return false;
  }
}
