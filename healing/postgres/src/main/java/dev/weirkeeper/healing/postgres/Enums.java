package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The enum types that columns need, in the schema of their table. */
final class Enums {
  private Enums() {}

  /** Labels by the name of the type. */
  static Map<String, List<String>> needed(List<Type> types, TableName table) throws Refusal {
    Map<String, List<String>> needed = new LinkedHashMap<>();
    for (Type type : types) {
      if (type.isEnum()) {
        String name = SqlType.of(type, table).name();
        List<String> labels = type.labels().stream().map(Type.Label::name).toList();
        List<String> before = needed.put(name, labels);
        if (before != null && !before.equals(labels)) {
          throw new Refusal(
              "Two enum types would both be named "
                  + Sql.shown(name)
                  + " in schema "
                  + Sql.shown(table.schema())
                  + "; rename one at the source");
        }
      }
    }
    return needed;
  }

  /** Statements that create what is missing; a type that is there must have these very labels. */
  static List<String> create(List<Type> types, TableImage now) throws Refusal {
    List<String> statements = new ArrayList<>();
    for (Map.Entry<String, List<String>> type : needed(types, now.name()).entrySet()) {
      TableImage.NamedType found = now.types().get(type.getKey());
      for (String label : type.getValue()) {
        Sql.name(label);
      }
      if (found == null) {
        statements.add(
            "CREATE TYPE "
                + Sql.name(now.name().schema())
                + "."
                + Sql.name(type.getKey())
                + " AS ENUM ("
                + Sql.literals(type.getValue())
                + ")");
      } else if (!found.labels().equals(Optional.of(type.getValue()))) {
        throw new Refusal(
            "Type "
                + Sql.shown(type.getKey())
                + " exists in schema "
                + Sql.shown(now.name().schema())
                + " and is no enum with these labels in this order; bring it in line by hand");
      }
    }
    return statements;
  }
}
