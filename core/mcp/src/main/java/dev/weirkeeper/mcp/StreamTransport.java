package dev.weirkeeper.mcp;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Caller;
import dev.weirkeeper.Redaction;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpServerSession;
import io.modelcontextprotocol.spec.McpServerTransportProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Serves one client over two streams, a message a line. What is no message is answered with an
 * error and the next line is read. At the end of the input the answers that are owed are written
 * before the streams are let go.
 */
final class StreamTransport implements McpServerTransportProvider {
  private static final Logger LOG = LoggerFactory.getLogger(StreamTransport.class);

  private final InputStream in;
  private final OutputStream out;
  private final Caller caller;
  private final Connection.Shared shared;
  private final Duration drain;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable Connection connection;

  /**
   * @param drain how long is waited, after the end of the input, for calls that are under way
   */
  StreamTransport(
      InputStream in, OutputStream out, Caller caller, Connection.Shared shared, Duration drain) {
    this.in = requireNonNull(in, "in");
    this.out = requireNonNull(out, "out");
    this.caller = requireNonNull(caller, "caller");
    this.shared = requireNonNull(shared, "shared");
    this.drain = requireNonNull(drain, "drain");
  }

  @Override
  public void setSessionFactory(McpServerSession.Factory sessions) {
    Connection client = new Connection(caller, shared, this::write, sessions);
    connection = client;
    Daemons.named("weirkeeper-mcp-read").newThread(() -> serve(client)).start();
  }

  /** Waits until the client has gone and is served to the end. */
  void await() throws InterruptedException {
    ended.await();
  }

  private void write(String line) throws IOException {
    // In one piece: a reader at the other end is woken once.
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private void serve(Connection client) {
    try {
      read(client);
      client.drain(drain);
    } catch (IOException e) {
      LOG.debug("The client cannot be read any more: {}", Redaction.described(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOG.debug("Reading from the client was interrupted");
    } finally {
      client.close();
      ended.countDown();
    }
  }

  private void read(Connection client) throws IOException, InterruptedException {
    Lines lines = new Lines(in, shared.limits().messageBytes());
    Optional<Lines.Line> next = lines.next();
    while (next.isPresent() && client.isOpen()) {
      Optional<byte[]> line = next.get().bytes();
      if (line.isEmpty()) {
        client.refuse(shared.wire().tooLarge());
      } else if (!isBlank(line.get())) {
        client.accept(line.get());
      }
      next = lines.next();
    }
  }

  private static boolean isBlank(byte[] line) {
    for (byte character : line) {
      if (character != ' ' && character != '\t' && character != '\r') {
        return false;
      }
    }
    return true;
  }

  @Override
  public Mono<Void> notifyClients(String method, Object params) {
    Connection client = connection;
    return client == null
        ? Mono.empty()
        : client.sendMessage(new JSONRPCNotification(method, params));
  }

  @Override
  public void close() {
    Connection client = connection;
    if (client != null) {
      client.close();
    }
    ended.countDown();
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.fromRunnable(this::close);
  }

  @Override
  public List<String> protocolVersions() {
    return Protocol.VERSIONS;
  }
}
