package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Changes the type of a column by way of a second one: a trigger keeps it up, batches fill it, and
 * the two change names in one short transaction.
 */
final class ShadowColumn {
  private static final String KIND = "column.type-widened";
  private static final String NEW = "__new";
  private static final String OLD = "__old";
  private static final int BATCH = 10_000;

  /** Types that have no equality, so that nothing says which rows are still to do. */
  private static final Set<String> WITHOUT_EQUALITY =
      Set.of("json", "xml", "point", "box", "path", "polygon", "circle", "line", "lseg");

  private final DatabaseSchema schema;
  private final ObjectName table;
  private final String column;
  private final String type;
  private final LocalDate notBefore;

  ShadowColumn(
      DatabaseSchema schema, ObjectName table, String column, String type, LocalDate notBefore) {
    this.schema = schema;
    this.table = table;
    this.column = column;
    this.type = type;
    this.notBefore = notBefore;
  }

  ExpandContract change() {
    Optional<String> why = obstacle();
    if (why.isPresent()) {
      return refused(why.get());
    }
    try {
      List<Migration.Step> expand = new ArrayList<>();
      expand.add(add());
      expand.add(keepUp());
      expand.add(fill());
      if (isRequired()) {
        expand.add(require());
        expand.add(validate());
      }
      expand.add(swap());
      return new ExpandContract(expand, List.of(drop()), notBefore, List.of());
    } catch (Sql.Unwritable e) {
      return refused(String.valueOf(e.getMessage()));
    }
  }

  private ExpandContract refused(String why) {
    return ExpandContract.refused(notBefore, new Refusal(KIND, table + "." + column, why));
  }

