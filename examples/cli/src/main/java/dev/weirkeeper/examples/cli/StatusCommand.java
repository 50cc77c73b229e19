package dev.weirkeeper.examples.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows how the pipeline and its tables are. */
@Command(
    name = "status",
    description = "Shows how the pipeline and its tables are. Asks the server.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private final Cli cli;

  @Parameters(
      paramLabel = "TABLE",
      arity = "0..1",
      description = "Only this table, with its schema: public.orders.")
  private @Nullable String table;

  StatusCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() throws Failure {
    return Server.ask(
        cli,
        server ->
            server.show(
                "pipeline_status",
                Server.input("table", table),
                "running",
                "feed",
                "position",
                "table",
                "mode",
                "reason"));
  }
}
