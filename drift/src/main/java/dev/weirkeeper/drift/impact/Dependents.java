package dev.weirkeeper.drift.impact;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Dependent;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.View;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What rests on tables within a database, by its catalog. */
public final class Dependents {
  private Dependents() {}

  /**
   * Views by the columns that they read, and tables by their foreign keys. Of these the referenced
   * columns are not said.
   *
   * @param system what the host calls the database
   */
  public static List<Dependent> within(DatabaseSchema schema, String system) {
    List<Dependent> all = new ArrayList<>();
    for (View view : schema.views()) {
      Map<ObjectName, Set<String>> read = new LinkedHashMap<>();
      for (View.ColumnRef column : view.reads()) {
        read.computeIfAbsent(column.relation(), unseen -> new LinkedHashSet<>())
            .add(column.column());
      }
      read.forEach(
          (relation, columns) ->
              all.add(
                  Dependent.of(Dependent.Kind.VIEW, view.name().toString(), asset(system, relation))
                      .reading(columns)
                      .being(asset(system, view.name()))));
    }
    for (Table table : schema.tables()) {
      for (Constraint constraint : table.constraints()) {
        constraint
            .references()
            .filter(referred -> !referred.equals(table.name()))
            .ifPresent(
                referred ->
                    all.add(
                        Dependent.of(
                            Dependent.Kind.TABLE,
                            table.name().toString(),
                            asset(system, referred))));
      }
    }
    return all.stream().distinct().toList();
  }

  private static Asset asset(String system, ObjectName name) {
    return new Asset(system, name.toString());
  }
}
