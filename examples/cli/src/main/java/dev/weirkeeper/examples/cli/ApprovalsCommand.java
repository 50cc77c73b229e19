package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Approval;
import dev.weirkeeper.Approvals;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** Shows what leave is asked for, and gives it, denies it or takes it back. */
@Command(
    name = "approvals",
    description = {
      "Shows what leave is asked for, and gives, denies or revokes it.",
      "You act as the user that the operating system says you are; the host's domains name the"
          + " approvers, as os:NAME."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class ApprovalsCommand {
  private static final int SHORTEST_ID = 6;

  private final Cli cli;

  @Option(
      names = "--door",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "Folder of the door's memory, for hosts that keep it elsewhere.")
  private @Nullable Path door;

  ApprovalsCommand(Cli cli) {
    this.cli = cli;
  }

  @Command(
      description = "Lists requests that are open or approved, newest first.",
      mixinStandardHelpOptions = true)
  int list(@Option(names = "--all", description = "Also those that are over.") boolean all)
      throws Failure, IOException {
    List<Approval> shown =
        place().approvals().list().stream().filter(approval -> all || waits(approval)).toList();
    Output output = cli.output();
    if (output.isJson()) {
      output.json(Json.of(Map.of("approvals", shown)));
    } else if (shown.isEmpty()) {
      output.line("Nothing waits for approval.");
    } else {
      Table table = new Table("request", "status", "votes", "tool", "target", "asked by");
      for (Approval approval : shown) {
        Approval.Request request = approval.request();
        table.add(
            request.id().brief(),
            approval.status().toString(),
            approvedBy(approval).size() + " of " + request.persons(),
            request.tool(),
            request.target().toString(),
            request.requester().actor());
      }
      output.table(table, (column, text) -> column == 1 ? style(text) : Style.PLAIN);
    }
    return Exit.DONE.status();
  }

  private static Style style(String status) {
    return status.equals(Approval.Status.OPEN.toString()) ? Style.WARNING : Style.PLAIN;
  }

  @Command(
      description = "Shows one request in full: what exactly would be done, to what, and why.",
      mixinStandardHelpOptions = true)
  int show(@Parameters(paramLabel = "REQUEST", description = "Its id or its beginning.") String id)
      throws Failure, IOException {
    print(cli.output(), find(place().approvals(), id));
    return Exit.DONE.status();
  }

  @Command(description = "Approves a request. Show it first.", mixinStandardHelpOptions = true)
  int approve(@Parameters(paramLabel = "REQUEST") String id) throws Failure, IOException {
    return vote(id, Approvals::approve);
  }

  @Command(description = "Denies a request for good.", mixinStandardHelpOptions = true)
  int deny(@Parameters(paramLabel = "REQUEST") String id) throws Failure, IOException {
    return vote(id, Approvals::deny);
  }

  @Command(
      description = "Takes a request or an approval back, before it is used.",
      mixinStandardHelpOptions = true)
  int revoke(@Parameters(paramLabel = "REQUEST") String id) throws Failure, IOException {
    return vote(id, Approvals::revoke);
  }

  @FunctionalInterface
  interface Vote {
    Approval cast(Approvals approvals, Caller person, Hash request);
  }

  private int vote(String id, Vote vote) throws Failure, IOException {
    Place place = place();
    Approvals approvals = place.approvals();
    return vote(cli.output(), place, approvals, find(approvals, id), vote);
  }

  static int vote(Output output, Place place, Approvals approvals, Approval before, Vote vote)
      throws IOException {
    Approval after =
        vote.cast(approvals, Person.atThisTerminal(place.door()), before.request().id());
    if (output.isJson()) {
      output.json(Json.of(after));
    } else {
      output.line(
          after.request().id().brief()
              + " is "
              + after.status()
              + " ("
              + approvedBy(after).size()
              + " of "
              + after.request().persons()
              + ")");
    }
    return Exit.DONE.status();
  }

  private Place place() {
    Path elsewhere = door;
    return elsewhere == null ? cli.place() : new Place(elsewhere, elsewhere);
  }

  private static Approval find(Approvals approvals, String id) throws Failure {
    if (id.length() < SHORTEST_ID) {
      throw new Failure(
          Exit.REFUSED,
          "'"
              + id
              + "' is too short to mean one request; give at least "
              + SHORTEST_ID
              + " digits");
    }
    List<Approval> found =
        approvals.list().stream()
            .filter(approval -> approval.request().id().hex().startsWith(id))
            .toList();
    if (found.size() != 1) {
      throw new Failure(
          Exit.REFUSED,
          (found.isEmpty() ? "No request begins with " : "Several requests begin with ")
              + id
              + "; 'approvals list --all' shows them");
    }
    return found.get(0);
  }

  static void print(Output output, Approval approval) {
    if (output.isJson()) {
      output.json(Json.of(approval));
      return;
    }
    Approval.Request request = approval.request();
    output.field("request", request.id().hex());
    output.field("status", approval.status() + ", valid until " + request.expires());
    output.field("asked by", request.requester().actor());
    output.field("", "in its own words: " + Json.of(request.reason()).text());
    output.field("tool", request.tool());
    output.field("target", request.target().toString());
    output.field("input", request.input().text());
    output.field(
        "approvers",
        request.persons()
            + " of "
            + request.approvers().stream().sorted().toList()
            + " (domain "
            + request.domain()
            + ")");
    for (Approval.Vote vote : approval.votes()) {
      output.field("vote", vote.word() + " by " + vote.person() + " at " + vote.at());
    }
  }

  /** Whose approvals count: whoever may write to the folder can leave a vote there. */
  private static List<String> approvedBy(Approval approval) {
    Approval.Request request = approval.request();
    return approval.votes().stream()
        .filter(vote -> vote.word() == Approval.Word.APPROVE)
        .map(Approval.Vote::person)
        .filter(request.approvers()::contains)
        .filter(person -> !person.equals(request.requester().principal()))
        .distinct()
        .toList();
  }

  private static boolean waits(Approval approval) {
    return approval.status() == Approval.Status.OPEN
        || approval.status() == Approval.Status.APPROVED;
  }
}
