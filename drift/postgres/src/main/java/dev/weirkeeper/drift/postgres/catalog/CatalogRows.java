package dev.weirkeeper.drift.postgres.catalog;

import static java.util.Objects.requireNonNullElse;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.DomainType;
import dev.weirkeeper.drift.schema.EnumType;
import dev.weirkeeper.drift.schema.Index;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Namespace;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Opaque;
import dev.weirkeeper.drift.schema.Sequence;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.drift.schema.View;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns the rows of the catalog queries into a schema. Used once, by one thread. */
final class CatalogRows {
  /** Rows that lie in memory before they become values. */
  private static final int ROWS_AT_A_TIME = 5_000;

  /** Number of the one column of the system that a check may speak of. */
  private static final String TABLEOID = "-6";

  private final Connection connection;
  private final List<String> schemas;
  private final int major;

  /** A large database repeats few names of types, defaults and columns: each is kept once. */
  private final Map<String, Optional<String>> texts = new HashMap<>();

  private final CatalogObjects objects = new CatalogObjects();
  private final Map<Long, List<TableColumn>> columns = new HashMap<>();
  private final Map<Long, List<Constraint>> constraints = new HashMap<>();
  private final Map<Long, List<ObjectName>> parents = new HashMap<>();
  private final Map<Long, String> clusteredBy = new HashMap<>();
  private final Map<Long, String> replicaIndex = new HashMap<>();
  private final List<Index> indexes = new ArrayList<>();

  CatalogRows(Connection connection, List<String> schemas, int major) {
    this.connection = connection;
    this.schemas = schemas;
    this.major = major;
  }

  /** What is done with one row. */
  private interface Row {
    void read(ResultSet row) throws SQLException;
  }

  DatabaseSchema read() throws SQLException {
    List<Namespace> namespaces = new ArrayList<>();
    each(
        CatalogSql.namespaces(),
        row -> namespaces.add(new Namespace(row.getString(1), row.getString(2), text(row, 3))));
    List<EnumType> enums = new ArrayList<>();
    each(CatalogSql.enums(), row -> enums.add(enumType(row)));
    List<DomainType> domains = domains();
    each(CatalogSql.inheritance(), this::parent);
    each(CatalogSql.columns(major), this::column);
    Map<Long, ObjectName> names = new HashMap<>();
    each(CatalogSql.relationNames(), row -> names.put(row.getLong(1), name(row, 2)));
    each(CatalogSql.constraints(), row -> constraint(row, names));
    each(CatalogSql.indexes(), row -> index(row, names));
    List<Table> tables = new ArrayList<>();
    List<View> views = new ArrayList<>();
    each(CatalogSql.relations(), row -> relation(row, tables, views));
    List<Sequence> sequences = new ArrayList<>();
    each(CatalogSql.sequences(), row -> sequences.add(sequence(row)));
    List<Opaque> others = new ArrayList<>();
    each(CatalogSql.others(major), row -> others.add(other(row)));
    each(CatalogSql.members(), objects::member);
    each(CatalogSql.parts(), objects::part);
    each(CatalogSql.dependencies(), objects::dependency);
    return new DatabaseSchema(
        major,
        namespaces,
        enums,
        domains,
        sequences,
        tables,
        indexes,
        views.stream().map(objects::reading).toList(),
        others.stream().map(objects::using).toList(),
        objects.dependencies());
  }

