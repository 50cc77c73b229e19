package dev.weirkeeper.drift.rehearsal;

import dev.weirkeeper.Action;
import dev.weirkeeper.Plan;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.Type;
import dev.weirkeeper.drift.plan.Hazard;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.Route;
import dev.weirkeeper.drift.plan.Work;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The typed changes of a plan as the statements that the functions of the role boundary execute for
 * them ({@code wk.change}, {@code wk.create_table}). Pure.
 */
final class BoundarySteps {
  /** They have the finest fraction without an argument, too, and then nothing shows it. */
  private static final Set<String> TIMES =
      Set.of("time", "timetz", "timestamp", "timestamptz", "interval");

  private static final int FINEST = 6;

  private final Map<ObjectName, Map<String, TableColumn>> columns = new HashMap<>();
  private final Map<ObjectName, List<ObjectName>> parts = new HashMap<>();
  private final Set<String> enums = new HashSet<>();
  private final List<Migration.Step> steps = new ArrayList<>();

  private BoundarySteps(DatabaseSchema target) {
    for (Table table : target.tables()) {
      Map<String, TableColumn> named = new LinkedHashMap<>();
      table.columns().forEach(column -> named.put(column.name(), column));
      columns.put(table.name(), named);
      table
          .parents()
          .forEach(
              parent -> parts.computeIfAbsent(parent, any -> new ArrayList<>()).add(table.name()));
    }
    target.enums().forEach(type -> enums.add(Sql.name(type.name())));
  }

  static Migration migration(DatabaseSchema target, Plan plan) {
    BoundarySteps all = new BoundarySteps(target);
    plan.steps().forEach(step -> all.add(step.action()));
    return new Migration(
        "postgresql",
        target.fingerprint(),
        // Where it leads is what the rehearsal finds out.
        target.fingerprint(),
        all.steps,
        List.of(),
        List.of());
  }

  private void add(Action action) {
    switch (action.tool()) {
      case TableChange.CreateTable.TOOL ->
          create(action, action.input().as(TableChange.CreateTable.class));
      case TableChange.AddColumn.TOOL ->
          addColumn(action, action.input().as(TableChange.AddColumn.class));
      case TableChange.WidenColumn.TOOL ->
          widen(action, action.input().as(TableChange.WidenColumn.class));
      case TableChange.RelaxColumn.TOOL ->
          relax(action, action.input().as(TableChange.RelaxColumn.class));
      case TableChange.RenameColumn.TOOL ->
          rename(action, action.input().as(TableChange.RenameColumn.class));
      case TableChange.AddEnumLabel.TOOL ->
          addLabel(action, action.input().as(TableChange.AddEnumLabel.class));
      case TableChange.CommentColumn.TOOL ->
          comment(action, action.input().as(TableChange.CommentColumn.class));
      default -> {
        // It changes rows or nothing.
      }
    }
  }

  private void create(Action action, TableChange.CreateTable change) {
    ObjectName table = table(change.table());
    List<String> statements = new ArrayList<>();
    for (TableChange.NewColumn column : change.columns()) {
      createEnum(table, column.type(), statements);
    }
    String body =
        change.columns().stream()
            .map(column -> Sql.name(column.name()) + " " + sql(column.type(), table))
            .collect(Collectors.joining(", "));
    if (!change.key().isEmpty()) {
      body +=
          change.key().stream()
              .map(Sql::name)
              .collect(Collectors.joining(", ", ", PRIMARY KEY (", ")"));
    }
    statements.add("CREATE TABLE " + Sql.name(table) + " (" + body + ")");
    for (TableChange.NewColumn column : change.columns()) {
      column
          .comment()
          .filter(text -> !text.isEmpty())
          .ifPresent(
              text ->
                  statements.add(
                      "COMMENT ON COLUMN "
                          + Sql.name(table)
                          + "."
                          + Sql.name(column.name())
                          + " IS "
                          + Sql.literal(text)));
    }
    step("table.added", action, table, LockMode.NONE, Work.CATALOG_ONLY, statements, List.of());
  }

  private void addColumn(Action action, TableChange.AddColumn change) {
    ObjectName table = table(change.table());
    List<String> statements = new ArrayList<>();
    createEnum(table, change.type(), statements);
    String alter = "ALTER TABLE " + Sql.name(table);
    statements.add(
        alter
            + " ADD COLUMN "
            + Sql.name(change.column())
            + " "
            + sql(change.type(), table)
            + change.missing().map(text -> " DEFAULT " + Sql.literal(text)).orElse(""));
    if (change.missing().isPresent()) {
      statements.add(alter + " ALTER COLUMN " + Sql.name(change.column()) + " DROP DEFAULT");
    }
    step(
        "column.added",
        action,
        table,
        LockMode.ACCESS_EXCLUSIVE,
        Work.CATALOG_ONLY,
        statements,
        List.of());
  }

  private void widen(Action action, TableChange.WidenColumn change) {
    ObjectName table = table(change.table());
    String collation =
        column(table, change.column())
            .collation()
            .map(name -> " COLLATE " + Sql.name(name))
            .orElse("");
    step(
        "column.type-widened",
        action,
        table,
        LockMode.ACCESS_EXCLUSIVE,
        Work.REWRITE,
        List.of(
            "ALTER TABLE "
                + Sql.name(table)
                + " ALTER COLUMN "
                + Sql.name(change.column())
                + " TYPE "
                + sql(change.to(), table)
                + collation),
        List.of());
  }

