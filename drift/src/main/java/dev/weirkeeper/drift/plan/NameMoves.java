package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Gives things their new names within one space of names, each when its name is free. Things that
 * pass names on to each other, in a row or in a circle, get them in one transaction: broken off in
 * between, a name would say the wrong thing. A circle is opened with a third name.
 */
final class NameMoves {
  private final RenameSteps steps;
  private final Function<ObjectName, Set<ObjectName>> owned;

  /**
   * @param owned sequences that move with a table and are locked like it, by its new name
   */
  NameMoves(RenameSteps steps, Function<ObjectName, Set<ObjectName>> owned) {
    this.steps = steps;
    this.owned = owned;
  }

  /**
   * A thing with its old and its new name.
   *
   * @param on what steps name as what they change
   * @param with the new name of the table that takes it along into another schema
   */
  record Move(
      String kind,
      ObjectName on,
      String sort,
      ObjectName from,
      ObjectName to,
      Optional<ObjectName> with) {

    private Move from(ObjectName aside) {
      return new Move(kind, on, sort, aside, to, with);
    }

    /** Between the move to another schema and the new name. */
    private ObjectName halfway() {
      return from.schema().equals(to.schema()) ? to : new ObjectName(to.schema(), from.name());
    }

    private boolean movesSchema() {
      return !from.schema().equals(to.schema());
    }

    private boolean touches(Move other) {
      return names().stream().anyMatch(other.names()::contains)
          || with.equals(Optional.of(other.to))
          || other.with.equals(Optional.of(to));
    }

    private Set<ObjectName> names() {
      return new HashSet<>(List.of(from, to, halfway()));
    }
  }

  /**
   * @param taken names of all that is there; those that move are among them
   */
  void perform(List<Move> moves, Set<ObjectName> taken) {
    for (List<Move> group : groups(moves)) {
      steps.atOnce(() -> perform(group, new HashSet<>(taken), taken));
    }
  }

  private static List<List<Move>> groups(List<Move> moves) {
    List<List<Move>> groups = new ArrayList<>();
    for (Move move : moves) {
      if (move.from().equals(move.to())) {
        continue;
      }
      List<Move> joined = new ArrayList<>();
      for (List<Move> group : List.copyOf(groups)) {
        if (group.stream().anyMatch(move::touches)) {
          joined.addAll(group);
          groups.remove(group);
        }
      }
      joined.add(move);
      groups.add(joined);
    }
    return groups;
  }

  private void perform(List<Move> group, Set<ObjectName> taken, Set<ObjectName> all) {
    List<Move> waiting = new ArrayList<>(group);
    while (!waiting.isEmpty()) {
      Optional<Move> free =
          waiting.stream()
              .filter(move -> carried(move, waiting))
              .filter(move -> !blocked(move, taken))
              .findFirst()
              .or(() -> opens(waiting));
      if (free.isEmpty()) {
        Move stays = waiting.get(0);
        steps.keeps(stays.kind(), stays.to().toString(), "it belongs to something that keeps it");
        return;
      }
      Move next = free.get();
      waiting.remove(next);
      taken.remove(next.from());
      if (blocked(next, taken)) {
        ObjectName aside =
            new ObjectName(next.from().schema(), Leftovers.name("swap", next.from().toString()));
        rename(next, next.from(), aside);
        taken.add(aside);
        waiting.add(next.from(aside));
      } else {
        straight(next);
        taken.add(next.to());
      }
    }
    all.clear();
    all.addAll(taken);
  }

  /** Whether the table that takes it along has gone before. */
  private static boolean carried(Move move, List<Move> waiting) {
    return move.with()
        .map(table -> waiting.stream().noneMatch(each -> each.to().equals(table)))
        .orElse(true);
  }

  private static Optional<Move> opens(List<Move> waiting) {
    return waiting.stream()
        .filter(move -> carried(move, waiting))
        .filter(move -> !Leftovers.is(move.from().name()))
        .findFirst();
  }

  private static boolean blocked(Move move, Set<ObjectName> taken) {
    return taken.contains(move.to())
        || taken.contains(move.halfway()) && !move.from().equals(move.halfway());
  }

  private void straight(Move move) {
    ObjectName moved = new ObjectName(move.to().schema(), move.from().name());
    if (move.movesSchema()) {
      setSchema(move, moved);
    }
    if (!moved.equals(move.to())) {
      rename(move, moved, move.to());
    }
  }

  private void setSchema(Move move, ObjectName moved) {
    String alter = "ALTER " + move.sort() + " ";
    steps.write(
        move.kind(),
        Item.of(Item.Kind.TABLE, move.to()),
        () -> {
          StepDraft step =
              StepDraft.of(move.kind(), move.on())
                  .sql(alter + Sql.name(move.from()) + " SET SCHEMA " + Sql.name(moved.schema()))
                  .undo(alter + Sql.name(moved) + " SET SCHEMA " + Sql.name(move.from().schema()))
                  .exclusive(move.from())
                  .probe(Probes.relation(moved));
          owned.apply(move.to()).forEach(step::exclusive);
          return step;
        });
  }

  private void rename(Move move, ObjectName from, ObjectName to) {
    String alter = "ALTER " + move.sort() + " ";
    steps.write(
        move.kind(),
        Item.of(Item.Kind.TABLE, to),
        () ->
            StepDraft.of(move.kind(), move.on())
                .sql(alter + Sql.name(from) + " RENAME TO " + Sql.name(to.name()))
                .undo(alter + Sql.name(to) + " RENAME TO " + Sql.name(from.name()))
                .exclusive(from)
                .probe(Probes.relation(to))
                .requires("Who uses the old name knows the new one")
                .verify("The thing has its new name"));
  }
}
