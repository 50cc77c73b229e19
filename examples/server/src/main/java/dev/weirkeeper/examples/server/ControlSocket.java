package dev.weirkeeper.examples.server;

import dev.weirkeeper.Caller;
import dev.weirkeeper.mcp.McpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the user of this machine reaches a running server: a socket in its folder that speaks the
 * same messages as stdio, a line each. The operating system says who connects, and only the user
 * that the server runs as and root are let in.
 *
 * <p>There are two of them: {@link #PERSONS}, where callers are {@code os:name} of kind HOST, and
 * {@link #AGENTS}, for a client that somebody starts beside a server that runs already, and that
 * has no more rights than one over stdio.
 */
final class ControlSocket implements AutoCloseable {
  /** Where persons connect. */
  static final String PERSONS = "control.sock";

  /** Where agents connect. */
  static final String AGENTS = "agent.sock";

  private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
  private static final String ROOT = "root";
  private static final int MOST = 16;

  /** The shortest that an operating system takes, with the zero behind it. */
  private static final int PATH_BYTES = 104;

  private final Path path;
  private final String owner;
  private final ServerSocketChannel door;
  private final McpServer server;
  private final Function<String, Caller> callers;
  private final AtomicBoolean shut = new AtomicBoolean();
  private final Set<Thread> serving = ConcurrentHashMap.newKeySet();
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

  private ControlSocket(
      Path path,
      String owner,
      ServerSocketChannel door,
      McpServer server,
      Function<String, Caller> callers) {
    this.path = path;
    this.owner = owner;
    this.door = door;
    this.server = server;
    this.callers = callers;
  }

  /** Opens the socket of persons in a folder. See {@link #open}. */
  static ControlSocket forPersons(Path folder, McpServer server) throws IOException {
    return open(
        pathIn(folder, PERSONS),
        server,
        user -> new Caller(Principals.PERSON + user, Caller.Kind.HOST));
  }

  /** Opens the socket of agents in a folder, who are all one principal. See {@link #open}. */
  static ControlSocket forAgents(Path folder, McpServer server, String principal)
      throws IOException {
    Caller agent = new Caller(principal, Caller.Kind.AGENT);
    return open(pathIn(folder, AGENTS), server, user -> agent);
  }

  /**
   * Opens the socket of a folder that nobody else may enter.
   *
   * @throws IOException if the path is too long for a socket, somebody else may enter the folder,
   *     or another server answers there
   */
  private static ControlSocket open(Path path, McpServer server, Function<String, Caller> callers)
      throws IOException {
    requirePrivate(path.resolveSibling("."));
    removeStale(path);
    ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    boolean opened = false;
    try {
      door.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      ControlSocket socket =
          new ControlSocket(path, Files.getOwner(path).getName(), door, server, callers);
      daemon("control-socket", socket::accept).start();
      opened = true;
      return socket;
    } finally {
      if (!opened) {
        door.close();
      }
    }
  }

  /** Where the socket of a folder is. */
  static Path pathIn(Path folder, String file) throws IOException {
    Path path = folder.toAbsolutePath().normalize().resolve(file);
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes >= PATH_BYTES) {
      throw new IOException(
          "The path of the control socket has "
              + bytes
              + " bytes, and operating systems take at most "
              + (PATH_BYTES - 1)
              + "; choose a folder with a shorter path");
    }
    return path;
  }

  private static void requirePrivate(Path folder) throws IOException {
    Set<PosixFilePermission> open = Files.getPosixFilePermissions(folder);
    open.removeAll(PosixFilePermissions.fromString("rwx------"));
    if (!open.isEmpty()) {
      throw new IOException(
          "Others may enter the folder of the control socket; run: chmod 700 on it. It holds the"
              + " log, the door's memory and a key as well");
    }
  }

  /** A socket that nobody answers at was left behind by a server that died. */
  private static void removeStale(Path path) throws IOException {
    if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.readAttributes(
            path, java.nio.file.attribute.BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isOther()) {
      throw new IOException(
          "What is in the place of the control socket is no socket; move it out of the way");
    }
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      throw new IOException(
          "Another server answers at the control socket of this folder; stop it first"
              + (channel.isConnected() ? "" : "."));
    } catch (java.net.SocketException e) {
      LOG.debug("Nobody answers at the control socket of an earlier server: {}", e.toString());
      Files.delete(path);
    }
  }

  private void accept() {
    while (true) {
      SocketChannel client;
      try {
        client = door.accept();
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("The control socket takes no more clients: {}", e.getClass().getName());
        return;
      }
      admit(client);
    }
  }

  private void admit(SocketChannel client) {
    Optional<Caller> caller = Optional.empty();
    String why = "";
    try {
      String user = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
      if (!mayEnter(user, owner)) {
        why = "This socket is for the user that the server runs as";
      } else if (clients.size() >= MOST) {
        why = "There are " + MOST + " clients already; close one";
      } else {
        caller = Optional.of(callers.apply(user));
      }
    } catch (IOException | IllegalArgumentException e) {
      LOG.debug("Who connects is not known: {}", e.getClass().getName());
      why = "The operating system does not say by a plain name who you are";
    }
    if (caller.isEmpty()) {
      LOG.warn("A client of the control socket was refused: {}", why);
      refuse(client, why);
      return;
    }
    Caller known = caller.get();
    clients.add(client);
    Thread thread = daemon("control-client", () -> serve(client, known));
    serving.add(thread);
    thread.start();
  }

  /** Root could read and write the folder anyway. */
  static boolean mayEnter(String user, String owner) {
    return user.equals(owner) || user.equals(ROOT);
  }

  private static void refuse(SocketChannel client, String why) {
    String line =
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32001,\"message\":\""
            + why
            + "\"}}\n";
    try (client) {
      client.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      LOG.debug("Who was refused has gone: {}", e.getClass().getName());
    }
  }

  private void serve(SocketChannel client, Caller caller) {
    try (client) {
      server.serve(new Input(client), new Output(client), caller);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("A client of the control socket has gone: {}", e.getClass().getName());
    } finally {
      clients.remove(client);
      serving.remove(Thread.currentThread());
    }
  }

  /**
   * Lets nobody in any more and takes no more requests; answers that are under way are written.
   *
   * @param patience milliseconds to wait for them
   */
  void drain(long patience) throws IOException, InterruptedException {
    shut();
    for (SocketChannel client : clients) {
      try {
        client.shutdownInput();
      } catch (ClosedChannelException e) {
        LOG.debug("A client has gone by itself");
      }
    }
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patience);
    for (Thread thread : serving) {
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
    }
  }

  /** Once: later the path may be that of another server. */
  private void shut() throws IOException {
    door.close();
    if (!shut.getAndSet(true)) {
      Files.deleteIfExists(path);
    }
  }

  @Override
  public void close() throws IOException {
    shut();
    for (SocketChannel client : clients) {
      client.close();
    }
  }

  private static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  // The streams of java.nio.channels.Channels take turns: while one thread reads, none can write.

  private static final class Input extends InputStream {
    private final SocketChannel channel;

    Input(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      return length == 0 ? 0 : channel.read(ByteBuffer.wrap(bytes, offset, length));
    }
  }

  private static final class Output extends OutputStream {
    private final SocketChannel channel;

    Output(SocketChannel channel) {
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
}
