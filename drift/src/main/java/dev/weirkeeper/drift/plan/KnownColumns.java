package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.ColumnTypes;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.taxonomy.TypeExpr;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What is asked of columns of a schema, time and again and without a search for their table. */
final class KnownColumns {
  private final ColumnTypes types;
  private final Map<ObjectName, Table> tables = new HashMap<>();

  KnownColumns(DatabaseSchema schema) {
    types = ColumnTypes.in(schema);
    schema.tables().forEach(table -> tables.put(table.name(), table));
  }

  /** Empty if there is no such column. */
  Optional<TypeExpr> type(Item column) {
    return Optional.ofNullable(tables.get(column.name()))
        .flatMap(table -> table.column(column.part()))
        .map(found -> TypeExpr.of(types.of(found)));
  }

  /** Whether rows are found by it. */
  boolean isKey(Item column) {
    return Optional.ofNullable(tables.get(column.name())).stream()
        .flatMap(table -> table.constraints().stream())
        .anyMatch(
            each ->
                each.kind() == Constraint.Kind.PRIMARY_KEY
                    && each.columns().contains(column.part()));
  }
}
