package dev.weirkeeper.drift;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Action;
import dev.weirkeeper.Column;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Relation;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.Type;
import dev.weirkeeper.spi.Planner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Plans how a mirror in PostgreSQL follows its source: a table like the source's, with all columns
 * nullable but the key and without constraints.
 *
 * <p>A plan is thought through on the columns of the target before it is given; one that does not
 * reach the columns of the source is none. A column that the source removed stays at the target,
 * where it is NULL from then on. There is no plan for an incident that holds anything else than the
 * findings of {@link SchemaDrift} between the two versions, or one of them that has no safe way.
 */
public final class PostgresPlanner implements Planner {
  /** Changes that give the target a column. */
  private static final Set<ChangeKind> ADDED =
      EnumSet.of(
          ChangeKind.COLUMN_ADDED,
          ChangeKind.COLUMN_ADDED_FILLED,
          ChangeKind.COLUMN_ADDED_COMPUTED,
          ChangeKind.COLUMN_ADDED_GENERATED,
          ChangeKind.COLUMN_ADDED_REQUIRED,
          ChangeKind.COLUMN_APPEARED);

  /** Changes after which rows of the target lack values that only the source has. */
  private static final Set<ChangeKind> RELOADED =
      EnumSet.of(
          ChangeKind.COLUMN_ADDED_COMPUTED,
          ChangeKind.COLUMN_ADDED_GENERATED,
          ChangeKind.COLUMN_ADDED_REQUIRED,
          ChangeKind.COLUMN_APPEARED,
          ChangeKind.COLUMN_TYPE_RERENDERED,
          ChangeKind.COLUMN_GENERATED_DROPPED);

  /** Changes that a mirror can follow, or that leave it as it is. */
  private static final Set<ChangeKind> FOLLOWED =
      EnumSet.of(
          ChangeKind.TABLE_ADDED,
          ChangeKind.ROW_IDENTITY_WHOLE,
          ChangeKind.COLUMN_REMOVED,
          ChangeKind.COLUMN_REMOVED_REQUIRED,
          ChangeKind.COLUMN_RENAMED,
          ChangeKind.COLUMN_RENAMED_OVER,
          ChangeKind.COLUMN_TYPE_WIDENED,
          ChangeKind.COLUMN_RELAXED,
          ChangeKind.COLUMN_TIGHTENED,
          ChangeKind.COLUMN_DEFAULT_CHANGED,
          ChangeKind.COLUMN_COMMENT_CHANGED,
          ChangeKind.ENUM_LABEL_ADDED);

  static {
    FOLLOWED.addAll(ADDED);
    FOLLOWED.addAll(RELOADED);
  }

  private static final String RESYNC_TOOL = "table_resync";
  private static final int LONGEST_NAME = 63;

  private final String targetSystem;

  /**
   * @param targetSystem the system of the target as the host named it
   */
  public PostgresPlanner(String targetSystem) {
    this.targetSystem = requireNonNull(targetSystem, "targetSystem");
  }

  @Override
  public String id() {
    return "postgres-planner";
  }

  @Override
  public Optional<Plan> plan(Incident incident, Optional<Relation> from, Relation to) {
    if (!incident.asset().equals(to.asset())
        || from.isPresent() && !from.get().asset().equals(to.asset())
        || !explained(incident, from, to)
        || !to.columns().stream().allMatch(column -> fits(column.name()))) {
      return Optional.empty();
    }
    return new Draft(from, to).plan();
  }

  /** Whether the incident is the whole difference between the two versions and nothing else. */
  private static boolean explained(Incident incident, Optional<Relation> from, Relation to) {
    return incident.findings().stream()
        .map(Finding::id)
        .collect(Collectors.toSet())
        .equals(SchemaDrift.ids(incident.asset(), from, to));
  }

  /** PostgreSQL cuts longer names without an error, and two may become one. */
  private static boolean fits(String name) {
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    return 0 < length && length <= LONGEST_NAME && name.chars().noneMatch(Character::isISOControl);
  }

  /** Input of the tool that reads all rows of a table again. */
  private record Resync(String table) {}

  /**
   * What the planner knows when it gives a plan.
   *
   * @param before columns of the target now
   * @param steps columns of the target after each step
   * @param goal columns that the target needs; it may have more
   * @param kept columns of the target that the source does not have any more
   */
  private record Proof(
      List<TargetTable.State> before,
      List<Reached> steps,
      List<TargetTable.State> goal,
      List<Kept> kept) {}

