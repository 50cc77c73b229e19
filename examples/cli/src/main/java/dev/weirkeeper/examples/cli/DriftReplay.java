package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Decided;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.audit.Head;
import dev.weirkeeper.audit.JsonLinesLog;
import dev.weirkeeper.audit.Replay;
import dev.weirkeeper.healing.Playbook;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.postgresql.replication.LogSequenceNumber;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Decides again what was decided at one place of a feed, from the log book alone. */
@Command(
    name = "replay",
    description = {
      "Decides again what was decided at one place of a feed, from the server's log book alone, and"
          + " compares it with what is written there, byte for byte.",
      "Needs no server and no database, and changes nothing. The log is proved first, as 'journal"
          + " verify' does. Leaves with 0 if all that the policy decided there is equal, with 1 if"
          + " something differs or could not be decided again, with 4 if the log is not right."
    },
    mixinStandardHelpOptions = true)
final class DriftReplay implements Callable<Integer> {
  private static final Pattern LSN = Pattern.compile("[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}");
  private static final int LONGEST = 10_000;
  private static final int NEAREST = 5;

  private final Cli cli;
  private final Playbook policy = new Playbook();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--at",
      paramLabel = "LSN",
      required = true,
      description =
          "The place: an LSN of PostgreSQL (0/16B3748), or a whole position as records have it.")
  private String at = "";

  @Option(
      names = "--head",
      paramLabel = "FILE",
      description = "A head that 'journal verify --note-head' noted: the log must still hold it.")
  private Optional<Path> head = Optional.empty();

  DriftReplay(Cli cli) {
    this.cli = cli;
  }

  /** What became of a decision that was asked for again. */
  private enum Result {
    EQUAL,
    DIFFERENT,
    /** Another version of the policy made it. */
    OTHER_POLICY,
    /** The host made it by itself, of which no policy was asked. */
    HOST
  }

  /**
   * One decision, for programs.
   *
   * @param recorded hash of the decision in the log
   * @param now hash of the decision that is made now
   * @param recordedDecision what the log says, where another decision is made now
   */
  private record Row(
      long seq,
      Hash record,
      String actor,
      String asset,
      String position,
      Hash incident,
      Result result,
      Hash recorded,
      Optional<Hash> now,
      Optional<Json> recordedDecision,
      Optional<Json> nowDecision) {}

  private record Answer(String at, String policy, boolean equal, List<Row> decisions) {}

  @Override
  public Integer call() throws Failure, IOException {
    String place = place();
    JsonLinesLog log = cli.place().journal();
    List<Row> rows = replayed(log, place).stream().map(this::row).toList();
    if (rows.isEmpty()) {
      throw new Failure(
          Exit.REFUSED, "Nothing was decided at " + place + "; " + nearest(new Pages(log)));
    }
    boolean equal =
        rows.stream().anyMatch(row -> row.result() == Result.EQUAL)
            && rows.stream()
                .allMatch(row -> row.result() == Result.EQUAL || row.result() == Result.HOST);
    Output output = cli.output();
    if (output.isJson()) {
      output.json(Json.of(new Answer(place, policy.id(), equal, rows)));
    } else {
      print(output, rows);
    }
    if (!equal) {
      output.warn(why(rows));
    }
    return (equal ? Exit.DONE : Exit.REFUSED).status();
  }

  /** Of an LSN as the log has it, without leading zeros. */
  private String place() {
    if (at.isBlank() || at.length() > LONGEST) {
      throw new ParameterException(
          spec.commandLine(), "--at takes an LSN like 0/16B3748, or a whole position");
    }
    return LSN.matcher(at).matches() ? LogSequenceNumber.valueOf(at).asString() : at;
  }

  private List<Replay.Again> replayed(JsonLinesLog log, String place) throws Failure, IOException {
    Head earlier = head.isPresent() ? JournalCommand.read(head.get()) : Head.EMPTY;
    try {
      return Replay.of(policy).at(log, earlier, place);
    } catch (IOException e) {
      Optional<JsonLinesLog.Problem> problem = log.verify(earlier).problem();
      if (problem.isPresent()) {
        throw Pages.broken(problem.get());
      }
      throw e;
    }
  }

  private Row row(Replay.Again again) {
    Result result =
        again.now().isPresent()
            ? again.same() ? Result.EQUAL : Result.DIFFERENT
            : again.actor().startsWith("policy:") ? Result.OTHER_POLICY : Result.HOST;
    Optional<Json> differs =
        result == Result.DIFFERENT ? Optional.of(again.recorded()) : Optional.empty();
    return new Row(
        again.receipt().sequence(),
        again.receipt().record(),
        again.actor(),
        again.incident().asset().toString(),
        again.incident().position().text(),
        again.incident().id(),
        result,
        Hash.of(again.recorded()),
        again.now().map(Hash::of),
        differs,
        differs.flatMap(unused -> again.now()));
  }

  private static void print(Output output, List<Row> rows) {
    Table table = new Table("result", "record", "on", "by", "recorded", "now");
    for (Row row : rows) {
      table.add(
          row.result().name().toLowerCase(Locale.ROOT).replace('_', ' '),
          String.valueOf(row.seq()),
          row.asset(),
          row.actor(),
          row.recorded().brief(),
          row.now().map(Hash::brief).orElse(""));
    }
    output.table(table, (column, text) -> column == 0 ? style(text) : Style.PLAIN);
  }

  private static Style style(String result) {
    return switch (result) {
      case "equal" -> Style.GOOD;
      case "different" -> Style.BAD;
      default -> Style.FAINT;
    };
  }

  private String why(List<Row> rows) {
    if (rows.stream().anyMatch(row -> row.result() == Result.DIFFERENT)) {
      return "The policy "
          + policy.id()
          + " decides otherwise than the log says it did; with --json both decisions are shown";
    }
    return rows.stream()
        .filter(row -> row.result() == Result.OTHER_POLICY)
        .findFirst()
        .map(
            row ->
                "The log was written by another version, whose policy was "
                    + row.actor().substring("policy:".length())
                    + "; this program has "
                    + policy.id()
                    + ": replay it with the version that wrote it")
        .orElse("The host decided there by itself, of which no policy can be asked again");
  }

  private static String nearest(Pages pages) throws Failure, IOException {
    Deque<String> newest = new ArrayDeque<>();
    pages.each(
        page -> {
          if (page.record().kind().equals(Decided.KIND)) {
            String position = page.record().body().as(Decided.class).incident().position().text();
            newest.remove(position);
            newest.add(position);
            if (newest.size() > NEAREST) {
              newest.remove();
            }
          }
        });
    return newest.isEmpty()
        ? "the log holds no decision"
        : "the newest decisions of the log are at " + String.join(", ", newest);
  }
}