  private Optional<String> obstacle() {
    Optional<Table> found = schema.table(table);
    Optional<TableColumn> changed = found.flatMap(each -> each.column(column));
    if (found.isEmpty() || changed.isEmpty()) {
      return Optional.of("there is no such column; read the schema again");
    }
    if (found.get().kind() != Table.Kind.TABLE || !found.get().parents().isEmpty()) {
      return Optional.of("the table has parts or is one; change it while nobody uses it");
    }
    if (found.get().column(column + NEW).isPresent()
        || found.get().column(column + OLD).isPresent()) {
      return Optional.of(
          "there is a column "
              + column
              + NEW
              + " or "
              + OLD
              + " already; contract that change first");
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
    boolean isUsed = schema.others().stream().anyMatch(other -> other.uses().contains(table));
    return isIndexed || isRead || isUsed
        ? Optional.of("an index, a view, a trigger or a policy needs it; drop that first")
        : Optional.empty();
  }

  private TableColumn now() {
    return schema.table(table).flatMap(each -> each.column(column)).orElseThrow();
  }

  private boolean isRequired() {
    return now().nullability() == Nullability.REQUIRED;
  }

  private String alter() {
    return "ALTER TABLE " + Sql.name(table) + " ";
  }

  private String shadow() {
    return Sql.name(column + NEW);
  }

  private String cast(String prefix) {
    return "CAST(" + prefix + Sql.name(column) + " AS " + type + ")";
  }

  private ObjectName function() {
    return new ObjectName(table.schema(), table.name() + "_" + column + "_sync");
  }

  private String trigger() {
    // After all others, which may change the column themselves.
    return Sql.name("zz_" + column + "_sync");
  }

  private String check() {
    return Sql.name(table.name() + "_" + column + "_filled");
  }

  private StepDraft step() {
    return StepDraft.of(KIND, table);
  }

  private Migration.Step add() {
    return step()
        .sql(alter() + "ADD COLUMN " + shadow() + " " + type)
        .undo(alter() + "DROP COLUMN " + shadow())
        .exclusive(table)
        .hazard(Hazard.PRIVILEGE_EXPOSURE)
        .probe(Probes.column(table, column + NEW))
        .done();
  }

  private Migration.Step keepUp() {
    String body = "BEGIN NEW." + shadow() + " := " + cast("NEW.") + "; RETURN NEW; END";
    return step()
        .sql(
            "CREATE FUNCTION "
                + Sql.name(function())
                + "() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS "
                + Sql.literal(body),
            "CREATE TRIGGER "
                + trigger()
                + " BEFORE INSERT OR UPDATE ON "
                + Sql.name(table)
                + " FOR EACH ROW EXECUTE FUNCTION "
                + Sql.name(function())
                + "()")
        .undo(
            "DROP TRIGGER " + trigger() + " ON " + Sql.name(table),
            "DROP FUNCTION " + Sql.name(function()) + "()")
        .lock(table, LockMode.SHARE_ROW_EXCLUSIVE)
        .probe(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid ="
                + " pg_catalog.to_regclass("
                + Sql.named(table)
                + ") AND tgname = "
                + Sql.literal("zz_" + column + "_sync")
                + ")")
        .done();
  }

  private Migration.Step fill() {
    String open = shadow() + " IS DISTINCT FROM " + cast("");
    return step()
        .sql(
            "UPDATE "
                + Sql.name(table)
                + " SET "
                + shadow()
                + " = "
                + cast("")
                + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM "
                + Sql.name(table)
                + " WHERE ("
                + open
                + ") LIMIT "
                + BATCH
                + "))")
        .batches()
        .lock(table, LockMode.ROW_EXCLUSIVE)
        .probe("SELECT NOT EXISTS (SELECT FROM " + Sql.name(table) + " WHERE " + open + ")")
        .verify("No row has another value in the new column")
        .done();
  }

  private Migration.Step require() {
    return step()
        .sql(
            alter()
                + "ADD CONSTRAINT "
                + check()
                + " CHECK ("
                + shadow()
                + " IS NOT NULL) NOT VALID")
        .undo(alter() + "DROP CONSTRAINT " + check())
        .exclusive(table)
        .done();
  }

  private Migration.Step validate() {
    return step()
        .sql(alter() + "VALIDATE CONSTRAINT " + check())
        .lock(table, LockMode.SHARE_UPDATE_EXCLUSIVE)
        .work(Work.SCAN)
        .done();
  }

  private Migration.Step swap() {
    String old = Sql.name(column + OLD);
    String now = Sql.name(column);
    StepDraft step =
        step()
            .sql(
                "DROP TRIGGER " + trigger() + " ON " + Sql.name(table),
                "DROP FUNCTION " + Sql.name(function()) + "()",
                alter() + "RENAME COLUMN " + now + " TO " + old,
                alter() + "RENAME COLUMN " + shadow() + " TO " + now);
    if (isRequired()) {
      step.sql(
          alter() + "ALTER COLUMN " + now + " SET NOT NULL",
          alter() + "DROP CONSTRAINT " + check(),
          alter() + "ALTER COLUMN " + old + " DROP NOT NULL");
    }
    now()
        .defaultValue()
        .ifPresent(
            value ->
                step.sql(
                    alter() + "ALTER COLUMN " + now + " SET DEFAULT " + value,
                    alter() + "ALTER COLUMN " + old + " DROP DEFAULT"));
    now()
        .comment()
        .ifPresent(
            text ->
                step.sql(
                    "COMMENT ON COLUMN "
                        + Sql.name(table)
                        + "."
                        + now
                        + " IS "
                        + Sql.literal(text)));
    return step.exclusive(table)
        .irreversible()
        .probe(Probes.column(table, column + OLD))
        .requires("No session has prepared a statement that shows the column's old type")
        .verify("The column has the new type and all its values")
        .done();
  }

  private Migration.Step drop() {
    return step()
        .sql(alter() + "DROP COLUMN " + Sql.name(column + OLD))
        .exclusive(table)
        .hazard(Hazard.DELETES_DATA)
        .irreversible()
        .requires("It is " + notBefore + " or later, and nobody reads " + column + OLD)
        .done();
  }
}
