package dev.weirkeeper.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Decision;
import dev.weirkeeper.DriftBreaker;
import dev.weirkeeper.DriftRate;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Excess;
import dev.weirkeeper.Finding;
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
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The playbook under all limits of a tolerance at once. */
class LimitsTest {
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Hash V1 = Hash.of(new byte[] {1});
  private static final Hash V2 = Hash.of(new byte[] {2});
  private static final Instant MONDAY = Instant.parse("2026-11-23T12:00:00Z");
  private static final Playbook PLAYBOOK = new Playbook();
  private static final long SEED = 26;
  private static final int CASES = 2_000;

  private static Finding finding(Verdict verdict) {
    return new Finding(
        "schema-drift",
        ORDERS,
        "column.added",
        "5",
        verdict,
        Set.of(),
        Json.empty(),
        Optional.of(V1),
        Optional.of(V2));
  }

  private static Incident incident(Finding... findings) {
    return new Incident(ORDERS, new Position("shop", "0/1"), List.of(findings));
  }

  private static Situation situation(
      Tolerance tolerance, Optional<DriftBreaker> breaker, Instant now) {
    Action add = new Action("table_add_column", Json.empty(), new Asset("lake", "public.orders"));
    return new Situation(
        List.of(
            new ToolSpec(
                "table_add_column",
                "",
                Json.empty(),
                Json.empty(),
                Effect.WRITE,
                Repeat.SAFE,
                Undo.NONE,
                Inputs.IDS)),
        Autonomy.HEAL,
        tolerance,
        Optional.of(
            new Plan(
                ORDERS,
                Optional.of(V1),
                V2,
                List.of(new Plan.Step(add, "", Optional.empty(), "")),
                Json.empty())),
        List.of(),
        List.of(),
        Map.of(),
        now,
        PLAYBOOK.id(),
        breaker);
  }

  private static Decision decided(Incident incident, Tolerance tolerance) {
    return PLAYBOOK.decide(incident, situation(tolerance, Optional.empty(), MONDAY));
  }

  private static boolean heals(Incident incident, Situation situation) {
    return PLAYBOOK.decide(incident, situation) instanceof Decision.Heal;
  }

  @Test
  void a_consumer_that_bears_less_is_named() {
    Finding judged =
        finding(Verdict.ADDITIVE)
            .judgedFor(
                Map.of(
                    "lake", new Finding.Judged(Verdict.LOSSY, "scale-change"),
                    "mirror", new Finding.Judged(Verdict.ADDITIVE, "metadata-only")));
    Tolerance both =
        Tolerance.STANDARD.bornBy("lake", Verdict.COMPATIBLE).bornBy("mirror", Verdict.ADDITIVE);

    assertThat(decided(incident(judged), both).reason())
        .isEqualTo(
            "A person has to decide; findings exceed what consumer lake bears: column.added 5"
                + " (ADDITIVE)");
    assertThat(decided(incident(judged), Tolerance.STANDARD.bornBy("mirror", Verdict.ADDITIVE)))
        .isInstanceOf(Decision.Heal.class);
    assertThat(decided(incident(judged), Tolerance.STANDARD)).isInstanceOf(Decision.Heal.class);
  }

  @Test
  void invariant_8_what_nobody_judged_for_a_consumer_is_asked_about() {
    Tolerance lake = Tolerance.STANDARD.bornBy("lake", Verdict.BREAKING);

    assertThat(decided(incident(finding(Verdict.NOOP)), lake).reason())
        .contains("nobody judged what findings are to consumer lake");
  }

  /** What touches no rows of ours may break somebody else. */
  @Test
  void what_a_consumer_does_not_bear_is_not_dismissed() {
    Finding harmless =
        finding(Verdict.NOOP)
            .judgedFor(Map.of("lake", new Finding.Judged(Verdict.BREAKING, "type-refused")));
    Tolerance lake = Tolerance.STANDARD.bornBy("lake", Verdict.COMPATIBLE);

    assertThat(decided(incident(harmless), lake)).isInstanceOf(Decision.Contain.class);
    assertThat(decided(incident(harmless), Tolerance.STANDARD))
        .isInstanceOf(Decision.Dismiss.class);
  }

