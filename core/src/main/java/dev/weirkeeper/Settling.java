package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.DoorEvent.Result;
import dev.weirkeeper.spi.Tool;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out what calls came to that are pending, unknown, or whose host died. */
final class Settling {
  private final Toolbox toolbox;
  private final Attempt.Parts parts;
  private final Map<String, Tool<?, ?>> tools;

  Settling(Toolbox toolbox, Attempt.Parts parts, Map<String, Tool<?, ?>> tools) {
    this.toolbox = toolbox;
    this.parts = parts;
    this.tools = tools;
  }

  Outcome byTool(Caller caller, Hash action) {
    Optional<DoorState.Call> open = unsettled(action);
    Optional<Outcome.Pending> pending = open.flatMap(DoorState.Call::pending);
    if (open.isEmpty() || pending.isEmpty()) {
      return new Outcome.Refused("No call " + action.brief() + " is pending; nothing to settle");
    }
    DoorEvent.Spent spent = open.get().spent();
    Tool<?, ?> tool = tools.get(spent.tool());
    Optional<String> reader = tool == null ? Optional.empty() : tool.settledBy();
    if (reader.isEmpty()) {
      return new Outcome.Refused(
          spent.tool() + " names no tool that settles it; a person looks and says what it came to");
    }
    Json query = Json.of(new Settlement.Query(pending.get().handle()));
    Outcome answer =
        toolbox.perform(caller, new Action(reader.get(), query, spent.asset()), List.of());
    if (!(answer instanceof Outcome.Done done)) {
      return answer;
    }
    Outcome found;
    try {
      found = done.result().as(Settlement.class).outcome();
    } catch (IllegalArgumentException e) {
      return new Outcome.Failed(reader.get() + " gave no settlement; the call stays pending");
    }
    if (found instanceof Outcome.Pending still) {
      if (parts.clock().instant().isBefore(still.deadline())) {
        return found;
      }
      found =
          new Outcome.Unknown(
              spent.tool() + " has gone on beyond its deadline; a person looks at it");
    }
    write(caller, spent, found, "by " + reader.get());
    if (found instanceof Outcome.Unknown unknown) {
      parts.raise(
          new Alert(
              Alert.Kind.UNKNOWN,
              parts.clock().instant(),
              action.hex(),
              Optional.of(spent.asset()),
              unknown.error()));
    }
    return found;
  }

  void byPerson(Caller person, Hash action, Outcome seen, String how) {
    requireNonNull(seen, "seen");
    Toolbox.requirePerson(person, "settles");
    Result result = Result.of(seen);
    if (result != Result.DONE && result != Result.PARTIAL && result != Result.FAILED) {
      throw new IllegalArgumentException(
          "A call is settled by Done, Partial or Failed, not by " + result);
    }
    DoorState.Call call =
        unsettled(action)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "No call " + action.brief() + " is unsettled; unsettled() lists them"));
    write(person, call.spent(), seen, how);
  }

  private Optional<DoorState.Call> unsettled(Hash action) {
    return parts.memory().look(state -> state.unsettled(action));
  }

  private void write(Caller caller, DoorEvent.Spent spent, Outcome outcome, String how) {
    Hash settled =
        parts
            .journal()
            .write(
                Act.Settled.KIND,
                caller.actor(),
                Optional.of(spent.asset()),
                new Act.Settled(spent.action(), spent.tool(), outcome, how),
                List.of());
    Tool<?, ?> tool = tools.get(spent.tool());
    Result result = Result.of(outcome);
    if (tool == null || !result.wentWrong()) {
      parts
          .memory()
          .update(
              state ->
                  new DoorMemory.Change<>(
                      List.of(
                          new DoorEvent.Came(
                              spent.number(),
                              state.now(parts.clock().instant()),
                              result,
                              Optional.empty())),
                      true));
      return;
    }
    Freezing.came(
        parts,
        spent.number(),
        spent.asset(),
        parts.rules().budgets().of(tool.spec()),
        result,
        Optional.empty(),
        settled);
  }
}