  private record Reached(String tool, List<TargetTable.State> columns) {}

  private record Kept(String column, String because) {}

  /** A plan in the making. Used once. */
  private final class Draft {
    private final Optional<Relation> from;
    private final Relation to;
    private final List<RelationChange> changes;
    private final List<TargetTable.State> before;
    private final List<Plan.Step> steps = new ArrayList<>();
    private final List<Reached> reached = new ArrayList<>();
    private final List<Column> kept = new ArrayList<>();
    private TargetTable table;
    private boolean refused;

    Draft(Optional<Relation> from, Relation to) {
      this.from = from;
      this.to = to;
      this.changes = SchemaDiff.between(from, to);
      this.table = from.map(TargetTable::of).orElseGet(TargetTable::none);
      this.before = table.columns();
    }

    Optional<Plan> plan() {
      if (!changes.stream().map(RelationChange::kind).allMatch(FOLLOWED::contains)) {
        return Optional.empty();
      }
      from.ifPresentOrElse(this::follow, this::create);
      return finish();
    }

    private void create() {
      step(
          new TableChange.CreateTable(
              to.asset().name(),
              to.columns().stream()
                  .map(c -> new TableChange.NewColumn(c.name(), c.type(), c.comment()))
                  .toList(),
              SchemaDiff.keyNames(to),
              to.version()),
          "There is no table " + to.asset().name(),
          Optional.empty(),
          "The table has the columns and the key of the source");
    }

    /** Steps on old names, then renames, then steps on new names: no name is ever in two places. */
    private void follow(Relation old) {
      relax(old);
      widen(old);
      addLabels(old);
      rename(old);
      addColumns();
      comment(old);
      if (changes.stream().map(RelationChange::kind).anyMatch(RELOADED::contains)) {
        reload();
      }
      of(ChangeKind.COLUMN_REMOVED, ChangeKind.COLUMN_REMOVED_REQUIRED)
          .forEach(id -> kept.add(old.column(id).orElseThrow()));
    }

    private Stream<String> of(ChangeKind first, ChangeKind second) {
      return of(EnumSet.of(first, second));
    }

    private Stream<String> of(Set<ChangeKind> kinds) {
      return changes.stream()
          .filter(change -> kinds.contains(change.kind()))
          .map(RelationChange::subject);
    }

    private Column now(String id) {
      return to.column(id).orElseThrow();
    }

    private void addLabels(Relation old) {
      Set<String> added = of(EnumSet.of(ChangeKind.ENUM_LABEL_ADDED)).collect(Collectors.toSet());
      Set<String> done = new HashSet<>();
      for (Column column : to.columns()) {
        Optional<Column> former = old.column(column.id());
        if (former.isEmpty() || former.get().type().name().endsWith("[]")) {
          continue;
        }
        for (Type.Label label : column.type().labels()) {
          if (added.contains(label.id()) && done.add(label.id())) {
            String name = former.get().name();
            step(
                new TableChange.AddEnumLabel(to.asset().name(), name, label.name(), to.version()),
                "The type of column "
                    + quoted(name)
                    + " is an enum without the label "
                    + quoted(label.name()),
                Optional.empty(),
                "The enum has the label at its end");
          }
        }
      }
    }

    private void relax(Relation old) {
      of(ChangeKind.COLUMN_RELAXED, ChangeKind.COLUMN_REMOVED_REQUIRED)
          .map(id -> old.column(id).orElseThrow())
          .filter(column -> column.nullability() == Nullability.REQUIRED)
          .forEach(
              column ->
                  step(
                      new TableChange.RelaxColumn(to.asset().name(), column.name(), to.version()),
                      "There is a column " + quoted(column.name()),
                      Optional.empty(),
                      "The column takes NULL"));
    }

    private void widen(Relation old) {
      of(ChangeKind.COLUMN_TYPE_WIDENED, ChangeKind.COLUMN_TYPE_RERENDERED)
          .forEach(
              id -> {
                Column former = old.column(id).orElseThrow();
                step(
                    new TableChange.WidenColumn(
                        to.asset().name(),
                        former.name(),
                        former.type(),
                        now(id).type(),
                        to.version()),
                    "Column " + quoted(former.name()) + " has the type " + former.type(),
                    Optional.empty(),
                    "The column has the type " + now(id).type());
              });
    }

