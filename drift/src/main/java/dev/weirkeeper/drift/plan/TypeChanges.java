package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Sequence;
import dev.weirkeeper.drift.schema.TableColumn;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A change of a column's type for {@link ExpandContract}: the old column stays until the end. */
final class TypeChanges {
  private static final String KIND = "column.type-widened";
  private static final String NEW = "__new";
  private static final String OLD = "__old";

  private TypeChanges() {}

  static ExpandContract expand(
      DatabaseSchema schema, ObjectName table, String column, String type, LocalDate notBefore) {
    Optional<String> why =
        new ShadowObstacle(schema, table, column).to(type).or(() -> taken(schema, table, column));
    if (why.isPresent()) {
      return refused(table, column, notBefore, why.get());
    }
    try {
      TableColumn now = schema.table(table).flatMap(each -> each.column(column)).orElseThrow();
      return expand(schema, table, now, type, notBefore);
    } catch (Sql.Unwritable e) {
      return refused(table, column, notBefore, String.valueOf(e.getMessage()));
    }
  }

  private static ExpandContract refused(
      ObjectName table, String column, LocalDate notBefore, String why) {
    return ExpandContract.refused(notBefore, new Refusal(KIND, table + "." + column, why));
  }

  private static Optional<String> taken(DatabaseSchema schema, ObjectName table, String column) {
    return schema
        .table(table)
        .filter(
            each -> each.column(column + NEW).isPresent() || each.column(column + OLD).isPresent())
        .map(
            each ->
                "there is a column "
                    + column
                    + NEW
                    + " or "
                    + OLD
                    + " already; contract that change first");
  }

  private static ExpandContract expand(
      DatabaseSchema schema, ObjectName table, TableColumn now, String type, LocalDate notBefore) {
    String column = now.name();
    String alter = "ALTER TABLE " + Sql.name(table) + " ";
    boolean isRequired = now.nullability() == Nullability.REQUIRED;
    ShadowColumn shadow =
        new ShadowColumn(
            new ShadowColumn.Change(
                table,
                column,
                type,
                ColumnCast.of(now.type(), type).way(),
                isRequired
                    ? Optional.of("ALTER COLUMN " + Sql.name(column) + " SET NOT NULL")
                    : Optional.empty(),
                now.defaultValue(),
                owned(schema, table, column),
                now.comment(),
                List.of()),
            // The trigger comes after all others, which may change the column themselves.
            new ShadowColumn.Parts(
                column + NEW,
                table.name() + "_" + column + "_sync",
                "zz_" + column + "_sync",
                table.name() + "_" + column + "_filled"),
            () -> StepDraft.of(KIND, table));
    List<StepDraft> expand = new ArrayList<>(List.of(shadow.add(), shadow.keepUp(), shadow.fill()));
    String old = Sql.name(column + OLD);
    List<String> aside =
        new ArrayList<>(List.of(alter + "RENAME COLUMN " + Sql.name(column) + " TO " + old));
    if (isRequired) {
      expand.add(shadow.require());
      expand.add(shadow.validate());
      aside.add(alter + "ALTER COLUMN " + old + " DROP NOT NULL");
    }
    if (now.defaultValue().isPresent()) {
      aside.add(alter + "ALTER COLUMN " + old + " DROP DEFAULT");
    }
    expand.add(shadow.swap(aside, Probes.column(table, column + OLD)));
    StepDraft drop =
        StepDraft.of(KIND, table)
            .sql(alter + "DROP COLUMN " + old)
            .exclusive(table)
            .hazard(Hazard.DELETES_DATA)
            .irreversible()
            .notBefore(notBefore)
            .requires("Nobody reads " + column + OLD);
    return new ExpandContract(
        expand.stream().map(StepDraft::done).toList(), List.of(drop.done()), notBefore, List.of());
  }

  /** Sequences that would go with the old column. */
  static List<ObjectName> owned(DatabaseSchema schema, ObjectName table, String column) {
    return schema.sequences().stream()
        .filter(
            each ->
                each.owner()
                    .filter(owner -> owner.bond() != Sequence.Bond.IDENTITY)
                    .filter(owner -> owner.table().equals(table))
                    .filter(owner -> owner.column().equals(column))
                    .isPresent())
        .map(Sequence::name)
        .toList();
  }
}
