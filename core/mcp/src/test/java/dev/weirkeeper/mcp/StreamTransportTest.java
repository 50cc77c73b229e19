package dev.weirkeeper.mcp;

import static dev.weirkeeper.mcp.TestServer.AGENT;
import static dev.weirkeeper.mcp.TestServer.done;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StreamTransportTest {
  private static final String BEGIN =
      RawClient.initialize("2025-11-25")
          + "\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";
  private static final String LIST =
      "{\"jsonrpc\":\"2.0\",\"id\":\"l\",\"method\":\"tools/list\"}\n";

  private final TestServer world = new TestServer();

  private List<String> served(InputStream in) throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (McpServer server = world.open()) {
      server.serve(in, out, AGENT);
    }
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static InputStream input(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void hold(CountDownLatch until) {
    try {
      until.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A stream that has nothing, and does something before it says so. */
  private static InputStream ending(Runnable before) {
    return new InputStream() {
      @Override
      public int read() {
        before.run();
        return -1;
      }

      @Override
      public int read(byte[] into, int from, int length) {
        return read();
      }
    };
  }

  @Test
  void answers_that_are_owed_when_the_input_ends_are_written() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    world.handler =
        (input, call) -> {
          ended.await(20, TimeUnit.SECONDS);
          return done(new TestServer.Result("late"));
        };
    InputStream end = ending(ended::countDown);

    List<String> lines =
        served(
            new SequenceInputStream(
                input(
                    BEGIN
                        + RawClient.call(1, "item_read", "{\"table\":\"a\"}")
                        + "\n"
                        + RawClient.call(2, "item_read", "{\"table\":\"b\"}")),
                end));

    assertThat(lines).hasSize(3);
    assertThat(lines).filteredOn(line -> line.contains("late")).hasSize(2);
  }

  @Test
  void calls_that_do_not_end_are_given_up_when_the_client_has_gone_for_long() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    world.with = builder -> builder.drain(Duration.ofMillis(50));
    world.handler =
        (input, call) -> {
          begun.countDown();
          while (call.stop().isEmpty()) {
            Thread.onSpinWait();
          }
          stopped.countDown();
          return done(new TestServer.Result("late"));
        };

    List<String> lines =
        served(
            new SequenceInputStream(
                input(BEGIN + RawClient.call(1, "item_read", "{\"table\":\"a\"}") + "\n"),
                ending(() -> hold(begun))));

    assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(lines).hasSize(1);
  }

  @Test
  void a_line_that_is_too_long_is_passed_over_without_being_kept() throws Exception {
    world.with = builder -> builder.messageBytes(2048);
    InputStream endless =
        new InputStream() {
          private long left = 16L * 1024 * 1024;

          @Override
          public int read() {
            return left-- > 0 ? 'x' : -1;
          }

          @Override
          public int read(byte[] into, int from, int length) {
            if (left <= 0) {
              return -1;
            }
            java.util.Arrays.fill(into, from, from + length, (byte) 'x');
            left -= length;
            return length;
          }
        };

    List<String> lines =
        served(
            new SequenceInputStream(
                input(BEGIN), new SequenceInputStream(endless, input("\n" + LIST))));

    assertThat(lines).hasSize(3);
    assertThat(lines.get(1)).contains("-32600", "larger than 2048 bytes");
    assertThat(lines.get(2)).contains("\"id\":\"l\"", "item_read");
  }

  @Test
  void lines_may_end_as_elsewhere_be_empty_or_be_no_text_at_all() throws Exception {
    InputStream wrong = new ByteArrayInputStream(new byte[] {'"', (byte) 0xc3, '"', '\n'});

    List<String> lines =
        served(
            new SequenceInputStream(
                input(BEGIN.replace("\n", "\r\n") + "\r\n\n  \n"),
                new SequenceInputStream(wrong, input(LIST))));

    assertThat(lines).hasSize(3);
    assertThat(lines.get(1)).contains("-32700", "not UTF-8");
    assertThat(lines.get(2)).contains("item_read");
  }

  @Test
  void a_client_that_cannot_be_written_to_any_more_has_gone() throws Exception {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    try (McpServer server = world.open()) {
      server.serve(input(BEGIN + LIST.repeat(100)), broken, AGENT);
    }

    assertThat(world.called).isEmpty();
  }

  @Test
  void closing_the_server_ends_the_serving_of_a_client_that_says_nothing() throws Exception {
    McpServer server = world.open();
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    InputStream silent =
        ending(
            () -> {
              reading.countDown();
              hold(never);
            });
    Thread serving =
        new Thread(
            () -> {
              try {
                server.serve(silent, new ByteArrayOutputStream(), AGENT);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    serving.start();
    assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();

    server.close();

    serving.join(20_000);
    assertThat(serving.isAlive()).isFalse();
    never.countDown();
  }
}
