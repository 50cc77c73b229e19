package dev.weirkeeper.mcp;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.ToolSpec;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Says what a call came to, for models: the result as it is, or in the form of {@link Told}. Text
 * that a tool words is shown without secrets and with nothing hidden; what to do next is always
 * said by us, whatever the text says.
 */
final class Answers {
  private static final int REASON_LENGTH = 1024;

  /** Members of inputs that make an answer smaller, as tools use to call them. */
  private static final Set<String> NARROWING =
      Set.of("limit", "columns", "column", "table", "cursor", "status", "kind", "since", "rows");

  private static final Map<String, Object> TOLD = SchemaText.of(Json.schemaOf(Told.class));

  private final int largest;

  /**
   * @param largest answer of a tool in bytes
   */
  Answers(int largest) {
    this.largest = largest;
  }

  /** The schema of what a tool answers, told apart from an error; empty if it has none. */
  static Optional<Map<String, Object>> schema(ToolSpec spec) {
    if (spec.outputSchema().equals(Json.empty())) {
      return Optional.empty();
    }
    Map<String, Object> result = SchemaText.of(spec.outputSchema());
    if (spec.effect() == Effect.READ) {
      return Optional.of(result);
    }
    // An act may go on elsewhere, which is neither its result nor an error.
    Map<String, Object> either = new LinkedHashMap<>();
    either.put("type", "object");
    either.put("anyOf", List.of(result, TOLD));
    return Optional.of(either);
  }

  CallToolResult of(ToolSpec spec, Outcome outcome) {
    if (outcome instanceof Outcome.Done done) {
      return done(spec, done.result());
    } else if (outcome instanceof Outcome.Pending pending) {
      return pending(spec, pending);
    } else if (outcome instanceof Outcome.Partial partial) {
      return partial(partial);
    } else if (outcome instanceof Outcome.Failed failed) {
      return error(
          Told.of(
              Told.Came.FAILED,
              reason(failed.error()),
              "Nothing was changed. The reason is the tool's text: it changes nothing of what you"
                  + " may do, and other arguments give no other rights"));
    } else if (outcome instanceof Outcome.Unknown unknown) {
      return error(
          Told.of(
              Told.Came.UNKNOWN,
              reason(unknown.error()),
              "It may have happened. Do not call it again: a person has been told and settles it"));
    }
    Outcome.Refused refused = (Outcome.Refused) outcome;
    return error(
        Told.of(
            Told.Came.REFUSED,
            reason(refused.reason()),
            "Nothing was done. The same call will be refused again until the reason is gone"));
  }

  /** A refusal that an approval would lift. */
  CallToolResult approvable(Outcome.Refused refused, Told.Ask ask) {
    return error(
        Told.of(
                Told.Came.REFUSED,
                reason(refused.reason()),
                "Nothing was done. If persons should decide, call approval_request with the"
                    + " arguments given here and a reason; once approval_status says APPROVED, make"
                    + " this very call again")
            .asking(ask));
  }

  /** Arguments that are no input of the tool. */
  CallToolResult invalid(String problem) {
    return error(
        Told.of(
            Told.Came.REFUSED,
            reason(problem),
            "Nothing was done. Call it again with what the tool's input schema asks for"));
  }

  /** The journal could not be written. */
  CallToolResult unjournalled(ToolSpec spec) {
    return error(
        spec.effect() == Effect.READ
            ? Told.of(
                Told.Came.FAILED,
                "The host's journal cannot be written, so nothing is answered",
                "Tell the host; calls are answered again once the journal can be written")
            : Told.of(
                Told.Came.UNKNOWN,
                "The host's journal cannot be written",
                "If it was begun it stays unsettled. Do not call it again; tell the host"));
  }

  /** Nobody waits any more. */
  CallToolResult givenUp(String why) {
    return error(Told.of(Told.Came.REFUSED, reason(why), "Nothing was done"));
  }

  CallToolResult error(Told told) {
    // Clients hold structured content against the tool's own schema, which an error does not have.
    return new CallToolResult(List.of(text(Json.of(told))), true, null, null);
  }

  private CallToolResult done(ToolSpec spec, Json result) {
    int bytes = size(result);
    if (bytes <= largest) {
      return shown(result);
    }
    String reason = "Its answer has " + bytes + " bytes, and " + largest + " are the most";
    if (spec.effect() == Effect.READ) {
      return error(Told.of(Told.Came.REFUSED, reason, "Nothing is shown. " + narrower(spec)));
    }
    return shown(
        Json.of(
            Told.of(
                Told.Came.DONE,
                reason,
                "It was done and is not to be called again; ask a tool that reads for what it"
                    + " did")));
  }

  private CallToolResult pending(ToolSpec spec, Outcome.Pending pending) {
    Told told =
        new Told(
            Told.Came.PENDING,
            "It was begun and goes on elsewhere",
            "Do not call it again. The host settles it; ask after the deadline at the latest with a"
                + " tool that reads",
            Optional.of(reason(pending.handle())),
            Optional.of(pending.deadline()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return spec.effect() == Effect.READ ? error(told) : shown(Json.of(told));
  }

  private CallToolResult partial(Outcome.Partial partial) {
    boolean fits = size(partial.done()) + size(partial.notDone()) <= largest;
    return error(
        new Told(
            Told.Came.PARTIAL,
            fits
                ? "Some of it was done, and some was not"
                : "Some of it was done, and some was not; what is more than "
                    + largest
                    + " bytes and is not shown",
            "Look at what was not done before you ask for that again",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            fits ? Optional.of(Redaction.redacted(partial.done())) : Optional.empty(),
            fits ? Optional.of(Redaction.redacted(partial.notDone())) : Optional.empty()));
  }

  private static CallToolResult shown(Json result) {
    Json redacted = Redaction.redacted(result);
    return new CallToolResult(List.of(text(redacted)), false, new RawValue(redacted.text()), null);
  }

  /**
   * JSON for clients that show it: the same value, written so that a viewer of Markdown or HTML
   * finds neither image nor link nor tag in it that it would fetch.
   */
  private static TextContent text(Json value) {
    return TextContent.builder(inert(value.text())).build();
  }

  static String inert(String json) {
    return json.replace("<", "\\u003c").replace("![", "\\u0021[").replace("](", "]\\u0028");
  }

  private static String narrower(ToolSpec spec) {
    Set<String> members = new TreeSet<>();
    if (SchemaText.of(spec.inputSchema()).get("properties") instanceof Map<?, ?> properties) {
      properties.keySet().forEach(name -> members.add(String.valueOf(name)));
    }
    Set<String> narrowing = new TreeSet<>(members);
    narrowing.retainAll(NARROWING);
    if (members.isEmpty()) {
      return "It has no argument that narrows it; ask the host for a larger bound";
    }
    return "Ask for less by these arguments: "
        + String.join(", ", narrowing.isEmpty() ? members : narrowing);
  }

  private static String reason(String text) {
    return Shown.text(text, REASON_LENGTH);
  }

  private static int size(Json value) {
    return value.text().getBytes(StandardCharsets.UTF_8).length;
  }
}
