package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Renames behind a view that has the old names. */
final class ViewedRename {
  private static final String ASIDE = "__base";

  /** Views check the rights of who uses them, and their row security, from here on. */
  private static final int INVOKERS_RIGHTS = 15;

  private final DatabaseSchema schema;
  private final ObjectName table;
  private final LocalDate notBefore;

  ViewedRename(DatabaseSchema schema, ObjectName table, LocalDate notBefore) {
    this.schema = schema;
    this.table = table;
    this.notBefore = notBefore;
  }

  ExpandContract ofTable(String to) {
    String kind = "table.renamed";
    ObjectName now = new ObjectName(table.schema(), to);
    Optional<String> why = obstacle().or(() -> taken(now));
    if (why.isPresent()) {
      return refused(kind, why.get());
    }
    try {
      List<String> selected =
          table().columns().stream().map(column -> Sql.name(column.name())).toList();
      StepDraft expand =
          StepDraft.of(kind, table)
              .sql(
                  "ALTER TABLE " + Sql.name(table) + " RENAME TO " + Sql.name(to),
                  view(selected, now),
                  ViewRights.remember(now, table),
                  ViewRights.giveAgain(table))
              .undo(
                  "DROP VIEW " + Sql.name(table),
                  "ALTER TABLE " + Sql.name(now) + " RENAME TO " + Sql.name(table.name()))
              .verify("The view reads and writes the table by its old name");
      locked(expand);
      StepDraft contract =
          contracted(kind, table)
              .sql("DROP VIEW " + Sql.name(table))
              .undo(
                  view(selected, now), ViewRights.remember(now, table), ViewRights.giveAgain(table))
              .verify("The old name is gone");
      return new ExpandContract(
          List.of(expand.probe(Probes.relation(now)).done()),
          List.of(contract.done()),
          notBefore,
          List.of());
    } catch (Sql.Unwritable e) {
      return refused(kind, String.valueOf(e.getMessage()));
    }
  }

  ExpandContract ofColumn(String column, String to) {
    String kind = "column.renamed";
    ObjectName aside = new ObjectName(table.schema(), table.name() + ASIDE);
    Optional<String> why = obstacle().or(() -> taken(aside)).or(() -> column(column, to));
    if (why.isPresent()) {
      return refused(kind, why.get());
    }
    try {
      List<String> selected = new ArrayList<>();
      for (TableColumn each : table().columns()) {
        selected.add(
            each.name().equals(column)
                ? Sql.name(to) + " AS " + Sql.name(column)
                : Sql.name(each.name()));
      }
      selected.add(Sql.name(to));
      String back = "ALTER TABLE " + Sql.name(aside) + " RENAME TO " + Sql.name(table.name());
      String setAside = "ALTER TABLE " + Sql.name(table) + " RENAME TO " + Sql.name(aside.name());
      StepDraft expand =
          StepDraft.of(kind, table)
              .sql(
                  setAside,
                  "ALTER TABLE "
                      + Sql.name(aside)
                      + " RENAME COLUMN "
                      + Sql.name(column)
                      + " TO "
                      + Sql.name(to),
                  view(selected, aside),
                  ViewRights.remember(aside, table),
                  ViewRights.giveWith(table, to, column))
              .undo(
                  "DROP VIEW " + Sql.name(table),
                  back,
                  "ALTER TABLE "
                      + Sql.name(table)
                      + " RENAME COLUMN "
                      + Sql.name(to)
                      + " TO "
                      + Sql.name(column))
              .verify("The column is read and written by both names");
      locked(expand);
      StepDraft contract =
          contracted(kind, table)
              .sql("DROP VIEW " + Sql.name(table), back)
              .undo(
                  setAside,
                  view(selected, aside),
                  ViewRights.remember(aside, table),
                  ViewRights.giveWith(table, to, column))
              .exclusive(aside)
              .verify("The table has its name and the column only its new one");
      return new ExpandContract(
          List.of(expand.probe(Probes.relation(aside)).done()),
          List.of(contract.done()),
          notBefore,
          List.of());
    } catch (Sql.Unwritable e) {
      return refused(kind, String.valueOf(e.getMessage()));
    }
  }

  private Table table() {
    return schema.table(table).orElseThrow();
  }

  private ExpandContract refused(String kind, String why) {
    return ExpandContract.refused(notBefore, new Refusal(kind, table.toString(), why));
  }

  private Optional<String> obstacle() {
    Optional<Table> found = schema.table(table);
    if (found.isEmpty()) {
      return Optional.of("there is no such table; read the schema again");
    }
    if (found.get().kind() != Table.Kind.TABLE && found.get().kind() != Table.Kind.PARTITIONED) {
      return Optional.of("it is no table of rows that a view could stand for");
    }
    if (schema.major() < INVOKERS_RIGHTS && found.get().rowSecurity() != Table.RowSecurity.OFF) {
      return Optional.of(
          "it has row security, which views of PostgreSQL 14 go around. Rename it while nobody uses"
              + " it");
    }
    return Optional.empty();
  }

  private Optional<String> taken(ObjectName name) {
    boolean isTaken =
        schema.table(name).isPresent()
            || schema.views().stream().anyMatch(view -> view.name().equals(name))
            || schema.indexes().stream().anyMatch(index -> index.name().equals(name))
            || schema.sequences().stream().anyMatch(sequence -> sequence.name().equals(name));
    return isTaken
        ? Optional.of("there is something else of the name " + name + ". Choose another one")
        : Optional.empty();
  }

  private Optional<String> column(String from, String to) {
    if (table().column(from).isEmpty()) {
      return Optional.of("there is no column " + from + "; read the schema again");
    }
    return table().column(to).isPresent()
        ? Optional.of("there is a column " + to + " already. Choose another name")
        : Optional.empty();
  }

  private String view(List<String> selected, ObjectName of) {
    String rights = schema.major() >= INVOKERS_RIGHTS ? " WITH (security_invoker = 'true')" : "";
    return "CREATE VIEW "
        + Sql.name(table)
        + rights
        + " AS "
        + selected.stream().collect(Collectors.joining(", ", "SELECT ", " FROM "))
        + Sql.name(of);
  }

  /** A partitioned table is renamed with its parts where they are. */
  private void locked(StepDraft step) {
    step.exclusive(table)
        .hazard(Hazard.UNTRACKABLE_DEPENDENCY)
        .requires("Nobody uses COPY FROM or TRUNCATE by the old name");
  }

  private StepDraft contracted(String kind, ObjectName on) {
    return StepDraft.of(kind, on)
        .exclusive(on)
        .notBefore(notBefore)
        .requires("Nobody uses the old name");
  }
}
