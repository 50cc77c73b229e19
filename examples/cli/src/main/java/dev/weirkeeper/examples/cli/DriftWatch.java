package dev.weirkeeper.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Json;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows findings as a running server makes them. */
@Command(
    name = "watch",
    description = {
      "Shows what the server finds changed, as it finds it, until you press Ctrl-C.",
      "With --json each incident is one line, with its findings. Ends with 3 if the server does."
    },
    mixinStandardHelpOptions = true)
final class DriftWatch implements Callable<Integer> {
  private static final int PAGE = 20;

  /** Ids that are remembered, so that nothing is shown twice. */
  private static final int REMEMBERED = 10_000;

  private final Cli cli;
  private final Set<String> shown = new LinkedHashSet<>();

  @Option(names = "--table", paramLabel = "NAME", description = "Only of this table.")
  private Optional<String> table = Optional.empty();

  @Option(
      names = "--every",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "How often the server is asked; ${DEFAULT-VALUE} if not said.")
  private int every = 2;

  @Option(names = "--once", description = "Shows what there is and ends.")
  private boolean once;

  DriftWatch(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() throws Failure {
    if (every < 1) {
      throw new Failure(Exit.USAGE, "--every takes one second or more");
    }
    CountDownLatch stopped = new CountDownLatch(1);
    Output output = cli.output();
    while (true) {
      Server.ask(
          cli,
          server -> {
            print(output, fresh(server));
            return Exit.DONE.status();
          });
      if (once) {
        return Exit.DONE.status();
      }
      try {
        if (stopped.await(Duration.ofSeconds(every).toMillis(), TimeUnit.MILLISECONDS)) {
          return Exit.DONE.status();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Exit.DONE.status();
      }
    }
  }

  /** What was not shown, the oldest first: at first one page, then all back to what was. */
  private Deque<JsonNode> fresh(Server server) throws Failure {
    Deque<JsonNode> fresh = new ArrayDeque<>();
    boolean goesOn = !shown.isEmpty();
    Optional<String> cursor = Optional.empty();
    do {
      JsonNode page =
          server.read(
              "drift_list_findings", Server.input("table", table, "limit", PAGE, "cursor", cursor));
      for (JsonNode incident : page.path("incidents")) {
        if (shown.add(incident.path("incident").asText())) {
          fresh.addFirst(incident);
        } else {
          goesOn = false;
        }
      }
      cursor = Optional.of(page.path("next").asText()).filter(next -> !next.isEmpty());
    } while (goesOn && cursor.isPresent() && fresh.size() < REMEMBERED);
    while (shown.size() > REMEMBERED) {
      shown.remove(shown.iterator().next());
    }
    return fresh;
  }

  private static void print(Output output, Deque<JsonNode> fresh) {
    for (JsonNode incident : fresh) {
      if (output.isJson()) {
        output.json(Json.parse(incident.toString()));
        continue;
      }
      for (JsonNode finding : incident.path("findings")) {
        String verdict = finding.path("verdict").asText();
        output.line(
            DriftDiff.style(verdict),
            incident.path("at").asText()
                + "  "
                + verdict
                + "  "
                + incident.path("table").asText()
                + "  "
                + finding.path("kind").asText()
                + "  "
                + incident.path("decided").asText());
      }
    }
  }
}
