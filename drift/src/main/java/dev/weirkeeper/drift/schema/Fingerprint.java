package dev.weirkeeper.drift.schema;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** A schema without ids and with everything in one order: two that are alike are equal. */
final class Fingerprint {
  private static final String NONE = "";

  private Fingerprint() {}

  static DatabaseSchema of(DatabaseSchema schema) {
    return new DatabaseSchema(
        0,
        sorted(
            schema.namespaces(),
            Comparator.comparing(Namespace::name),
            each -> new Namespace(NONE, each.name(), each.comment())),
        sorted(schema.enums(), Comparator.comparing(EnumType::name), Fingerprint::of),
        sorted(schema.domains(), Comparator.comparing(DomainType::name), Fingerprint::of),
        sorted(schema.sequences(), Comparator.comparing(Sequence::name), Fingerprint::of),
        sorted(schema.tables(), Comparator.comparing(Table::name), Fingerprint::of),
        sorted(schema.indexes(), Comparator.comparing(Index::name), Fingerprint::of),
        sorted(schema.views(), Comparator.comparing(View::name), Fingerprint::of),
        sorted(
            schema.others(),
            Comparator.comparing(Opaque::kind).thenComparing(Opaque::identity),
            Function.identity()),
        List.of());
  }

  private static <T> List<T> sorted(List<T> all, Comparator<T> order, Function<T, T> bare) {
    return all.stream().sorted(order).map(bare).toList();
  }

  private static EnumType of(EnumType type) {
    return new EnumType(
        NONE,
        type.name(),
        type.labels().stream().map(label -> new EnumType.Label(NONE, label.name())).toList(),
        type.comment());
  }

  private static DomainType of(DomainType type) {
    return new DomainType(
        NONE,
        type.name(),
        type.base(),
        type.nullability(),
        type.defaultValue(),
        type.collation(),
        sorted(type.checks(), Comparator.comparing(DomainType.Check::name), Function.identity()),
        type.comment());
  }

  private static Sequence of(Sequence each) {
    return new Sequence(
        NONE,
        each.name(),
        each.type(),
        each.start(),
        each.increment(),
        each.min(),
        each.max(),
        each.cache(),
        each.cycle(),
        each.persistence(),
        each.owner(),
        each.comment());
  }

  private static Table of(Table each) {
    return new Table(
        NONE,
        each.name(),
        each.kind(),
        each.persistence(),
        sorted(each.columns(), Comparator.comparing(TableColumn::name), Fingerprint::of),
        sorted(each.constraints(), Comparator.comparing(Constraint::name), Fingerprint::of),
        each.partitionKey(),
        each.parents(),
        each.bound(),
        each.options(),
        each.rowSecurity(),
        each.replica(),
        each.clusteredBy(),
        each.tablespace(),
        each.ofType(),
        each.comment(),
        each.foreign());
  }

  private static TableColumn of(TableColumn each) {
    return new TableColumn(
        NONE,
        each.name(),
        each.type(),
        each.nullability(),
        each.defaultValue(),
        each.filling(),
        each.collation(),
        each.storage(),
        each.compression(),
        each.statistics(),
        each.options(),
        each.foreignOptions(),
        each.origin(),
        each.comment(),
        each.typeStorage());
  }

  private static Constraint of(Constraint each) {
    return new Constraint(
        NONE,
        each.name(),
        each.kind(),
        each.definition(),
        each.columns(),
        each.references(),
        each.validity(),
        each.origin(),
        each.comment());
  }

  private static Index of(Index each) {
    return new Index(
        NONE,
        each.name(),
        each.table(),
        each.definition(),
        each.columns(),
        each.uniqueness(),
        each.validity(),
        each.constraint(),
        each.parent(),
        each.options(),
        each.tablespace(),
        each.comment(),
        each.body());
  }

  private static View of(View each) {
    return new View(
        NONE,
        each.name(),
        each.kind(),
        each.definition(),
        each.options(),
        each.reads(),
        each.comment(),
        each.columns());
  }
}
