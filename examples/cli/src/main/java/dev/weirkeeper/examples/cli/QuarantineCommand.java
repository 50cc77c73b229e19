package dev.weirkeeper.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what is held back, and has it judged again. */
@Command(
    name = "quarantine",
    description = "Shows rows that are held back, and has them judged again. Asks the server.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class QuarantineCommand {
  private static final String TABLE = "table";
  private static final String RULE = "rule";
  private static final String LIMIT = "limit";
  private static final String REPLAY = "quarantine_replay";

  private final Cli cli;

  QuarantineCommand(Cli cli) {
    this.cli = cli;
  }

  @Command(
      description = "Lists what is held back of a table, and why.",
      mixinStandardHelpOptions = true)
  int list(
      @Parameters(paramLabel = "TABLE", description = "With its schema: public.orders.")
          String table,
      @Option(names = "--rule", paramLabel = "RULE", description = "Only rows that broke it.")
          Optional<String> rule,
      @Option(names = "--limit", paramLabel = "COUNT", description = "At most so many.")
          Optional<Integer> limit,
      @Option(
              names = "--cursor",
              paramLabel = "CURSOR",
              description = "Goes on where a list ended.")
          Optional<String> cursor)
      throws Failure {
    ObjectNode input = Server.input(TABLE, table, RULE, rule, LIMIT, limit, "cursor", cursor);
    return Server.ask(cli, server -> server.show("quarantine_list", input, TABLE, RULE));
  }

  @Command(
      description = "Shows a few rows, masked as the server's configuration says.",
      mixinStandardHelpOptions = true)
  int sample(
      @Parameters(paramLabel = "TABLE") String table,
      @Option(names = "--rule", paramLabel = "RULE", description = "Only rows that broke it.")
          Optional<String> rule,
      @Option(names = "--limit", paramLabel = "COUNT", description = "At most so many.")
          Optional<Integer> limit)
      throws Failure {
    ObjectNode input = Server.input(TABLE, table, RULE, rule, LIMIT, limit);
    return Server.ask(
        cli,
        server -> {
          JsonNode answer = server.read("quarantine_sample", input);
          if (!cli.output().isJson()) {
            answer.path("rows").forEach(row -> spread((ObjectNode) row));
          }
          return server.show(answer, TABLE, "operation");
        });
  }

  /** The fields of a row become its columns. A field that is called like one is told apart. */
  private static void spread(ObjectNode row) {
    JsonNode fields = row.remove("fields");
    if (fields != null) {
      fields.forEach(
          field -> {
            String column = Sheet.text(field.path("column"));
            row.set(row.has(column) ? column + " (column)" : column, field.path("value"));
          });
    }
  }

  @Command(
      description = {
        "Puts rows through the gate again, oldest first. What is good now is published.",
        "A row never overwrites something newer. Needs a grant of the server's configuration."
      },
      mixinStandardHelpOptions = true)
  int replay(
      @Parameters(paramLabel = "TABLE") String table,
      @Option(names = "--rule", paramLabel = "RULE", description = "Only rows that broke it.")
          Optional<String> rule,
      @Option(
              names = "--limit",
              paramLabel = "COUNT",
              defaultValue = "100",
              description = "At most so many rows; ${DEFAULT-VALUE} if not said.")
          int limit,
      @Option(
              names = {"-y", "--yes"},
              description = "Does not ask.")
          boolean yes)
      throws Failure {
    Output output = cli.output();
    Consent.of(yes)
        .require(
            output,
            "Put at most "
                + limit
                + " rows of "
                + table
                + rule.map(name -> " that broke " + name).orElse("")
                + " through the gate again, and publish those that are good?");
    ObjectNode input = Server.input(TABLE, table, RULE, rule, LIMIT, limit);
    return Server.ask(cli, server -> server.act(REPLAY, input, TABLE));
  }
}
