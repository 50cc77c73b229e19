package dev.weirkeeper.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many calls at once over the standard streams of a process, with lines between that are none. */
class StdioSoakIT {
  private static final int CALLERS = 8;
  private static final int CALLS = 5_000;
  private static final int EVERY = 100;
  private static final List<String> WRONG =
      List.of("{\"jsonrpc\":", "no message", "[]", "{\"a\":1,\"a\":2}", "[".repeat(500));

  @TempDir Path folder;

  @Test
  void no_call_is_lost_and_none_is_answered_twice() throws Exception {
    Path errors = folder.resolve("stderr");
    Process server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                SoakServer.class.getName())
            .redirectError(errors.toFile())
            .start();
    try (BufferedReader answers =
        new BufferedReader(
            new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
      OutputStream to = server.getOutputStream();
      send(to, RawClient.initialize("2025-11-25"));
      assertThat(answers.readLine()).contains("serverInfo");
      send(to, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        int first = i * CALLS;
        Thread caller = new Thread(() -> call(to, first));
        caller.start();
        callers.add(caller);
      }
      Thread end =
          new Thread(
              () -> {
                try {
                  for (Thread caller : callers) {
                    caller.join();
                  }
                  // At once: what is owed is answered all the same.
                  to.close();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      end.start();

      Map<String, Integer> seen = new HashMap<>();
      int wrong = 0;
      JsonMapper mapper = new JsonMapper();
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        JsonNode answer = mapper.readTree(line);
        if (answer.path("id").isNull()) {
          wrong++;
        } else {
          String id = answer.path("id").asText();
          assertThat(answer.path("result").path("structuredContent").path("done").asText())
              .isEqualTo("t" + id);
          seen.merge(id, 1, Integer::sum);
        }
      }

      assertThat(seen).hasSize(CALLERS * CALLS);
      assertThat(seen.values()).containsOnly(1);
      assertThat(wrong).isEqualTo(CALLERS * CALLS / EVERY);
      assertThat(server.waitFor(Duration.ofSeconds(30).toMillis(), TimeUnit.MILLISECONDS)).isTrue();
      assertThat(server.exitValue()).isZero();
      assertThat(Files.readString(errors))
          .contains("Something that a library prints")
          .contains("served 40000 started 40000 finished 40000");
    } finally {
      server.destroyForcibly();
    }
  }

  private static void call(OutputStream to, int first) {
    for (int i = 0; i < CALLS; i++) {
      int id = first + i;
      if (i % EVERY == 0) {
        send(to, WRONG.get(i / EVERY % WRONG.size()));
      }
      send(to, RawClient.call(id, "item_read", "{\"table\":\"t" + id + "\"}"));
    }
  }

  private static void send(OutputStream to, String line) {
    try {
      synchronized (to) {
        to.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        to.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