    /** Renames a column only when its new name is free; names that go in a circle never are. */
    private void rename(Relation old) {
      List<String> waiting =
          new ArrayList<>(of(ChangeKind.COLUMN_RENAMED, ChangeKind.COLUMN_RENAMED_OVER).toList());
      while (!waiting.isEmpty()) {
        Optional<String> next =
            waiting.stream().filter(id -> table.after(rename(old, id)).isPresent()).findFirst();
        if (next.isEmpty()) {
          refused = true;
          return;
        }
        waiting.remove(next.get());
        TableChange.RenameColumn rename = rename(old, next.get());
        step(
            rename,
            "There is a column "
                + quoted(rename.column())
                + " and no column "
                + quoted(rename.to()),
            Optional.of(
                new TableChange.RenameColumn(
                    rename.table(), rename.to(), rename.column(), old.version())),
            "The column with its values is called " + quoted(rename.to()));
      }
    }

    private TableChange.RenameColumn rename(Relation old, String id) {
      return new TableChange.RenameColumn(
          to.asset().name(), old.column(id).orElseThrow().name(), now(id).name(), to.version());
    }

    private void addColumns() {
      of(ADDED)
          .map(this::now)
          .forEach(
              column -> {
                boolean filled = column.defaultValue().missing().isPresent();
                step(
                    new TableChange.AddColumn(
                        to.asset().name(),
                        column.name(),
                        column.type(),
                        column.defaultValue().missing(),
                        to.version()),
                    "There is no column " + quoted(column.name()),
                    Optional.empty(),
                    "There is a nullable column "
                        + quoted(column.name())
                        + " of type "
                        + column.type()
                        + (filled ? "; rows that were there have its value" : ""));
              });
    }

    private void comment(Relation old) {
      to.columns().stream()
          .filter(column -> old.column(column.id()).isEmpty() && column.comment().isPresent())
          .sorted(Comparator.comparing(Column::name))
          .forEach(column -> commentOn(column, Optional.empty(), old));
      of(EnumSet.of(ChangeKind.COLUMN_COMMENT_CHANGED))
          .forEach(id -> commentOn(now(id), old.column(id).orElseThrow().comment(), old));
    }

    private void commentOn(Column column, Optional<String> former, Relation old) {
      step(
          new TableChange.CommentColumn(
              to.asset().name(), column.name(), column.comment(), to.version()),
          "There is a column " + quoted(column.name()),
          Optional.of(
              new TableChange.CommentColumn(
                  to.asset().name(), column.name(), former, old.version())),
          "The column has the comment of the source");
    }

    private void reload() {
      steps.add(
          new Plan.Step(
              new Action(RESYNC_TOOL, Json.of(new Resync(to.asset().name())), to.asset()),
              "The table has all columns of the source",
              Optional.empty(),
              "All rows of the source have been read again"));
      reached.add(new Reached(RESYNC_TOOL, table.columns()));
    }

    private void step(
        TableChange change, String precondition, Optional<TableChange> undo, String verification) {
      Optional<TargetTable> next = table.after(change);
      if (next.isEmpty()) {
        refused = true;
        return;
      }
      table = next.get();
      steps.add(
          new Plan.Step(
              change.on(targetSystem),
              precondition,
              undo.map(back -> back.on(targetSystem)),
              verification));
      reached.add(new Reached(change.tool(), table.columns()));
    }

    /** The plan, if its steps lead from what the target has to what it needs. */
    private Optional<Plan> finish() {
      List<TargetTable.State> goal = TargetTable.of(to).columns();
      boolean reaches =
          table.columns().size() == goal.size() + kept.size()
              && table.columns().containsAll(goal)
              && kept.stream().allMatch(this::holds);
      if (refused || !reaches) {
        return Optional.empty();
      }
      Proof proof =
          new Proof(
              before,
              reached,
              goal,
              kept.stream()
                  .map(
                      column ->
                          new Kept(
                              column.name(),
                              "The source removed it; the target keeps it with its values, and"
                                  + " rows written from now on have NULL there"))
                  .toList());
      return Optional.of(
          new Plan(to.asset(), from.map(Relation::version), to.version(), steps, Json.of(proof)));
    }

    private boolean holds(Column column) {
      return table
          .column(column.name())
          .filter(state -> state.type().equals(TypeChange.canonical(column.type())))
          .isPresent();
    }
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