  @Test
  void each_limit_that_spoke_is_in_the_reason() {
    Tolerance narrow =
        Tolerance.STANDARD
            .bornBy("lake", Verdict.NOOP)
            .within(DriftRate.of(3, Duration.ofHours(1)))
            .quietIn(QuietHours.of(ZoneOffset.UTC, LocalTime.of(9, 0), LocalTime.of(17, 0)));
    DriftBreaker spent = new DriftBreaker(DriftBreaker.State.CLOSED, MONDAY, 2);

    Decision decision =
        PLAYBOOK.decide(
            incident(finding(Verdict.LOSSY)), situation(narrow, Optional.of(spent), MONDAY));

    assertThat(decision.reason())
        .isEqualTo(
            "A person has to decide; findings exceed the tolerance; nobody judged what findings"
                + " are to consumer lake; drift of weight 10 within PT1H is beyond its budget of"
                + " 3; nothing is applied unasked in quiet hours (every day 09:00 to 17:00 Z):"
                + " column.added 5 (LOSSY)");
  }

  @Test
  void an_open_breaker_asks_about_what_weighs_nothing_too() {
    Tolerance rated = Tolerance.STANDARD.within(DriftRate.of(100, Duration.ofHours(6)));
    for (DriftBreaker.State state : DriftBreaker.State.values()) {
      assertThat(
              heals(
                  incident(finding(Verdict.METADATA)),
                  situation(rated, Optional.of(new DriftBreaker(state, MONDAY, 0)), MONDAY)))
          .as("%s", state)
          .isEqualTo(state != DriftBreaker.State.OPEN);
    }
    assertThat(
            heals(incident(finding(Verdict.METADATA)), situation(rated, Optional.empty(), MONDAY)))
        .as("not known")
        .isFalse();
  }

  /** A case with any limits, and the same with one of them narrower. */
  private record Pair(Incident incident, Situation wide, Situation narrow) {}

