package dev.weirkeeper.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command says to whoever started it, by its exit status. */
class AttachTest {
  @TempDir Path home;

  private final StringWriter said = new StringWriter();

  @FunctionalInterface
  private interface Conversation {
    void with(SocketChannel client) throws IOException;
  }

  private int attach(InputStream typed, Conversation server) throws Exception {
    Files.createDirectories(home.resolve("state"));
    Path configuration =
        Files.writeString(
            home.resolve("pipeline.yaml"),
            """
            name: shop
            folder: state
            source:
              system: shop
              url: jdbc:postgresql://db.example/shop
              tables: [public.orders]
            target:
              system: warehouse
              url: jdbc:postgresql://dw.example/warehouse
            mcp: {stdio: {principal: desk}}
            """);
    InputStream before = System.in;
    try (ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      door.bind(UnixDomainSocketAddress.of(home.resolve("state").resolve(ControlSocket.AGENTS)));
      CompletableFuture<Void> serving =
          CompletableFuture.runAsync(
              () -> {
                try (SocketChannel client = door.accept()) {
                  server.with(client);
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      System.setIn(typed);
      PrintWriter out = new PrintWriter(said, true);
      int status = ServerCommand.run(out, out, "attach", "--config", configuration.toString());
      serving.get();
      return status;
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void a_client_that_ends_by_itself_ends_well() throws Exception {
    int status =
        attach(
            new ByteArrayInputStream(new byte[0]),
            client -> assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1));

    assertThat(status).as(said.toString()).isZero();
  }

  @Test
  void a_server_that_ends_while_its_client_goes_on_is_no_good_end() throws Exception {
    try (PipedOutputStream typing = new PipedOutputStream();
        PipedInputStream typed = new PipedInputStream(typing)) {
      int status = attach(typed, client -> {});

      assertThat(status).isEqualTo(1);
      assertThat(said.toString()).contains("The server ended");
    }
  }
}
