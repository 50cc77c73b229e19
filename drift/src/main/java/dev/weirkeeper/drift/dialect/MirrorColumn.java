package dev.weirkeeper.drift.dialect;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.Type;
import dev.weirkeeper.drift.schema.ColumnTypes;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.drift.taxonomy.TypeExpr;
import java.util.List;
import java.util.Optional;

/**
 * A column of a mirror.
 *
 * @param type what carries it in the target; empty if nothing does
 */
record MirrorColumn(
    String name,
    TypeExpr expression,
    List<Type.Label> labels,
    Optional<String> type,
    Nullability nullability,
    Optional<String> comment) {

  static MirrorColumn of(Table table, TableColumn column, ColumnTypes types, MirrorTypes carried) {
    Type type = types.of(column);
    TypeExpr expression = TypeExpr.of(type);
    return new MirrorColumn(
        column.name(),
        expression,
        type.labels(),
        carried.of(expression, type.labels().stream().map(Type.Label::name).toList()),
        key(table).contains(column.name()) ? Nullability.REQUIRED : Nullability.OPTIONAL,
        column.comment());
  }

  /** Names of the key columns; empty without a key. */
  static List<String> key(Table table) {
    return table.constraints().stream()
        .filter(constraint -> constraint.kind() == Constraint.Kind.PRIMARY_KEY)
        .findFirst()
        .map(Constraint::columns)
        .orElse(List.of());
  }
}
