package dev.weirkeeper.examples.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How the schema of a table came to be what it is. */
@Command(
    name = "history",
    description = "Shows how the schema of a table came to be what it is. Asks the server.",
    mixinStandardHelpOptions = true)
final class DriftHistory implements Callable<Integer> {
  private final Cli cli;

  @Parameters(paramLabel = "TABLE", description = "With its schema: public.orders.")
  private String table = "";

  @Option(names = "--limit", paramLabel = "COUNT", description = "At most so many changes.")
  private Optional<Integer> limit = Optional.empty();

  @Option(
      names = "--cursor",
      paramLabel = "CURSOR",
      description = "Goes on where a list ended: what it said as 'next'.")
  private Optional<String> cursor = Optional.empty();

  DriftHistory(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() throws Failure {
    return Server.ask(
        cli,
        server ->
            server.show(
                "drift_history",
                Server.input("table", table, "limit", limit, "cursor", cursor),
                "table",
                "follows",
                "newest"));
  }
}
