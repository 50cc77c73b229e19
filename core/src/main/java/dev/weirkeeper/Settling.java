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
    Optional<DoorState.Call> open =
        unsettled(action).stream().filter(call -> call.pending().isPresent()).findFirst();
    if (open.isEmpty()) {
      return new Outcome.Refused("No call " + action.brief() + " is pending; nothing to settle");
    }
    DoorEvent.Spent spent = open.get().spent();
    Outcome.Pending pending = open.get().pending().orElseThrow();
    Tool<?, ?> tool = tools.get(spent.tool());
    Optional<String> reader = tool == null ? Optional.empty() : tool.settledBy();
    if (reader.isEmpty()) {
      return new Outcome.Refused(
          spent.tool() + " names no tool that settles it; a person looks and says what it came to");
    }
    Json query = Json.of(new Settlement.Query(pending.handle()));
    Outcome answer =
        toolbox.perform(caller, new Action(reader.get(), query, spent.asset()), List.of());
    if (!(answer instanceof Outcome.Done done)) {
      return answer;
    }
    Outcome found;
    try {
      found = done.result().as(Settlement.class).outcome();
    } catch (IllegalArgumentException e) {
      return noSettlement(reader.get());
    }
    if (found instanceof Outcome.Refused) {
      // It was begun, so "not tried" would give back what it has drawn and used up.
      return noSettlement(reader.get());
    }
    if (found instanceof Outcome.Pending) {
      // The deadline is the one that was given when it began: else it could be put off for ever.
      if (parts.clock().instant().isBefore(pending.deadline())) {
        return found;
      }
      found =
          new Outcome.Unknown(
              spent.tool() + " has gone on beyond its deadline; a person looks at it");
    }
    // A READ is not written down, and what it found here is.
    found = Redaction.redacted(found);
    write(caller, List.of(open.get()), found, "by " + reader.get());
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

  private static Outcome noSettlement(String reader) {
    return new Outcome.Failed(reader + " gave no settlement; the call stays pending");
  }

  void byPerson(Caller person, Hash action, Outcome seen, String how) {
    requireNonNull(seen, "seen");
    Toolbox.requirePerson(person, "settles");
    Result result = Result.of(seen);
    if (result != Result.DONE && result != Result.PARTIAL && result != Result.FAILED) {
      throw new IllegalArgumentException(
          "A call is settled by Done, Partial or Failed, not by " + result);
    }
    List<DoorState.Call> open = unsettled(action);
    if (open.isEmpty()) {
      throw new IllegalArgumentException(
          "No call " + action.brief() + " is unsettled; unsettled() lists them");
    }
    write(person, open, Redaction.redacted(seen), how);
  }

  private List<DoorState.Call> unsettled(Hash action) {
    return parts.memory().look(state -> state.unsettled(action));
  }

  /**
   * @param calls of one action, and at least one
   */
  private void write(Caller caller, List<DoorState.Call> calls, Outcome outcome, String how) {
    DoorEvent.Spent first = calls.get(0).spent();
    Hash settled =
        parts
            .journal()
            .write(
                Act.Settled.KIND,
                caller.actor(),
                Optional.of(first.asset()),
                new Act.Settled(first.action(), first.tool(), outcome, how),
                List.of());
    Optional<Budget> budget =
        Optional.<Tool<?, ?>>ofNullable(tools.get(first.tool()))
            .map(tool -> parts.rules().budgets().of(tool.spec()));
    for (DoorState.Call call : calls) {
      Freezing.settled(
          parts, call.spent().number(), first.asset(), budget, Result.of(outcome), settled);
    }
  }
}
