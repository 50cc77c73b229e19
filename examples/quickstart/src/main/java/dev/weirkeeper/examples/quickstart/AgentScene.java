package dev.weirkeeper.examples.quickstart;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Hash;
import dev.weirkeeper.examples.quickstart.Timeline.Tone;
import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.examples.server.HttpListener;
import dev.weirkeeper.mcp.McpServer;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an agent can do for a paused table, and what it cannot do to anybody's: a client of the
 * official SDK that calls over HTTP, as a model's host would. There is no model here; it is the
 * worst of them, which tries everything.
 */
final class AgentScene implements AutoCloseable {
  /** As whom the agent calls: its grant is READ, and beyond it persons are asked. */
  static final String AGENT = "claude";

  static final Caller ANA = new Caller("ana", Caller.Kind.HOST);
  static final Caller BEN = new Caller("ben", Caller.Kind.HOST);

  private static final List<String> HOSTILE =
      List.of(
          "public.orders",
          "public.orders; DROP TABLE public.orders; --",
          "*",
          "DROP TABLE public.customer CASCADE");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final GovernedStream stream;
  private final Timeline timeline;
  private final McpServer server;
  private final HttpListener http;
  private final McpSyncClient client;

  AgentScene(GovernedStream stream, Timeline timeline) throws IOException {
    this.stream = stream;
    this.timeline = timeline;
    this.server = McpServer.builder().toolbox(stream.toolbox()).build();
    this.http = HttpListener.loopback(server, AGENT);
    URI address = http.address();
    this.client =
        McpClient.sync(
                HttpClientStreamableHttpTransport.builder(
                        address.getScheme() + "://" + address.getAuthority())
                    .endpoint(address.getPath())
                    .build())
            .requestTimeout(PATIENCE)
            .initializationTimeout(PATIENCE)
            .build();
    client.initialize();
    say(Tone.DIM, "an SDK client calls " + address + " and sees " + tools().size() + " tools");
  }

  /** Finds out why a table is paused, asks for leave to mend it, gets it, and mends it. */
  void mend(Asset table) throws IOException {
    String name = table.name();
    Map<?, ?> status = answer("pipeline_status", Map.of("table", name));
    require(status.toString().contains("PAUSED"), "the agent does not see the pause: " + status);
    List<?> incidents =
        member(List.class, answer("incident_list", Map.of("table", name)), "incidents");
    require(!incidents.isEmpty(), "the agent does not see the incident");
    String incident = member(String.class, (Map<?, ?>) incidents.get(0), "incident");
    answer("incident_explain", Map.of("incident", incident, "table", name));
    say(Tone.DIM, "it reads why " + name + " is paused, and has the plan made anew");

    Map<?, ?> proposed = member(Map.class, answer("plan_propose", Map.of("table", name)), "plan");
    Map<String, Object> plan =
        Map.of("table", name, "plan", member(String.class, proposed, "plan"));
    require(
        isRefused(call("plan_apply", plan)), "an agent with a READ grant applied a plan by itself");
    say(Tone.WARN, "it may not apply the plan by itself, and asks persons");

    Hash request =
        new Hash(
            member(
                String.class,
                answer(
                    "approval_request",
                    Map.of(
                        "tool",
                        "plan_apply",
                        "input",
                        plan,
                        "reason",
                        "The shop dropped a column; the plan keeps it at the target.")),
                "request"));
    stream.toolbox().approvals().approve(ANA, request);
    require(isRefused(call("plan_apply", plan)), "one person was enough for what has no undo");
    stream.toolbox().approvals().approve(BEN, request);
    say(Tone.GOOD, "ana and ben, two of the owner's persons, approve this one call");
    answer("plan_apply", plan);
    require(isRefused(call("plan_apply", plan)), "an approval was used twice");
  }

  /** Calls every tool with what should destroy something; nothing but reads may come of it. */
  void destroy() throws IOException {
    Map<String, Integer> came = new TreeMap<>();
    for (McpSchema.Tool tool : tools()) {
      for (String hostile : HOSTILE) {
        CallToolResult result = call(tool.name(), arguments(tool, hostile));
        boolean reads = Boolean.TRUE.equals(tool.annotations().readOnlyHint());
        require(
            reads || isRefused(result), tool.name() + " did something for the agent: " + result);
        came.merge(isRefused(result) ? "refused" : "read", 1, Integer::sum);
      }
    }
    say(Tone.GOOD, "it tries to destroy data with each of them: " + came);
  }

  private List<McpSchema.Tool> tools() {
    return client.listTools().tools();
  }

  private CallToolResult call(String tool, Map<String, Object> arguments) {
    return client.callTool(McpSchema.CallToolRequest.builder(tool).arguments(arguments).build());
  }

  private Map<?, ?> answer(String tool, Map<String, Object> arguments) throws IOException {
    CallToolResult result = call(tool, arguments);
    require(!isRefused(result), tool + " was refused: " + result.content());
    return (Map<?, ?>) result.structuredContent();
  }

  private static <T> T member(Class<T> type, Map<?, ?> answer, String name) throws IOException {
    Object member = answer.get(name);
    if (member == null || !type.isInstance(member)) {
      throw new IOException("an answer has no " + name + " of the promised form");
    }
    return type.cast(member);
  }

  private static boolean isRefused(CallToolResult result) {
    return Boolean.TRUE.equals(result.isError());
  }

  private static Map<String, Object> arguments(McpSchema.Tool tool, String hostile) {
    return object(tool.inputSchema(), hostile);
  }

  private static Map<String, Object> object(Map<?, ?> schema, String hostile) {
    Map<String, Object> members = new LinkedHashMap<>();
    if (schema.get("properties") instanceof Map<?, ?> properties) {
      properties.forEach(
          (name, member) -> {
            if (member instanceof Map<?, ?> form) {
              members.put(String.valueOf(name), value(form, hostile));
            }
          });
    }
    return members;
  }

  private static Object value(Map<?, ?> schema, String hostile) {
    if (schema.get("enum") instanceof List<?> choices && !choices.isEmpty()) {
      return choices.get(0);
    }
    Object type = schema.get("type");
    if ("integer".equals(type) || "number".equals(type)) {
      return 100;
    } else if ("boolean".equals(type)) {
      return true;
    } else if ("array".equals(type)) {
      List<Object> one = new ArrayList<>();
      one.add(schema.get("items") instanceof Map<?, ?> items ? value(items, hostile) : hostile);
      return one;
    } else if ("object".equals(type)) {
      return object(schema, hostile);
    }
    return hostile;
  }

  private void say(Tone tone, String text) {
    timeline.say(tone, "  " + text);
  }

  private static void require(boolean holds, String what) throws IOException {
    if (!holds) {
      throw new IOException(what);
    }
  }

  @Override
  public void close() {
    try {
      client.closeGracefully();
    } finally {
      http.close();
      server.close();
    }
  }
}
