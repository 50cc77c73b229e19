package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Approval;
import dev.weirkeeper.Approvals;
import dev.weirkeeper.Caller;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Shows what leave is asked for, and gives it, denies it or takes it back. */
@Command(
    name = "approvals",
    description = {
      "Shows what leave is asked for, and gives, denies or revokes it.",
      "You act as the user that the operating system says you are; the host's domains name the"
          + " approvers, as os:NAME."
    },
    mixinStandardHelpOptions = true)
final class ApprovalsCommand {
  private static final int SHORTEST_ID = 6;

  @Option(
      names = "--door",
      paramLabel = "DIR",
      required = true,
      scope = ScopeType.INHERIT,
      description = "Folder of the door's memory, as the host opened it.")
  private Path door = Path.of("");

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "One JSON value a line, for other programs.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  ApprovalsCommand() {}

  @Command(description = "Lists requests that are open or approved, newest first.")
  int list(@Option(names = "--all", description = "Also those that are over.") boolean all)
      throws IOException {
    List<Approval> shown =
        approvals().list().stream().filter(approval -> all || waits(approval)).toList();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      shown.forEach(approval -> out.println(Json.of(approval).text()));
    } else if (shown.isEmpty()) {
      out.println("Nothing waits for approval.");
    } else {
      out.printf(
          "%-12s  %-8s  %-7s  %-24s  %s%n", "REQUEST", "STATUS", "VOTES", "TOOL", "ASKED BY");
      for (Approval approval : shown) {
        Approval.Request request = approval.request();
        out.printf(
            "%-12s  %-8s  %-7s  %-24s  %s%n",
            request.id().brief(),
            approval.status(),
            approvedBy(approval).size() + " of " + request.persons(),
            request.tool(),
            request.requester().actor());
      }
    }
    return 0;
  }

  @Command(description = "Shows one request in full: what exactly would be done, to what, and why.")
  int show(@Parameters(paramLabel = "REQUEST", description = "Its id or its beginning.") String id)
      throws IOException {
    print(find(approvals(), id));
    return 0;
  }

  @Command(description = "Approves a request. Show it first.")
  int approve(@Parameters(paramLabel = "REQUEST") String id) throws IOException {
    return vote(id, Approvals::approve);
  }

  @Command(description = "Denies a request for good.")
  int deny(@Parameters(paramLabel = "REQUEST") String id) throws IOException {
    return vote(id, Approvals::deny);
  }

  @Command(description = "Takes a request or an approval back, before it is used.")
  int revoke(@Parameters(paramLabel = "REQUEST") String id) throws IOException {
    return vote(id, Approvals::revoke);
  }

  @FunctionalInterface
  private interface Vote {
    Approval cast(Approvals approvals, Caller person, Hash request);
  }

  private int vote(String id, Vote vote) throws IOException {
    Approvals approvals = approvals();
    Approval before = find(approvals, id);
    Approval after = vote.cast(approvals, Person.atThisTerminal(door), before.request().id());
    if (json) {
      spec.commandLine().getOut().println(Json.of(after).text());
    } else {
      spec.commandLine()
          .getOut()
          .printf(
              "%s is %s (%d of %d)%n",
              after.request().id().brief(),
              after.status(),
              approvedBy(after).size(),
              after.request().persons());
    }
    return 0;
  }

  private Approvals approvals() throws IOException {
    if (!Files.isDirectory(door)) {
      throw new IOException(
          "There is no folder " + door + "; --door names the folder that the host gave its door");
    }
    return Approvals.in(DoorMemory.in(door), Clock.systemUTC());
  }

  private static Approval find(Approvals approvals, String id) {
    if (id.length() < SHORTEST_ID) {
      throw new IllegalArgumentException(
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
      throw new IllegalArgumentException(
          (found.isEmpty() ? "No request begins with " : "Several requests begin with ")
              + id
              + "; 'list --all' shows them");
    }
    return found.get(0);
  }

  private void print(Approval approval) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.of(approval).text());
      return;
    }
    Approval.Request request = approval.request();
    out.println("request    " + request.id());
    out.println("status     " + approval.status() + ", valid until " + request.expires());
    out.println("asked by   " + request.requester().actor());
    out.println("           in its own words: " + Json.of(request.reason()).text());
    out.println("tool       " + request.tool());
    out.println("target     " + Json.of(request.target().toString()).text());
    out.println("input      " + request.input().text());
    out.println(
        "approvers  "
            + request.persons()
            + " of "
            + request.approvers().stream().sorted().toList()
            + " (domain "
            + request.domain()
            + ")");
    for (Approval.Vote vote : approval.votes()) {
      out.println("vote       " + vote.word() + " by " + vote.person() + " at " + vote.at());
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
