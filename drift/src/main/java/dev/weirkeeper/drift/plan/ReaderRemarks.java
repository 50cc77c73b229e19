package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * Says of changes that those who use a database in use would notice whether there is an {@link
 * ExpandContract} for it, and if not, why.
 */
final class ReaderRemarks {
  private final SchemaComparison comparison;
  private final Matching matching;

  ReaderRemarks(SchemaComparison comparison) {
    this.comparison = comparison;
    this.matching = comparison.matching();
  }

  List<String> renames() {
    List<String> remarks = new ArrayList<>();
    for (Pair<Table> table : matching.tables.both()) {
      if (table.from().kind() == Table.Kind.COMPOSITE) {
        continue;
      }
      if (!table.from().name().equals(table.to().name())) {
        remarks.add(table(table));
      }
      matching
          .renamedColumns(table.from(), table.to())
          .forEach((old, now) -> remarks.add(column(table.from(), old, now)));
    }
    return remarks.stream().sorted().toList();
  }

  private String table(Pair<Table> table) {
    String told =
        table.from().name() + " becomes " + table.to().name() + " at once, and the old name fails";
    if (!table.from().name().schema().equals(table.to().name().schema())) {
      return told + ". No view stands for a table that moves to another schema";
    }
    return told
        + choice(
            "renameTable",
            "a view has the old name until a later day",
            ExpandContract.renameTable(
                comparison.from(), table.from().name(), table.to().name().name(), LocalDate.EPOCH));
  }

  private String column(Table table, String old, String now) {
    return table.name()
        + "."
        + old
        + " becomes "
        + now
        + " at once, and the old name fails"
        + choice(
            "renameColumn",
            "both names work until a later day",
            ExpandContract.renameColumn(
                comparison.from(), table.name(), old, now, LocalDate.EPOCH));
  }

  /** A type change that writes the table anew under its lock. */
  String rewrite(Table table, TableColumn column, String type) {
    return table.name()
        + "."
        + column.name()
        + " becomes "
        + type
        + " in one statement that writes the table anew while nobody can read it"
        + choice(
            "changeType",
            "a second column is filled in batches and takes its place",
            ExpandContract.changeType(
                comparison.from(), table.name(), column.name(), type, LocalDate.EPOCH));
  }

  /** A type change that goes by another column. */
  static String second(Table table, TableColumn column, String type) {
    return table.name()
        + "."
        + column.name()
        + " becomes "
        + type
        + " by way of a second column: whoever knows columns by their number, as readers of the log"
        + " do, sees the old one go and another one come";
  }

  private static String choice(String method, String instead, ExpandContract change) {
    return change.refusals().isEmpty()
        ? ". ExpandContract." + method + " is the other way: " + instead
        : ". ExpandContract." + method + " cannot do it: " + change.refusals().get(0).why();
  }
}
