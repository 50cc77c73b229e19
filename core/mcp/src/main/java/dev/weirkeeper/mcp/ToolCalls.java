package dev.weirkeeper.mcp;

import dev.weirkeeper.Action;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Effect;
import dev.weirkeeper.JournalException;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.spi.ProgressListener;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the calls of clients, at the door, as the caller that the transport says: whatever a client
 * was shown, here it is asked again whether it may.
 */
final class ToolCalls {
  private static final Logger LOG = LoggerFactory.getLogger(ToolCalls.class);
  private static final int NAME_LENGTH = 64;

  /**
   * What a call came to.
   *
   * @param error as {@link dev.weirkeeper.spi.CallObserver.Observed#end} is told
   */
  record Called(CallToolResult result, Optional<String> error) {
    static Called of(CallToolResult result) {
      return new Called(
          result,
          Boolean.TRUE.equals(result.isError()) ? Optional.of("tool_error") : Optional.empty());
    }
  }

  /** How the client of a call hears of it meanwhile. */
  record Waiting(Arrival arrival, ProgressListener progress) {}

  private final Toolbox door;
  private final ServedTools tools;
  private final Answers answers;
  private final ApprovalTools approvals;
  private final Duration timeout;
  private final LongSupplier nanos;

  ToolCalls(
      Toolbox door, ServedTools tools, Answers answers, Duration timeout, LongSupplier nanos) {
    this.door = door;
    this.tools = tools;
    this.answers = answers;
    this.approvals = new ApprovalTools(door);
    this.timeout = timeout;
    this.nanos = nanos;
  }

  /**
   * @throws Refusal if there is no such tool for the caller
   */
  Called call(Waiting client, String name, Map<?, ?> arguments) {
    Arrival arrival = client.arrival();
    ServedTools.Served tool =
        tools
            .visible(arrival, name)
            .orElseThrow(
                () -> {
                  LOG.warn(
                      "{} called a tool that it is not shown: {}",
                      arrival.caller().actor(),
                      tools.serves(name) ? name : "one that does not exist");
                  return new Refusal(
                      ErrorCodes.INVALID_PARAMS,
                      "There is no tool '"
                          + Shown.text(name, NAME_LENGTH)
                          + "' for you; tools/list says which there are");
                });
    Optional<String> gone = arrival.cancelled().get();
    if (gone.isPresent()) {
      return new Called(answers.givenUp(gone.get()), Optional.of("cancelled"));
    }
    try {
      return made(client, tool.spec(), arguments);
    } catch (JournalException e) {
      LOG.warn("{} for {}: {}", name, arrival.caller().actor(), e.getMessage());
      return Called.of(answers.unjournalled(tool.spec()));
    }
  }

  /** What a call of a tool of the door comes to, for what shows results in another form. */
  Outcome read(Arrival arrival, String tool, Json input) {
    return door.perform(
        arrival.caller(),
        door.action(tool, input),
        List.of(),
        new CallControl(arrival.cancelled(), CallControl.NONE.progress()));
  }

  private Called made(Waiting client, ToolSpec spec, Map<?, ?> arguments) {
    Arrival arrival = client.arrival();
    Caller caller = arrival.caller();
    Json input;
    Action action;
    try {
      input = Json.of(arguments);
      switch (spec.name()) {
        case ApprovalTools.REQUEST -> {
          return Called.of(answers.of(spec, requested(arrival, input)));
        }
        case ApprovalTools.STATUS -> {
          return Called.of(
              answers.of(spec, approvals.status(caller, input.as(ApprovalTools.Which.class))));
        }
        default -> action = door.action(spec.name(), input);
      }
    } catch (IllegalArgumentException e) {
      LOG.debug("{} called {} with what is no input", caller.actor(), spec.name());
      return Called.of(answers.invalid(String.valueOf(e.getMessage())));
    }
    Patience patience = new Patience(arrival.cancelled(), nanos.getAsLong());
    Outcome outcome =
        door.perform(caller, action, List.of(), new CallControl(patience, client.progress()));
    if (outcome instanceof Outcome.Refused refused && door.needsApproval(caller, action)) {
      return Called.of(
          answers.approvable(
              refused,
              new Told.Ask(spec.name(), Redaction.redacted(spec.inputSchema(), action.input()))));
    }
    Called called = Called.of(answers.of(spec, outcome));
    return outcome.isDone() || called.error().isEmpty()
        ? called
        : new Called(called.result(), patience.error());
  }

  private Outcome requested(Arrival arrival, Json input) {
    ApprovalTools.Request asked = input.as(ApprovalTools.Request.class);
    boolean shown =
        tools
            .visible(arrival, asked.tool())
            .filter(tool -> tool.spec().effect() != Effect.READ)
            .filter(tool -> !tool.spec().name().equals(ApprovalTools.REQUEST))
            .isPresent();
    if (!shown) {
      return new Outcome.Refused(
          "There is no tool '"
              + Shown.text(asked.tool(), NAME_LENGTH)
              + "' for you that changes anything; tools/list says which there are");
    }
    return approvals.request(arrival.caller(), asked);
  }

  /** How long the call is waited for. */
  private final class Patience implements Supplier<Optional<String>> {
    private final Supplier<Optional<String>> cancelled;
    private final long since;

    Patience(Supplier<Optional<String>> cancelled, long since) {
      this.cancelled = cancelled;
      this.since = since;
    }

    @Override
    public Optional<String> get() {
      return cancelled
          .get()
          .or(() -> late() ? Optional.of("Nobody waits longer than " + timeout) : Optional.empty());
    }

    private boolean late() {
      return nanos.getAsLong() - since >= timeout.toNanos();
    }

    Optional<String> error() {
      return Optional.of(
          cancelled.get().isPresent() ? "cancelled" : late() ? "timeout" : "tool_error");
    }
  }
}
