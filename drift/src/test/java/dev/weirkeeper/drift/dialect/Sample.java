package dev.weirkeeper.drift.dialect;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.EnumType;
import dev.weirkeeper.drift.schema.Namespace;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Small schemas for tests, as a catalog would give them. */
final class Sample {
  private final List<Table> tables = new ArrayList<>();
  private final List<EnumType> enums = new ArrayList<>();

  /**
   * @param columns each {@code id name type}, with {@code =default} or {@code !} for NOT NULL
   *     behind
   */
  Sample table(String id, String name, List<String> key, String... columns) {
    List<TableColumn> all = new ArrayList<>();
    for (String text : columns) {
      String[] parts = text.split(" ", 3);
      String type = parts[2];
      Optional<String> value = Optional.empty();
      int at = type.indexOf('=');
      if (at > 0) {
        value = Optional.of(type.substring(at + 1));
        type = type.substring(0, at);
      }
      boolean required = type.endsWith("!") || key.contains(parts[1]);
      all.add(column(parts[0], parts[1], type.replace("!", ""), required, value));
    }
    List<Constraint> constraints =
        key.isEmpty()
            ? List.of()
            : List.of(
                new Constraint(
                    id + "1",
                    name + "_pkey",
                    Constraint.Kind.PRIMARY_KEY,
                    "PRIMARY KEY (" + String.join(", ", key) + ")",
                    key,
                    Optional.empty(),
                    Constraint.Validity.VALID,
                    TableColumn.Origin.LOCAL,
                    Optional.empty()));
    tables.add(
        new Table(
            id,
            new ObjectName("public", name),
            Table.Kind.TABLE,
            Table.Persistence.PERMANENT,
            all,
            constraints,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            List.of(),
            Table.RowSecurity.OFF,
            new Table.Replica(Table.Identity.DEFAULT, Optional.empty()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
    return this;
  }

  private static TableColumn column(
      String id, String name, String type, boolean required, Optional<String> value) {
    return new TableColumn(
        id,
        name,
        type,
        required ? Nullability.REQUIRED : Nullability.OPTIONAL,
        value,
        TableColumn.Filling.PLAIN,
        Optional.empty(),
        "PLAIN",
        "",
        Optional.empty(),
        List.of(),
        List.of(),
        TableColumn.Origin.LOCAL,
        Optional.empty(),
        "PLAIN");
  }

  Sample enumType(String name, String... labels) {
    List<EnumType.Label> all = new ArrayList<>();
    for (String label : labels) {
      all.add(new EnumType.Label("l-" + label, label));
    }
    enums.add(new EnumType("e-" + name, new ObjectName("public", name), all, Optional.empty()));
    return this;
  }

  DatabaseSchema schema() {
    DatabaseSchema empty = DatabaseSchema.empty(18);
    return new DatabaseSchema(
        18,
        List.of(new Namespace("1", "public", Optional.empty())),
        enums,
        empty.domains(),
        empty.sequences(),
        tables,
        empty.indexes(),
        empty.views(),
        empty.others(),
        empty.dependencies());
  }

  static Migration plan(MirrorPlanner planner, Sample from, Sample to) {
    return planner.plan(SchemaComparison.between(from.schema(), to.schema(), Identity.ids()));
  }
}
