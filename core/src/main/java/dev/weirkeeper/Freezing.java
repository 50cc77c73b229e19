package dev.weirkeeper;

import dev.weirkeeper.DoorEvent.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Stops classes of acts, or all, when too much goes wrong; only a person lets them go on. */
final class Freezing {
  private Freezing() {}

  /**
   * Remembers what a call came to, and freezes what that calls for.
   *
   * @param budget empty if the tool is not there any more
   */
  static void came(
      Attempt.Parts parts,
      long number,
      Asset asset,
      Optional<Budget> budget,
      Result result,
      Optional<Outcome.Pending> pending,
      Hash cause) {
    Came came = new Came(number, asset, budget, result, pending);
    update(parts, cause, (state, now) -> came.events(parts, state, now));
  }

  /** Remembers what a call has come to after all, unless somebody has settled it meanwhile. */
  static void settled(
      Attempt.Parts parts,
      long number,
      Asset asset,
      Optional<Budget> budget,
      Result result,
      Hash cause) {
    Came came = new Came(number, asset, budget, result, Optional.empty());
    update(
        parts,
        cause,
        (state, now) ->
            state.unsettled(number) ? came.events(parts, state, now) : List.<DoorEvent>of());
  }

  private record Came(
      long number,
      Asset asset,
      Optional<Budget> budget,
      Result result,
      Optional<Outcome.Pending> pending) {

    List<DoorEvent> events(Attempt.Parts parts, DoorState state, Instant now) {
      List<DoorEvent> events = new ArrayList<>();
      events.add(new DoorEvent.Came(number, now, result, pending));
      // What was unclear and is settled as failed has alarmed already.
      if (result.wentWrong() && !state.wentWrong(number)) {
        events.add(new DoorEvent.Alarmed(now, asset));
        budget.flatMap(of -> state.freeze(of, number, now)).ifPresent(events::add);
        state.freezeAll(parts.rules().budgets(), asset, now).ifPresent(events::add);
      }
      return events;
    }
  }

  /** Remembers that something is wrong with an asset. */
  static void alarmed(Attempt.Parts parts, Asset asset, Hash cause) {
    update(
        parts,
        cause,
        (state, now) -> {
          List<DoorEvent> events = new ArrayList<>();
          events.add(new DoorEvent.Alarmed(now, asset));
          state.freezeAll(parts.rules().budgets(), asset, now).ifPresent(events::add);
          return events;
        });
  }

  private static void update(
      Attempt.Parts parts, Hash cause, BiFunction<DoorState, Instant, List<DoorEvent>> what) {
    List<DoorEvent> events =
        parts
            .memory()
            .update(
                state -> {
                  List<DoorEvent> all = what.apply(state, state.now(parts.clock().instant()));
                  return new DoorMemory.Change<>(all, all);
                });
    for (DoorEvent event : events) {
      if (event instanceof DoorEvent.Frozen freeze) {
        tell(parts, freeze, cause);
      }
    }
  }

  private static void tell(Attempt.Parts parts, DoorEvent.Frozen freeze, Hash cause) {
    try {
      parts
          .journal()
          .write(
              Freeze.Frozen.KIND,
              "door",
              Optional.empty(),
              new Freeze.Frozen(freeze.what(), freeze.why()),
              List.of(cause));
    } finally {
      // It is frozen, whether that can be written down or not.
      parts.raise(
          new Alert(Alert.Kind.FROZEN, freeze.at(), freeze.what(), Optional.empty(), freeze.why()));
    }
  }
}
