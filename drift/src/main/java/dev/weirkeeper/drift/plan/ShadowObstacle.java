package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.Optional;
import java.util.Set;

/** Says why a column cannot get another type by way of a second one. Pure. */
final class ShadowObstacle {
  /** Types that have no equality, so that nothing says which rows are still to do. */
  private static final Set<String> WITHOUT_EQUALITY =
      Set.of("json", "xml", "point", "box", "path", "polygon", "circle", "line", "lseg");

  private final DatabaseSchema schema;
  private final ObjectName table;
  private final String column;

  ShadowObstacle(DatabaseSchema schema, ObjectName table, String column) {
    this.schema = schema;
    this.table = table;
    this.column = column;
  }

  Optional<String> to(String type) {
    Optional<Table> found = schema.table(table);
    Optional<TableColumn> changed = found.flatMap(each -> each.column(column));
    if (found.isEmpty() || changed.isEmpty()) {
      return Optional.of("there is no such column; read the schema again");
    }
    if (found.get().kind() != Table.Kind.TABLE
        || !found.get().parents().isEmpty()
        || schema.tables().stream().anyMatch(each -> each.parents().contains(table))) {
      return Optional.of("the table has parts or is one; change it while nobody uses it");
    }
    if (changed.get().filling() != TableColumn.Filling.PLAIN) {
      return Optional.of("the server fills the column; change it while nobody uses it");
    }
    if (WITHOUT_EQUALITY.contains(type.replaceAll("[\\[(].*", ""))) {
      return Optional.of(
          "type "
              + type
              + " has no equality, so nothing says which rows are filled. Choose another");
    }
    return dependent(found.get());
  }

  private Optional<String> dependent(Table owner) {
    for (Constraint constraint : owner.constraints()) {
      if (constraint.columns().contains(column) && constraint.kind() != Constraint.Kind.NOT_NULL) {
        return Optional.of("constraint " + constraint.name() + " is about it; drop that first");
      }
    }
    boolean isIndexed =
        schema.indexes().stream()
            .anyMatch(index -> index.table().equals(table) && index.columns().contains(column));
    boolean isRead =
        schema.views().stream()
            .flatMap(view -> view.reads().stream())
            .anyMatch(read -> read.relation().equals(table) && read.column().equals(column));
    boolean isUsed =
        schema.others().stream()
            .filter(other -> !Shadows.isPart(other))
            .anyMatch(other -> other.uses().contains(table));
    if (isIndexed || isRead || isUsed) {
      return Optional.of("an index, a view, a trigger or a policy needs it; drop that first");
    }
    return isComputedFrom()
        ? Optional.of("another column is computed from it; drop that first")
        : Optional.empty();
  }

  private boolean isComputedFrom() {
    return schema.dependencies().stream()
        .filter(each -> each.on().equals(Item.column(table, column)))
        .map(each -> each.dependent())
        .anyMatch(
            user ->
                (user.kind() == Item.Kind.DEFAULT || user.kind() == Item.Kind.COLUMN)
                    && !user.part().equals(column));
  }
}
