package dev.weirkeeper.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A conversation with a running server over the control socket in its folder: Model Context
 * Protocol, a message a line. The server knows by the operating system who connects. One call at a
 * time; confined to one thread, except {@link #giveUp}.
 */
final class ServerLine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerLine.class);
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final String PROTOCOL = "2025-11-25";
  private static final int LONGEST = 16 << 20;
  private static final int WAITING = 256;
  private static final int METHOD_NOT_FOUND = -32601;
  private static final int PROGRESS_WIDTH = 100;

  /** Of what needs no tool: the server answers at once, or it hangs. */
  private static final Duration QUICK = Duration.ofSeconds(10);

  /** How long somebody who has given up waits for the last word. */
  private static final Duration LAST_WORD = Duration.ofSeconds(2);

  /** Whether a call changes something: then a line that breaks leaves it in doubt. */
  enum Call {
    READS,
    WRITES
  }

  /** What arrived; the end of the line is empty. */
  private record Heard(Optional<JsonNode> message) {}

  private final SocketChannel channel;
  private final Path socket;
  private final Consumer<String> aside;
  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>(WAITING);
  private final Object writing = new Object();
  private JsonNode greeting = MAPPER.createObjectNode();
  private long lastId;

  private ServerLine(SocketChannel channel, Path socket, Consumer<String> aside) {
    this.channel = channel;
    this.socket = socket;
    this.aside = aside;
  }

  /**
   * @param aside hears what is to be said when this process ends during a call
   * @throws Failure if nobody answers there
   */
  static ServerLine to(Path socket, Consumer<String> aside) throws Failure {
    if (Files.notExists(socket)) {
      throw unreachable(socket, "there is no such socket");
    }
    SocketChannel channel;
    try {
      channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    } catch (IOException | UnsupportedOperationException e) {
      throw new Failure(Exit.UNREACHABLE, "This system has no UNIX domain sockets", e);
    }
    ServerLine line = new ServerLine(channel, socket, aside);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      Thread reader = new Thread(line::read, "weirkeeper-control");
      reader.setDaemon(true);
      reader.start();
      line.greet();
      return line;
    } catch (IOException e) {
      line.close();
      throw unreachable(socket, String.valueOf(e.getMessage()));
    } catch (Failure e) {
      line.close();
      throw e;
    }
  }

  private static Failure unreachable(Path socket, String why) {
    return new Failure(
        Exit.UNREACHABLE,
        "No server answers on "
            + socket
            + " ("
            + why
            + "). Is it running, with this folder, as a user who lets you in? 'journal' and"
            + " 'approvals' work without it");
  }

  private void greet() throws Failure {
    ObjectNode params = MAPPER.createObjectNode().put("protocolVersion", PROTOCOL);
    params.putObject("capabilities");
    params.putObject("clientInfo").put("name", "weirkeeper-cli").put("version", "0.1.0");
    greeting = ask("initialize", params);
    send(message("notifications/initialized", MAPPER.createObjectNode()));
  }

  /** What the server calls itself. */
  String server() {
    JsonNode info = greeting.path("serverInfo");
    return (info.path("name").asText("?") + " " + info.path("version").asText("")).strip();
  }

  /** Names of the tools that the server shows to you. */
  Set<String> tools() throws Failure {
    Set<String> names = new TreeSet<>();
    Optional<String> cursor = Optional.empty();
    do {
      ObjectNode params = MAPPER.createObjectNode();
      cursor.ifPresent(from -> params.put("cursor", from));
      JsonNode page = ask("tools/list", params);
      page.path("tools").forEach(tool -> names.add(tool.path("name").asText()));
      cursor = Optional.of(page.path("nextCursor").asText("")).filter(next -> !next.isEmpty());
    } while (cursor.isPresent());
    return names;
  }

  /**
   * Calls a tool and waits for what it came to, however long that takes; the server has its own
   * deadline. When this process is asked to end meanwhile, the server is told that nobody waits.
   *
   * @throws Failure if there is no such tool for you, or the line broke
   */
  Reply call(String tool, ObjectNode input, Call effect, Consumer<String> progress) throws Failure {
    long id = ++lastId;
    ObjectNode params = MAPPER.createObjectNode().put("name", tool);
    params.set("arguments", input);
    params.putObject("_meta").put("progressToken", id);
    CountDownLatch answered = new CountDownLatch(1);
    Thread ending = new Thread(() -> giveUp(id, answered), "weirkeeper-give-up");
    Runtime.getRuntime().addShutdownHook(ending);
    try {
      send(message("tools/call", params).put("id", id));
      return Reply.of(await(id, effect, Optional.empty(), progress));
    } finally {
      answered.countDown();
      keepRunning(ending);
    }
  }

  private static void keepRunning(Thread ending) {
    try {
      Runtime.getRuntime().removeShutdownHook(ending);
    } catch (IllegalStateException e) {
      LOG.debug("The process is ending already", e);
    }
  }

  /** Tells the server that nobody waits for a call, and hears it out for a moment. */
  private void giveUp(long id, CountDownLatch answered) {
    ObjectNode params = MAPPER.createObjectNode().put("requestId", id);
    params.put("reason", "the person at the terminal has given up");
    try {
      send(message("notifications/cancelled", params));
      if (!answered.await(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS)) {
        aside.accept("The server was told that you gave up; 'journal tail' says what it came to");
      }
    } catch (Failure e) {
      LOG.debug("The line is gone, so the server knows", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private JsonNode ask(String method, ObjectNode params) throws Failure {
    long id = ++lastId;
    send(message(method, params).put("id", id));
    return await(id, Call.READS, Optional.of(QUICK), said -> {});
  }

  private static ObjectNode message(String method, ObjectNode params) {
    ObjectNode message = MAPPER.createObjectNode().put("jsonrpc", "2.0").put("method", method);
    message.set("params", params);
    return message;
  }

  private void send(ObjectNode message) throws Failure {
    byte[] line = (message + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      synchronized (writing) {
        ByteBuffer bytes = ByteBuffer.wrap(line);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    } catch (IOException e) {
      throw unreachable(socket, "the line broke: " + e.getMessage());
    }
  }

  /** The result of a request. */
  private JsonNode await(
      long id, Call effect, Optional<Duration> patience, Consumer<String> progress) throws Failure {
    while (true) {
      JsonNode message = next(effect, patience);
      if (message.has("method")) {
        hear(message, id, progress);
      } else if (message.path("id").asLong(-1) == id) {
        if (message.has("error")) {
          throw new Failure(
              Exit.REFUSED,
              "The server says: " + message.path("error").path("message").asText("?"));
        }
        return message.path("result");
      } else if (message.path("id").isNull() && message.has("error")) {
        throw unreachable(socket, "it says: " + message.path("error").path("message").asText("?"));
      }
    }
  }

  private JsonNode next(Call effect, Optional<Duration> patience) throws Failure {
    Heard next;
    try {
      if (patience.isEmpty()) {
        next = heard.take();
      } else {
        next = heard.poll(patience.get().toMillis(), TimeUnit.MILLISECONDS);
        if (next == null) {
          throw unreachable(
              socket, "it gave no answer within " + patience.get().toSeconds() + " s");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(Exit.UNKNOWN, "Interrupted while waiting for the server's answer", e);
    }
    if (next.message().isPresent()) {
      return next.message().get();
    }
    if (effect == Call.WRITES) {
      throw new Failure(
          Exit.UNKNOWN,
          "The line to the server broke before it said what the act came to. It may have happened:"
              + " 'journal tail --kind act' and 'journal unsettled' say; do not try again before");
    }
    throw unreachable(socket, "the line broke before it answered");
  }

  /** Requests and notifications of the server. */
  private void hear(JsonNode message, long call, Consumer<String> progress) throws Failure {
    String method = message.path("method").asText();
    if (method.equals("notifications/progress")) {
      JsonNode said = message.path("params");
      if (said.path("progressToken").asLong(-1) == call) {
        progress.accept(progress(said));
      }
    } else if (message.has("id")) {
      ObjectNode answer = MAPPER.createObjectNode().put("jsonrpc", "2.0");
      answer.set("id", message.get("id"));
      if (method.equals("ping")) {
        answer.putObject("result");
      } else {
        answer
            .putObject("error")
            .put("code", METHOD_NOT_FOUND)
            .put("message", "This client answers no requests");
      }
      send(answer);
    }
  }

  private static String progress(JsonNode said) {
    String far = number(said.path("progress"));
    String total = said.has("total") ? " of " + number(said.path("total")) : "";
    return Table.cut(
        Visible.line((far + total + " " + said.path("message").asText("")).strip()),
        PROGRESS_WIDTH);
  }

  private static String number(JsonNode value) {
    return value.isNumber() ? value.decimalValue().stripTrailingZeros().toPlainString() : "";
  }

  private void read() {
    try (InputStream in = new BufferedInputStream(Channels.newInputStream(channel))) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b == '\n') {
          heard.put(new Heard(Optional.of(MAPPER.readTree(line.toByteArray()))));
          line.reset();
        } else if (line.size() == LONGEST) {
          throw new IOException("a message is longer than " + LONGEST + " bytes");
        } else {
          line.write(b);
        }
      }
      heard.put(new Heard(Optional.empty()));
    } catch (JsonProcessingException e) {
      end("it is no JSON");
    } catch (IOException e) {
      end(e.getClass().getSimpleName());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void end(String why) {
    LOG.debug("The server's words end: {}", why);
    try {
      heard.put(new Heard(Optional.empty()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("The socket did not close in order", e);
    }
  }
}
