package dev.weirkeeper.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows how the pipeline and its tables are. */
@Command(
    name = "status",
    description = "Shows how the pipeline and its tables are. Asks the server.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private static final String TABLE = "table";

  private final Cli cli;

  @Parameters(
      paramLabel = "TABLE",
      arity = "0..1",
      description = "Only this table, with its schema: public.orders.")
  private Optional<String> table = Optional.empty();

  StatusCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() throws Failure {
    return Server.ask(
        cli,
        server -> {
          JsonNode answer = server.read("pipeline_status", Server.input(TABLE, table));
          if (table.isEmpty() && !cli.output().isJson()) {
            print(cli.output(), (ObjectNode) answer);
            return Exit.DONE.status();
          }
          return server.show(answer, "running", "position", "advice", TABLE, "mode", "reason");
        });
  }

  /** All tables, a line each; one table has more to say. */
  private static void print(Output output, ObjectNode answer) {
    JsonNode tables = answer.remove("tables");
    new Sheet(output, "running", "position", "advice").print(answer);
    if (tables == null || tables.isEmpty()) {
      return;
    }
    Table table = new Table("table", "mode", "in", "out", "held", "waiting", "adds up", "why");
    for (JsonNode row : tables) {
      JsonNode counts = row.path("counts");
      table.add(
          Sheet.text(row.path(TABLE)),
          Sheet.text(row.path("mode")),
          Sheet.text(counts.path("in")),
          Sheet.text(counts.path("published")),
          Sheet.text(counts.path("quarantined")),
          Sheet.text(row.path("spooledRows")),
          Sheet.text(row.path("conservation")),
          Sheet.text(row.path("reason")));
    }
    output.line("");
    output.table(table, (column, text) -> Sheet.style(text));
    output.note("'status TABLE' says more of one: its incident, plan and versions");
  }
}
