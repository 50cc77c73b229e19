package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the catalog says of a table at one moment.
 *
 * @param schemaExists whether the schema is there
 * @param namesake whether another relation has the same name but for upper and lower case
 * @param stored the relation, if one has this name
 * @param types types in the schema that the change is about, by name, as far as they exist
 */
record TableImage(
    TableName name,
    boolean schemaExists,
    boolean namesake,
    Optional<Stored> stored,
    Map<String, NamedType> types) {

  /**
   * A relation.
   *
   * @param kind {@code pg_class.relkind}
   * @param key names of the primary key's columns in key order
   */
  record Stored(
      long oid,
      String kind,
      boolean partition,
      boolean inherited,
      List<StoredColumn> columns,
      List<String> key) {}

  /**
   * A column.
   *
   * @param ownValues whether it has a default, an identity or is generated
   * @param labels of its enum type, or of that of its elements
   * @param collation in SQL, if it is not that of the type
   */
  record StoredColumn(
      int number,
      String name,
      SqlType type,
      boolean required,
      boolean ownValues,
      List<String> labels,
      Optional<String> comment,
      Optional<String> collation) {}

  /**
   * A type.
   *
   * @param labels empty unless it is an enum
   */
  record NamedType(Optional<List<String>> labels) {}

  TableImage {
    types = Map.copyOf(types);
  }

  private record Essence(
      boolean schemaExists, Optional<Body> stored, Map<String, NamedType> types) {}

  private record Body(
      long oid, String kind, boolean partition, List<Member> columns, List<String> key) {}

  private record Member(
      int number, String name, SqlType type, boolean required, List<String> labels) {}

  /** Hash of all that a change may depend on. Comments and defaults are not among it. */
  Hash fingerprint() {
    return Hash.of(
        Json.of(
            new Essence(
                schemaExists,
                stored.map(
                    table ->
                        new Body(
                            table.oid(),
                            table.kind(),
                            table.partition(),
                            table.columns().stream()
                                .map(
                                    column ->
                                        new Member(
                                            column.number(),
                                            column.name(),
                                            column.type(),
                                            column.required(),
                                            column.labels()))
                                .toList(),
                            table.key())),
                types)));
  }

  Optional<StoredColumn> column(String columnName) {
    return stored.stream()
        .flatMap(table -> table.columns().stream())
        .filter(column -> column.name().equals(columnName))
        .findFirst();
  }

  /** The table, if it is one that may be changed. */
  Stored requireTable() throws Refusal {
    Stored table =
        stored.orElseThrow(
            () ->
                new Refusal(
                    "Table " + name.shown() + " does not exist in the target; create it first"));
    if (!table.kind().equals("r") && !table.kind().equals("p")) {
      throw new Refusal(
          name.shown()
              + " is no ordinary or partitioned table (relkind "
              + table.kind()
              + "), so it cannot be changed");
    }
    if (table.partition() || table.inherited()) {
      throw new Refusal(
          name.shown()
              + " is a partition or has inheriting tables; change the partitioned table,"
              + " or the tables by hand");
    }
    return table;
  }

  StoredColumn requireColumn(String columnName) throws Refusal {
    requireTable();
    return column(columnName)
        .orElseThrow(
            () ->
                new Refusal(
                    "Table "
                        + name.shown()
                        + " has no column "
                        + Sql.shown(columnName)
                        + "; look at the table again"));
  }
}
