package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.weirkeeper.Json;
import java.util.Map;

/**
 * What a tool's call came to, as the server says it.
 *
 * @param content the tool's result if it is done, else the server's words: {@code outcome}, {@code
 *     reason}, {@code next}
 */
record Reply(Exit exit, JsonNode content) {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Map<String, Exit> EXITS =
      Map.of("DONE", Exit.DONE, "UNKNOWN", Exit.UNKNOWN, "PENDING", Exit.PENDING);

  Reply {
    requireNonNull(exit, "exit");
    requireNonNull(content, "content");
  }

  static Reply of(JsonNode result) {
    JsonNode structured = result.path("structuredContent");
    boolean error = result.path("isError").asBoolean(false);
    JsonNode said = structured.isMissingNode() ? text(result) : structured;
    // Only the server's own words have all three: a result with an outcome is still a result.
    boolean worded = said.has("outcome") && said.has("reason") && said.has("next");
    if (worded) {
      return new Reply(EXITS.getOrDefault(said.path("outcome").asText(), Exit.REFUSED), said);
    }
    return new Reply(error ? Exit.REFUSED : Exit.DONE, said);
  }

  private static JsonNode text(JsonNode result) {
    String text = result.path("content").path(0).path("text").asText("");
    try {
      JsonNode parsed = MAPPER.readTree(text);
      return parsed == null || !parsed.isObject() ? worded(text) : parsed;
    } catch (JsonProcessingException e) {
      return worded(text);
    }
  }

  private static JsonNode worded(String text) {
    return text.isEmpty() ? MissingNode.getInstance() : MAPPER.createObjectNode().put("text", text);
  }

  /** In canonical form, so that scripts compare it. */
  Json json() {
    return content.isMissingNode() ? Json.empty() : Json.parse(content.toString());
  }

  /** What it came to if it is not done, and what to do. */
  Failure failure() {
    String reason = content.path("reason").asText(content.path("text").asText("no reason given"));
    String next = content.path("next").asText("");
    return new Failure(
        exit,
        content.path("outcome").asText("REFUSED")
            + ": "
            + reason
            + (next.isEmpty() ? "" : ". " + next));
  }
}
