package dev.weirkeeper.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The socket through which persons of the machine reach a running server. */
class ControlSocketIT {
  private static final String HELLO =
      """
      {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
      {"jsonrpc":"2.0","method":"notifications/initialized"}
      """;

  @TempDir Path home;

  /** Says a line and reads one back. */
  private record Client(SocketChannel channel, BufferedReader in) implements AutoCloseable {
    static Client to(Path socket) throws IOException {
      SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      return new Client(
          channel,
          new BufferedReader(
              new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8)));
    }

    String ask(String lines) throws IOException {
      channel.write(ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8)));
      return in.readLine();
    }

    String call(String tool, String arguments) throws IOException {
      return ask(
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\""
              + tool
              + "\",\"arguments\":"
              + arguments
              + "}}\n");
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Test
  void a_person_may_do_what_operators_are_granted_and_an_agent_what_agents_are() throws Exception {
    String me = System.getProperty("user.name");
    try (Bed bed = Bed.prepared(home);
        Server server =
            Server.start(
                bed.configured(
                    """
                    mcp: {stdio: {principal: desk}}
                    grants: [{principal: desk}]
                    operators: [{user: %s, up-to: write}]
                    """
                        .formatted(me)),
                event -> {})) {
      server.stream().await("the load", tables -> tables.size() == 2);
      Path state = home.resolve("state");

      String pause = "{\"table\":\"public.orders\",\"reason\":\"looking\"}";
      try (Client person = Client.to(state.resolve(ControlSocket.PERSONS));
          Client agent = Client.to(state.resolve(ControlSocket.AGENTS))) {
        assertThat(person.ask(HELLO)).contains("weirkeeper-shop");
        assertThat(agent.ask(HELLO)).contains("weirkeeper-shop");
        assertThat(agent.call("table_pause", pause)).contains("\"isError\":true");
        assertThat(person.call("table_pause", pause)).contains("\"isError\":false");
      }
      assertThat(Files.readString(state.resolve("audit").resolve(log(state))))
          .contains("host:os:" + me)
          .contains("agent:desk");
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(state.resolve(ControlSocket.PERSONS))))
          .isEqualTo("rw-------");
    }
    assertThat(home.resolve("state").resolve(ControlSocket.PERSONS)).doesNotExist();
  }

  private static String log(Path state) throws IOException {
    try (var files = Files.list(state.resolve("audit"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".jsonl"))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void only_the_user_of_the_server_and_root_may_enter() {
    assertThat(ControlSocket.mayEnter("keeper", "keeper")).isTrue();
    assertThat(ControlSocket.mayEnter("root", "keeper")).isTrue();
    assertThat(ControlSocket.mayEnter("mallory", "keeper")).isFalse();
    assertThat(ControlSocket.mayEnter("keeper2", "root")).isFalse();
  }

  @Test
  void what_a_dead_server_left_behind_is_replaced_and_nothing_else() throws Exception {
    Path folder = privately(home.resolve("f"));
    Path socket = ControlSocket.pathIn(folder, ControlSocket.PERSONS);
    ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    dead.bind(UnixDomainSocketAddress.of(socket));
    dead.close();
    assertThat(socket).exists();

    try (Closing first = new Closing(ControlSocket.forPersons(folder, TestServers.empty()))) {
      assertThatThrownBy(() -> ControlSocket.forPersons(folder, TestServers.empty()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Another server answers");
      assertThat(socket).exists();
      first.socket().drain(1);
      assertThat(socket).doesNotExist();
    }
    Files.writeString(socket, "precious");
    assertThatThrownBy(() -> ControlSocket.forPersons(folder, TestServers.empty()))
        .hasMessageContaining("is no socket");
    assertThat(socket).hasContent("precious");
  }

  private record Closing(ControlSocket socket) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void a_server_that_could_not_start_leaves_the_log_to_the_next_try() throws Exception {
    try (Bed bed = Bed.bare(home, Map.of())) {
      Path configuration = bed.configured("mcp: {stdio: {principal: desk}}");
      assertThatThrownBy(() -> Server.start(configuration, event -> {}));

      bed.prepareTarget();

      try (Server server = Server.start(configuration, event -> {})) {
        server.stream().await("the load", tables -> tables.size() == 2);
      }
    }
  }

  @Test
  void closing_twice_takes_nothing_from_the_server_that_came_after() throws Exception {
    Path folder = privately(home.resolve("g"));
    ControlSocket first = ControlSocket.forPersons(folder, TestServers.empty());
    first.close();

    ControlSocket second = ControlSocket.forPersons(folder, TestServers.empty());
    try {
      first.drain(1);
      first.close();

      assertThat(ControlSocket.pathIn(folder, ControlSocket.PERSONS)).exists();
    } finally {
      second.close();
    }
  }

  @Test
  void a_folder_that_others_may_enter_and_a_path_that_is_too_long_are_refused() throws Exception {
    Path open = privately(home.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-x---"));
    assertThatThrownBy(() -> ControlSocket.forPersons(open, TestServers.empty()))
        .hasMessageContaining("chmod 700");

    Path deep = privately(home.resolve("d".repeat(120)));
    assertThatThrownBy(() -> ControlSocket.forPersons(deep, TestServers.empty()))
        .hasMessageContaining("shorter path");
  }

  private static Path privately(Path folder) throws IOException {
    return Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }
}
