package dev.weirkeeper.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class HttpFuzzIT {
  private static final int MESSAGES = 24_000;
  private static final int CLIENTS = 4;

  /** Stands for an answer that did not come. */
  private static final int CLOSED = 0;

  private static final long SEED = 20_261_125L;
  private static final List<String> HEADERS =
      List.of(
          "Host: localhost",
          "Host: localhost.attacker.example",
          "Origin: null",
          "Origin: http://localhost:1",
          "Content-Type: application/json",
          "Content-Type: text/plain",
          "Content-Type: application/json; charset=utf-16",
          "Accept: application/json, text/event-stream",
          "Accept: application/json",
          "Accept: ;;;,,,*/*",
          "MCP-Protocol-Version: 2025-11-25",
          "MCP-Protocol-Version: 2026-07-28",
          "Mcp-Method: tools/call",
          "Mcp-Name: item_read",
          "Mcp-Name: =?base64?####?=",
          "Mcp-Session-Id: 0",
          "Last-Event-ID: 1",
          "Content-Encoding: gzip",
          "Expect: 200-maybe",
          "Authorization: Bearer x",
          "Transfer-Encoding: identity",
          "X: " + "y".repeat(500));
  private static final List<String> BODIES =
      List.of(
          RawClient.initialize("2025-11-25"),
          RawClient.call(1, "item_read", "{\"table\":\"orders\"}"),
          RawClient.call(2, "item_write", "{\"table\":\"orders\"}"),
          RawClient.call(
              3, "item_login", "{\"table\":\"orders\",\"password\":\"hunter2-planted\"}"),
          "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"tools/list\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"resources/list\",\"params\":{\"cursor\":\"x\"}}",
          "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"logging/setLevel\",\"params\":{\"level\":\"debug\"}}",
          "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}",
          "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{}}");

  private final TestServer test = new TestServer();

  @Test
  void no_message_over_http_ends_the_server_leaks_or_acts_without_a_record() throws Exception {
    try (McpServer server = test.open();
        HttpHost host =
            HttpHost.open(
                server,
                b ->
                    b.rate(1_000_000, 1_000_000)
                        .sessions(64, 64)
                        .streams(Duration.ofSeconds(2), Duration.ofSeconds(1)))) {
      String session = host.session(host.request());
      ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
      List<Future<Map<Integer, Integer>>> running = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Random random = new Random(SEED + i);
        running.add(clients.submit(() -> fuzz(host.resource.getPort(), session, random)));
      }
      Map<Integer, Integer> statuses = new TreeMap<>();
      for (Future<Map<Integer, Integer>> one : running) {
        one.get().forEach((status, count) -> statuses.merge(status, count, Integer::sum));
      }
      clients.shutdown();

      int answered = statuses.values().stream().mapToInt(Integer::intValue).sum();
      assertThat(answered).as("seed " + SEED + ": " + statuses).isEqualTo(MESSAGES);
      assertThat(statuses)
          .as("seed " + SEED)
          .containsKeys(200, 202, 400, 404, 415)
          .doesNotContainKey(500);
      assertThat(statuses.getOrDefault(CLOSED, 0)).as("seed " + SEED).isLessThan(MESSAGES / 100);
      assertThat(host.endpoint.openSessions()).isLessThanOrEqualTo(64);
      // A call whose client was closed on has nobody who saw its end.
      while (server.cancellations().underWay() > 0) {
        Thread.onSpinWait();
      }
      assertThat(test.called).isNotEmpty();
      assertThat(test.ledger.count("act.started")).isGreaterThanOrEqualTo(acts());
      assertThat(test.ledger.count("act.finished")).isEqualTo(test.ledger.count("act.started"));
      assertThat(test.ledger.text()).doesNotContain("hunter2");
      assertThat(
              host.post(
                      host.in(session), "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"tools/list\"}")
                  .body())
          .contains("item_read");
    }
  }

  /** What changes anything is written down first; what reads is not an act. */
  private long acts() {
    return test.called.stream().filter(call -> !call.startsWith("item_read")).count();
  }

  private static Map<Integer, Integer> fuzz(int port, String session, Random random)
      throws IOException {
    Map<Integer, Integer> statuses = new TreeMap<>();
    int sent = 0;
    while (sent < MESSAGES / CLIENTS) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(20_000);
        InputStream in = new BufferedInputStream(socket.getInputStream());
        boolean open = true;
        while (open && sent < MESSAGES / CLIENTS) {
          sent++;
          Answer answer = exchange(socket, in, message(session, random));
          statuses.merge(answer.status(), 1, Integer::sum);
          open = answer.open();
        }
      }
    }
    return statuses;
  }

  /** A container may close a connection whose last message it could not make out to its end. */
  private static Answer exchange(Socket socket, InputStream in, byte[] message) throws IOException {
    try {
      socket.getOutputStream().write(message);
      return answer(in);
    } catch (SocketException | EOFException e) {
      return new Answer(CLOSED, false);
    }
  }

  private static byte[] message(String session, Random random) {
    String body = mutated(BODIES.get(random.nextInt(BODIES.size())), random);
    byte[] bytes =
        body.getBytes(random.nextInt(20) == 0 ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8);
    // GET only where it cannot open a stream, which would have no end to read to.
    String method =
        List.of("POST", "POST", "POST", "POST", "PUT", "OPTIONS").get(random.nextInt(6));
    StringBuilder head = new StringBuilder(method).append(" /mcp HTTP/1.1\r\n");
    boolean whole = random.nextInt(3) > 0;
    if (whole) {
      head.append("Host: localhost\r\nContent-Type: application/json\r\nAccept: ")
          .append(HttpHost.ACCEPT)
          .append("\r\n");
    }
    if (random.nextInt(4) > 0) {
      head.append("Mcp-Session-Id: ").append(session).append("\r\n");
    }
    for (int i = random.nextInt(whole ? 2 : 6); i > 0; i--) {
      head.append(mutatedHeader(HEADERS.get(random.nextInt(HEADERS.size())), random))
          .append("\r\n");
    }
    head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
    byte[] first = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = new byte[first.length + bytes.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(bytes, 0, all, first.length, bytes.length);
    return all;
  }

  private static String mutatedHeader(String header, Random random) {
    if (random.nextInt(3) > 0) {
      return header;
    }
    int at = header.indexOf(' ') + 1 + random.nextInt(header.length() - header.indexOf(' ') - 1);
    return header.substring(0, at) + (char) (' ' + random.nextInt(220)) + header.substring(at);
  }

  private static String mutated(String body, Random random) {
    StringBuilder text = new StringBuilder(body);
    for (int i = random.nextInt(4); i > 0 && !text.isEmpty(); i--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(6)) {
        case 0 -> text.deleteCharAt(at);
        case 1 -> text.insert(at, (char) random.nextInt(0x2ff));
        case 2 ->
            text.insert(
                at, List.of("{", "[", "\"", "1e999", "null", "\\u0000").get(random.nextInt(6)));
        case 3 -> text.setLength(Math.max(1, at));
        case 4 -> text.insert(at, "[".repeat(random.nextInt(200)));
        default -> text.append(text.substring(at));
      }
    }
    return text.toString();
  }

  private record Answer(int status, boolean open) {}

  private static Answer answer(InputStream in) throws IOException {
    in.mark(1);
    if (in.read() < 0) {
      throw new EOFException("The server closed and did not answer");
    }
    in.reset();
    String status = line(in);
    if (!status.startsWith("HTTP/1.1 ")) {
      // Seen once in some half a million messages: counted as a connection that was given up.
      System.out.println("http fuzz: an answer began with '" + status + "'");
      throw new EOFException("No status line");
    }
    int length = 0;
    boolean chunked = false;
    boolean open = true;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      String small = header.toLowerCase(Locale.ROOT);
      if (small.startsWith("content-length:")) {
        length = Integer.parseInt(small.substring(15).trim());
      }
      chunked |= small.equals("transfer-encoding: chunked");
      open &= !small.equals("connection: close");
    }
    if (chunked) {
      for (int chunk = chunk(in); chunk > 0; chunk = chunk(in)) {
        in.readNBytes(chunk);
        line(in);
      }
      line(in);
    } else {
      in.readNBytes(length);
    }
    return new Answer(Integer.parseInt(status.split(" ")[1]), open);
  }

  private static int chunk(InputStream in) throws IOException {
    return Integer.parseInt(line(in), 16);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("The server closed in the middle of an answer: " + line);
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }
}