  private void relax(Action action, TableChange.RelaxColumn change) {
    ObjectName table = table(change.table());
    String alter = "ALTER TABLE " + Sql.name(table) + " ALTER COLUMN " + Sql.name(change.column());
    step(
        "column.nullability-relaxed",
        action,
        table,
        LockMode.ACCESS_EXCLUSIVE,
        Work.CATALOG_ONLY,
        List.of(alter + " DROP NOT NULL"),
        List.of());
  }

  private void rename(Action action, TableChange.RenameColumn change) {
    ObjectName table = table(change.table());
    Map<String, TableColumn> known = columns.get(table);
    TableColumn column = known == null ? null : known.remove(change.column());
    if (known != null && column != null) {
      known.put(change.to(), column);
    }
    String alter = "ALTER TABLE " + Sql.name(table) + " RENAME COLUMN ";
    step(
        "column.renamed",
        action,
        table,
        LockMode.ACCESS_EXCLUSIVE,
        Work.CATALOG_ONLY,
        List.of(alter + Sql.name(change.column()) + " TO " + Sql.name(change.to())),
        List.of(alter + Sql.name(change.to()) + " TO " + Sql.name(change.column())));
  }

  private void addLabel(Action action, TableChange.AddEnumLabel change) {
    ObjectName table = table(change.table());
    String type = column(table, change.column()).type().replaceAll("\\[\\]$", "");
    step(
        "enum.label-added",
        action,
        table,
        LockMode.ACCESS_SHARE,
        Work.CATALOG_ONLY,
        List.of("ALTER TYPE " + type + " ADD VALUE IF NOT EXISTS " + Sql.literal(change.label())),
        List.of());
  }

  private void comment(Action action, TableChange.CommentColumn change) {
    ObjectName table = table(change.table());
    step(
        "column.comment-changed",
        action,
        table,
        LockMode.SHARE_UPDATE_EXCLUSIVE,
        Work.CATALOG_ONLY,
        List.of(
            "COMMENT ON COLUMN "
                + Sql.name(table)
                + "."
                + Sql.name(change.column())
                + " IS "
                + change
                    .comment()
                    .filter(text -> !text.isEmpty())
                    .map(Sql::literal)
                    .orElse("NULL")),
        List.of());
  }

  private void step(
      String kind,
      Action action,
      ObjectName table,
      LockMode lock,
      Work work,
      List<String> statements,
      List<String> undo) {
    Map<String, LockMode> locks = new TreeMap<>();
    if (lock != LockMode.NONE) {
      lock(table, lock, locks);
    }
    Set<Hazard> hazards = EnumSet.noneOf(Hazard.class);
    if (lock == LockMode.ACCESS_EXCLUSIVE) {
      hazards.add(Hazard.LOCK_ACCESS_EXCLUSIVE);
    }
    if (work == Work.REWRITE) {
      hazards.add(Hazard.TABLE_REWRITE);
    }
    steps.add(
        new Migration.Step(
            kind,
            table,
            statements,
            Migration.Commit.TRANSACTION,
            Route.BOUNDARY,
            locks,
            work,
            hazards,
            "The target is as the plan saw it",
            Optional.empty(),
            "The tool reads the table back",
            undo,
            Optional.of(action)));
  }

  private void lock(ObjectName table, LockMode mode, Map<String, LockMode> locks) {
    locks.put(table.toString(), mode);
    parts.getOrDefault(table, List.of()).forEach(part -> lock(part, mode, locks));
  }

  private void createEnum(ObjectName table, Type type, List<String> statements) {
    if (type.isEnum()) {
      String name = Sql.name(enumName(type, table));
      if (enums.add(name)) {
        statements.add(
            type.labels().stream()
                .map(label -> Sql.literal(label.name()))
                .collect(Collectors.joining(", ", "CREATE TYPE " + name + " AS ENUM (", ")")));
      }
    }
  }

  /** Enums of a mirror lie in the schema of its table. */
  private static ObjectName enumName(Type type, ObjectName table) {
    String base = type.name().replaceAll("\\[\\]$", "");
    return new ObjectName(table.schema(), base.substring(base.indexOf('.') + 1));
  }

  private static String sql(Type type, ObjectName table) {
    boolean isArray = type.name().endsWith("[]");
    String base = type.name().replaceAll("\\[\\]$", "");
    String name =
        type.isEnum()
            ? Sql.name(enumName(type, table))
            // Written with its schema, its argument would be read as a mask of fields.
            : base.equals("interval") ? base : "pg_catalog." + Sql.name(base);
    boolean isUsual = TIMES.contains(base) && type.args().equals(List.of(FINEST));
    String arguments =
        type.args().isEmpty() || isUsual
            ? ""
            : type.args().stream().map(String::valueOf).collect(Collectors.joining(",", "(", ")"));
    return name + arguments + (isArray ? "[]" : "");
  }

  private static ObjectName table(String name) {
    int dot = name.indexOf('.');
    if (dot < 1) {
      throw new IllegalArgumentException(
          "The plan names a table without its schema; plan it as in public.orders");
    }
    return new ObjectName(name.substring(0, dot), name.substring(dot + 1));
  }

  private TableColumn column(ObjectName table, String name) {
    TableColumn column = columns.getOrDefault(table, Map.of()).get(name);
    if (column == null) {
      throw new IllegalArgumentException(
          "The plan names column "
              + Shown.text(name)
              + " of "
              + Shown.name(table)
              + ", which the target does not have; read the target again");
    }
    return column;
  }
}
