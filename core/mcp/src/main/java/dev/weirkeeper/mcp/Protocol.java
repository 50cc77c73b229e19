package dev.weirkeeper.mcp;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.RemoteCall;
import dev.weirkeeper.spi.CallObserver;
import dev.weirkeeper.spi.ProgressListener;
import io.modelcontextprotocol.server.McpAsyncServerExchange;
import io.modelcontextprotocol.server.McpRequestHandler;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpSchema.InitializeResult;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import io.modelcontextprotocol.spec.McpSchema.LoggingLevel;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.ProtocolVersions;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Answers the requests of the protocol, the same for all transports. Every request runs on the
 * thread that the transport gives it, is watched, and ends in an answer: what is thrown reaches the
 * log and never the client.
 */
final class Protocol {
  /** Oldest first, as the SDK wants them. */
  static final List<String> VERSIONS =
      List.of(
          ProtocolVersions.MCP_2024_11_05,
          ProtocolVersions.MCP_2025_03_26,
          ProtocolVersions.MCP_2025_06_18,
          ProtocolVersions.MCP_2025_11_25);

  /** What a client of another era is answered. */
  private static final String NEWEST = VERSIONS.get(VERSIONS.size() - 1);

  private static final McpSchema.ServerCapabilities CAPABILITIES =
      McpSchema.ServerCapabilities.builder()
          .logging()
          .tools(false)
          .resources(false, false)
          .prompts(false)
          .build();

  private static final Logger LOG = LoggerFactory.getLogger(Protocol.class);

  /** What answers requests. */
  record Parts(
      ServedTools tools, ToolCalls calls, ServedResources resources, ServedPrompts prompts) {}

  /** Who watches, and what sends progress. */
  record Surroundings(CallObserver observer, Executor senders, LongSupplier nanos) {}

  /** A request, with what the transport knows of it. */
  private record Asked(
      McpAsyncServerExchange exchange, Arrival arrival, Map<?, ?> params, Session session) {
    Optional<String> text(String name) {
      Object value = params.get(name);
      if (value == null) {
        return Optional.empty();
      }
      if (!(value instanceof String text)) {
        throw new Refusal(ErrorCodes.INVALID_PARAMS, "params." + name + " is a text");
      }
      return Optional.of(text);
    }

    String required(String name) {
      return text(name)
          .orElseThrow(
              () -> new Refusal(ErrorCodes.INVALID_PARAMS, "params." + name + " is missing"));
    }

    Map<?, ?> object(String name) {
      Object value = params.get(name);
      if (value == null) {
        return Map.of();
      }
      if (!(value instanceof Map<?, ?> members)) {
        throw new Refusal(ErrorCodes.INVALID_PARAMS, "params." + name + " is an object");
      }
      return members;
    }
  }

  private record Answer(Object result, Optional<String> error) {
    static Answer of(Object result) {
      return new Answer(result, Optional.empty());
    }
  }

  @FunctionalInterface
  private interface Method {
    Answer answer(Asked asked);
  }

  /** What is remembered of a session. */
  static final class Session {
    private volatile @Nullable String version;
    private volatile Consumer<LoggingLevel> level = ignored -> {};

    void agreed(String protocolVersion) {
      version = protocolVersion;
    }

    void onLevel(Consumer<LoggingLevel> listener) {
      level = listener;
    }
  }

  private final Parts parts;
  private final Surroundings around;
  private final McpSchema.Implementation info;
  private final String instructions;
  private final Map<String, Method> methods;

  Protocol(Parts parts, Surroundings around, McpSchema.Implementation info, String instructions) {
    this.parts = parts;
    this.around = around;
    this.info = info;
    this.instructions = instructions;
    this.methods =
        Map.of(
            "ping",
            asked -> Answer.of(Map.of()),
            "logging/setLevel",
            this::setLevel,
            "tools/list",
            this::listTools,
            "tools/call",
            this::callTool,
            "resources/list",
            asked -> Answer.of(parts.resources().list(asked.arrival(), asked.text("cursor"))),
            "resources/templates/list",
            asked -> Answer.of(parts.resources().templates(asked.arrival(), asked.text("cursor"))),
            "resources/read",
            asked -> Answer.of(parts.resources().read(asked.arrival(), asked.required("uri"))),
            "prompts/list",
            asked -> Answer.of(parts.prompts().list(asked.arrival(), asked.text("cursor"))),
            "prompts/get",
            asked ->
                Answer.of(
                    parts
                        .prompts()
                        .get(asked.arrival(), asked.required("name"), asked.object("arguments"))));
  }

  /** The requests that are answered, beside {@code initialize}. */
  Set<String> requests() {
    return methods.keySet();
  }

  InitializeResult initialize(InitializeRequest request, Session session) {
    String version =
        VERSIONS.contains(request.protocolVersion()) ? request.protocolVersion() : NEWEST;
    session.agreed(version);
    return InitializeResult.builder(version, CAPABILITIES, info).instructions(instructions).build();
  }

