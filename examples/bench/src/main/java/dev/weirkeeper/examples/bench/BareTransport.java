package dev.weirkeeper.examples.bench;

import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpServerSession;
import io.modelcontextprotocol.spec.McpServerTransport;
import io.modelcontextprotocol.spec.McpServerTransportProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Joins a client and a server of the SDK in one process, writing each message as JSON and reading
 * it again: the least that there is between them. For one client.
 */
final class BareTransport implements McpServerTransportProvider, McpServerTransport {
  private static final McpJsonMapper MAPPER = McpJsonDefaults.getMapper();

  private McpServerSession.@Nullable Factory sessions;
  private @Nullable McpServerSession session;
  private @Nullable Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> client;

  @Override
  public void setSessionFactory(McpServerSession.Factory factory) {
    sessions = factory;
  }

  @Override
  public List<String> protocolVersions() {
    return List.of("2025-11-25");
  }

  McpClientTransport client() {
    return new Client();
  }

  private static JSONRPCMessage again(JSONRPCMessage message) {
    try {
      return McpSchema.deserializeJsonRpcMessage(MAPPER, MAPPER.writeValueAsString(message));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> T present(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("The transport is not connected; build server and client");
    }
    return part;
  }

  @Override
  public Mono<Void> sendMessage(JSONRPCMessage message) {
    return Mono.fromRunnable(
        () -> present(client).apply(Mono.fromSupplier(() -> again(message))).subscribe());
  }

  @Override
  public Mono<Void> notifyClients(String method, Object params) {
    return present(session).sendNotification(method, params);
  }

  @Override
  public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
    return MAPPER.convertValue(data, type);
  }

  @Override
  public void close() {}

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.empty();
  }

  private final class Client implements McpClientTransport {
    @Override
    public List<String> protocolVersions() {
      return BareTransport.this.protocolVersions();
    }

    @Override
    public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
      return Mono.fromRunnable(
          () -> {
            client = handler;
            session = present(sessions).create(BareTransport.this);
          });
    }

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message) {
      return Mono.defer(() -> present(session).handle(again(message)));
    }

    @Override
    public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
      return MAPPER.convertValue(data, type);
    }

    @Override
    public Mono<Void> closeGracefully() {
      return Mono.empty();
    }
  }
}
