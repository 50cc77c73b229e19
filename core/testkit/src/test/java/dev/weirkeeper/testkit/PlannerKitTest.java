package dev.weirkeeper.testkit;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Type;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.spi.Planner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlannerKitTest {
  /** A way to break a planner, and the tests that must see it. */
  enum Flaw {
    ID_WITH_CAPITALS("the_id_is_kebab_case_and_stays"),
    COUNTS_ITS_CALLS("invariant_9_the_same_question_has_one_answer"),
    FORGETS_FROM("a_plan_leads_from_what_the_target_follows_to_what_the_source_has"),
    LEADS_TO_THE_OLD_VERSION("a_plan_leads_from_what_the_target_follows_to_what_the_source_has"),
    GIVES_EVERYBODY_THE_SAME("a_plan_is_known_by_its_content"),
    CHANGES_ANOTHER_TABLE("invariant_1_steps_change_nothing_but_the_asset"),
    UNDOES_ANOTHER_TABLE("invariant_1_steps_change_nothing_but_the_asset"),
    SAYS_IT_TWICE("no_step_is_there_twice"),
    EXPLAINS_NOTHING("people_read_what_a_step_needs_and_how_it_is_verified"),
    HAS_A_WAY_FOR_ALL("where_there_is_no_safe_way_there_is_no_plan"),
    LEAVES_OUT_WHAT_IT_DOES_NOT_KNOW("an_incident_with_something_that_nobody_heard_of_has_no_plan"),
    LOOKS_AT_NO_ASSET("an_incident_of_another_asset_has_no_plan"),
    LOOKS_AT_NO_VERSION("a_plan_for_a_version_is_none_for_another");

    final Set<String> caughtBy;

    Flaw(String... caughtBy) {
      this.caughtBy = Set.of(caughtBy);
    }
  }

  private static Optional<Flaw> planted = Optional.empty();

  private static boolean has(Flaw flaw) {
    return planted.equals(Optional.of(flaw));
  }

  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final Relation V1 = version("a");
  private static final Relation V2 = version("a", "b");
  private static final Relation V3 = version("a", "c");

  private static Relation version(String... columns) {
    List<Column> all = new ArrayList<>();
    for (String name : columns) {
      all.add(Column.of(name, name, Type.of("text")));
    }
    return Relation.of(ORDERS, "1", new RowIdentity.None(), all);
  }

  private static PlannerKit.Question question(String kind, Optional<Relation> from, Relation to) {
    Finding finding =
        new Finding(
            "test",
            ORDERS,
            kind,
            "",
            Verdict.ADDITIVE,
            Set.of(),
            Json.empty(),
            from.map(Relation::version),
            Optional.of(to.version()));
    return new PlannerKit.Question(
        new Incident(ORDERS, new Position("wal", "1"), List.of(finding)), from, to);
  }

  /** Knows how to add columns. */
  static final class AddsColumns implements Planner {
    @Override
    public String id() {
      return has(Flaw.ID_WITH_CAPITALS) ? "AddsColumns" : "adds-columns";
    }

    @Override
    public Optional<Plan> plan(Incident incident, Optional<Relation> from, Relation to) {
      if (!has(Flaw.LOOKS_AT_NO_ASSET) && !incident.asset().equals(to.asset())) {
        return Optional.empty();
      }
      for (Finding finding : incident.findings()) {
        boolean known =
            finding.kind().equals("column.added")
                || has(Flaw.HAS_A_WAY_FOR_ALL) && finding.source().equals("test")
                || has(Flaw.LEAVES_OUT_WHAT_IT_DOES_NOT_KNOW) && finding.source().equals("kit");
        boolean fits =
            has(Flaw.LOOKS_AT_NO_VERSION) || finding.to().equals(Optional.of(to.version()));
        if (!known || !fits) {
          return Optional.empty();
        }
      }
      Hash goal =
          has(Flaw.LEADS_TO_THE_OLD_VERSION) && from.isPresent()
              ? from.get().version()
              : to.version();
      Map<String, Object> input =
          has(Flaw.GIVES_EVERYBODY_THE_SAME)
              ? Map.of()
              : Map.of(
                  "toward",
                  to.version(),
                  "call",
                  has(Flaw.COUNTS_ITS_CALLS) ? CALLS.incrementAndGet() : 0);
      Asset table = new Asset("mirror", ORDERS.name());
      Asset other = new Asset("mirror", "public.other");
      Action action =
          new Action(
              "table_add_column", Json.of(input), has(Flaw.CHANGES_ANOTHER_TABLE) ? other : table);
      Action undo =
          new Action(
              "table_forget_column",
              Json.of(input),
              has(Flaw.UNDOES_ANOTHER_TABLE) ? other : table);
      String text = has(Flaw.EXPLAINS_NOTHING) ? " " : "There is no such column";
      Plan.Step step = new Plan.Step(action, text, Optional.of(undo), "There is one");
      if (has(Flaw.GIVES_EVERYBODY_THE_SAME)) {
        return Optional.of(
            new Plan(ORDERS, Optional.empty(), Hash.of(new byte[0]), List.of(step), Json.empty()));
      }
      return Optional.of(
          new Plan(
              ORDERS,
              has(Flaw.FORGETS_FROM) ? Optional.empty() : from.map(Relation::version),
              goal,
              has(Flaw.SAYS_IT_TWICE) ? List.of(step, step) : List.of(step),
              Json.empty()));
    }
  }

  static class Adapter extends PlannerKit {
    @Override
    protected Planner planner() {
      return new AddsColumns();
    }

    @Override
    protected String targetSystem() {
      return "mirror";
    }

    @Override
    protected List<Question> solvable() {
      return List.of(
          question("column.added", Optional.of(V1), V2),
          question("column.added", Optional.of(V1), V3));
    }

    @Override
    protected List<Question> hopeless() {
      return List.of(question("column.split", Optional.of(V2), V3));
    }
  }

  @Test
  void a_correct_one_passes() {
    planted = Optional.empty();

    KitRun.of(Adapter.class).assertPassed();
  }

  @ParameterizedTest
  @EnumSource
  void a_flaw_is_caught(Flaw flaw) {
    planted = Optional.of(flaw);

    KitRun.of(Adapter.class).assertCaughtBy(flaw.caughtBy);
  }

  @Test
  void each_test_of_the_kit_is_seen_to_fail() {
    KitRun.assertSeenToFail(
        PlannerKit.class, Arrays.stream(Flaw.values()).map(flaw -> flaw.caughtBy));
  }
}
