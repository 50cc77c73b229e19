package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Caller;
import dev.weirkeeper.Domain;
import dev.weirkeeper.Domains;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.mcp.McpServer;
import dev.weirkeeper.spi.Tool;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A host of real parts: journal, door and MCP server on the control socket of a folder. */
final class RunningHost implements AutoCloseable {
  private final JsonLinesSink sink;
  private final Toolbox door;
  private final McpServer server;
  private final ServerSocketChannel socket;
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

  private RunningHost(
      JsonLinesSink sink, Toolbox door, McpServer server, ServerSocketChannel socket) {
    this.sink = sink;
    this.door = door;
    this.server = server;
    this.socket = socket;
  }

  /**
   * @param person who may write, and approve what others ask for
   */
  static RunningHost in(Path folder, Caller person, List<Tool<?, ?>> tools) throws IOException {
    JsonLinesSink sink = JsonLinesSink.open(folder.resolve("audit"), Clock.systemUTC());
    Toolbox door =
        Toolbox.builder()
            .journal(new Journal(sink, Clock.systemUTC()))
            .clock(Clock.systemUTC())
            .memory(DoorMemory.in(folder.resolve("door")))
            .limit(Effect.WRITE)
            .grant(person.principal(), Effect.WRITE)
            .grant("claude", Effect.READ)
            .domains(
                Domains.of(Domain.named("sales").owning("shop:*").approvedBy(person.principal())))
            .tools(() -> tools)
            .build();
    McpServer server = McpServer.builder().toolbox(door).name("test-host", "1.0").build();
    ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    socket.bind(UnixDomainSocketAddress.of(folder.resolve("control.sock")));
    RunningHost host = new RunningHost(sink, door, server, socket);
    start("control-accept", () -> host.accept(person));
    return host;
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept(Caller person) {
    try {
      while (true) {
        SocketChannel client = socket.accept();
        clients.add(client);
        start("control-client", () -> serve(client, person));
      }
    } catch (ClosedChannelException e) {
      // The test is over.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(SocketChannel client, Caller person) {
    try (client;
        OutputStream out = new Writing(client)) {
      server.serve(Channels.newInputStream(client), out, person);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      clients.remove(client);
    }
  }

  /** The streams of {@link Channels} take turns: while one is read from, none is written to. */
  private static final class Writing extends OutputStream {
    private final SocketChannel channel;

    Writing(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  Toolbox door() {
    return door;
  }

  /** The lines break, as they do when a server is killed. */
  void hangUp() throws IOException {
    for (SocketChannel client : clients) {
      client.close();
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    hangUp();
    server.close();
    sink.close();
  }
}
