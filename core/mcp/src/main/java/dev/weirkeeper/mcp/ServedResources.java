package dev.weirkeeper.mcp;

import dev.weirkeeper.Effect;
import dev.weirkeeper.JournalException;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Redaction;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What clients can attach to a conversation: each resource is the answer of a tool that reads, and
 * reading it is calling that tool at the door, as the same caller. Those whose tool the caller is
 * not shown are no resources to it.
 */
final class ServedResources {
  private static final String SCHEME = "weirkeeper://";
  private static final String JSON = "application/json";
  private static final int LONGEST = 1024;

  /**
   * A resource, or a family of them.
   *
   * @param path below the scheme: {@code tables/{table}}
   * @param tool whose answer it is
   */
  private record Source(String path, String tool, String description) {
    /** Name of the argument that the path ends with. */
    Optional<String> argument() {
      int brace = path.indexOf('{');
      return brace < 0
          ? Optional.empty()
          : Optional.of(path.substring(brace + 1, path.length() - 1));
    }

    String prefix() {
      return path.substring(0, path.indexOf('{'));
    }

    String uri() {
      return SCHEME + path;
    }
  }

  private static final List<Source> SOURCES =
      List.of(
          new Source("status", "pipeline_status", "How the pipeline stands"),
          new Source("tables", "catalog_list_tables", "The tables"),
          new Source("tables/{table}", "catalog_describe_table", "Schema of a table"),
          new Source("contracts", "contract_list", "The contracts in force"),
          new Source("contracts/{table}", "contract_explain", "The contract of a table"),
          new Source("incidents", "incident_list", "Open incidents"),
          new Source("incidents/{incident}", "incident_explain", "An incident"),
          new Source("plans/{table}", "plan_show", "What is planned for a table"),
          new Source("journal", "decision_list", "The newest decisions in the journal"),
          new Source("journal/{decision}", "decision_explain", "A decision, and what led to it"));

  private final ServedTools tools;
  private final ToolCalls calls;
  private final int largest;

  ServedResources(ServedTools tools, ToolCalls calls, int largest) {
    this.tools = tools;
    this.calls = calls;
    this.largest = largest;
  }

  McpSchema.ListResourcesResult list(Arrival arrival, Optional<String> cursor) {
    Pages.Page<Source> page =
        Pages.of(
            visible(arrival).stream().filter(source -> source.argument().isEmpty()).toList(),
            Source::uri,
            cursor);
    return McpSchema.ListResourcesResult.builder(
            page.entries().stream()
                .map(
                    source ->
                        McpSchema.Resource.builder(source.uri(), source.path())
                            .description(source.description())
                            .mimeType(JSON)
                            .build())
                .toList())
        .nextCursor(page.next().orElse(null))
        .build();
  }

  McpSchema.ListResourceTemplatesResult templates(Arrival arrival, Optional<String> cursor) {
    Pages.Page<Source> page =
        Pages.of(
            visible(arrival).stream().filter(source -> source.argument().isPresent()).toList(),
            Source::uri,
            cursor);
    return McpSchema.ListResourceTemplatesResult.builder(
            page.entries().stream()
                .map(
                    source ->
                        McpSchema.ResourceTemplate.builder(source.uri(), source.prefix() + "one")
                            .description(source.description())
                            .mimeType(JSON)
                            .build())
                .toList())
        .nextCursor(page.next().orElse(null))
        .build();
  }

  /**
   * @throws Refusal if there is no such resource for the caller, or it cannot be read now
   */
  McpSchema.ReadResourceResult read(Arrival arrival, String uri) {
    for (Source source : visible(arrival)) {
      Optional<Json> input = input(source, uri);
      if (input.isPresent()) {
        Json result = result(arrival, source, input.get());
        return McpSchema.ReadResourceResult.builder(
                List.of(
                    McpSchema.TextResourceContents.builder(uri, Answers.inert(result.text()))
                        .mimeType(JSON)
                        .build()))
            .build();
      }
    }
    throw none();
  }

  private Json result(Arrival arrival, Source source, Json input) {
    Outcome outcome;
    try {
      outcome = calls.read(arrival, source.tool(), input);
    } catch (IllegalArgumentException e) {
      throw none();
    } catch (JournalException e) {
      throw new Refusal(
          ErrorCodes.INTERNAL_ERROR, "The host's journal cannot be written; nothing is answered");
    }
    if (outcome instanceof Outcome.Done done) {
      if (done.result().text().getBytes(StandardCharsets.UTF_8).length > largest) {
        throw new Refusal(
            ErrorCodes.INVALID_PARAMS,
            "It is larger than "
                + largest
                + " bytes; call the tool "
                + source.tool()
                + " with arguments that narrow it");
      }
      return Redaction.redacted(done.result());
    }
    String why =
        outcome instanceof Outcome.Refused refused
            ? refused.reason()
            : outcome instanceof Outcome.Failed failed ? failed.error() : "it is not known";
    throw new Refusal(
        ErrorCodes.INVALID_PARAMS, "It cannot be read now: " + Shown.text(why, LONGEST));
  }

  /** Arguments of the tool, if the address is one of this source. */
  private static Optional<Json> input(Source source, String uri) {
    if (uri.length() > LONGEST) {
      return Optional.empty();
    }
    if (source.argument().isEmpty()) {
      return uri.equals(source.uri()) ? Optional.of(Json.empty()) : Optional.empty();
    }
    String prefix = SCHEME + source.prefix();
    if (!uri.startsWith(prefix) || uri.length() == prefix.length()) {
      return Optional.empty();
    }
    String raw = uri.substring(prefix.length());
    if (raw.indexOf('/') >= 0 || raw.indexOf('?') >= 0 || raw.indexOf('#') >= 0) {
      return Optional.empty();
    }
    try {
      // A plus sign is one in a path; only forms mean a space by it.
      String value = URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
      return Optional.of(Json.of(Map.of(source.argument().get(), value)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private List<Source> visible(Arrival arrival) {
    List<String> shown =
        tools.visible(arrival).stream()
            .filter(tool -> tool.spec().effect() == Effect.READ)
            .map(tool -> tool.spec().name())
            .toList();
    return SOURCES.stream()
        .filter(source -> shown.contains(source.tool()))
        .sorted(Comparator.comparing(Source::uri))
        .toList();
  }

  private static Refusal none() {
    return new Refusal(
        ErrorCodes.RESOURCE_NOT_FOUND,
        "There is no such resource for you; resources/list and resources/templates/list say which"
            + " there are");
  }
}