  private void each(String sql, Row reader) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(1, connection.createArrayOf("text", schemas.toArray()));
      query.setFetchSize(ROWS_AT_A_TIME);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          reader.read(rows);
        }
      }
    }
  }

  private Optional<String> text(ResultSet row, int column) throws SQLException {
    String text = row.getString(column);
    return text == null ? Optional.empty() : texts.computeIfAbsent(text, Optional::of);
  }

  private String word(ResultSet row, int column) throws SQLException {
    return text(row, column).orElseThrow();
  }

  private static ObjectName name(ResultSet row, int column) throws SQLException {
    return new ObjectName(row.getString(column), row.getString(column + 1));
  }

  private static Optional<ObjectName> perhapsName(ResultSet row, int column) throws SQLException {
    return row.getString(column + 1) == null ? Optional.empty() : Optional.of(name(row, column));
  }

  private static List<String> texts(ResultSet row, int column) throws SQLException {
    Array array = row.getArray(column);
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }

  private static List<String> sorted(ResultSet row, int column) throws SQLException {
    return texts(row, column).stream().sorted().toList();
  }

  private EnumType enumType(ResultSet row) throws SQLException {
    ObjectName name = name(row, 2);
    objects.type(row.getLong(1), row.getLong(4), Item.of(Item.Kind.ENUM, name));
    List<String> ids = texts(row, 6);
    List<String> labels = texts(row, 7);
    List<EnumType.Label> all = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      all.add(new EnumType.Label(ids.get(i), labels.get(i)));
    }
    return new EnumType(row.getString(1), name, all, text(row, 5));
  }

  private List<DomainType> domains() throws SQLException {
    Map<Long, List<DomainType.Check>> checks = new HashMap<>();
    Map<Long, Long> domainOf = new HashMap<>();
    each(
        CatalogSql.domainChecks(),
        row -> {
          domainOf.put(row.getLong(1), row.getLong(2));
          checks
              .computeIfAbsent(row.getLong(2), oid -> new ArrayList<>())
              .add(new DomainType.Check(row.getString(3), row.getString(4), validity(row, 5)));
        });
    List<DomainType> domains = new ArrayList<>();
    each(
        CatalogSql.domains(),
        row -> {
          ObjectName name = name(row, 2);
          objects.type(row.getLong(1), row.getLong(4), Item.of(Item.Kind.DOMAIN, name));
          domains.add(
              new DomainType(
                  row.getString(1),
                  name,
                  row.getString(6),
                  row.getBoolean(7) ? Nullability.REQUIRED : Nullability.OPTIONAL,
                  text(row, 8),
                  text(row, 9),
                  checks.getOrDefault(row.getLong(1), List.of()),
                  text(row, 5)));
        });
    domainOf.forEach(objects::domainCheck);
    return domains;
  }

  private void parent(ResultSet row) throws SQLException {
    parents.computeIfAbsent(row.getLong(1), oid -> new ArrayList<>()).add(name(row, 2));
  }

  private void column(ResultSet row) throws SQLException {
    String compression = word(row, 12).strip();
    int statistics = row.getInt(13);
    boolean told = !row.wasNull() && statistics >= 0;
    columns
        .computeIfAbsent(row.getLong(1), oid -> new ArrayList<>())
        .add(
            new TableColumn(
                word(row, 2),
                word(row, 3),
                word(row, 4),
                row.getBoolean(5) ? Nullability.REQUIRED : Nullability.OPTIONAL,
                text(row, 6),
                filling(row.getString(7), row.getString(8)),
                perhapsName(row, 9),
                word(row, 11),
                compression,
                told ? Optional.of(statistics) : Optional.empty(),
                texts(row, 14),
                texts(row, 15),
                origin(row.getBoolean(16), row.getInt(17)),
                text(row, 18),
                word(row, 19)));
  }

  private static TableColumn.Filling filling(String identity, String generated) {
    return switch (identity.strip() + generated.strip()) {
      case "" -> TableColumn.Filling.PLAIN;
      case "a" -> TableColumn.Filling.IDENTITY_ALWAYS;
      case "d" -> TableColumn.Filling.IDENTITY_BY_DEFAULT;
      case "s" -> TableColumn.Filling.GENERATED_STORED;
      case "v" -> TableColumn.Filling.GENERATED_VIRTUAL;
      default ->
          throw new IllegalStateException(
              "A column is filled in an unknown way: attidentity "
                  + identity
                  + ", attgenerated "
                  + generated);
    };
  }

  private static TableColumn.Origin origin(boolean local, int inherited) {
    if (inherited == 0) {
      return TableColumn.Origin.LOCAL;
    }
    return local ? TableColumn.Origin.BOTH : TableColumn.Origin.INHERITED;
  }

  private void constraint(ResultSet row, Map<Long, ObjectName> names) throws SQLException {
    ObjectName table = names.get(row.getLong(2));
    if (table == null) {
      return;
    }
    objects.put(
        "pg_constraint", row.getLong(1), new Item(Item.Kind.CONSTRAINT, table, row.getString(3)));
    constraints
        .computeIfAbsent(row.getLong(2), oid -> new ArrayList<>())
        .add(
            new Constraint(
                row.getString(1),
                row.getString(3),
                kind(row.getString(4)),
                row.getString(5),
                keyColumns(row),
                perhapsName(row, 7),
                validity(row, 9),
                origin(row.getBoolean(10), row.getInt(11)),
                text(row, 12)));
  }

  private List<String> keyColumns(ResultSet row) throws SQLException {
    Array numbers = row.getArray(6);
    if (numbers == null) {
      return List.of();
    }
    List<TableColumn> known = columns.getOrDefault(row.getLong(2), List.of());
    List<String> names = new ArrayList<>();
    for (Object number : (Object[]) numbers.getArray()) {
      if (number.toString().equals(TABLEOID)) {
        names.add("tableoid");
      }
      known.stream()
          .filter(column -> column.id().equals(number.toString()))
          .map(TableColumn::name)
          .forEach(names::add);
    }
    return names;
  }

  private static Constraint.Kind kind(String contype) {
    return switch (contype) {
      case "p" -> Constraint.Kind.PRIMARY_KEY;
      case "u" -> Constraint.Kind.UNIQUE;
      case "f" -> Constraint.Kind.FOREIGN_KEY;
      case "c" -> Constraint.Kind.CHECK;
      case "x" -> Constraint.Kind.EXCLUSION;
      case "n" -> Constraint.Kind.NOT_NULL;
      default -> throw new IllegalStateException("A constraint of an unknown kind: " + contype);
    };
  }

  private static Constraint.Validity validity(ResultSet row, int column) throws SQLException {
    return row.getBoolean(column) ? Constraint.Validity.VALID : Constraint.Validity.NOT_VALID;
  }

  private void index(ResultSet row, Map<Long, ObjectName> names) throws SQLException {
    ObjectName table = names.get(row.getLong(4));
    if (table == null) {
      return;
    }
    ObjectName name = name(row, 2);
    if (row.getBoolean(13)) {
      replicaIndex.put(row.getLong(4), name.name());
    }
    if (row.getBoolean(14)) {
      clusteredBy.put(row.getLong(4), name.name());
    }
    objects.put("pg_class", row.getLong(1), Item.of(Item.Kind.INDEX, name));
    String definition = row.getString(5);
    List<ObjectName> above = parents.getOrDefault(row.getLong(1), List.of());
    indexes.add(
        new Index(
            row.getString(1),
            name,
            table,
            definition,
            texts(row, 6),
            row.getBoolean(7) ? Index.Uniqueness.UNIQUE : Index.Uniqueness.NOT_UNIQUE,
            validity(row, 8),
            text(row, 9),
            above.stream().findFirst(),
            sorted(row, 10),
            text(row, 11),
            text(row, 12),
            body(definition, row.getString(15), row.getString(16), text(row, 17))));
  }

  /** What the server writes behind the table's name, without {@code WITH (...)}. */
  private static String body(
      String definition, String index, String table, Optional<String> options) {
    String behind = definition.substring(definition.indexOf(" INDEX ") + " INDEX ".length());
    behind = behind.substring(index.length() + " ON ".length());
    if (behind.startsWith("ONLY ")) {
      behind = behind.substring("ONLY ".length());
    }
    String body = behind.substring(table.length() + 1);
    return options.map(each -> body.replace(" WITH (" + each + ")", "")).orElse(body);
  }

  private void relation(ResultSet row, List<Table> tables, List<View> views) throws SQLException {
    long oid = row.getLong(1);
    ObjectName name = name(row, 2);
    String kind = row.getString(4);
    List<TableColumn> own = columns.getOrDefault(oid, List.of());
    boolean view = kind.equals("v") || kind.equals("m");
    Item item = Item.of(view ? Item.Kind.VIEW : Item.Kind.TABLE, name);
    objects.relation(oid, item, own);
    objects.type(row.getLong(19), row.getLong(20), item);
    if (view) {
      views.add(
          new View(
              row.getString(1),
              name,
              kind.equals("v") ? View.Kind.VIEW : View.Kind.MATERIALIZED,
              row.getString(18),
              sorted(row, 8),
              List.of(),
              text(row, 15),
              own.stream()
                  .map(column -> new View.Column(column.name(), column.type(), column.comment()))
                  .toList()));
      return;
    }
    tables.add(
        new Table(
            row.getString(1),
            name,
            tableKind(kind),
            row.getString(5).equals("u") ? Table.Persistence.UNLOGGED : Table.Persistence.PERMANENT,
            own,
            constraints.getOrDefault(oid, List.of()),
            text(row, 6),
            parents.getOrDefault(oid, List.of()),
            text(row, 7),
            sorted(row, 8),
            rowSecurity(row.getBoolean(9), row.getBoolean(10)),
            replica(row.getString(11), Optional.ofNullable(replicaIndex.get(oid))),
            Optional.ofNullable(clusteredBy.get(oid)),
            text(row, 12),
            perhapsName(row, 13),
            text(row, 15),
            row.getString(16) == null
                ? Optional.empty()
                : Optional.of(new Table.Foreign(row.getString(16), sorted(row, 17)))));
  }

  private static Table.Kind tableKind(String relkind) {
    return switch (relkind) {
      case "r" -> Table.Kind.TABLE;
      case "p" -> Table.Kind.PARTITIONED;
      case "f" -> Table.Kind.FOREIGN;
      case "c" -> Table.Kind.COMPOSITE;
      default -> throw new IllegalStateException("A relation of an unknown kind: " + relkind);
    };
  }

  private static Table.RowSecurity rowSecurity(boolean on, boolean forced) {
    if (on) {
      return forced ? Table.RowSecurity.FORCED : Table.RowSecurity.ON;
    }
    return forced ? Table.RowSecurity.OFF_FORCED : Table.RowSecurity.OFF;
  }

  private static Table.Replica replica(String identity, Optional<String> index) {
    return switch (identity) {
      case "n" -> new Table.Replica(Table.Identity.NOTHING, Optional.empty());
      case "f" -> new Table.Replica(Table.Identity.FULL, Optional.empty());
      case "i" -> new Table.Replica(Table.Identity.INDEX, index);
      default -> new Table.Replica(Table.Identity.DEFAULT, Optional.empty());
    };
  }

  private Sequence sequence(ResultSet row) throws SQLException {
    ObjectName name = name(row, 2);
    objects.put("pg_class", row.getLong(1), Item.of(Item.Kind.SEQUENCE, name));
    Optional<ObjectName> table = perhapsName(row, 12);
    Sequence.Bond bond =
        "i".equals(row.getString(15)) ? Sequence.Bond.IDENTITY : Sequence.Bond.OWNED;
    String column = row.getString(14);
    return new Sequence(
        row.getString(1),
        name,
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getString(7),
        row.getString(8),
        row.getString(9),
        row.getBoolean(10) ? Sequence.Cycle.CYCLE : Sequence.Cycle.NO_CYCLE,
        row.getString(11).equals("u") ? Table.Persistence.UNLOGGED : Table.Persistence.PERMANENT,
        table.map(owner -> new Sequence.Owner(owner, column, bond)),
        text(row, 16));
  }

  private Opaque other(ResultSet row) throws SQLException {
    Opaque opaque =
        new Opaque(
            row.getString(1),
            row.getString(2),
            Hash.of(requireNonNullElse(row.getString(3), "").getBytes(StandardCharsets.UTF_8)),
            List.of(),
            perhapsName(row, 6),
            text(row, 8));
    objects.put(
        row.getString(4),
        row.getLong(5),
        new Item(Item.Kind.OTHER, new ObjectName("", opaque.identity()), opaque.kind()));
    return opaque;
  }
}
