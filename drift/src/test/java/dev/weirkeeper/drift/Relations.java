package dev.weirkeeper.drift;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Default;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Relations as a test writes them. */
final class Relations {
  static final Asset ORDERS = new Asset("shop", "public.orders");

  private Relations() {}

  static Relation orders(Column... columns) {
    return relation(ORDERS, "16401", new RowIdentity.Key(List.of("1")), columns);
  }

  static Relation relation(Asset asset, String id, RowIdentity identity, Column... columns) {
    List<Column> all = new ArrayList<>();
    if (identity instanceof RowIdentity.Key) {
      all.add(required(column("1", "id", "int8")));
    }
    all.addAll(List.of(columns));
    return Relation.of(asset, id, identity, all);
  }

  /** A nullable column without a default. */
  static Column column(String id, String name, String type) {
    return column(id, name, Types.type(type));
  }

  static Column column(String id, String name, Type type) {
    return new Column(id, name, type, Nullability.OPTIONAL, Default.NONE, Optional.empty());
  }

  static Column required(Column column) {
    return new Column(
        column.id(),
        column.name(),
        column.type(),
        Nullability.REQUIRED,
        column.defaultValue(),
        column.comment());
  }

  static Column with(Column column, Default.Kind kind) {
    return with(column, new Default(kind, Optional.empty()));
  }

  static Column with(Column column, Default defaultValue) {
    return new Column(
        column.id(),
        column.name(),
        column.type(),
        column.nullability(),
        defaultValue,
        column.comment());
  }

  static Column commented(Column column, String comment) {
    return new Column(
        column.id(),
        column.name(),
        column.type(),
        column.nullability(),
        column.defaultValue(),
        Optional.of(comment));
  }

  static Observation unseen() {
    return new Observation(ORDERS, Instant.EPOCH, Optional.empty(), List.of());
  }

  static Observation seen(Relation relation) {
    return seen(relation, Evidence.LOGGED);
  }

  static Observation seen(Relation relation, Evidence evidence) {
    return new Observation(
        relation.asset(),
        Instant.EPOCH,
        Optional.empty(),
        List.of(new Facet.Schema(relation, evidence)));
  }

  static Incident incident(Optional<Relation> from, Relation to) {
    return new Incident(
        to.asset(),
        new Position("wal", "0/1"),
        new SchemaDrift().detect(from.map(Relations::seen).orElse(unseen()), seen(to)).findings());
  }
}
