package dev.weirkeeper.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Decision;
import dev.weirkeeper.DriftBreaker;
import dev.weirkeeper.DriftRate;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Inputs;
import dev.weirkeeper.Json;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Position;
import dev.weirkeeper.QuietHours;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.Situation;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Undo;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.spi.HealingPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * What each {@link HealingPolicy} holds to, in {@value #CASES} incidents that are made from a seed:
 * with all levels of autonomy, tolerances, plans that fit and plans that do not, tools that are
 * there, missing or destructive, and acts that failed.
 */
public abstract class HealingPolicyKit {
  private static final int CASES = 2000;
  private static final long SEED = 20_261_123L;
  private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Asset OTHER = new Asset("shop", "public.other");
  private static final String TOOL = "table_add_column";
  private static final String SECRET = "marker-in-a-detail-4711";
  private static final List<String> KINDS =
      List.of("column.added", "column.renamed", "column.removed", "kit.unheard-of");

  /** A new policy, set up like all others that this gives. */
  protected abstract HealingPolicy policy();

  /** Whether it carries plans out on its own where everything speaks for it. */
  protected boolean heals() {
    return true;
  }

  /** Whether it leaves an asset alone after two acts on it that failed or may have happened. */
  protected boolean freezesAfterTwoFailures() {
    return true;
  }

  private record Case(Incident incident, Situation situation) {
    Case {
      requireNonNull(incident, "incident");
      requireNonNull(situation, "situation");
    }

    @Override
    public String toString() {
      return incident.findings().stream().map(f -> f.kind() + " " + f.verdict()).toList()
          + " under "
          + situation.autonomy()
          + " and "
          + situation.tolerance()
          + ", recently "
          + situation.recent();
    }

    boolean exceedsTolerance() {
      Tolerance tolerance = situation.tolerance();
      return incident.findings().stream()
          .anyMatch(
              finding ->
                  finding.verdict().worseThan(tolerance.apply())
                      || tolerance.ask().contains(finding.kind())
                      || tolerance.consumers().orElse(Map.of()).entrySet().stream()
                          .anyMatch(entry -> burdens(finding, entry.getKey(), entry.getValue())));
    }

    /** What nobody judged is borne by nobody. */
    private static boolean burdens(Finding finding, String consumer, Verdict worst) {
      return finding
          .judgedFor(consumer)
          .map(judged -> judged.verdict().worseThan(worst))
          .orElse(true);
    }

    boolean driftsTooFast() {
      if (situation.tolerance().rate().isEmpty()) {
        return false;
      }
      DriftRate rate = situation.tolerance().rate().get();
      return situation
          .breaker()
          .map(
              breaker ->
                  breaker.state() == DriftBreaker.State.OPEN
                      || breaker.spent() + rate.weigh(incident) > rate.budget())
          .orElse(true);
    }

    boolean comesInQuietHours() {
      return situation.tolerance().quiet().orElse(List.of()).stream()
          .anyMatch(hours -> hours.contain(situation.now()));
    }

    boolean planMisses() {
      return situation.proposed().isEmpty()
          || !situation.proposed().get().asset().equals(incident.asset())
          || incident.findings().stream()
              .flatMap(finding -> finding.to().stream())
              .anyMatch(to -> !to.equals(situation.proposed().get().to()));
    }

    boolean toolMisses() {
      return situation.proposed().stream()
          .flatMap(plan -> plan.steps().stream())
          .anyMatch(
              step ->
                  situation.tools().stream()
                      .filter(spec -> spec.name().equals(step.action().tool()))
                      .noneMatch(spec -> spec.effect() != Effect.DESTRUCTIVE));
    }

    boolean failedTwice() {
      return situation.recent().stream()
              .filter(act -> act.startsWith("Failed ") || act.startsWith("Unknown "))
              .count()
          >= 2;
    }
  }

  private static List<Case> cases() {
    Random random = new Random(SEED);
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < CASES; i++) {
      cases.add(random(random));
    }
    return cases;
  }

  private List<Case> cases(Predicate<Case> wanted) {
    List<Case> found = cases().stream().filter(wanted).toList();
    assertThat(found).as("cases of the kit, seed %s", SEED).hasSizeGreaterThan(50);
    return found;
  }

  private static Hash version(String name) {
    return Hash.of(name.getBytes(StandardCharsets.UTF_8));
  }

  private static <T> T one(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static Case random(Random random) {
    Hash from = version("v1");
    Hash to = version("v2");
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      Set<Flag> flags = new HashSet<>();
      if (random.nextInt(4) == 0) {
        flags.add(one(random, List.of(Flag.values())));
      }
      // Mostly mild ones: with three of a kind nearly every case would be beyond every tolerance.
      Verdict verdict =
          random.nextInt(3) == 0
              ? one(random, List.of(Verdict.values()))
              : one(random, List.of(Verdict.METADATA, Verdict.ADDITIVE, Verdict.COMPATIBLE));
      findings.add(
          finding(
              one(random, KINDS),
              String.valueOf(i),
              verdict,
              flags,
              Optional.of(random.nextInt(8) == 0 ? version("v3") : to)));
    }
    Optional<Plan> proposed =
        random.nextInt(6) == 0
            ? Optional.empty()
            : Optional.of(plan(random.nextInt(8) == 0 ? OTHER : ORDERS, from, to));
    List<ToolSpec> tools =
        random.nextInt(6) == 0
            ? List.of()
            : List.of(spec(random.nextInt(6) == 0 ? Effect.DESTRUCTIVE : Effect.WRITE));
    List<String> recent = new ArrayList<>();
    for (int i = 0; i < random.nextInt(4); i++) {
      recent.add(one(random, List.of("Done ", "Failed ", "Unknown ", "Refused ")) + TOOL);
    }
    Tolerance tolerance =
        new Tolerance(
            one(random, List.of(Verdict.values())),
            random.nextBoolean() ? Set.of() : Set.of(one(random, KINDS)),
            one(random, List.of(Tolerance.Truncation.values())));
    Case plain =
        new Case(
            new Incident(ORDERS, new Position("kit", "p" + random.nextInt(100)), findings),
            situation(
                tools,
                one(random, List.of(Autonomy.values())),
                tolerance,
                proposed,
                recent,
                Optional.empty()));
    return random.nextInt(3) == 0 ? narrowed(plain, random) : plain;
  }

  /** With limits beside verdicts and kinds, some of which the case is beyond. */
  private static Case narrowed(Case plain, Random random) {
    Tolerance tolerance = plain.situation.tolerance();
    List<Finding> findings = new ArrayList<>(plain.incident.findings());
    if (random.nextInt(3) == 0) {
      tolerance = tolerance.bornBy("lake", one(random, List.of(Verdict.values())));
      if (random.nextInt(4) > 0) {
        findings.replaceAll(
            finding ->
                finding.judgedFor(
                    Map.of(
                        "lake",
                        new Finding.Judged(one(random, List.of(Verdict.values())), "kit"))));
      }
    }
    Optional<DriftBreaker> breaker = Optional.empty();
    if (random.nextInt(3) == 0) {
      tolerance = tolerance.within(DriftRate.of(random.nextInt(20), Duration.ofHours(6)));
      if (random.nextInt(4) > 0) {
        breaker =
            Optional.of(
                new DriftBreaker(
                    one(random, List.of(DriftBreaker.State.values())), NOW, random.nextInt(12)));
      }
    }
    if (random.nextInt(3) == 0) {
      LocalTime from = LocalTime.of(random.nextInt(24), 0);
      tolerance = tolerance.quietIn(QuietHours.of(ZoneOffset.UTC, from, from.plusHours(8)));
    }
    Situation was = plain.situation;
    return new Case(
        new Incident(plain.incident.asset(), plain.incident.position(), findings),
        situation(was.tools(), was.autonomy(), tolerance, was.proposed(), was.recent(), breaker));
  }

  private static Finding finding(
      String kind, String subject, Verdict verdict, Set<Flag> flags, Optional<Hash> to) {
    return new Finding(
        "kit",
        ORDERS,
        kind,
        subject,
        verdict,
        flags,
        Json.of(Map.of("text", SECRET)),
        Optional.of(version("v1")),
        to);
  }

  private static Plan plan(Asset asset, Hash from, Hash to) {
    Action action =
        new Action(TOOL, Json.of(Map.of("table", asset.name())), new Asset("mirror", asset.name()));
    return new Plan(
        asset,
        Optional.of(from),
        to,
        List.of(new Plan.Step(action, "There is no such column", Optional.empty(), "There is one")),
        Json.empty());
  }

  private static ToolSpec spec(Effect effect) {
    return new ToolSpec(
        TOOL,
        "Adds a nullable column.",
        Json.empty(),
        Json.empty(),
        effect,
        Repeat.SAFE,
        Undo.COMPENSATING,
        Inputs.IDS);
  }

  private static Situation situation(
      List<ToolSpec> tools,
      Autonomy autonomy,
      Tolerance tolerance,
      Optional<Plan> proposed,
      List<String> recent,
      Optional<DriftBreaker> breaker) {
    return new Situation(
        tools, autonomy, tolerance, proposed, recent, List.of(), Map.of(), NOW, "kit", breaker);
  }

  private Decision decide(Case met) {
    Decision decision = policy().decide(met.incident, met.situation);
    assertThat(decision).as("decision").isNotNull();
    return decision;
  }

  private void assertNotHealed(Case met) {
    assertThat(decide(met)).as("%s", met).isNotInstanceOf(Decision.Heal.class);
  }

  @Test
  void the_id_is_kebab_case_and_stays() {
    assertThat(policy().id()).matches(Ids.KEBAB_CASE).isEqualTo(policy().id());
  }

  @Test
  void invariant_9_the_same_incident_in_the_same_situation_has_one_decision() throws Exception {
    HealingPolicy shared = policy();
    for (Case met : cases()) {
      shared.decide(met.incident, met.situation);
    }
    List<Case> some = cases().subList(0, 50);
    for (Case met : some) {
      assertThat(Purity.answers(() -> shared.decide(met.incident, met.situation)))
          .as("decisions of a policy that has met others, to many threads, on %s", met)
          .containsExactly(Json.of(decide(met)).text());
    }
  }

  @Test
  void invariant_9_a_decision_reads_back_equal() {
    for (Case met : cases()) {
      Decision decision = decide(met);

      assertThat(read(decision)).isEqualTo(decision);
    }
  }

  private static Decision read(Decision decision) {
    return Json.of(new Kept(decision)).as(Kept.class).decision;
  }

  private record Kept(Decision decision) {}

  @Test
  void invariant_10_a_decision_gives_a_reason_and_quotes_no_detail() {
    for (Case met : cases()) {
      Decision decision = decide(met);

      assertThat(decision.reason()).isNotBlank();
      assertThat(Json.of(new Kept(decision)).text()).doesNotContain(SECRET);
    }
  }

  @Test
  void invariant_3_nothing_beyond_the_tolerance_is_healed() {
    cases(Case::exceedsTolerance).forEach(this::assertNotHealed);
  }

  @Test
  void invariant_3_nothing_is_healed_faster_than_the_drift_rate_allows() {
    cases(Case::driftsTooFast).forEach(this::assertNotHealed);
  }

  @Test
  void invariant_3_nothing_is_healed_in_quiet_hours() {
    cases(Case::comesInQuietHours).forEach(this::assertNotHealed);
  }

  @Test
  void invariant_3_nothing_is_healed_where_a_person_decides() {
    cases(met -> met.situation.autonomy() != Autonomy.HEAL).forEach(this::assertNotHealed);
  }

  @Test
  void no_plan_is_invented() {
    for (Case met : cases()) {
      assertThat(met.situation.proposed().stream().toList())
          .as("%s", met)
          .containsAll(planOf(decide(met)).stream().toList());
    }
  }

  private static Optional<Plan> planOf(Decision decision) {
    if (decision instanceof Decision.Heal heal) {
      return Optional.of(heal.plan());
    } else if (decision instanceof Decision.Propose propose) {
      return Optional.of(propose.plan());
    } else if (decision instanceof Decision.Contain contain) {
      return contain.plan();
    }
    return Optional.empty();
  }

  @Test
  void a_plan_that_leads_elsewhere_is_not_carried_out() {
    cases(Case::planMisses).forEach(this::assertNotHealed);
  }

  @Test
  void invariant_4_no_plan_is_carried_out_with_tools_that_are_missing_or_destroy() {
    cases(Case::toolMisses).forEach(this::assertNotHealed);
  }

  @Test
  void damage_is_limited_nowhere_but_where_it_is() {
    for (Case met : cases()) {
      if (decide(met) instanceof Decision.Contain contain) {
        assertThat(contain.now())
            .allSatisfy(
                action ->
                    assertThat(action.target().name()).isEqualTo(met.incident.asset().name()));
      }
    }
  }

  @Test
  void after_two_failures_nothing_is_healed() {
    assumeThat(freezesAfterTwoFailures()).as("freezesAfterTwoFailures()").isTrue();
    cases(Case::failedTwice).forEach(this::assertNotHealed);
  }

  @Test
  void what_is_within_all_limits_is_healed() {
    assumeThat(heals()).as("heals()").isTrue();
    Finding mild =
        finding("column.added", "2", Verdict.ADDITIVE, Set.of(), Optional.of(version("v2")));
    Plan plan = plan(ORDERS, version("v1"), version("v2"));

    Decision decision =
        policy()
            .decide(
                new Incident(ORDERS, new Position("kit", "p"), List.of(mild)),
                situation(
                    List.of(spec(Effect.WRITE)),
                    Autonomy.HEAL,
                    Tolerance.STANDARD,
                    Optional.of(plan),
                    List.of(),
                    Optional.empty()));

    assertThat(decision)
        .isInstanceOfSatisfying(
            Decision.Heal.class, heal -> assertThat(heal.plan()).isEqualTo(plan));
  }
}
