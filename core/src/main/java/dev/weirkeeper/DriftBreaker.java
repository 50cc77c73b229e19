package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * How the drift budget of an asset stood when a decision was made: the circuit breaker of a {@link
 * DriftRate}. Pure: what follows is a function of the decision that was written down, so anybody
 * who has the log can follow it.
 *
 * <ul>
 *   <li>CLOSED: findings are counted. An incident beyond the budget opens it.
 *   <li>OPEN: all drift is asked about, until the cool-down is over.
 *   <li>HALF_OPEN: the next incident that weighs anything is the probe. If it is healed or needs
 *       nothing, the breaker closes and counts from there; if it is not, or an act of it fails, the
 *       breaker opens again.
 * </ul>
 *
 * @param since CLOSED: findings before do not count. Else: when it opened
 * @param spent what findings of the window weighed, without those of the incident; 0 unless CLOSED
 */
public record DriftBreaker(State state, Instant since, long spent) {
  /** Of an asset of which nothing was decided yet. */
  static final DriftBreaker NEW = new DriftBreaker(State.CLOSED, Instant.EPOCH, 0);

  /** What the breaker lets through. */
  public enum State {
    CLOSED,
    OPEN,
    HALF_OPEN
  }

  public DriftBreaker {
    requireNonNull(state, "state");
    requireNonNull(since, "since");
    if (spent < 0) {
      throw new IllegalArgumentException("Findings weigh nothing or more, not " + spent);
    }
  }

  static DriftBreaker opened(Instant at) {
    return new DriftBreaker(State.OPEN, at, 0);
  }

  static DriftBreaker closed(Instant at) {
    return new DriftBreaker(State.CLOSED, at, 0);
  }

  /** As it stands some time later; {@code spent} is what a closed one counts. */
  DriftBreaker at(Instant now, DriftRate rate, long counted) {
    if (state == State.CLOSED) {
      return new DriftBreaker(State.CLOSED, since, counted);
    }
    return new DriftBreaker(
        now.isBefore(since.plus(rate.coolDown())) ? State.OPEN : State.HALF_OPEN, since, 0);
  }

  /** As it stands after a decision; empty if the asset had no budget, or nobody knew it. */
  static Optional<DriftBreaker> after(Decided decided) {
    Situation situation = decided.situation();
    if (situation.tolerance().rate().isEmpty() || situation.breaker().isEmpty()) {
      return Optional.empty();
    }
    DriftRate rate = situation.tolerance().rate().get();
    DriftBreaker before = situation.breaker().get();
    long weight = rate.weigh(decided.incident());
    return Optional.of(
        switch (before.state()) {
          case CLOSED ->
              before.spent() + weight > rate.budget()
                  ? opened(situation.now())
                  : closed(before.since());
          case OPEN -> opened(before.since());
          case HALF_OPEN -> before.probed(decided, weight);
        });
  }

  private DriftBreaker probed(Decided probe, long weight) {
    if (weight == 0) {
      return opened(since);
    }
    boolean passed =
        probe.decision() instanceof Decision.Heal || probe.decision() instanceof Decision.Dismiss;
    return passed ? closed(probe.situation().now()) : opened(probe.situation().now());
  }
}
