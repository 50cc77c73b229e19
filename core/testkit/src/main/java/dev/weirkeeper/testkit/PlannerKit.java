package dev.weirkeeper.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.spi.Planner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What each {@link Planner} holds to. */
public abstract class PlannerKit {

  /**
   * What a planner is asked.
   *
   * @param from the version that the target follows; empty when it has no such table yet
   * @param to the version that the source has now
   */
  public record Question(Incident incident, Optional<Relation> from, Relation to) {
    public Question {
      requireNonNull(incident, "incident");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
    }

    @Override
    public String toString() {
      return incident.findings().stream().map(Finding::kind).toList()
          + " of "
          + to.asset()
          + from.map(relation -> " from " + relation.version().brief()).orElse("")
          + " to "
          + to.version().brief();
    }
  }

  /** A new planner, set up like all others that this gives. */
  protected abstract Planner planner();

  /** The system that plans change, as the planner was told. */
  protected abstract String targetSystem();

  /** Questions that the planner has a plan for; at least one where the target has a table. */
  protected abstract List<Question> solvable();

  /** Questions to which there is no safe way; at least one. */
  protected abstract List<Question> hopeless();

  private Plan plan(Question question) {
    return ask(question).orElseThrow(() -> new AssertionError("no plan for " + question));
  }

  private Optional<Plan> ask(Question question) {
    return planner().plan(question.incident, question.from, question.to);
  }

  @Test
  void the_id_is_kebab_case_and_stays() {
    assertThat(planner().id()).matches(Ids.KEBAB_CASE).isEqualTo(planner().id());
  }

  @Test
  void invariant_9_the_same_question_has_one_answer() throws Exception {
    Planner shared = planner();
    List<Question> all = Stream.concat(solvable().stream(), hopeless().stream()).toList();
    for (Question question : all) {
      String fresh = Json.of(List.of(ask(question).stream().toList())).text();
      all.forEach(other -> shared.plan(other.incident, other.from, other.to));

      assertThat(
              Purity.answers(
                  () ->
                      List.of(
                          shared.plan(question.incident, question.from, question.to).stream()
                              .toList())))
          .as("answers of a planner that was asked other things, to many threads")
          .containsExactly(fresh);
    }
  }

  @Test
  void a_plan_leads_from_what_the_target_follows_to_what_the_source_has() {
    assertThat(solvable()).isNotEmpty();
    assertThat(solvable())
        .allSatisfy(
            question -> {
              Plan plan = plan(question);
              assertThat(plan.asset()).isEqualTo(question.incident.asset());
              assertThat(plan.from()).isEqualTo(question.from.map(Relation::version));
              assertThat(plan.to()).isEqualTo(question.to.version());
            });
  }

  @Test
  void a_plan_is_known_by_its_content() {
    assertThat(solvable())
        .allSatisfy(
            question -> {
              Plan plan = plan(question);
              Plan readBack = Json.of(plan).as(Plan.class);
              assertThat(readBack).isEqualTo(plan);
              assertThat(readBack.id()).isEqualTo(plan.id());
            });
    assertThat(solvable().stream().distinct().map(question -> plan(question).id()))
        .doesNotHaveDuplicates();
  }

  @Test
  void invariant_1_steps_change_nothing_but_the_asset() {
    assertThat(solvable())
        .allSatisfy(
            question -> {
              Asset source = question.incident.asset();
              Asset atTarget = new Asset(targetSystem(), source.name());
              assertThat(actions(plan(question)))
                  .allSatisfy(action -> assertThat(action.target()).isIn(source, atTarget));
            });
  }

  @Test
  void no_step_is_there_twice() {
    assertThat(solvable())
        .allSatisfy(
            question ->
                assertThat(plan(question).steps().stream().map(Plan.Step::action))
                    .doesNotHaveDuplicates());
  }

  @Test
  void people_read_what_a_step_needs_and_how_it_is_verified() {
    assertThat(solvable())
        .allSatisfy(
            question ->
                assertThat(plan(question).steps())
                    .allSatisfy(
                        step -> {
                          assertThat(step.precondition()).isNotBlank();
                          assertThat(step.verification()).isNotBlank();
                        }));
  }

  @Test
  void where_there_is_no_safe_way_there_is_no_plan() {
    assertThat(hopeless()).isNotEmpty();
    assertThat(hopeless()).allSatisfy(question -> assertThat(ask(question)).isEmpty());
  }

  @Test
  void an_incident_with_something_that_nobody_heard_of_has_no_plan() {
    assertThat(solvable())
        .allSatisfy(
            question -> {
              List<Finding> findings = new ArrayList<>(question.incident.findings());
              findings.add(unheardOf(question));
              Incident more =
                  new Incident(question.incident.asset(), question.incident.position(), findings);
              assertThat(ask(new Question(more, question.from, question.to)))
                  .as("a plan for a part of what happened is none")
                  .isEmpty();
            });
  }

  private static Finding unheardOf(Question question) {
    return new Finding(
        "kit",
        question.incident.asset(),
        "kit.unheard-of",
        "",
        Verdict.BREAKING,
        Set.of(),
        Json.empty(),
        question.from.map(Relation::version),
        Optional.of(question.to.version()));
  }

  @Test
  void an_incident_of_another_asset_has_no_plan() {
    assertThat(solvable())
        .allSatisfy(
            question -> {
              Asset other = new Asset("kit", "kit.elsewhere");
              List<Finding> moved =
                  question.incident.findings().stream().map(found -> on(other, found)).toList();
              Incident elsewhere = new Incident(other, question.incident.position(), moved);
              assertThat(ask(new Question(elsewhere, question.from, question.to))).isEmpty();
            });
  }

  private static Finding on(Asset asset, Finding found) {
    return new Finding(
        found.source(),
        asset,
        found.kind(),
        found.subject(),
        found.verdict(),
        found.flags(),
        found.detail(),
        found.from(),
        found.to());
  }

  @Test
  void a_plan_for_a_version_is_none_for_another() {
    for (Question one : solvable()) {
      for (Question other : solvable()) {
        if (!one.to.equals(other.to) && one.from.equals(other.from)) {
          Hash wrong = other.to.version();
          assertThat(ask(new Question(one.incident, one.from, other.to)))
              .as("findings that lead elsewhere than to %s", wrong.brief())
              .isEmpty();
        }
      }
    }
  }

  private static List<Action> actions(Plan plan) {
    return plan.steps().stream()
        .flatMap(step -> Stream.concat(Stream.of(step.action()), step.undo().stream()))
        .toList();
  }
}
