package dev.weirkeeper.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Caller;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Grant;
import dev.weirkeeper.Grants;
import dev.weirkeeper.RemoteCall;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.spec.McpSchema;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HttpEndpointTest {
  private static final String LIST =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";

  private final TestServer test = new TestServer();

  @Test
  void a_client_with_a_token_lists_and_calls_tools() throws Exception {
    TestServer granted = granting("ana-bot", Effect.WRITE);

    try (McpServer server = granted.open();
        HttpHost host = HttpHost.withTokens(server, b -> b.scope("weirkeeper.all", Effect.WRITE));
        McpSyncClient client = host.client(Optional.of(host.token("ana-bot", "weirkeeper.all")))) {
      McpSchema.CallToolResult result =
          TestServer.call(client, "item_write", Map.of("table", "orders"));

      assertThat(client.listTools().tools()).extracting(McpSchema.Tool::name).contains("item_write");
      assertThat(result.isError()).isFalse();
      assertThat(granted.called).containsExactly("item_write orders");
      assertThat(granted.ledger.text()).contains("https://issuer.example#ana-bot");
    }
  }

  static TestServer granting(String subject, Effect effect) {
    TestServer test = new TestServer();
    test.grants =
        Grants.of(Grant.to(VerifiedToken.principal(HttpHost.ISSUER, subject), effect));
    return test;
  }
}