  /** What the SDK calls for the requests of one session. */
  Map<String, McpRequestHandler<?>> handlers(Session session) {
    Map<String, McpRequestHandler<?>> handlers = new HashMap<>();
    methods.forEach(
        (name, method) ->
            handlers.put(
                name,
                (exchange, params) ->
                    Mono.fromSupplier(() -> answered(name, method, exchange, params, session))));
    return handlers;
  }

  private Object answered(
      String name,
      Method method,
      McpAsyncServerExchange exchange,
      @Nullable Object params,
      Session session) {
    if (!(exchange.transportContext().get(Arrival.KEY) instanceof Arrival arrival)) {
      LOG.warn("A transport does not say who sent {}; it is not answered", name);
      throw error(ErrorCodes.INTERNAL_ERROR, Wire.INTERNAL_ERROR);
    }
    Asked asked =
        new Asked(
            exchange, arrival, params instanceof Map<?, ?> members ? members : Map.of(), session);
    CallObserver.Observed observed = begin(call(name, asked));
    Optional<String> error = Optional.of("cancelled");
    try {
      Answer answer = method.answer(asked);
      error = answer.error();
      return answer.result();
    } catch (Refusal e) {
      error = Optional.of(String.valueOf(e.code()));
      throw error(e.code(), String.valueOf(e.getMessage()));
    } catch (Throwable e) {
      // A client can bring about any of them, a stack overflow too; none may end the server.
      error = Optional.of(e.getClass().getName());
      LOG.warn("{} of {} failed: {}", name, arrival.caller().actor(), Redaction.described(e));
      throw error(ErrorCodes.INTERNAL_ERROR, Wire.INTERNAL_ERROR);
    } finally {
      end(observed, error);
    }
  }

  private Answer listTools(Asked asked) {
    Pages.Page<ServedTools.Served> page =
        Pages.of(
            parts.tools().visible(asked.arrival()),
            tool -> tool.spec().name(),
            asked.text("cursor"));
    return Answer.of(
        McpSchema.ListToolsResult.builder(
                page.entries().stream().map(ServedTools.Served::shown).toList())
            .nextCursor(page.next().orElse(null))
            .build());
  }

  private Answer callTool(Asked asked) {
    String name = asked.required("name");
    Map<?, ?> arguments = asked.object("arguments");
    Object token = asked.object("_meta").get("progressToken");
    if (!(token instanceof String || token instanceof Integer || token instanceof Long)) {
      return called(asked, name, arguments, CallControl.NONE.progress());
    }
    try (Progress progress =
        new Progress(
            step -> tell(asked.exchange(), token, step), around.senders(), around.nanos())) {
      return called(asked, name, arguments, progress);
    }
  }

  private Answer called(Asked asked, String name, Map<?, ?> arguments, ProgressListener progress) {
    ToolCalls.Called called =
        parts.calls().call(new ToolCalls.Waiting(asked.arrival(), progress), name, arguments);
    return new Answer(called.result(), called.error());
  }

  private static void tell(McpAsyncServerExchange exchange, Object token, Progress.Step step) {
    try {
      ProgressNotification.Builder notification =
          ProgressNotification.builder(token, (double) step.done())
              .message(Shown.text(step.what(), 256));
      step.total().ifPresent(total -> notification.total((double) total));
      exchange.progressNotification(notification.build()).block();
    } catch (RuntimeException e) {
      LOG.debug("A client could not be told of progress: {}", Redaction.described(e));
    }
  }

  private Answer setLevel(Asked asked) {
    String name = asked.required("level");
    for (LoggingLevel level : LoggingLevel.values()) {
      if (level.name().toLowerCase(Locale.ROOT).equals(name)) {
        asked.session().level.accept(level);
        return Answer.of(Map.of());
      }
    }
    throw new Refusal(ErrorCodes.INVALID_PARAMS, "params.level is none of the levels");
  }

  private RemoteCall call(String method, Asked asked) {
    Arrival arrival = asked.arrival();
    return new RemoteCall(
        method,
        target(method, asked),
        arrival.requestId(),
        arrival.session(),
        Optional.ofNullable(asked.session().version),
        arrival.transport(),
        Optional.of(arrival.caller()),
        asked.params().get("_meta") instanceof Map<?, ?> meta ? Trace.of(meta) : Map.of());
  }

  /** Only names that exist: anybody can send others. */
  private Optional<String> target(String method, Asked asked) {
    if (!(asked.params().get("name") instanceof String name)) {
      return Optional.empty();
    }
    boolean exists =
        switch (method) {
          case "tools/call" -> parts.tools().serves(name);
          case "prompts/get" -> parts.prompts().serves(asked.arrival(), name);
          default -> false;
        };
    return exists ? Optional.of(name) : Optional.empty();
  }

  private CallObserver.Observed begin(RemoteCall call) {
    try {
      return around.observer().begin(call);
    } catch (RuntimeException e) {
      LOG.warn("The observer of calls failed: {}", Redaction.described(e));
      return error -> {};
    }
  }

  private static void end(CallObserver.Observed observed, Optional<String> error) {
    try {
      observed.end(error);
    } catch (RuntimeException e) {
      LOG.warn("The observer of calls failed: {}", Redaction.described(e));
    }
  }

  private static McpError error(int code, String message) {
    return new McpError(new JSONRPCError(code, message));
  }
}
