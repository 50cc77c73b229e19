package dev.weirkeeper.mcp;

import static dev.weirkeeper.mcp.TestServer.AGENT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weirkeeper.Budget;
import dev.weirkeeper.Budgets;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Toolbox;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Messages that are almost right, very many of them, at the endpoint of streams. */
class FuzzIT {
  private static final long SEED = Long.getLong("fuzz.seed", 20261125L);
  private static final int MESSAGES = Integer.getInteger("fuzz.messages", 150_000);
  private static final int SESSIONS = 20;
  private static final String PLANTED = "hunter2";
  private static final String LAST = "the-last-request";

  private final TestServer world = new TestServer();
  private final JsonMapper mapper = new JsonMapper();

  @Test
  void invariant_2_no_message_ends_the_server_leaks_a_secret_or_acts_unjournalled()
      throws Exception {
    world.ledger.forgetful = true;
    world.budgets =
        Budgets.STANDARD.with(
            Budget.of("items", "item_*").acts(2_000).freezeAfter(1_000_000, Duration.ofMinutes(1)));
    world.handler =
        (input, call) -> {
          if (input.table().startsWith("e")) {
            throw new IllegalStateException("jdbc:postgresql://app:" + PLANTED + "@db/x");
          }
          return input.table().startsWith("f")
              ? new Outcome.Failed("password=" + PLANTED + " is wrong")
              : TestServer.done(new TestServer.Result(input.table()));
        };
    world.with = builder -> builder.messageBytes(16 * 1024).inFlight(64);
    Toolbox door = world.door();
    long before = used();
    long answers = 0;
    try (McpServer server = world.over(door)) {
      for (int session = 0; session < SESSIONS; session++) {
        Replies replies = new Replies();
        server.serve(new Lines(SEED + session, MESSAGES / SESSIONS), replies, AGENT);
        assertThat(replies.leaked).as("seed %d, session %d", SEED, session).isNull();
        assertThat(replies.last).as("seed %d, session %d", SEED, session).isTrue();
        answers += replies.count;
      }
      assertThat(server.cancellations().underWay()).isZero();
    }

    long runs = world.called.size();
    // One that was cancelled after it was written down and before it was made is no run.
    assertThat(world.ledger.count("act.started")).isBetween(runs, runs + MESSAGES / 1_000);
    assertThat(world.ledger.count("act.finished")).isEqualTo(world.ledger.count("act.started"));
    assertThat(runs).as("messages that reached a tool").isGreaterThan(MESSAGES / 100);
    assertThat(answers).as("answers").isGreaterThan(MESSAGES / 4);
    assertThat(used() - before).as("bytes of heap more than before").isLessThan(64L << 20);
    System.out.println(
        "fuzz: seed "
            + SEED
            + ", "
            + MESSAGES
            + " messages, "
            + answers
            + " answers, "
            + runs
            + " calls of tools");
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** Looks at what is answered. */
  private final class Replies extends OutputStream {
    private long count;
    private boolean last;
    private String leaked;

    @Override
    public void write(int b) throws IOException {
      throw new IOException("Answers are written in one piece");
    }

    @Override
    public void write(byte[] bytes) throws IOException {
      String line = new String(bytes, StandardCharsets.UTF_8);
      if (line.contains(PLANTED) || line.contains("jdbc:")) {
        leaked = line;
      }
      last |= line.contains(LAST);
      if (++count % 20 == 0) {
        JsonNode answer = mapper.readTree(line);
        assertThat(answer.path("jsonrpc").asText()).isEqualTo("2.0");
      }
    }
  }

  /** Messages that were right before something was done to them. */
  private static final class Lines extends InputStream {
    private static final List<String> FRAMES =
        List.of(
            RawClient.initialize("2025-11-25"),
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/list\",\"params\":{\"cursor\":\"aXRlbQ\"}}",
            RawClient.call(4, "item_read", "{\"table\":\"a\"}"),
            RawClient.call(5, "item_write", "{\"table\":\"b\"}"),
            RawClient.call(6, "item_read", "{\"table\":\"exception\"}"),
            RawClient.call(7, "item_read", "{\"table\":\"failed\"}"),
            RawClient.call(8, "item_login", "{\"table\":\"c\",\"password\":\"x\"}"),
            RawClient.call(9, "item_word", "{\"table\":\"c\",\"words\":\"x\"}"),
            RawClient.call(
                10,
                "approval_request",
                "{\"tool\":\"item_word\",\"input\":{\"table\":\"c\",\"words\":\"x\"},\"reason\":\"y\"}"),
            RawClient.call(11, "approval_status", "{}"),
            "{\"jsonrpc\":\"2.0\",\"id\":12,\"method\":\"tools/call\",\"params\":{\"name\":\"item_read\","
                + "\"arguments\":{\"table\":\"p\"},\"_meta\":{\"progressToken\":1,\"traceparent\":\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"}}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":4,\"reason\":\"no\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":13,\"method\":\"resources/list\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":14,\"method\":\"resources/read\",\"params\":{\"uri\":\"weirkeeper://tables/a\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":15,\"method\":\"prompts/get\",\"params\":{\"name\":\"triage_incident\",\"arguments\":{\"table\":\"a\"}}}",
            "{\"jsonrpc\":\"2.0\",\"id\":16,\"method\":\"logging/setLevel\",\"params\":{\"level\":\"debug\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":\"17\",\"method\":\"ping\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":18,\"result\":{\"action\":\"accept\"}}");
    private static final List<String> VALUES =
        List.of(
            "null",
            "true",
            "[]",
            "{}",
            "\"\"",
            "-0",
            "1e999999999",
            "1E400",
            "9".repeat(120),
            "9".repeat(2000),
            "-9007199254740993",
            "0.1",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "01",
            "NaN",
            "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
            "\"" + "x".repeat(300) + "\"");

