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

  /** Remembers what a call came to, and freezes what that calls for. */
  static void came(
      Attempt.Parts parts,
      long number,
      Asset asset,
      Budget budget,
      Result result,
      Optional<Outcome.Pending> pending,
      Hash cause) {
    update(
        parts,
        cause,
        (state, now) -> {
          List<DoorEvent> events = new ArrayList<>();
          events.add(new DoorEvent.Came(number, now, result, pending));
          if (result.wentWrong()) {
            events.add(new DoorEvent.Alarmed(now, asset));
            state.freeze(budget, number, now).ifPresent(events::add);
            state.freezeAll(parts.rules().budgets(), asset, now).ifPresent(events::add);
          }
          return events;
        });
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
    parts
        .journal()
        .write(
            Freeze.Frozen.KIND,
            "door",
            Optional.empty(),
            new Freeze.Frozen(freeze.what(), freeze.why()),
            List.of(cause));
    parts.raise(
        new Alert(Alert.Kind.FROZEN, freeze.at(), freeze.what(), Optional.empty(), freeze.why()));
  }
}
