package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Changes the type of a column by way of a second one: a trigger keeps it up, batches fill it, and
 * the two change names in one short transaction.
 */
final class ShadowColumn {
  private static final int BATCH = 10_000;

  private final Change change;
  private final Parts parts;
  private final Supplier<StepDraft> steps;

  /**
   * What is changed.
   *
   * @param type the new type with its collation
   * @param way how values get there
   * @param notNull the statement behind ALTER TABLE that says so of the new column; empty if it
   *     takes NULL
   * @param sequences that belong to the column
   * @param comment of the old column, which the new one takes over
   * @param afterwards what else ALTER TABLE says of the new column, by its final name
   */
  record Change(
      ObjectName table,
      String column,
      String type,
      ColumnCast.Way way,
      Optional<String> notNull,
      Optional<String> defaultValue,
      List<ObjectName> sequences,
      Optional<String> comment,
      List<String> afterwards) {
    Change {
      sequences = List.copyOf(sequences);
      afterwards = List.copyOf(afterwards);
    }
  }

  /** What the things that are needed for a while are called; functions lie beside the table. */
  record Parts(String shadow, String function, String trigger, String check) {}

  /**
   * @param steps begins a step
   */
  ShadowColumn(Change change, Parts parts, Supplier<StepDraft> steps) {
    this.change = change;
    this.parts = parts;
    this.steps = steps;
  }

  Parts parts() {
    return parts;
  }

  boolean isRequired() {
    return change.notNull().isPresent();
  }

  private String alter() {
    return "ALTER TABLE " + Sql.name(change.table()) + " ";
  }

  private String column() {
    return Sql.name(change.column());
  }

  private String shadow() {
    return Sql.name(parts.shadow());
  }

  private String cast(String prefix) {
    String value = prefix + column();
    return "CAST("
        + (change.way() == ColumnCast.Way.TEXT ? "CAST(" + value + " AS text)" : value)
        + " AS "
        + change.type().replaceFirst(" COLLATE .*", "")
        + ")";
  }

  private String function() {
    return Sql.name(new ObjectName(change.table().schema(), parts.function()));
  }

  private String trigger() {
    return Sql.name(parts.trigger()) + " ON " + Sql.name(change.table());
  }

  StepDraft add() {
    return steps
        .get()
        .sql(alter() + "ADD COLUMN " + shadow() + " " + change.type())
        .undo(alter() + "DROP COLUMN " + shadow())
        .exclusive(change.table())
        .hazard(Hazard.PRIVILEGE_EXPOSURE)
        .probe(Probes.column(change.table(), parts.shadow()))
        .verify("The table has a second column for the new type");
  }

  StepDraft keepUp() {
    String body = "BEGIN NEW." + shadow() + " := " + cast("NEW.") + "; RETURN NEW; END";
    return steps
        .get()
        .sql(
            "CREATE FUNCTION "
                + function()
                + "() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS "
                + Sql.literal(body),
            "CREATE TRIGGER "
                + Sql.name(parts.trigger())
                + " BEFORE INSERT OR UPDATE ON "
                + Sql.name(change.table())
                + " FOR EACH ROW EXECUTE FUNCTION "
                + function()
                + "()")
        .undo("DROP TRIGGER " + trigger(), "DROP FUNCTION " + function() + "()")
        .lock(change.table(), LockMode.SHARE_ROW_EXCLUSIVE)
        .probe(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid ="
                + " pg_catalog.to_regclass("
                + Sql.named(change.table())
                + ") AND tgname = "
                + Sql.literal(parts.trigger())
                + ")")
        .verify("Whoever writes the column writes the second one, too");
  }

  StepDraft fill() {
    String open = shadow() + " IS DISTINCT FROM " + cast("");
    String table = Sql.name(change.table());
    return steps
        .get()
        .sql(
            "UPDATE "
                + table
                + " SET "
                + shadow()
                + " = "
                + cast("")
                + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM "
                + table
                + " WHERE ("
                + open
                + ") LIMIT "
                + BATCH
                + "))")
        .batches()
        .lock(change.table(), LockMode.ROW_EXCLUSIVE)
        .work(Work.SCAN)
        .probe("SELECT NOT EXISTS (SELECT FROM " + table + " WHERE " + open + ")")
        .requires("The log's readers keep up: wait between batches where they do not")
        .verify("No row has another value in the new column");
  }

  StepDraft require() {
    return steps
        .get()
        .sql(
            alter()
                + "ADD CONSTRAINT "
                + Sql.name(parts.check())
                + " CHECK ("
                + shadow()
                + " IS NOT NULL) NOT VALID")
        .undo(alter() + "DROP CONSTRAINT " + Sql.name(parts.check()))
        .exclusive(change.table())
        .probe(Probes.constraint(change.table(), parts.check()))
        .verify("New rows have a value in the second column");
  }

  StepDraft validate() {
    return steps
        .get()
        .sql(alter() + "VALIDATE CONSTRAINT " + Sql.name(parts.check()))
        .lock(change.table(), LockMode.SHARE_UPDATE_EXCLUSIVE)
        .work(Work.SCAN)
        .probe(Probes.validated(change.table(), parts.check()))
        .verify("All rows have one");
  }

  /**
   * @param old what becomes of the old column, which has to give its name away
   * @param probe says that it is done
   */
  StepDraft swap(List<String> old, String probe) {
    List<String> sql = new ArrayList<>();
    sql.add("DROP TRIGGER " + trigger());
    sql.add("DROP FUNCTION " + function() + "()");
    sql.add(ColumnRights.copy(change.table(), change.column(), parts.shadow()));
    for (ObjectName sequence : change.sequences()) {
      sql.add(
          "ALTER SEQUENCE "
              + Sql.name(sequence)
              + " OWNED BY "
              + Sql.name(change.table())
              + "."
              + shadow());
    }
    sql.addAll(old);
    sql.add(alter() + "RENAME COLUMN " + shadow() + " TO " + column());
    change
        .notNull()
        .ifPresent(
            required -> {
              sql.add(alter() + required);
              sql.add(alter() + "DROP CONSTRAINT " + Sql.name(parts.check()));
            });
    change
        .defaultValue()
        .ifPresent(
            value -> sql.add(alter() + "ALTER COLUMN " + column() + " SET DEFAULT " + value));
    if (!change.afterwards().isEmpty()) {
      sql.add(alter() + String.join(", ", change.afterwards()));
    }
    change
        .comment()
        .ifPresent(
            text ->
                sql.add(
                    "COMMENT ON COLUMN "
                        + Sql.name(change.table())
                        + "."
                        + column()
                        + " IS "
                        + Sql.literal(text)));
    StepDraft step = steps.get().sql(sql.toArray(String[]::new)).exclusive(change.table());
    change.sequences().forEach(each -> step.lock(each, LockMode.SHARE_ROW_EXCLUSIVE));
    return step.irreversible()
        .probe(probe)
        .requires("No session has prepared a statement that shows the column's old type")
        .verify("The column has the new type and all its values");
  }
}
