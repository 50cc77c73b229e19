package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.Sequence;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes tables and columns as CREATE TABLE and ALTER TABLE take them. */
final class TableSql {
  private static final int COMPRESSES = 14;
  private static final int NAMES_NOT_NULL = 18;

  private final int major;
  private final Map<Sequence.Owner, Sequence> identities;

  /**
   * @param identities the sequences of identity columns
   */
  TableSql(int major, Map<Sequence.Owner, Sequence> identities) {
    this.major = major;
    this.identities = identities;
  }

  /** CREATE TABLE without constraints but NOT NULL, and without what needs other tables. */
  String create(Table table) {
    String name = Sql.name(table.name());
    String columns =
        table.columns().stream()
            .filter(column -> said(table, column))
            .map(column -> column(table, column))
            .collect(Collectors.joining(", "));
    return switch (table.kind()) {
      case COMPOSITE -> "CREATE TYPE " + name + " AS (" + columns + ")";
      case FOREIGN -> {
        Table.Foreign foreign =
            table.foreign().orElseThrow(() -> new IllegalStateException("No server: " + name));
        yield "CREATE FOREIGN TABLE "
            + name
            + " ("
            + columns
            + ")"
            + inherits(table)
            + " SERVER "
            + Sql.name(foreign.server())
            + (foreign.options().isEmpty()
                ? ""
                : " OPTIONS (" + Sql.foreignOptions(foreign.options()) + ")");
      }
      case TABLE, PARTITIONED ->
          "CREATE "
              + (table.persistence() == Table.Persistence.UNLOGGED ? "UNLOGGED " : "")
              + "TABLE "
              + name
              + " ("
              + columns
              + ")"
              + inherits(table)
              + table.partitionKey().map(key -> " PARTITION BY " + key).orElse("")
              + (table.options().isEmpty() ? "" : " WITH (" + Sql.options(table.options()) + ")")
              + table.tablespace().map(space -> " TABLESPACE " + Sql.name(space)).orElse("");
    };
  }

  /** Partitions are made as tables of their own and attached; other children say their parents. */
  private static boolean said(Table table, TableColumn column) {
    return table.bound().isPresent() || column.origin() != TableColumn.Origin.INHERITED;
  }

  private static String inherits(Table table) {
    return table.bound().isPresent() || table.parents().isEmpty()
        ? ""
        : " INHERITS ("
            + table.parents().stream().map(Sql::name).collect(Collectors.joining(", "))
            + ")";
  }

  /** A column as CREATE TABLE and ADD COLUMN take it. */
  String column(Table table, TableColumn column) {
    StringBuilder sql =
        new StringBuilder(Sql.name(column.name())).append(' ').append(column.type());
    if (!column.foreignOptions().isEmpty()) {
      sql.append(" OPTIONS (").append(Sql.foreignOptions(column.foreignOptions())).append(')');
    }
    column.collation().ifPresent(each -> sql.append(" COLLATE ").append(Sql.name(each)));
    if (major >= COMPRESSES && !column.compression().isEmpty()) {
      sql.append(" COMPRESSION ").append(compression(column.compression()));
    }
    sql.append(filling(table, column));
    if (column.nullability() == Nullability.REQUIRED && !laterNotNull(table, column)) {
      notNull(table, column)
          .ifPresent(each -> sql.append(" CONSTRAINT ").append(Sql.name(each.name())));
      sql.append(" NOT NULL");
      notNull(table, column)
          .filter(each -> each.definition().endsWith(" NO INHERIT"))
          .ifPresent(each -> sql.append(" NO INHERIT"));
    }
    return sql.toString();
  }

  /** A column that takes NULL and has no default, as ADD COLUMN takes it. */
  String bare(TableColumn column) {
    return Sql.name(column.name())
        + " "
        + column.type()
        + column.collation().map(each -> " COLLATE " + Sql.name(each)).orElse("")
        + (major >= COMPRESSES && !column.compression().isEmpty()
            ? " COMPRESSION " + compression(column.compression())
            : "");
  }

  static String compression(String compression) {
    return compression.equals("l") ? "lz4" : "pglz";
  }

  /** What fills the column, with a leading space; empty for nothing. */
  String filling(Table table, TableColumn column) {
    return switch (column.filling()) {
      case PLAIN -> column.defaultValue().map(value -> " DEFAULT " + value).orElse("");
      case GENERATED_STORED -> generated(column) + " STORED";
      case GENERATED_VIRTUAL -> generated(column) + " VIRTUAL";
      case IDENTITY_ALWAYS, IDENTITY_BY_DEFAULT -> " " + identity(table, column);
    };
  }

  private static String generated(TableColumn column) {
    return " GENERATED ALWAYS AS (" + column.defaultValue().orElse("NULL") + ")";
  }

  String identity(Table table, TableColumn column) {
    Sequence sequence =
        identities.get(new Sequence.Owner(table.name(), column.name(), Sequence.Bond.IDENTITY));
    return "GENERATED "
        + (column.filling() == TableColumn.Filling.IDENTITY_ALWAYS ? "ALWAYS" : "BY DEFAULT")
        + " AS IDENTITY"
        + (sequence == null
            ? ""
            : " (SEQUENCE NAME "
                + Sql.name(sequence.name())
                + " "
                + SequenceOps.settings(sequence)
                + ")");
  }

  /** The named NOT NULL of a column, since PostgreSQL 18. */
  Optional<Constraint> notNull(Table table, TableColumn column) {
    return major < NAMES_NOT_NULL
        ? Optional.empty()
        : table.constraints().stream()
            .filter(each -> each.kind() == Constraint.Kind.NOT_NULL)
            .filter(each -> each.columns().equals(List.of(column.name())))
            .findFirst();
  }

  /** One that is not validated cannot be said with the column. */
  private boolean laterNotNull(Table table, TableColumn column) {
    return notNull(table, column)
        .filter(each -> each.validity() == Constraint.Validity.NOT_VALID)
        .isPresent();
  }

  /** What ALTER TABLE says of a column that CREATE TABLE cannot. */
  List<String> afterwards(Table table, TableColumn column) {
    List<String> sql = new ArrayList<>();
    String alter = "ALTER COLUMN " + Sql.name(column.name()) + " ";
    if (table.kind() == Table.Kind.COMPOSITE) {
      return sql;
    }
    if (!column.storage().equals(column.typeStorage())) {
      sql.add(alter + "SET STORAGE " + storage(column.storage()));
    }
    column.statistics().ifPresent(target -> sql.add(alter + "SET STATISTICS " + target));
    if (!column.options().isEmpty()) {
      sql.add(alter + "SET (" + Sql.options(column.options()) + ")");
    }
    return sql;
  }

  static String storage(String storage) {
    return switch (storage) {
      case "p" -> "PLAIN";
      case "e" -> "EXTERNAL";
      case "m" -> "MAIN";
      default -> "EXTENDED";
    };
  }
}
