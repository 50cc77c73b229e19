package dev.weirkeeper.examples.cli;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.spi.AuditSink;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Shows what the door has stopped, and lets a person who has looked let it go on.
 *
 * <p>What is thawed and settled is written into the journal first, and a journal has one writer: so
 * this needs the server to be stopped. A running server offers no tool for it, since a tool could
 * be granted to agents.
 */
@Command(
    name = "door",
    description = {
      "Shows what the door has stopped, and lets a person who has looked let it go on.",
      "'thaw' and 'settle' write into the journal, which has one writer: stop the server first."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class DoorCommand {
  private static final int SHORTEST_ID = 6;
  private static final int LONGEST_WORDS = 1000;

  /** What a person saw of an act in doubt. */
  enum Seen {
    /** It happened. */
    DONE,
    /** It did not happen. */
    FAILED
  }

  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  DoorCommand(Cli cli) {
    this.cli = cli;
  }

  @Command(
      description = "Lists classes of acts that are stopped until a person has looked, and why.",
      mixinStandardHelpOptions = true)
  int frozen() throws Failure, IOException {
    Map<String, String> frozen = reading(cli.place().memory()).frozen();
    Output output = cli.output();
    if (output.isJson()) {
      output.json(Json.of(Map.of("frozen", frozen)));
    } else if (frozen.isEmpty()) {
      output.line("Nothing is frozen.");
    } else {
      Table table = new Table("what", "why");
      frozen.forEach((what, why) -> table.add(what, why));
      output.table(table, (column, text) -> column == 0 ? Style.BAD : Style.PLAIN);
    }
    return Exit.DONE.status();
  }

  @Command(
      description = {
        "Lets a class of acts go on that was frozen. Find out first why it was.",
        "The server must be stopped."
      },
      mixinStandardHelpOptions = true)
  int thaw(
      @Parameters(
              paramLabel = "WHAT",
              description =
                  "As 'door frozen' names it; '*' for all acts, 'clock' if the clock is right now"
                      + " and was wrong before.")
          String what)
      throws Failure, IOException {
    Place place = cli.place();
    Caller person = Person.atThisTerminal(place.requireDoor());
    try (AuditSink sink = sink(place)) {
      writing(place.memory(), sink).thaw(person, what);
    }
    Output output = cli.output();
    if (output.isJson()) {
      output.json(Json.of(Map.of("thawed", what, "by", person.principal())));
    } else {
      output.line(what + " goes on");
    }
    return Exit.DONE.status();
  }

  @Command(
      description = {
        "Says, as a person who has looked, what an act in doubt has come to.",
        "'journal unsettled' lists them. The server must be stopped."
      },
      mixinStandardHelpOptions = true)
  int settle(
      @Parameters(paramLabel = "ACT", description = "Its id or its beginning.") String id,
      @Parameters(paramLabel = "SEEN", description = "${COMPLETION-CANDIDATES}") Seen seen,
      @Option(
              names = "--how",
              paramLabel = "WORDS",
              required = true,
              description = "How you found out: it is written into the journal.")
          String how)
      throws Failure, IOException {
    if (how.isBlank() || how.length() > LONGEST_WORDS) {
      throw new ParameterException(
          spec.commandLine(), "--how takes 1 to " + LONGEST_WORDS + " characters");
    }
    Place place = cli.place();
    Caller person = Person.atThisTerminal(place.requireDoor());
    Hash act;
    try (AuditSink sink = sink(place)) {
      Toolbox door = writing(place.memory(), sink);
      act = find(door.unsettled(), id);
      door.settle(person, act, outcome(seen), how);
    }
    Output output = cli.output();
    if (output.isJson()) {
      output.json(Json.of(Map.of("settled", act, "seen", seen.name(), "by", person.principal())));
    } else {
      output.line(act.brief() + " is settled: " + seen.name());
    }
    return Exit.DONE.status();
  }

  private static Outcome outcome(Seen seen) {
    return seen == Seen.DONE
        ? new Outcome.Done(Json.empty(), Outcome.Verification.VERIFIED)
        : new Outcome.Failed("A person looked: it did not happen");
  }

  private static Hash find(List<Hash> acts, String id) throws Failure {
    List<Hash> found =
        id.length() < SHORTEST_ID
            ? List.of()
            : acts.stream().filter(act -> act.hex().startsWith(id)).toList();
    if (found.size() != 1) {
      throw new Failure(
          Exit.REFUSED,
          (found.isEmpty() ? "No act in doubt begins with " : "Several acts begin with ")
              + id
              + " (at least "
              + SHORTEST_ID
              + " digits); in doubt are "
              + acts.stream().map(Hash::brief).toList());
    }
    return found.get(0);
  }

  /** The sink refuses while a server has it. */
  private static AuditSink sink(Place place) throws Failure, IOException {
    place.journal();
    return JsonLinesSink.open(place.audit(), Clock.systemUTC());
  }

  private static Toolbox writing(DoorMemory memory, AuditSink sink) {
    return Toolbox.builder()
        .journal(new Journal(sink, Clock.systemUTC()))
        .clock(Clock.systemUTC())
        .memory(memory)
        .build();
  }

  /** A door that can be looked at and nothing else. */
  static Toolbox reading(DoorMemory memory) {
    return Toolbox.builder()
        .journal(new Journal(new Unwritable(), Clock.systemUTC()))
        .clock(Clock.systemUTC())
        .memory(memory)
        .build();
  }

  /** A journal for looking: whatever would have to be written is not done. */
  private static final class Unwritable implements AuditSink {
    @Override
    public Receipt append(AuditRecord record) throws IOException {
      throw new IOException("this program only reads here");
    }

    @Override
    public void close() {}
  }
}
