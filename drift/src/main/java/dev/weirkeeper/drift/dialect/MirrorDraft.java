package dev.weirkeeper.drift.dialect;

import dev.weirkeeper.drift.plan.Hazard;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.Refusal;
import dev.weirkeeper.drift.plan.Route;
import dev.weirkeeper.drift.plan.SchemaChange;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.plan.Work;
import dev.weirkeeper.drift.schema.ColumnTypes;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Namespace;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.drift.taxonomy.TargetAnswer;
import dev.weirkeeper.drift.taxonomy.TargetMatrix;
import dev.weirkeeper.drift.taxonomy.Way;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A migration of mirrors in the making: what is common to all its tables. Used once. */
final class MirrorDraft {
  /** What a mirror is made of; all else stays at the source. */
  static final Set<Item.Kind> FOLLOWED =
      EnumSet.of(
          Item.Kind.NAMESPACE, Item.Kind.TABLE, Item.Kind.COLUMN, Item.Kind.ENUM, Item.Kind.LABEL);

  private final Dialect dialect;
  private final TargetMatrix matrix;
  private final Set<String> traits;
  private final SchemaComparison comparison;
  private final Mirror mirror;
  private final Syntax syntax;
  private final MirrorTypes carried;
  private final ColumnTypes before;
  private final ColumnTypes after;
  private final Set<ObjectName> taken = new HashSet<>();
  private final Set<String> housed = new HashSet<>();
  private final List<Migration.Step> steps = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private final Set<String> remarks = new LinkedHashSet<>();

  MirrorDraft(
      Dialect dialect,
      TargetMatrix matrix,
      Set<String> traits,
      SchemaComparison comparison,
      Mirror mirror) {
    this.dialect = dialect;
    this.matrix = matrix;
    this.traits = traits;
    this.comparison = comparison;
    this.mirror = mirror;
    this.syntax = Syntax.of(dialect);
    this.carried = new MirrorTypes(dialect);
    this.before = ColumnTypes.in(comparison.from());
    this.after = ColumnTypes.in(comparison.to());
    comparison.from().tables().forEach(table -> taken.add(folded(table.name())));
  }

  Migration migration() {
    return new Migration(
        dialect.id(),
        comparison.from().fingerprint(),
        comparison.to().fingerprint(),
        steps,
        refusals,
        List.copyOf(remarks));
  }

  Dialect dialect() {
    return dialect;
  }

  Syntax syntax() {
    return syntax;
  }

  TargetMatrix matrix() {
    return matrix;
  }

  Set<String> traits() {
    return traits;
  }

  TargetAnswer ask(String row) {
    return matrix.ask(row, dialect.id(), traits);
  }

  /** Whether the target does it in place; says why where it does not. */
  boolean allows(String row, String kind, String subject) {
    TargetAnswer answer = ask(row);
    if (answer.way() == Way.REFUSED || answer.way() == Way.UNKNOWN) {
      refuse(kind, subject, inPlace(row, answer));
      return false;
    }
    return true;
  }

  String inPlace(String row, TargetAnswer answer) {
    return dialect.id()
        + (answer.way() == Way.UNKNOWN ? " may not do this: " : " refuses this: ")
        + matrix.change(row)
        + (answer.notes().isEmpty() ? "" : " (" + String.join("; ", answer.notes()) + ")");
  }

  void remark(String sentence) {
    remarks.add(sentence);
  }

  void refuse(String kind, String subject, String why) {
    refusals.add(new Refusal(kind, subject, why));
  }

  void add(Migration.Step step) {
    steps.add(step);
  }

  MirrorColumn former(Table table, TableColumn column) {
    return MirrorColumn.of(table, column, before, carried);
  }

  MirrorColumn now(Table table, TableColumn column) {
    return MirrorColumn.of(table, column, after, carried);
  }

  void namespaces() {
    for (SchemaChange change : comparison.changes()) {
      if (change instanceof SchemaChange.Added && change.subject().kind() == Item.Kind.NAMESPACE) {
        String name = change.subject().name().name();
        Optional<String> fault = syntax.fault(name);
        if (fault.isPresent()) {
          refuse(change.kind(), name, fault.get());
        } else {
          step(
              change.kind(),
              new ObjectName("", name),
              List.of(String.format(Locale.ROOT, syntax.createSchema(), syntax.name(name))),
              "",
              "There is a schema of that name",
              List.of());
        }
      }
    }
    List<String> gone =
        comparison.from().namespaces().stream()
            .map(Namespace::name)
            .filter(
                name -> comparison.to().namespaces().stream().noneMatch(n -> n.name().equals(name)))
            .toList();
    gone.forEach(name -> remark("The schema " + name + " stays: nothing is dropped."));
  }

  /** A step that takes no more than the catalog. */
  private void step(
      String kind,
      ObjectName on,
      List<String> statements,
      String precondition,
      String verification,
      List<String> undo) {
    EnumSet<Hazard> hazards = EnumSet.noneOf(Hazard.class);
    if (dialect == Dialect.MYSQL) {
      hazards.add(Hazard.AUTO_COMMIT_DDL);
    }
    add(
        new Migration.Step(
            kind,
            on,
            statements,
            Migration.Commit.TRANSACTION,
            Route.SCRIPT,
            Map.of(),
            Work.CATALOG_ONLY,
            hazards,
            precondition,
            Optional.empty(),
            verification,
            undo,
            Optional.empty()));
  }