    private final Random random;
    private final int count;
    private int made;
    private byte[] line = new byte[0];
    private int position;

    Lines(long seed, int count) {
      this.random = new Random(seed);
      this.count = count;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) {
      if (position == line.length) {
        if (made > count + 2) {
          return -1;
        }
        line = next();
        position = 0;
        made++;
      }
      int taken = Math.min(length, line.length - position);
      System.arraycopy(line, position, into, from, taken);
      position += taken;
      return taken;
    }

    private byte[] next() {
      if (made < 2) {
        return bytes(FRAMES.get(made) + "\n");
      } else if (made > count + 1) {
        // After a line of its own, whatever was sent before.
        return bytes("\n{\"jsonrpc\":\"2.0\",\"id\":\"" + LAST + "\",\"method\":\"ping\"}\n");
      }
      String frame = FRAMES.get(random.nextInt(FRAMES.size()));
      if (random.nextInt(4) == 0) {
        return bytes(frame.replaceFirst("\"id\":\\d+", "\"id\":" + random.nextInt(1_000)) + "\n");
      }
      byte[] bytes = bytes(frame);
      int times = 1 + random.nextInt(3);
      for (int i = 0; i < times; i++) {
        bytes = mutated(bytes);
      }
      byte[] ended = Arrays.copyOf(bytes, bytes.length + 1);
      ended[bytes.length] = '\n';
      return ended;
    }

    private byte[] mutated(byte[] bytes) {
      if (bytes.length == 0) {
        return bytes;
      }
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      int at = random.nextInt(bytes.length);
      return switch (random.nextInt(8)) {
        case 0 -> {
          bytes[at] ^= (byte) (1 << random.nextInt(8));
          yield bytes;
        }
        case 1 -> raw(text.substring(0, at));
        case 2 -> raw(text.substring(0, at) + text.substring(random.nextInt(bytes.length)));
        case 3 -> raw(other() + text);
        case 4 -> raw(twice(text));
        case 5 -> raw(value(text));
        case 6 -> raw(nested(text));
        default -> raw(text.substring(0, at) + (char) random.nextInt(256) + text.substring(at));
      };
    }

    /** Half of another message before this one. */
    private String other() {
      String other = FRAMES.get(random.nextInt(FRAMES.size()));
      return random.nextBoolean() ? other : other.substring(0, random.nextInt(other.length()));
    }

    private String twice(String text) {
      List<Integer> open = new ArrayList<>();
      for (int i = text.indexOf('{'); i >= 0; i = text.indexOf('{', i + 1)) {
        open.add(i);
      }
      if (open.isEmpty()) {
        return text;
      }
      int at = open.get(random.nextInt(open.size())) + 1;
      String name = List.of("id", "method", "table", "name", "params", "x").get(random.nextInt(6));
      return text.substring(0, at) + "\"" + name + "\":1," + text.substring(at);
    }

    private String value(String text) {
      List<Integer> colons = new ArrayList<>();
      for (int i = text.indexOf("\":"); i >= 0; i = text.indexOf("\":", i + 1)) {
        colons.add(i + 2);
      }
      if (colons.isEmpty()) {
        return text;
      }
      int at = colons.get(random.nextInt(colons.size()));
      int end = at;
      while (end < text.length() && ",}".indexOf(text.charAt(end)) < 0) {
        end++;
      }
      return text.substring(0, at)
          + VALUES.get(random.nextInt(VALUES.size()))
          + text.substring(end);
    }

    private String nested(String text) {
      int depth = random.nextInt(100);
      int at = text.indexOf("\"table\":");
      return at < 0
          ? "{\"a\":".repeat(depth) + text + "}".repeat(depth)
          : text.substring(0, at + 8)
              + "[".repeat(depth)
              + "]".repeat(depth)
              + text.substring(Math.min(text.length(), at + 11));
    }

    private static byte[] raw(String text) {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }
}
