package dev.weirkeeper.mcp;

import static dev.weirkeeper.mcp.TestServer.AGENT;
import static dev.weirkeeper.mcp.TestServer.done;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Outcome;
import dev.weirkeeper.RemoteCall;
import dev.weirkeeper.Toolbox;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionTest {
  private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}";
  private static final String PONG = "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":{}}";

  private final TestServer world = new TestServer();
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final List<McpServer> open = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    open.forEach(McpServer::close);
  }

  private RawClient connect() {
    return connect(world.door());
  }

  private RawClient connect(Toolbox door) {
    McpServer server = world.over(door);
    open.add(server);
    return new RawClient(server.connect(AGENT, answers::add), answers);
  }

  private RawClient initialized() {
    RawClient client = connect();
    client.initialize();
    return client;
  }

  @Test
  void what_is_no_message_is_answered_and_the_next_one_is_taken() {
    RawClient client = initialized();

    client.send("{\"jsonrpc\":\"2.0\",\"id\":1,");
    assertThat(client.next()).contains("\"id\":null", "-32700");
    client.send("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]");
    assertThat(client.next()).contains("-32600", "Batches");
    client.send("[".repeat(100_000));
    assertThat(client.next()).contains("-32600", "nests deeper");
    client.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}");
    assertThat(client.next()).contains("-32600", "twice");
    client.send("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}");
    assertThat(client.next()).contains("-32600", "An id is");
    client.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}");
    assertThat(client.next()).contains("-32600", "\"id\":1");
    client.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":[]}");
    assertThat(client.next()).contains("-32600", "Params are");
    client.send(PING);
    assertThat(client.next()).isEqualTo(PONG);
  }

  @Test
  void a_call_before_the_session_is_initialized_is_answered_at_once() {
    RawClient client = connect();

    client.send(RawClient.call(1, "item_read", "{\"table\":\"a\"}"));
    assertThat(client.next()).contains("-32600", "send initialize first");
    client.send(RawClient.initialize("2025-11-25"));
    client.next();
    client.send(RawClient.call(2, "item_read", "{\"table\":\"a\"}"));
    assertThat(client.next()).contains("-32600", "send notifications/initialized first");
    client.send(PING);
    assertThat(client.next()).isEqualTo(PONG);

    assertThat(world.called).isEmpty();
  }

  @Test
  void a_client_of_another_era_is_answered_the_newest_that_we_speak() {
    RawClient client = connect();

    client.send("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"server/discover\",\"params\":{}}");
    assertThat(client.next()).contains("-32601", "\"id\":0");
    client.send(RawClient.initialize("2026-07-28"));
    assertThat(client.next()).contains("\"protocolVersion\":\"2025-11-25\"");
  }

  @Test
  void an_older_client_is_answered_its_own_version() {
    RawClient client = connect();

    client.send(RawClient.initialize("2025-03-26"));

    assertThat(client.next()).contains("\"protocolVersion\":\"2025-03-26\"");
  }

  @Test
  void initialize_counts_once_and_only_in_its_form() {
    RawClient client = connect();

    client.send(
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":7}}");
    assertThat(client.next()).contains("-32602");
    client.send(RawClient.initialize("2025-11-25"));
    assertThat(client.next()).contains("serverInfo");
    client.send(RawClient.initialize("2025-11-25"));
    assertThat(client.next()).contains("-32600", "initialized already");
  }

  @Test
  void a_call_that_is_cancelled_hears_why_and_is_not_answered() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    BlockingQueue<String> stopped = new LinkedBlockingQueue<>();
    world.handler =
        (input, call) -> {
          begun.countDown();
          while (call.stop().isEmpty()) {
            Thread.onSpinWait();
          }
          stopped.add(call.stop().get());
          return new Outcome.Failed("stopped");
        };
    List<Optional<String>> ends = new CopyOnWriteArrayList<>();
    world.observer = (RemoteCall call) -> ends::add;
    RawClient client = initialized();

    client.send(RawClient.call(7, "item_read", "{\"table\":\"a\"}"));
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    client.send(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7,\"reason\":\"too slow\"}}");

    assertThat(stopped.poll(20, TimeUnit.SECONDS)).contains("too slow");
    client.send(PING);
    assertThat(client.next()).isEqualTo(PONG);
    while (open.get(0).cancellations().underWay() > 0) {
      Thread.onSpinWait();
    }
    world.handler = (input, call) -> done(new TestServer.Result("again"));
    client.send(RawClient.call(7, "item_read", "{\"table\":\"a\"}"));
    assertThat(client.next()).contains("\"id\":7", "again");
    assertThat(ends).contains(Optional.of("cancelled"));
  }

  @Test
  void a_call_that_is_cancelled_before_its_turn_is_never_made() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    world.handler =
        (input, call) -> {
          go.await();
          return done(new TestServer.Result("ok"));
        };
    RawClient client = initialized();
    for (int i = 0; i < 8; i++) {
      client.send(RawClient.call(i, "item_read", "{\"table\":\"first\"}"));
    }

    client.send(RawClient.call(99, "item_read", "{\"table\":\"late\"}"));
    client.send(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":99}}");
    go.countDown();
    for (int i = 0; i < 8; i++) {
      assertThat(client.next()).contains("ok").doesNotContain("\"id\":99");
    }

    client.send(RawClient.call(100, "item_read", "{\"table\":\"after\"}"));
    assertThat(client.next()).contains("\"id\":100");
    assertThat(world.called).doesNotContain("item_read late").hasSize(9);
  }

  @Test
  void invariant_2_an_id_that_is_under_way_is_not_called_again() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    world.handler =
        (input, call) -> {
          go.await();
          return done(new TestServer.Result("ok"));
        };
    RawClient client = initialized();

    client.send(RawClient.call(7, "item_write", "{\"table\":\"a\"}"));
    client.send(RawClient.call(7, "item_write", "{\"table\":\"a\"}"));
    assertThat(client.next()).contains("\"id\":null", "same id");
    go.countDown();
    assertThat(client.next()).contains("\"id\":7", "ok");

    assertThat(world.called).hasSize(1);
    assertThat(client.hasAnswer()).isFalse();
  }

  @Test
  void an_id_is_free_again_as_soon_as_its_answer_is_seen() {
    McpServer server = world.open();
    open.add(server);
    List<RawClient> self = new CopyOnWriteArrayList<>();
    AtomicInteger seen = new AtomicInteger();
    Connection connection =
        server.connect(
            AGENT,
            line -> {
              answers.add(line);
              if (line.contains("\"id\":7") && seen.incrementAndGet() == 1) {
                self.get(0).send(RawClient.call(7, "item_read", "{\"table\":\"b\"}"));
              }
            });
    RawClient client = new RawClient(connection, answers);
    self.add(client);
    client.initialize();

    client.send(RawClient.call(7, "item_read", "{\"table\":\"a\"}"));

    assertThat(client.next()).contains("\"id\":7", "result");
    assertThat(client.next()).contains("\"id\":7", "result");
    assertThat(world.called).containsExactly("item_read a", "item_read b");
  }

  @Test
  void a_client_that_goes_gives_up_its_calls() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    BlockingQueue<String> stopped = new LinkedBlockingQueue<>();
    world.handler =
        (input, call) -> {
          begun.countDown();
          while (call.stop().isEmpty()) {
            Thread.onSpinWait();
          }
          stopped.add(call.stop().get());
          return new Outcome.Refused("stopped");
        };
    McpServer server = world.open();
    open.add(server);
    Connection connection = server.connect(AGENT, answers::add);
    RawClient client = new RawClient(connection, answers);
    client.initialize();
    client.send(RawClient.call(1, "item_write", "{\"table\":\"a\"}"));
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

    connection.close();

    assertThat(stopped.poll(20, TimeUnit.SECONDS)).contains("The client has gone");
    assertThat(world.called).hasSize(1);
  }

  @Test
  void invariant_2_a_client_that_goes_does_not_break_an_act_off_in_the_middle() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    BlockingQueue<String> came = new LinkedBlockingQueue<>();
    world.handler =
        (input, call) -> {
          begun.countDown();
          try {
            go.await();
            came.add("done");
          } catch (InterruptedException e) {
            came.add("broken off");
            throw e;
          }
          return done(new TestServer.Result("ok"));
        };
    McpServer server = world.open();
    open.add(server);
    Connection connection = server.connect(AGENT, answers::add);
    RawClient client = new RawClient(connection, answers);
    client.initialize();
    client.send(RawClient.call(1, "item_write", "{\"table\":\"a\"}"));
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

    connection.close();
    go.countDown();

    assertThat(came.poll(20, TimeUnit.SECONDS)).isEqualTo("done");
  }

  @Test
  void a_client_that_goes_leaves_nothing_behind_of_what_was_waiting() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    world.handler =
        (input, call) -> {
          go.await();
          return done(new TestServer.Result("ok"));
        };
    McpServer server = world.open();
    open.add(server);
    Connection connection = server.connect(AGENT, answers::add);
    RawClient client = new RawClient(connection, answers);
    client.initialize();
    for (int i = 0; i < 20; i++) {
      client.send(RawClient.call(i, "item_write", "{\"table\":\"a\"}"));
    }

    connection.close();
    client.send(RawClient.call(21, "item_write", "{\"table\":\"late\"}"));

    assertThat(server.cancellations().underWay()).isLessThanOrEqualTo(8);
    go.countDown();
    assertThat(world.called).doesNotContain("item_write late");
  }

  @Test
  void the_reader_goes_on_while_tools_run() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    world.handler =
        (input, call) -> {
          go.await();
          return done(new TestServer.Result("late"));
        };
    RawClient client = initialized();

    client.send(RawClient.call(1, "item_read", "{\"table\":\"a\"}"));
    client.send("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}");
    assertThat(client.next()).contains("\"id\":2");
    go.countDown();
    assertThat(client.next()).contains("\"id\":1", "late");
  }

  @Test
  void a_client_that_does_not_read_its_answers_is_not_read_any_more() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch reads = new CountDownLatch(1);
    AtomicInteger taken = new AtomicInteger();
    world.with = builder -> builder.inFlight(4);
    McpServer server = world.open();
    open.add(server);
    Connection connection =
        server.connect(
            AGENT,
            line -> {
              answers.add(line);
              if (line.contains("\"id\":0")) {
                stuck.countDown();
                hold(reads);
              }
            });
    RawClient client = new RawClient(connection, answers);
    client.initialize();

    // Before the first answer is stuck, others may get through and make room for more.
    client.send(RawClient.call(0, "item_read", "{\"table\":\"a\"}"));
    taken.incrementAndGet();
    hold(stuck);
    Thread sender =
        new Thread(
            () -> {
              for (int i = 1; i < 50; i++) {
                client.send(RawClient.call(i, "item_read", "{\"table\":\"a\"}"));
                taken.incrementAndGet();
              }
            });
    sender.start();
    while (sender.isAlive() && sender.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }

    assertThat(taken.get()).isLessThanOrEqualTo(5);
    reads.countDown();
    sender.join();
    Set<String> ids = new TreeSet<>();
    for (int i = 0; i < 50; i++) {
      ids.add(client.next().replaceAll(".*\"id\":(\\d+).*", "$1"));
    }
    assertThat(ids).hasSize(50);
  }

  @Test
  void a_client_that_does_not_read_progress_does_not_hold_up_the_tool() throws Exception {
    CountDownLatch reads = new CountDownLatch(1);
    CountDownLatch finished = new CountDownLatch(1);
    BlockingQueue<String> blocked = new LinkedBlockingQueue<>();
    world.handler =
        (input, call) -> {
          call.progress(1, OptionalLong.empty(), "one");
          blocked.take();
          for (int i = 2; i < 10_000; i++) {
            call.progress(i, OptionalLong.empty(), "more");
          }
          finished.countDown();
          return done(new TestServer.Result("ok"));
        };
    McpServer server = world.open();
    open.add(server);
    Connection connection =
        server.connect(
            AGENT,
            line -> {
              answers.add(line);
              if (line.contains("notifications/progress")) {
                blocked.add("now");
                hold(reads);
              }
            });
    RawClient client = new RawClient(connection, answers);
    client.initialize();

    client.send(
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"item_read\","
            + "\"arguments\":{\"table\":\"a\"},\"_meta\":{\"progressToken\":1}}}");

    assertThat(finished.await(20, TimeUnit.SECONDS)).isTrue();
    reads.countDown();
    assertThat(client.next()).contains("notifications/progress");
    assertThat(client.next()).contains("\"id\":1", "ok");
    client.send(PING);
    assertThat(client.next()).isEqualTo(PONG);
  }

  @Test
  void an_answer_that_was_not_asked_for_is_passed_over() {
    RawClient client = initialized();

    client.send("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{}}");
    client.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/whatever\",\"params\":{}}");
    client.send(PING);

    assertThat(client.next()).isEqualTo(PONG);
  }

  private static void hold(CountDownLatch until) {
    try {
      until.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
