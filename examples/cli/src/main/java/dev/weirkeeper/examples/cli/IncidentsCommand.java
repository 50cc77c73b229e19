package dev.weirkeeper.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists incidents and explains them. */
@Command(
    name = "incidents",
    description = "Lists incidents and explains them. Asks the server.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class IncidentsCommand {
  private static final String LIST = "incident_list";
  private static final String INCIDENT = "incident";
  private static final Pattern ID = Pattern.compile("[0-9a-f]{6,64}");
  private static final int WHOLE = 64;
  private static final int PAGES = 50;
  private static final int PAGE = 100;

  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  IncidentsCommand(Cli cli) {
    this.cli = cli;
  }

  @Command(description = "Lists incidents.", mixinStandardHelpOptions = true)
  int list(
      @Option(names = "--open", description = "Only those that are open.") boolean open,
      @Option(names = "--table", paramLabel = "NAME", description = "Only of this table.")
          Optional<String> table,
      @Option(names = "--limit", paramLabel = "COUNT", description = "At most so many.")
          Optional<Integer> limit,
      @Option(
              names = "--cursor",
              paramLabel = "CURSOR",
              description = "Goes on where a list ended: what it said as 'next'.")
          Optional<String> cursor)
      throws Failure {
    ObjectNode input =
        Server.input(
            "open",
            open ? Optional.of(true) : Optional.empty(),
            "table",
            table,
            "limit",
            limit,
            "cursor",
            cursor);
    return Server.ask(cli, server -> server.show(LIST, input, INCIDENT, "table", "status"));
  }

  @Command(
      description = "Explains an incident: what was seen, decided and done, and what to do.",
      mixinStandardHelpOptions = true)
  int show(@Parameters(paramLabel = "INCIDENT", description = "Its id or its beginning.") String id)
      throws Failure {
    if (!ID.matcher(id).matches()) {
      throw new ParameterException(
          spec.commandLine(),
          "An incident is named by 6 to 64 hexadecimal digits; 'incidents list' shows them");
    }
    return Server.ask(
        cli,
        server ->
            server.show(
                "incident_explain",
                Server.input(INCIDENT, id.length() == WHOLE ? id : find(server, id)),
                INCIDENT,
                "table"));
  }

  /** Tools take whole ids; people take their beginnings. */
  private static String find(Server server, String beginning) throws Failure {
    TreeSet<String> found = new TreeSet<>();
    Optional<String> cursor = Optional.empty();
    for (int page = 0; page < PAGES; page++) {
      JsonNode answer = server.read(LIST, Server.input("limit", PAGE, "cursor", cursor));
      for (JsonNode row : answer.path("incidents")) {
        String id = row.path(INCIDENT).asText();
        if (id.startsWith(beginning)) {
          found.add(id);
        }
      }
      cursor = Optional.of(answer.path("next").asText("")).filter(next -> !next.isEmpty());
      if (cursor.isEmpty()) {
        break;
      }
    }
    if (found.size() != 1) {
      throw new Failure(
          Exit.REFUSED,
          (found.isEmpty()
                  ? "No incident that the server knows begins with "
                  : "Several begin with ")
              + beginning
              + "; 'incidents list' shows them, and 'journal explain' finds older ones");
    }
    return found.first();
  }
}
