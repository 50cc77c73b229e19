package dev.weirkeeper.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.mcp.HttpEndpoint;
import dev.weirkeeper.mcp.McpServer;
import dev.weirkeeper.mcp.TokenVerifier;
import dev.weirkeeper.spi.AuditSink;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The program of docs/mcp.md. */
class EmbeddingTest {
  private static final String INITIALIZE =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
          + "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}\n";

  private static final class Forgetful implements AuditSink {
    @Override
    public Receipt append(AuditRecord record) {
      return new Receipt(0, record.id());
    }

    @Override
    public void close() {}
  }

  @Test
  void a_host_serves_one_door_over_streams_and_http() throws Exception {
    Toolbox door =
        Toolbox.builder()
            .journal(new Journal(new Forgetful(), Clock.systemUTC()))
            .clock(Clock.systemUTC())
            .build();
    InputStream in = new ByteArrayInputStream(INITIALIZE.getBytes(StandardCharsets.UTF_8));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    URI issuer = URI.create("https://login.example.org");
    TokenVerifier verifier = token -> Optional.empty();

    // spotless:off
    // tag::mcp[]
    McpServer server = McpServer.builder().toolbox(door).name("orders", "1.0").build();
    HttpEndpoint servlet =                                    // mount it at servlet.paths()
        HttpEndpoint.of(server)
            .resource(URI.create("https://pipelines.example.org/mcp"))
            .authorizationServers(issuer).tokens(verifier)
            .scope("pipelines.read", Effect.READ)
            .build();
    server.serve(in, out, new Caller("desk", Caller.Kind.AGENT));   // until its input ends
    // end::mcp[]
    // spotless:on

    assertThat(servlet.paths())
        .containsExactly("/mcp", "/.well-known/oauth-protected-resource/mcp");
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("\"name\":\"orders\"");
    server.close();
  }
}
