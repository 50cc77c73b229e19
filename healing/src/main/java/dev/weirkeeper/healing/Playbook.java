package dev.weirkeeper.healing;

import static dev.weirkeeper.healing.Fact.NOBODY_ASKED;
import static dev.weirkeeper.healing.Fact.NOTHING_CHANGED;
import static dev.weirkeeper.healing.Fact.NOTHING_TO_DO;
import static dev.weirkeeper.healing.Fact.PLANNED;
import static dev.weirkeeper.healing.Fact.PLAN_FITS;
import static dev.weirkeeper.healing.Fact.ROWS_REREAD;
import static dev.weirkeeper.healing.Fact.ROWS_UNTOUCHED;
import static dev.weirkeeper.healing.Fact.STEADY;
import static dev.weirkeeper.healing.Fact.TOOLS_PRESENT;
import static dev.weirkeeper.healing.Fact.WITHIN_TOLERANCE;

import dev.weirkeeper.Action;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Decision;
import dev.weirkeeper.Excess;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.Situation;
import dev.weirkeeper.spi.HealingPolicy;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The deterministic policy: an ordered list of plays, of which the first that fits decides. A plan
 * is carried out only if everything speaks for it; whatever is in doubt pauses the table, so that
 * its rows wait in the spool.
 *
 * <p>It never answers {@code Heal} for an incident that is beyond a limit of the table's tolerance
 * or that ends in another version than the plan; nor after two recent acts on the table failed or
 * are unknown. The reason names each limit.
 *
 * <p>{@link Situation#recent} holds one text per act, what it came to before its tool: {@code
 * Failed table_add_column}.
 *
 * <p>Pure, and safe to share between threads.
 */
public final class Playbook implements HealingPolicy {
  /** All that must hold before a plan is carried out, in the order of the reasons. */
  private static final List<Fact> TO_HEAL =
      List.of(WITHIN_TOLERANCE, PLANNED, PLAN_FITS, TOOLS_PRESENT, ROWS_REREAD, STEADY);

  private static final List<Play> PLAYS =
      List.of(
          new Play(
              Set.of(Autonomy.values()),
              Set.of(NOTHING_CHANGED, NOBODY_ASKED),
              Play.Move.DISMISS,
              "Nothing changed for rows or readers"),
          new Play(
              Set.of(Autonomy.OBSERVE),
              Set.of(ROWS_UNTOUCHED, NOBODY_ASKED),
              Play.Move.DISMISS,
              "Rows are not touched"),
          new Play(
              Set.of(Autonomy.OBSERVE),
              Set.of(),
              Play.Move.PAUSE,
              "The table is only observed, so its rows wait"),
          new Play(
              Set.of(Autonomy.PROPOSE),
              Set.of(ROWS_UNTOUCHED, NOBODY_ASKED, PLANNED, PLAN_FITS, NOTHING_TO_DO),
              Play.Move.DISMISS,
              "Rows are not touched and the target has nothing to do"),
          new Play(
              Set.of(Autonomy.PROPOSE),
              Set.of(),
              Play.Move.PROPOSE,
              "A person decides on this table"),
          new Play(Set.of(Autonomy.HEAL), Set.copyOf(TO_HEAL), Play.Move.HEAL, "Within tolerance"),
          new Play(Set.of(Autonomy.HEAL), Set.of(), Play.Move.PROPOSE, "A person has to decide"));

  private static final String ID = "playbook-" + Hash.of(Json.of(PLAYS)).brief();
  private static final Pattern KIND = Pattern.compile("[a-z][a-z0-9._-]{0,63}");
  private static final Pattern SUBJECT = Pattern.compile("[A-Za-z0-9?][A-Za-z0-9._-]{0,31}");
  private static final int LISTED = 5;

  @Override
  public String id() {
    return ID;
  }

  @Override
  public Decision decide(Incident incident, Situation situation) {
    Case met = new Case(incident, situation);
    Play play = PLAYS.stream().filter(each -> each.fits(met)).findFirst().orElseThrow();
    String reason = reason(play, met);
    return switch (play.then()) {
      case DISMISS -> new Decision.Dismiss(reason);
      case PAUSE ->
          new Decision.Contain(List.of(pause(incident, reason)), Optional.empty(), reason);
      case PROPOSE -> new Decision.Contain(List.of(pause(incident, reason)), met.plan(), reason);
      case HEAL -> new Decision.Heal(met.plan().orElseThrow(), reason);
    };
  }

  private static Action pause(Incident incident, String reason) {
    return new Action(
        PipelineTools.PAUSE,
        Json.of(new PipelineTools.Pause(incident.asset().name(), reason)),
        incident.asset());
  }

  private static String reason(Play play, Case met) {
    StringJoiner reason = new StringJoiner("; ");
    reason.add(play.because());
    List<Finding> named = met.findings();
    if (met.situation().autonomy() == Autonomy.HEAL && play.then() == Play.Move.PROPOSE) {
      TO_HEAL.stream()
          .filter(fact -> !fact.holds(met))
          // Without a plan there is nothing to say about it.
          .filter(fact -> fact != PLAN_FITS || PLANNED.holds(met))
          .flatMap(fact -> otherwise(fact, met))
          .forEach(reason::add);
      named = met.exceeding().isEmpty() ? named : met.exceeding();
    }
    return reason + ": " + list(named);
  }

  /** Each limit says for itself that it was the one. */
  private static Stream<String> otherwise(Fact fact, Case met) {
    return fact == WITHIN_TOLERANCE
        ? met.limits().stream().map(Excess::why)
        : Stream.of(fact.otherwise());
  }

  /** Kinds and subjects only: what else a finding holds may be text from outside. */
  private static String list(List<Finding> findings) {
    String listed =
        findings.stream()
            .sorted(
                Comparator.comparing(Finding::verdict)
                    .reversed()
                    .thenComparing(Finding::kind)
                    .thenComparing(Finding::subject))
            .limit(LISTED)
            .map(Playbook::name)
            .collect(Collectors.joining(", "));
    return findings.size() <= LISTED
        ? listed
        : listed + " and " + (findings.size() - LISTED) + " more";
  }

  private static String name(Finding finding) {
    String kind = KIND.matcher(finding.kind()).matches() ? finding.kind() : "a finding";
    String subject = SUBJECT.matcher(finding.subject()).matches() ? " " + finding.subject() : "";
    return kind + subject + " (" + finding.verdict() + ")";
  }
}