  /** Why a table cannot be mirrored as it is called; empty if it can. */
  Optional<String> fault(Table table) {
    List<String> names = new ArrayList<>(Arrays.asList(table.name().name()));
    table.columns().stream().map(TableColumn::name).forEach(names::add);
    for (String name : names) {
      Optional<String> fault = syntax.fault(name);
      if (fault.isPresent()) {
        return Optional.of("'" + name + "': " + fault.get());
      }
    }
    return twins(table.columns().stream().map(TableColumn::name).toList())
        .map(
            name ->
                "two columns differ only in case, as '"
                    + name
                    + "' does, and readers there cannot tell them apart: rename one at the source");
  }

  private static Optional<String> twins(Collection<String> names) {
    Set<String> seen = new HashSet<>();
    return names.stream().filter(name -> !seen.add(folded(name))).findFirst();
  }

  static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  static ObjectName folded(ObjectName name) {
    return new ObjectName(folded(name.schema()), folded(name.name()));
  }

  void create(Table table) {
    Optional<String> fault = fault(table);
    if (fault.isPresent()) {
      refuse("table.added", table.name().toString(), fault.get());
      return;
    }
    if (!taken.add(folded(table.name()))) {
      refuse(
          "table.added",
          table.name().toString(),
          "there is a mirror of that name, or of one that differs only in case: nothing is put over"
              + " it. Move that one away first");
      return;
    }
    List<MirrorColumn> columns = table.columns().stream().map(c -> now(table, c)).toList();
    Optional<MirrorColumn> odd = columns.stream().filter(c -> c.type().isEmpty()).findFirst();
    if (odd.isPresent()) {
      refuse("table.added", table.name().toString(), uncarried(odd.get()));
      return;
    }
    List<String> statements = new ArrayList<>(new TableStatements(this, table).create(columns));
    if (statements.isEmpty()) {
      return;
    }
    // A new database of another system has no schema "public".
    if (housed.add(table.name().schema())) {
      statements.add(
          0, String.format(Locale.ROOT, syntax.createSchema(), syntax.name(table.name().schema())));
    }
    step(
        "table.added",
        table.name(),
        statements,
        "There is no table " + table.name(),
        "The table has the columns of the source",
        List.of("DROP TABLE " + syntax.name(table.name())));
  }

  String uncarried(MirrorColumn column) {
    return "column '"
        + column.name()
        + "': "
        + dialect.id()
        + " has no type that holds every value of "
        + column.expression()
        + ". Give it bounds at the source, or leave it out";
  }

  /** Renames tables when their names are free, then lets each follow its source. */
  void follow(List<Table> tables) {
    List<Table> waiting = new ArrayList<>(tables);
    Set<Table> stuck = new HashSet<>();
    waiting.removeIf(table -> mirror.former(table).orElseThrow().name().equals(table.name()));
    boolean moved = true;
    while (moved) {
      moved = false;
      for (Table table : List.copyOf(waiting)) {
        Table was = mirror.former(table).orElseThrow();
        ObjectName folded = folded(table.name());
        if (!taken.contains(folded) || folded.equals(folded(was.name()))) {
          waiting.remove(table);
          moved = true;
          if (rename(was, table)) {
            taken.remove(folded(was.name()));
            taken.add(folded);
          } else {
            stuck.add(table);
          }
        }
      }
    }
    for (Table table : waiting) {
      stuck.add(table);
      refuse(
          "table.renamed",
          table.name().toString(),
          "its new name is that of another mirror: nothing is put over it. Move that one away"
              + " first");
    }
    for (Table table : tables) {
      if (!stuck.contains(table)) {
        new TableStatements(this, table)
            .follow(mirror.former(table).orElseThrow(), mirror.changes(table));
      }
    }
  }

  private boolean rename(Table was, Table table) {
    String kind =
        was.name().schema().equals(table.name().schema())
            ? "table.renamed"
            : "table.schema-changed";
    Optional<String> fault = fault(table);
    if (fault.isPresent()) {
      refuse(kind, table.name().toString(), fault.get());
      return false;
    }
    if (!was.name().schema().equals(table.name().schema())
        && dialect != Dialect.SNOWFLAKE
        && dialect != Dialect.MYSQL) {
      refuse(
          kind,
          table.name().toString(),
          dialect.id() + " does not move a table to another schema: mirror it anew there");
      return false;
    }
    if (!allows("rename-table", kind, table.name().toString())) {
      return false;
    }
    TableStatements statements = new TableStatements(this, table);
    step(
        kind,
        table.name(),
        statements.renamed(was),
        "There is no table " + table.name(),
        "The table with its rows is called " + table.name(),
        List.of(statements.rename(table.name(), was.name())));
    return true;
  }
}
