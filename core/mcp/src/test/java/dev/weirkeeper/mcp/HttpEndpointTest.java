package dev.weirkeeper.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Caller;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Grant;
import dev.weirkeeper.Grants;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.RemoteCall;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HttpEndpointTest {
  private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";

  private final TestServer test = new TestServer();

  @Test
  void a_client_with_a_token_lists_and_calls_tools() throws Exception {
    TestServer granted = granting("ana-bot", Effect.WRITE);

    try (McpServer server = granted.open();
        HttpHost host = HttpHost.withTokens(server, b -> b.scope("weirkeeper.all", Effect.WRITE));
        McpSyncClient client = host.client(Optional.of(host.token("ana-bot", "weirkeeper.all")))) {
      McpSchema.CallToolResult result =
          TestServer.call(client, "item_write", Map.of("table", "orders"));

      assertThat(client.listTools().tools())
          .extracting(McpSchema.Tool::name)
          .contains("item_write");
      assertThat(result.isError()).isFalse();
      assertThat(granted.called).containsExactly("item_write orders");
      assertThat(granted.ledger.text()).contains("https://issuer.example#ana-bot");
    }
  }

  @Test
  void transport_02_a_page_of_another_origin_is_refused() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      for (String origin :
          List.of(
              "https://evil.example",
              "null",
              "http://127.0.0.1.evil.example",
              "http://127.0.0.1@evil.example",
              "http://127.0.0.1:80@evil.example",
              "HTTP://127.0.0.1",
              "http://localhost.",
              "http://localhost:",
              "http://localhost:99999999",
              "http://[::1].evil.example",
              "file://localhost",
              "http://127.0.0.1:8080/path",
              "http://127.0.0.1 https://evil.example")) {
        for (String method : List.of("POST", "GET", "DELETE", "OPTIONS")) {
          HttpResponse<String> answer =
              host.send(
                  host.request()
                      .header("Origin", origin)
                      .method(
                          method,
                          HttpRequest.BodyPublishers.ofString(RawClient.initialize("2025-11-25"))));

          assertThat(answer.statusCode()).as(method + " " + origin).isEqualTo(403);
          assertThat(answer.body()).contains("\"error\"").doesNotContain("evil");
        }
      }
      assertThat(host.endpoint.openSessions()).isZero();
    }
  }

  @Test
  void a_page_of_the_own_machine_is_let_in() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      for (String origin : List.of("http://localhost:6274", "http://127.0.0.1", "http://[::1]:1")) {
        HttpResponse<String> answer =
            host.post(host.request().header("Origin", origin), RawClient.initialize("2025-11-25"));

        assertThat(answer.statusCode()).as(origin).isEqualTo(200);
      }
    }
  }

  @Test
  void a_name_that_was_made_to_point_here_is_refused() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      for (String name :
          List.of(
              "localhost.attacker.example",
              "localhost.",
              "127.0.0.1.evil.example",
              "127.0.0.1:80@evil.example",
              "evil.example",
              "[::ffff:127.0.0.1]",
              "127.1",
              "2130706433",
              "localhost:123456")) {
        for (String method : List.of("POST", "GET", "DELETE")) {
          String answer =
              RawHttp.exchange(
                  host.resource.getPort(),
                  method
                      + " /mcp HTTP/1.1\r\nHost: "
                      + name
                      + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

          // The container itself refuses what is no name at all.
          assertThat(answer).as(method + " " + name).containsPattern("HTTP/1.1 (421|400) ");
        }
      }
      assertThat(
              RawHttp.exchange(
                  host.resource.getPort(),
                  String.join(
                      "\r\n",
                      "GET http://evil.example/mcp HTTP/1.1",
                      "Host: localhost",
                      "Connection: close",
                      "",
                      "")))
          .doesNotContain(" 200 ");
    }
  }

  @Test
  void transport_06_ten_thousand_initializes_leave_what_is_open_alone() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b.sessions(40, 20).rate(1_000_000, 1_000_000))) {
      String session = host.session(host.request());
      int opened = 1;
      for (int i = 0; i < 10_000; i++) {
        HttpResponse<String> answer = host.post(host.request(), RawClient.initialize("2025-11-25"));
        if (answer.statusCode() == 200) {
          opened++;
        } else {
          assertThat(answer.statusCode()).isEqualTo(429);
          assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        }
      }

      assertThat(opened).isEqualTo(20);
      assertThat(host.endpoint.openSessions()).isEqualTo(20);
      assertThat(host.endpoint.knownPrincipals()).isEqualTo(1);
      assertThat(host.post(host.in(session), LIST).body()).contains("item_read");
    }
  }

  @Test
  void sessions_of_many_principals_are_bounded_too() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.withTokens(server, b -> b.sessions(5, 2))) {
      for (int i = 0; i < 5; i++) {
        host.session(host.request().header("Authorization", bearer(host.token("p" + i, ""))));
      }

      HttpResponse<String> answer =
          host.post(
              host.request().header("Authorization", bearer(host.token("late", ""))),
              RawClient.initialize("2025-11-25"));

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }
  }

  @Test
  void a_session_that_nobody_uses_makes_room() throws Exception {
    HttpHost.HandClock time = new HttpHost.HandClock();
    try (McpServer server = test.open();
        HttpHost host =
            HttpHost.open(
                server, b -> b.sessions(1, 1).idle(Duration.ofMinutes(30)).nanos(time::nanos))) {
      String old = host.session(host.request());
      time.pass(Duration.ofMinutes(31));

      String fresh = host.session(host.request());

      assertThat(host.post(host.in(old), LIST).statusCode()).isEqualTo(404);
      assertThat(host.post(host.in(fresh), LIST).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void a_session_ends_with_delete() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      String session = host.session(host.request());

      assertThat(host.send(host.in(session).DELETE()).statusCode()).isEqualTo(204);
      assertThat(host.send(host.in(session).DELETE()).statusCode()).isEqualTo(404);
      assertThat(host.post(host.in(session), LIST).statusCode()).isEqualTo(404);
      assertThat(host.endpoint.openSessions()).isZero();
    }
  }

  @Test
  void the_id_of_a_session_cannot_be_guessed_and_is_no_name_of_it() throws Exception {
    List<RemoteCall> calls = new CopyOnWriteArrayList<>();
    test.observer =
        call -> {
          calls.add(call);
          return error -> {};
        };
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      String session = host.session(host.request());
      host.post(host.in(session), LIST);

      assertThat(session).matches("[A-Za-z0-9_-]{32}");
      assertThat(calls).isNotEmpty();
      assertThat(calls.toString()).contains("transport=TCP").doesNotContain(session);
    }
  }

  @Test
  void transport_09_headers_that_say_something_else_than_the_message_are_refused()
      throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      String session = host.session(host.request());
      String call = RawClient.call(7, "item_write", "{\"table\":\"orders\"}");

      HttpResponse<String> named =
          host.post(
              host.in(session).header("Mcp-Method", "tools/call").header("Mcp-Name", "item_read"),
              call);
      HttpResponse<String> method =
          host.post(host.in(session).header("Mcp-Method", "tools/list"), call);
      HttpResponse<String> broken =
          host.post(host.in(session).header("Mcp-Name", "=?base64?="), call);
      HttpResponse<String> twice =
          host.post(
              host.in(session).header("Mcp-Name", "item_write").header("Mcp-Name", "item_read"),
              call);

      assertThat(List.of(named, method, broken, twice))
          .allSatisfy(
              answer -> {
                assertThat(answer.statusCode()).isEqualTo(400);
                assertThat(answer.body()).contains("-32020");
              });
      assertThat(test.called).isEmpty();
      assertThat(
              host.post(
                      host.in(session)
                          .header("Mcp-Method", "tools/call")
                          .header("Mcp-Name", "=?base64?aXRlbV93cml0ZQ==?="),
                      call)
                  .statusCode())
          .isEqualTo(200);
      assertThat(test.called).containsExactly("item_write orders");
    }
  }

  @Test
  void messages_of_another_era_are_refused_and_say_which_eras_there_are() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      HttpResponse<String> newer =
          host.post(
              host.request().header("MCP-Protocol-Version", "2026-07-28"),
              "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\"}");
      HttpResponse<String> discover =
          host.post(
              host.request(), "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\"}");
      HttpResponse<String> nonsense =
          host.post(
              host.request().header("MCP-Protocol-Version", "1999-01-01"),
              RawClient.initialize("2025-11-25"));

      assertThat(newer.statusCode()).isEqualTo(400);
      assertThat(newer.body()).contains("2025-11-25");
      assertThat(discover.statusCode()).isEqualTo(400);
      assertThat(discover.body()).contains("initialize");
      assertThat(nonsense.statusCode()).isEqualTo(400);
      assertThat(host.post(host.request(), RawClient.initialize("2026-07-28")).body())
          .contains("\"protocolVersion\":\"2025-11-25\"");
    }
  }

  @Test
  void what_is_no_message_gets_a_clear_answer() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      String session = host.session(host.request());
      String deep = "[".repeat(5_000) + "]".repeat(5_000);
      Map<String, String> bad =
          Map.ofEntries(
              Map.entry("", "not JSON"),
              Map.entry("{", "not JSON"),
              Map.entry("[" + LIST + "]", "Batches"),
              Map.entry("{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}", "twice"),
              Map.entry("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", "2.0"),
              Map.entry("{\"jsonrpc\":\"2.0\",\"id\":[],\"method\":\"ping\"}", "id"),
              Map.entry("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", "method"),
              Map.entry("{\"jsonrpc\":\"2.0\",\"id\":1,\"params\":" + deep + "}", "nests"),
              Map.entry("{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}", "not asked"));

      bad.forEach(
          (message, why) -> {
            HttpResponse<String> answer = host.post(host.in(session), message);

            assertThat(answer.statusCode()).as(why).isEqualTo(400);
            assertThat(answer.body()).contains(why).contains("\"jsonrpc\":\"2.0\"");
          });
      HttpResponse<String> latin =
          host.send(
              host.in(session)
                  .POST(
                      HttpRequest.BodyPublishers.ofByteArray(
                          new byte[] {'{', '"', (byte) 0xe9, '"', ':', '1', '}'})));
      assertThat(latin.statusCode()).isEqualTo(400);
      assertThat(latin.body()).contains("UTF-8");
      assertThat(host.post(host.in(session), LIST).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void a_message_that_is_too_large_is_not_read() throws Exception {
    test.with = builder -> builder.messageBytes(64 * 1024);
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      HttpResponse<String> said = host.post(host.request(), "x".repeat(200 * 1024));
      HttpResponse<String> unsaid =
          host.send(
              host.request()
                  .POST(
                      HttpRequest.BodyPublishers.ofInputStream(
                          () -> new ByteArrayInputStream(new byte[100 * 1024]))));

      assertThat(said.statusCode()).isEqualTo(413);
      assertThat(unsaid.statusCode()).isEqualTo(413);
      assertThat(said.body()).contains("65536 bytes");
    }
  }

  @Test
  void who_has_its_answer_may_call_again_at_once() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b.calls(2).rate(10_000, 10_000))) {
      String session = host.session(host.request());
      for (int i = 0; i < 2_000; i++) {
        assertThat(host.post(host.in(session), LIST).statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void who_is_refused_in_the_middle_of_a_message_still_hears_why() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.resource.getPort())) {
      OutputStream out = socket.getOutputStream();
      byte[] head = RawHttp.post("Origin: https://evil.example\r\n", "x".repeat(200_000));
      // Each piece is a packet of its own: a connection that were closed would refuse the next.
      for (int at = 0; at < head.length; at += 2_000) {
        out.write(head, at, Math.min(2_000, head.length - at));
        out.flush();
      }
      out.write(RawHttp.post("Connection: close\r\n", RawClient.initialize("2025-11-25")));

      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 403 ")
          .contains("HTTP/1.1 200 ");
    }
  }

  @Test
  void types_methods_and_sessions_that_are_not_meant_are_told_apart() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      String session = host.session(host.request());
      String id = "\r\nMcp-Session-Id: " + session;
      Map<String, Integer> requests =
          Map.ofEntries(
              Map.entry("POST /mcp|Content-Type: text/plain\r\nAccept: */*" + id, 415),
              Map.entry(
                  "POST /mcp|Content-Type: application/json; charset=latin1\r\nAccept: */*", 415),
              Map.entry(
                  "POST /mcp|Content-Encoding: gzip\r\nContent-Type: application/json\r\nAccept: */*",
                  415),
              Map.entry("POST /mcp|Content-Type: application/json" + id, 406),
              Map.entry(
                  "POST /mcp|Content-Type: application/json\r\nAccept: application/json", 406),
              Map.entry("POST /mcp|Content-Type: ;\r\nAccept: */*" + id, 415),
              Map.entry("POST /mcp|Content-Type: application/json\r\nAccept: ;" + id, 406),
              Map.entry("GET /mcp|X: y" + id, 406),
              Map.entry("GET /mcp|Accept: application/json" + id, 406),
              Map.entry("GET /mcp|Accept: text/event-stream", 400),
              Map.entry("GET /mcp|Accept: text/event-stream\r\nMcp-Session-Id: nobodys", 404),
              Map.entry("DELETE /mcp|X: y", 400),
              Map.entry("PUT /mcp|X: y", 405),
              Map.entry("OPTIONS /mcp|X: y", 405),
              Map.entry(
                  "POST /mcp?access_token=t0p|Content-Type: application/json\r\nAccept: */*", 400),
              Map.entry("DELETE /mcp|X: y" + id + id, 400));
      requests.forEach(
          (request, status) -> {
            String[] parts = request.split("\\|");
            String answer =
                RawHttp.exchange(
                    host.resource.getPort(),
                    parts[0]
                        + " HTTP/1.1\r\nHost: localhost\r\n"
                        + parts[1]
                        + "\r\nContent-Length: "
                        + LIST.length()
                        + "\r\nConnection: close\r\n\r\n"
                        + LIST);

            assertThat(answer).as(request).startsWith("HTTP/1.1 " + status + " ");
          });
    }
  }

  @Test
  void who_asks_too_often_waits() throws Exception {
    HttpHost.HandClock time = new HttpHost.HandClock();
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b.rate(2, 5).nanos(time::nanos))) {
      String session = host.session(host.request());
      for (int i = 0; i < 4; i++) {
        assertThat(host.post(host.in(session), LIST).statusCode()).isEqualTo(200);
      }

      HttpResponse<String> refused = host.post(host.in(session), LIST);

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("Retry-After")).contains("1");
      time.pass(Duration.ofSeconds(1));
      assertThat(host.post(host.in(session), LIST).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void a_call_that_is_cancelled_ends_and_is_not_answered() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    test.handler =
        (input, call) -> {
          began.countDown();
          while (call.stop().isEmpty()) {
            Thread.onSpinWait();
          }
          return new Outcome.Failed("given up");
        };
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      String session = host.session(host.request());
      CompletableFuture<HttpResponse<String>> call =
          CompletableFuture.supplyAsync(
              () ->
                  host.post(
                      host.in(session), RawClient.call(7, "item_read", "{\"table\":\"orders\"}")));
      assertThat(began.await(20, TimeUnit.SECONDS)).isTrue();

      HttpResponse<String> cancel =
          host.post(
              host.in(session),
              "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                  + "\"params\":{\"requestId\":7}}");

      assertThat(cancel.statusCode()).isEqualTo(202);
      assertThat(call.get(20, TimeUnit.SECONDS).body()).doesNotContain("\"id\":7");
      assertThat(server.cancellations().underWay()).isZero();
    }
  }

  @Test
  void a_client_that_vanishes_gives_its_call_up_and_nothing_is_done_twice() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CompletableFuture<String> why = new CompletableFuture<>();
    test.handler =
        (input, call) -> {
          began.countDown();
          Optional<String> cancelled = Optional.empty();
          while (cancelled.isEmpty()) {
            cancelled = call.stop();
            Thread.onSpinWait();
          }
          why.complete(cancelled.get());
          return new Outcome.Failed("given up");
        };
    try (McpServer server = test.open();
        HttpHost host =
            HttpHost.open(server, b -> b.streams(Duration.ofSeconds(5), Duration.ofMillis(20)))) {
      String session = host.session(host.request());
      String body = RawClient.call(7, "item_write", "{\"table\":\"orders\"}");
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.resource.getPort())) {
        socket.getOutputStream().write(RawHttp.post("Mcp-Session-Id: " + session + "\r\n", body));
        assertThat(began.await(20, TimeUnit.SECONDS)).isTrue();
      }

      assertThat(why.get(20, TimeUnit.SECONDS)).contains("gone");
      assertThat(host.post(host.in(session), LIST).statusCode()).isEqualTo(200);
      assertThat(test.called).containsExactly("item_write orders");
    }
  }

  @Test
  void progress_comes_before_the_answer_in_one_stream() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    test.handler =
        (input, call) -> {
          call.progress(1, OptionalLong.of(2), "half");
          return seen.await(20, TimeUnit.SECONDS)
              ? TestServer.done(new TestServer.Result("ok"))
              : new Outcome.Failed("The client did not hear of it");
        };
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      String session = host.session(host.request());

      HttpResponse<Stream<String>> answer =
          host.http.send(
              host.in(session)
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{"
                              + "\"name\":\"item_read\",\"arguments\":{\"table\":\"orders\"},"
                              + "\"_meta\":{\"progressToken\":\"p\"}}}"))
                  .build(),
              HttpResponse.BodyHandlers.ofLines());
      List<String> lines =
          answer
              .body()
              .peek(
                  line -> {
                    if (line.contains("notifications/progress")) {
                      seen.countDown();
                    }
                  })
              .toList();

      assertThat(answer.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/event-stream");
      assertThat(String.join("\n", lines))
          .containsSubsequence("notifications/progress", "\"id\":7")
          .contains("\"isError\":false");
    }
  }

  @Test
  void messages_that_come_slowly_are_bounded() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b.calls(1))) {
      String told = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/whatever\"}";
      String session = host.session(host.request());
      byte[] message =
          RawHttp.post("Mcp-Session-Id: " + session + "\r\nConnection: close\r\n", LIST);
      int held = message.length - 5;
      try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), host.resource.getPort())) {
        slow.getOutputStream().write(message, 0, held);

        while (host.endpoint.messagesBeingRead() == 0) {
          Thread.onSpinWait();
        }
        HttpResponse<String> other = host.post(host.in(session), told);

        assertThat(other.statusCode()).isEqualTo(429);
        assertThat(other.body()).contains("send fewer at a time");
        slow.getOutputStream().write(message, held, 5);
        assertThat(new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .startsWith("HTTP/1.1 200");
      }
      assertThat(host.post(host.in(session), told).statusCode()).isEqualTo(202);
    }
  }

  @Test
  void what_a_session_keeps_of_its_client_is_bounded() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      String large =
          RawClient.initialize("2025-11-25").replace("\"raw\"", '"' + "x".repeat(20_000) + '"');

      HttpResponse<String> refused = host.post(host.request(), large);

      assertThat(refused.statusCode()).isEqualTo(413);
      assertThat(refused.body()).contains("16384 characters");
      assertThat(host.endpoint.openSessions()).isZero();
    }
  }

  @Test
  void invariant_4_whoever_reaches_the_server_without_a_token_is_never_a_person() {
    assertThatThrownBy(() -> HttpEndpoint.ofSdk().unauthenticated(TestServer.ANA))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of kind AGENT");
  }

  @Test
  void a_client_that_listens_anew_is_told_by_its_new_stream() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.open(server, b -> b)) {
      String session = host.session(host.request());
      InputStream old = listen(host, session);
      InputStream anew = listen(host, session);

      host.endpoint.notifyClients("notifications/tools/list_changed", Map.of()).block();

      assertThat(old.read()).isEqualTo(-1);
      assertThat(new String(anew.readNBytes(14), StandardCharsets.UTF_8))
          .isEqualTo("event: message");
    }
  }

  private static InputStream listen(HttpHost host, String session) throws Exception {
    InputStream stream =
        host.http
            .send(host.in(session).GET().build(), HttpResponse.BodyHandlers.ofInputStream())
            .body();
    assertThat(new String(stream.readNBytes(3), StandardCharsets.UTF_8)).isEqualTo(":\n\n");
    return stream;
  }

  @Test
  void a_client_that_does_not_read_holds_no_more_than_its_queue() throws Exception {
    String long64k = "x".repeat(60_000);
    test.handler = (input, call) -> TestServer.done(new TestServer.Result(long64k));
    try (McpServer server = test.open();
        HttpHost host =
            HttpHost.open(
                server,
                b ->
                    b.streams(Duration.ofSeconds(5), Duration.ofMillis(50))
                        .rate(100_000, 100_000)
                        .calls(8))) {
      String session = host.session(host.request());
      try (Socket socket = new Socket()) {
        socket.setReceiveBufferSize(4096);
        socket.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), host.resource.getPort()));
        Thread flood =
            new Thread(
                () -> {
                  try {
                    for (int i = 0; i < 200; i++) {
                      socket
                          .getOutputStream()
                          .write(
                              RawHttp.post(
                                  "Mcp-Session-Id: " + session + "\r\n",
                                  RawClient.call(
                                      1_000 + i, "item_read", "{\"table\":\"orders\"}")));
                    }
                  } catch (IOException e) {
                    // The server has given the client up, which is what is to happen.
                    Thread.currentThread().interrupt();
                  }
                });
        flood.start();

        for (int i = 0; i < 50; i++) {
          assertThat(host.post(host.in(session), LIST).statusCode()).isEqualTo(200);
          assertThat(host.endpoint.openStreams()).isLessThanOrEqualTo(64);
        }
      }
    }
  }

  @Test
  void a_closed_server_ends_sessions_and_takes_none() throws Exception {
    McpServer server = test.open();
    try (HttpHost host = HttpHost.open(server, b -> b)) {
      String session = host.session(host.request());
      CompletableFuture<HttpResponse<String>> listening =
          CompletableFuture.supplyAsync(
              () -> host.send(host.in(session).setHeader("Accept", "text/event-stream").GET()));

      server.close();

      assertThat(listening.get(20, TimeUnit.SECONDS).statusCode()).isIn(200, 404, 503);
      assertThat(host.post(host.in(session), LIST).statusCode()).isEqualTo(503);
      assertThat(host.endpoint.openSessions()).isZero();
    }
  }

  @Test
  void an_endpoint_that_does_not_say_who_clients_are_is_not_built() {
    try (McpServer server = test.open()) {
      Caller agent = TestServer.AGENT;
      URI outside = URI.create("https://pipelines.example/mcp");
      TokenVerifier none = token -> Optional.empty();

      assertThatThrownBy(() -> HttpEndpoint.of(server).build())
          .hasMessageContaining("tokens(…)")
          .hasMessageContaining("unauthenticated(…)");
      assertThatThrownBy(
              () -> HttpEndpoint.of(server).resource(outside).unauthenticated(agent).build())
          .hasMessageContaining("this machine");
      assertThatThrownBy(
              () ->
                  HttpEndpoint.of(server)
                      .hosts("localhost:*", "0.0.0.0:8080")
                      .unauthenticated(agent)
                      .build())
          .hasMessageContaining("this machine");
      assertThatThrownBy(() -> HttpEndpoint.of(server).tokens(none).build())
          .hasMessageContaining("resource(…)");
      assertThatThrownBy(() -> HttpEndpoint.of(server).tokens(none).unauthenticated(agent).build())
          .hasMessageContaining("both");
      assertThatThrownBy(() -> HttpEndpoint.of(server).resource(URI.create("https://u:p@host/mcp")))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  static String bearer(String token) {
    return "Bearer " + token;
  }

  static TestServer granting(String subject, Effect effect) {
    TestServer test = new TestServer();
    test.grants = Grants.of(Grant.to(VerifiedToken.principal(HttpHost.ISSUER, subject), effect));
    return test;
  }
}
