package dev.weirkeeper.mcp;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Caller;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Connects a client of the SDK to a server in the same process, for tests and for agents that are
 * embedded: {@code McpClient.sync(InMemoryTransport.to(server, caller)).build()}. Every message is
 * written as JSON and read again, as over any other transport.
 */
public final class InMemoryTransport implements McpClientTransport {
  private final McpServer server;
  private final Caller caller;
  private final Object sending = new Object();
  private volatile @Nullable Connection connection;

  private InMemoryTransport(McpServer server, Caller caller) {
    this.server = requireNonNull(server, "server");
    this.caller = requireNonNull(caller, "caller");
  }

  /**
   * A transport for one client.
   *
   * @param caller who the client is to the door
   */
  public static InMemoryTransport to(McpServer server, Caller caller) {
    return new InMemoryTransport(server, caller);
  }

  @Override
  public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> client) {
    return Mono.fromRunnable(
        () -> {
          if (connection != null) {
            throw new IllegalStateException("The transport is connected already; make another");
          }
          connection =
              server.connect(
                  caller,
                  line ->
                      client
                          .apply(Mono.just(McpSchema.deserializeJsonRpcMessage(Wire.MAPPER, line)))
                          .subscribe());
        });
  }

  @Override
  public Mono<Void> sendMessage(JSONRPCMessage message) {
    return Mono.fromRunnable(() -> send(message));
  }

  private void send(JSONRPCMessage message) {
    Connection server = connection;
    if (server == null) {
      throw new IllegalStateException("The transport is not connected; call connect(…) first");
    }
    try {
      byte[] line = Wire.MAPPER.writeValueAsString(message).getBytes(StandardCharsets.UTF_8);
      synchronized (sending) {
        server.accept(line);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("The message cannot be written as JSON", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the server was busy", e);
    }
  }

  @Override
  public void close() {
    Connection server = connection;
    if (server != null) {
      server.close();
    }
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.fromRunnable(this::close);
  }

  @Override
  public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
    return Wire.MAPPER.convertValue(data, type);
  }

  @Override
  public List<String> protocolVersions() {
    return Protocol.VERSIONS;
  }
}
