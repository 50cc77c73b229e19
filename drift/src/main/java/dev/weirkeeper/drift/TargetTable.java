package dev.weirkeeper.drift;

import dev.weirkeeper.Relation;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.TableChange.AddColumn;
import dev.weirkeeper.TableChange.AddEnumLabel;
import dev.weirkeeper.TableChange.CommentColumn;
import dev.weirkeeper.TableChange.CreateTable;
import dev.weirkeeper.TableChange.RelaxColumn;
import dev.weirkeeper.TableChange.RenameColumn;
import dev.weirkeeper.TableChange.WidenColumn;
import dev.weirkeeper.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The columns of a target's table while a plan is thought through: each change gives another table,
 * or nothing where the real table would refuse it.
 */
record TargetTable(List<State> columns) {

  /**
   * @param type canonical text of the type
   * @param labels those of an enum in their order; empty for all other types
   */
  record State(String name, String type, List<String> labels) {
    State {
      labels = List.copyOf(labels);
    }

    static State of(String name, Type type) {
      return new State(
          name, TypeChange.canonical(type), type.labels().stream().map(Type.Label::name).toList());
    }
  }

  TargetTable {
    columns = List.copyOf(columns);
  }

  static TargetTable none() {
    return new TargetTable(List.of());
  }

  static TargetTable of(Relation relation) {
    return new TargetTable(
        relation.columns().stream().map(column -> State.of(column.name(), column.type())).toList());
  }

  /** Readers that do not quote names cannot tell two apart that differ only in case. */
  private static boolean distinct(List<State> columns) {
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    return columns.stream().map(State::name).allMatch(names::add);
  }

  Optional<State> column(String name) {
    return columns.stream().filter(column -> column.name().equals(name)).findFirst();
  }

  Optional<TargetTable> after(TableChange change) {
    return changed(change).filter(table -> distinct(table.columns()));
  }

  private Optional<TargetTable> changed(TableChange change) {
    if (change instanceof CreateTable create) {
      TargetTable created =
          new TargetTable(
              create.columns().stream()
                  .map(column -> State.of(column.name(), column.type()))
                  .toList());
      return columns.isEmpty() && create.key().stream().allMatch(k -> created.column(k).isPresent())
          ? Optional.of(created)
          : Optional.empty();
    } else if (change instanceof AddColumn add) {
      List<State> more = new ArrayList<>(columns);
      more.add(State.of(add.column(), add.type()));
      return Optional.of(new TargetTable(more));
    } else if (change instanceof WidenColumn widen) {
      State before = State.of(widen.column(), widen.from());
      return columns.contains(before) && TypeChange.of(widen.from(), widen.to()).preserving()
          ? Optional.of(with(before, State.of(widen.column(), widen.to())))
          : Optional.empty();
    } else if (change instanceof RenameColumn rename) {
      return column(rename.column())
          .map(old -> with(old, new State(rename.to(), old.type(), old.labels())));
    } else if (change instanceof AddEnumLabel add) {
      return column(add.column())
          .filter(column -> !column.labels().contains(add.label()))
          .map(column -> labelled(column.type(), add.label()));
    } else if (change instanceof RelaxColumn relax) {
      return column(relax.column()).map(column -> this);
    } else if (change instanceof CommentColumn comment) {
      return column(comment.column()).map(column -> this);
    }
    throw new IllegalArgumentException("No rule for a " + change.tool());
  }

  private TargetTable with(State before, State after) {
    return new TargetTable(
        columns.stream().map(column -> column.equals(before) ? after : column).toList());
  }

  /** An enum type is shared: all columns that have it, or arrays of it, have the label then. */
  private TargetTable labelled(String type, String label) {
    return new TargetTable(
        columns.stream()
            .map(
                column -> {
                  if (!column.type().equals(type) && !column.type().equals(type + "[]")) {
                    return column;
                  }
                  List<String> labels = new ArrayList<>(column.labels());
                  labels.add(label);
                  return new State(column.name(), column.type(), labels);
                })
            .toList());
  }
}
