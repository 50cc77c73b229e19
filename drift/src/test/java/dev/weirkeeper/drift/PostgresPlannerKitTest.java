package dev.weirkeeper.drift;

import static dev.weirkeeper.drift.Relations.column;
import static dev.weirkeeper.drift.Relations.incident;
import static dev.weirkeeper.drift.Relations.orders;
import static dev.weirkeeper.drift.Relations.with;

import dev.weirkeeper.Default;
import dev.weirkeeper.Relation;
import dev.weirkeeper.spi.Planner;
import dev.weirkeeper.testkit.PlannerKit;
import java.util.List;
import java.util.Optional;

class PostgresPlannerKitTest extends PlannerKit {
  private static final Relation V1 = orders(column("2", "note", "text"), column("3", "n", "int4"));

  @Override
  protected Planner planner() {
    return new PostgresPlanner("mirror");
  }

  @Override
  protected String targetSystem() {
    return "mirror";
  }

  @Override
  protected List<Question> solvable() {
    return List.of(
        question(Optional.empty(), V1),
        question(Optional.of(V1), orders(column("2", "note", "text"), column("3", "n", "int8"))),
        question(
            Optional.of(V1),
            orders(
                column("2", "note", "text"),
                column("3", "n", "int4"),
                with(column("4", "at", "timestamptz"), Default.Kind.VOLATILE))),
        question(Optional.of(V1), orders(column("3", "n", "int4"))));
  }

  @Override
  protected List<Question> hopeless() {
    return List.of(
        question(Optional.of(V1), orders(column("2", "n", "text"), column("3", "note", "int4"))),
        question(Optional.of(V1), orders(column("2", "note", "text"), column("3", "n", "int2"))),
        question(Optional.empty(), orders(column("2", "n".repeat(64), "text"))));
  }

  private static Question question(Optional<Relation> from, Relation to) {
    return new Question(incident(from, to), from, to);
  }
}