  private static Pair random(Random random) {
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      Finding finding = finding(verdict(random, 5));
      findings.add(
          random.nextInt(6) == 0
              ? finding
              : finding.judgedFor(
                  Map.of(
                      "lake", new Finding.Judged(verdict(random, 5), "a"),
                      "bi", new Finding.Judged(verdict(random, 5), "b"))));
    }
    Tolerance wide = new Tolerance(verdict(random, 7), Set.of(), Tolerance.Truncation.PAUSE);
    if (random.nextInt(3) == 0) {
      wide = wide.bornBy("lake", verdict(random, 7));
    }
    if (random.nextInt(2) == 0) {
      wide = wide.within(rate(random, random.nextInt(12)));
    }
    if (random.nextInt(3) == 0) {
      wide = wide.quietIn(hours(random));
    }
    Optional<DriftBreaker> breaker =
        random.nextInt(8) == 0
            ? Optional.empty()
            : Optional.of(
                new DriftBreaker(
                    DriftBreaker.State.values()[random.nextInt(3)], MONDAY, random.nextInt(8)));
    Instant now = MONDAY.plus(Duration.ofMinutes(random.nextInt(20_000)));
    return new Pair(
        new Incident(ORDERS, new Position("shop", "0/1"), findings),
        situation(wide, breaker, now),
        situation(narrower(wide, random), breaker, now));
  }

  private static Verdict verdict(Random random, int below) {
    return Verdict.values()[random.nextInt(below)];
  }

  private static DriftRate rate(Random random, int budget) {
    return DriftRate.of(budget, Duration.ofHours(1 + random.nextInt(100)));
  }

  private static QuietHours hours(Random random) {
    return QuietHours.of(
        ZoneId.of("Europe/Berlin"),
        LocalTime.of(random.nextInt(24), 0),
        LocalTime.of(random.nextInt(24), 0),
        DayOfWeek.of(1 + random.nextInt(7)));
  }

  private static Tolerance narrower(Tolerance wide, Random random) {
    switch (random.nextInt(5)) {
      case 0 -> {
        Verdict less = Verdict.values()[random.nextInt(wide.apply().ordinal() + 1)];
        return new Tolerance(
            less,
            wide.ask(),
            wide.truncate(),
            wide.consumers(),
            wide.rate(),
            wide.quiet(),
            wide.newColumns());
      }
      case 1 -> {
        return new Tolerance(
            wide.apply(),
            Set.of(random.nextBoolean() ? "column." : "table.renamed"),
            wide.truncate(),
            wide.consumers(),
            wide.rate(),
            wide.quiet(),
            wide.newColumns());
      }
      case 2 -> {
        Verdict before = wide.consumers().map(some -> some.get("lake")).orElse(Verdict.BREAKING);
        return wide.bornBy("lake", Verdict.values()[random.nextInt(before.ordinal() + 1)]);
      }
      case 3 -> {
        long before = wide.rate().map(DriftRate::budget).orElse(20L);
        return wide.within(
            wide.rate()
                .map(
                    rate ->
                        new DriftRate(
                            rate.window(),
                            random.nextLong(before + 1),
                            rate.weights(),
                            rate.coolDown()))
                .orElseGet(() -> rate(random, 5)));
      }
      default -> {
        List<QuietHours> more = new ArrayList<>(wide.quiet().orElse(List.of()));
        more.add(hours(random));
        return wide.quietIn(more.toArray(QuietHours[]::new));
      }
    }
  }

  @Test
  void invariant_3_nothing_is_healed_beyond_any_limit_and_all_within_them_is() {
    Random random = new Random(SEED);
    Set<Excess.Limit> spoke = EnumSet.noneOf(Excess.Limit.class);
    int healed = 0;
    for (int i = 0; i < CASES; i++) {
      Pair pair = random(random);
      List<Excess> beyond = pair.wide.exceededBy(pair.incident);
      Decision decision = PLAYBOOK.decide(pair.incident, pair.wide);

      boolean nothing = decision instanceof Decision.Dismiss;
      assertThat(decision instanceof Decision.Heal)
          .as("seed %d, %d: %s", SEED, i, decision.reason())
          .isEqualTo(beyond.isEmpty() && !nothing);
      for (Excess excess : beyond) {
        // What changed nothing is dismissed, whenever it comes: there is nothing to apply.
        assertThat(nothing ? excess.why() : decision.reason()).contains(excess.why());
        spoke.add(excess.limit());
      }
      healed += decision instanceof Decision.Heal ? 1 : 0;
    }
    assertThat(spoke).containsExactlyInAnyOrder(Excess.Limit.values());
    assertThat(healed).isGreaterThan(CASES / 20);
  }

  @Test
  void invariant_3_a_narrower_tolerance_never_heals_more() {
    Random random = new Random(SEED + 1);
    int narrowed = 0;
    for (int i = 0; i < CASES; i++) {
      Pair pair = random(random);
      boolean wide = heals(pair.incident, pair.wide);
      boolean narrow = heals(pair.incident, pair.narrow);

      if (narrow && !wide) {
        fail(
            "seed %d, %d: heals under %s and not under %s",
            SEED + 1, i, pair.narrow.tolerance(), pair.wide.tolerance());
      }
      narrowed += wide && !narrow ? 1 : 0;
    }
    assertThat(narrowed).isGreaterThan(CASES / 100);
  }

  @Test
  void invariant_9_what_is_read_back_is_decided_byte_for_byte_again() {
    Random random = new Random(SEED + 2);
    for (int i = 0; i < 200; i++) {
      Pair pair = random(random);
      Json written = Json.of(Decided.by(PLAYBOOK, pair.incident, pair.narrow));
      Decided read = Json.parse(written.text()).as(Decided.class);

      assertThat(Json.of(Decided.by(PLAYBOOK, read.incident(), read.situation())))
          .as("seed %d, %d", SEED + 2, i)
          .isEqualTo(written);
    }
  }
}
