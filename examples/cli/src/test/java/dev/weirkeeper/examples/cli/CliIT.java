package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.Undo;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.spi.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jar as a person runs it. */
@Timeout(120)
class CliIT {
  private static final Path JAR = Path.of("target", "weirkeeper.jar");

  private record Replay(String table, int limit) {}

  private record Replayed(String table) {}

  @TempDir Path folder;

  private Process start(Object... words) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                JAR.toString(),
                "--folder",
                folder.toString()));
    List.of(words).forEach(word -> command.add(word.toString()));
    return new ProcessBuilder(command)
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private int run(Object... words) throws Exception {
    Process process = start(words);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private String said(String stream) throws IOException {
    return Files.readString(folder.resolve(stream), StandardCharsets.UTF_8);
  }

  @Test
  void the_jar_runs_by_itself_and_its_statuses_are_those_it_documents() throws Exception {
    assertThat(run("--help")).isZero();
    assertThat(said("out")).contains("Usage: weirkeeper", "Exit status:", "3", "quarantine");
    assertThat(run("status")).isEqualTo(3);
    assertThat(said("err")).contains("No server answers");
    assertThat(run("no-such-command")).isEqualTo(2);
    assertThat(run("journal", "verify")).isEqualTo(1);

    JsonLinesSink.open(folder.resolve("audit"), Clock.systemUTC()).close();
    assertThat(run("journal", "verify", "--json")).isZero();
    assertThat(Json.parse(said("out")).text()).contains("\"intact\":true");
    Files.writeString(folder.resolve("audit/journal-0000000000000000.jsonl"), "{}\n");
    assertThat(run("journal", "verify")).isEqualTo(4);
  }

  @Test
  void the_jar_judges_files_and_its_status_tells_broken_from_not_judged() throws Exception {
    Path suite = Fixtures.file(folder, "orders.json", Fixtures.SUITE);
    Path good = Fixtures.file(folder, "good.json", Fixtures.GOOD);
    Path data = Fixtures.file(folder, "orders.csv", Fixtures.ROWS);

    assertThat(run("contract", "check", "--suite", good, "--data", data)).isZero();
    assertThat(run("contract", "check", "--suite", suite, "--data", data)).isEqualTo(1);
    assertThat(said("out")).contains("failed, 2 of 7 rules kept");
    assertThat(run("contract", "check", "--suite", data, "--data", data)).isEqualTo(2);
    assertThat(said("err")).contains("orders.csv").doesNotContain("secretperson");
  }

  @Test
  void who_gives_up_is_heard_by_the_tool_that_still_runs() throws Exception {
    Caller me = Person.atThisTerminal(folder);
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<String> heard = new CompletableFuture<>();
    Tool<Replay, Replayed> patient =
        Tool.write(
                "quarantine_replay",
                "For tests",
                Replay.class,
                Replayed.class,
                Repeat.SAFE,
                Undo.EXACT,
                (input, call) -> {
                  begun.countDown();
                  CountDownLatch never = new CountDownLatch(1);
                  Optional<String> stop = call.stop();
                  while (stop.isEmpty() && !await(never)) {
                    stop = call.stop();
                  }
                  heard.complete(stop.orElse("interrupted"));
                  return new Outcome.Refused("given up");
                })
            .targeting(input -> new Asset("shop", input.table()));
    try (RunningHost host = RunningHost.in(folder, me, List.of(patient))) {
      Process process = start("quarantine", "replay", "public.orders", "--yes");
      assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();

      process.destroy();

      assertThat(heard.get(30, TimeUnit.SECONDS)).doesNotContain("interrupted");
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(host.door().unsettled()).isEmpty();
    }
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
