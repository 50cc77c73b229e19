package dev.weirkeeper.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Approval;
import dev.weirkeeper.Approvals;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the plan that waits for a table, decides on it, and has it carried out. */
@Command(
    name = "plan",
    description = {
      "Shows the plan that waits for a table, decides on it, and has it carried out.",
      "'show', 'propose' and 'apply' ask the server; 'approve' and 'deny' need the folder only."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class PlanCommand {
  private static final String TABLE = "table";
  private static final String PLAN = "plan";
  private static final String APPLY = "plan_apply";
  private static final Pattern ID = Pattern.compile("[0-9a-f]{6,64}");

  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  PlanCommand(Cli cli) {
    this.cli = cli;
  }

  /** Input of {@code plan_apply}, as a request holds it. */
  private record Apply(String table, String plan, Optional<String> proof) {}

  @Command(
      description = "Shows the plan that waits for a table: each step in full.",
      mixinStandardHelpOptions = true)
  int show(
      @Parameters(paramLabel = "TABLE", description = "With its schema: public.orders.")
          String table)
      throws Failure {
    return Server.ask(
        cli,
        server ->
            server.showInFull(
                "plan_show", Server.input(TABLE, table), TABLE, PLAN, "number", "tool", "on"));
  }

  @Command(
      description =
          "Makes the plan for a table anew and says what each step needs. Changes nothing.",
      mixinStandardHelpOptions = true)
  int propose(@Parameters(paramLabel = "TABLE") String table) throws Failure {
    return Server.ask(
        cli,
        server ->
            server.showInFull(
                "plan_propose",
                Server.input(TABLE, table),
                "compared",
                TABLE,
                PLAN,
                "number",
                "tool",
                "on"));
  }

  @Command(
      description = "Approves the open request to apply a plan. Show it first.",
      mixinStandardHelpOptions = true)
  int approve(
      @Parameters(paramLabel = "PLAN", description = "Its id or its beginning.") String plan)
      throws Failure, IOException {
    return vote(plan, Approvals::approve);
  }

  @Command(
      description = "Denies the open request to apply a plan, for good.",
      mixinStandardHelpOptions = true)
  int deny(@Parameters(paramLabel = "PLAN", description = "Its id or its beginning.") String plan)
      throws Failure, IOException {
    return vote(plan, Approvals::deny);
  }

  private int vote(String plan, ApprovalsCommand.Vote vote) throws Failure, IOException {
    requireId(plan);
    Place place = cli.place();
    Approvals approvals = place.approvals();
    List<Approval> open =
        approvals.list().stream()
            .filter(approval -> approval.status() == Approval.Status.OPEN)
            .filter(approval -> applies(approval.request(), plan))
            .toList();
    if (open.size() != 1) {
      throw new Failure(
          Exit.REFUSED,
          (open.isEmpty()
                  ? "No open request is about plan "
                  : "Several open requests are about plan ")
              + plan
              + "; 'approvals list' shows what waits, and 'approvals approve' takes a request");
    }
    return ApprovalsCommand.vote(cli.output(), place, approvals, open.get(0), vote);
  }

  private static boolean applies(Approval.Request request, String plan) {
    return request.tool().equals(APPLY) && request.input().as(Apply.class).plan().startsWith(plan);
  }

  private void requireId(String plan) {
    if (!ID.matcher(plan).matches()) {
      throw new ParameterException(
          spec.commandLine(),
          "A plan is named by 6 to 64 hexadecimal digits; 'plan show TABLE' says them");
    }
  }

  @Command(
      description = {
        "Has the plan that waits for a table carried out, through the server's door.",
        "Shows it in full and asks first. Needs a grant, or an approval, as for any other caller."
      },
      mixinStandardHelpOptions = true)
  int apply(
      @Parameters(paramLabel = "TABLE") String table,
      @Option(
              names = "--plan",
              paramLabel = "PLAN",
              description = "Only if this is the plan: its id or its beginning.")
          Optional<String> plan,
      @Option(
              names = {"-y", "--yes"},
              description = "Does not ask. Takes --plan: you say yes to what you have seen.")
          boolean yes)
      throws Failure {
    plan.ifPresent(this::requireId);
    if (plan.isEmpty() && yes) {
      throw new ParameterException(
          spec.commandLine(),
          "--yes takes --plan too: without it you would say yes to whatever plan waits then");
    }
    Output output = cli.output();
    return Server.ask(
        cli,
        server -> {
          JsonNode shown = server.read("plan_show", Server.input(TABLE, table));
          String waits = id(shown, table);
          if (plan.isPresent() && !waits.startsWith(plan.get())) {
            throw new Failure(
                Exit.REFUSED,
                "The plan that waits for "
                    + table
                    + " is "
                    + waits
                    + " and not "
                    + plan.get()
                    + ": nothing was done. 'plan show' shows it");
          }
          if (!yes) {
            new Sheet(output.aside(), TABLE, PLAN, "number", "tool", "on").inFull().print(shown);
            output.aside().line("");
            if (isCut(shown)) {
              output.warn("The server shows only the beginning of this plan: it is not all here");
            }
          }
          Consent.of(yes).require(output, "Carry this plan out on " + table + "?");
          return server.act(APPLY, Server.input(TABLE, table, PLAN, waits), TABLE);
        });
  }

  /** Whether steps, or a text of one, are longer than the server shows. */
  private static boolean isCut(JsonNode shown) {
    return shown.path("stepsInAll").asInt(0) > shown.path("steps").size()
        || !shown.path("steps").findValues("cut").isEmpty();
  }

  private static String id(JsonNode shown, String table) throws Failure {
    String id = shown.path(PLAN).asText("");
    if (id.isEmpty()) {
      throw new Failure(
          Exit.REFUSED,
          "No plan waits for " + table + ", so nothing was done; 'status " + table + "' says why");
    }
    return id;
  }
}
