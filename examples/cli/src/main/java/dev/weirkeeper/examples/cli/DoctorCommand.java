package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Json;
import dev.weirkeeper.audit.JsonLinesLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Checks a server from outside: its folder, journal, door and socket. */
@Command(
    name = "doctor",
    description = {
      "Checks a server from outside: folder, journal, door's memory, socket.",
      "The server's own 'doctor' checks its databases."
    },
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE,
          PosixFilePermission.GROUP_WRITE);

  private final Cli cli;

  /** How something is. */
  enum State {
    OK,
    WARN,
    FAIL
  }

  /**
   * What was found out about one thing.
   *
   * @param next what to do; empty where nothing is
   */
  record Check(String what, State state, String found, String next, Exit exit) {
    static Check ok(String what, String found) {
      return new Check(what, State.OK, found, "", Exit.DONE);
    }

    static Check warn(String what, String found, String next) {
      return new Check(what, State.WARN, found, next, Exit.DONE);
    }

    static Check fail(Exit exit, String what, String found, String next) {
      return new Check(what, State.FAIL, found, next, exit);
    }
  }

  @FunctionalInterface
  private interface Probe {
    Check look() throws Failure, IOException;
  }

  DoctorCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    Place place = cli.place();
    List<Check> checks = new ArrayList<>();
    checks.add(looked("folder", () -> folder(place.folder())));
    checks.add(looked("journal", () -> journal(place)));
    checks.add(looked("acts", () -> unsettled(place)));
    checks.add(looked("door", () -> frozen(place)));
    checks.add(looked("server", () -> server(place)));
    print(checks);
    return checks.stream()
        .map(Check::exit)
        .filter(exit -> exit != Exit.DONE)
        .max((a, b) -> Integer.compare(rank(a), rank(b)))
        .orElse(Exit.DONE)
        .status();
  }

  /** The worst first: what is broken says more than what cannot be reached. */
  private static int rank(Exit exit) {
    return List.of(Exit.DONE, Exit.UNREACHABLE, Exit.REFUSED, Exit.UNKNOWN, Exit.BROKEN)
        .indexOf(exit);
  }

  private static Check looked(String what, Probe probe) {
    try {
      return probe.look();
    } catch (Failure e) {
      return Check.fail(e.exit(), what, String.valueOf(e.getMessage()), "");
    } catch (IOException e) {
      return Check.fail(
          Exit.REFUSED,
          what,
          e.getClass().getSimpleName() + ": " + e.getMessage(),
          "Run this as the user of the server");
    }
  }

  private static Check folder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return Check.fail(
          Exit.REFUSED,
          "folder",
          "there is no folder " + folder,
          "Name the folder of the server's configuration");
    }
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return Check.ok("folder", folder.toString());
    }
    Set<PosixFilePermission> granted = Files.getPosixFilePermissions(folder);
    String shown = folder + ", " + PosixFilePermissions.toString(granted);
    return granted.stream().anyMatch(OTHERS::contains)
        ? Check.warn(
            "folder",
            shown,
            "Whoever may write here may give approvals: chmod 700, or 750 for approvers' group")
        : Check.ok("folder", shown);
  }

  private static Check journal(Place place) throws Failure, IOException {
    JsonLinesLog.Report report = place.journal().verify();
    if (report.problem().isPresent()) {
      return Check.fail(
          Exit.BROKEN,
          "journal",
          report.problem().get().toString(),
          "Keep the folder as it is, and compare it with a copy");
    }
    return Check.ok("journal", "intact, " + report.head().records() + " records");
  }

  private static Check unsettled(Place place) throws Failure, IOException {
    int open = JournalCommand.unsettled(place.journal()).size();
    return open == 0
        ? Check.ok("acts", "none in doubt")
        : Check.warn(
            "acts",
            open + " begun, and nobody wrote what they came to",
            "They may run now; else look, and 'door settle' what you find");
  }

  private static Check frozen(Place place) throws Failure, IOException {
    Map<String, String> frozen = DoorCommand.reading(place.memory()).frozen();
    return frozen.isEmpty()
        ? Check.ok("door", "nothing frozen")
        : Check.warn(
            "door",
            "frozen: " + String.join(", ", frozen.keySet()),
            "'door frozen' says why; 'door thaw' once a person has looked");
  }

  private Check server(Place place) throws Failure {
    try (ServerLine line = ServerLine.to(place.socket(), cli.output()::warn)) {
      Set<String> tools = line.tools();
      return tools.isEmpty()
          ? Check.warn(
              "server",
              line.server() + " answers and shows you no tool",
              "Its configuration grants you nothing; its 'operators' say who may do what")
          : Check.ok("server", line.server() + " answers, " + tools.size() + " tools for you");
    }
  }

  private void print(List<Check> checks) {
    Output output = cli.output();
    if (output.isJson()) {
      output.json(
          Json.of(
              Map.of(
                  "checks",
                  checks.stream()
                      .map(
                          check ->
                              Map.of(
                                  "what", check.what(),
                                  "state", check.state(),
                                  "found", check.found(),
                                  "next", check.next()))
                      .toList())));
      return;
    }
    for (Check check : checks) {
      output.field(
          check.what(),
          switch (check.state()) {
            case OK -> Style.GOOD;
            case WARN -> Style.WARNING;
            case FAIL -> Style.BAD;
          },
          check.state() + "  " + check.found());
      if (!check.next().isEmpty()) {
        output.field("", Style.PLAIN, "      " + check.next());
      }
    }
  }
}
