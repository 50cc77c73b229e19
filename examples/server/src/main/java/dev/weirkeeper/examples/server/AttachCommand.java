package dev.weirkeeper.examples.server;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/**
 * Joins a client of stdio to a server that runs already: any number of them may, where only one
 * process may run a pipeline. The client is the agent of {@code mcp.stdio}, whoever starts it.
 */
@Command(
    name = "attach",
    description = "Serve MCP over standard input and output by the server that runs already.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:the client ended", "1:no server runs, or it ended", "2:not a command"})
final class AttachCommand implements Callable<Integer> {
  private static final int CHUNK = 8192;

  @ParentCommand private @Nullable ServerCommand server;

  @Override
  public Integer call() throws IOException {
    Path socket =
        ControlSocket.pathIn(requireNonNull(server).configuration().folder(), ControlSocket.AGENTS);
    SocketChannel channel;
    try {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw new IOException(
          "No server with mcp.stdio answers in "
              + socket.getParent()
              + "; start one, or use --stdio to run the pipeline yourself",
          e);
    }
    AtomicBoolean clientEnded = new AtomicBoolean();
    InputStream in = System.in;
    try (channel) {
      Thread toServer = new Thread(() -> send(in, channel, clientEnded), "to-server");
      toServer.setDaemon(true);
      toServer.start();
      receive(channel, System.out);
    }
    if (!clientEnded.get()) {
      throw new IOException("The server ended, or took no more clients");
    }
    return 0;
  }

  private static void send(InputStream in, SocketChannel channel, AtomicBoolean clientEnded) {
    byte[] bytes = new byte[CHUNK];
    try {
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, read);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      // What is still asked is answered; then the server closes.
      clientEnded.set(true);
      channel.shutdownOutput();
    } catch (AsynchronousCloseException e) {
      return;
    } catch (IOException e) {
      System.err.println("weirkeeper-server: the server has gone");
    }
  }

  private static void receive(SocketChannel channel, OutputStream out) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
    while (channel.read(buffer) >= 0) {
      out.write(buffer.array(), 0, buffer.position());
      out.flush();
      buffer.clear();
    }
  }
}
