package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Act;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.audit.Head;
import dev.weirkeeper.audit.JsonLinesLog;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads the log book in the server's folder, and proves that nobody changed it. */
@Command(
    name = "journal",
    description = {
      "Reads the log book in the server's folder, and proves that nobody changed it.",
      "Needs no server, and may be used while one runs. Records hold no row values."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class JournalCommand {
  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  JournalCommand(Cli cli) {
    this.cli = cli;
  }

  /** What a check found, for programs. */
  private record Checked(
      boolean intact, Head head, long tornBytes, Optional<String> problem, Optional<Path> noted) {
    Json json() {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("intact", intact);
      all.put("head", head);
      all.put("tornBytes", tornBytes);
      problem.ifPresent(what -> all.put("problem", what));
      noted.ifPresent(file -> all.put("noted", file.toString()));
      return Json.of(all);
    }
  }

  @Command(
      description = {
        "Checks the chain, the sequence and the form of every record.",
        "A chain alone does not show that its end was cut off or that all of it was written anew."
            + " Note its head where the server cannot write, and check against that."
      },
      mixinStandardHelpOptions = true)
  int verify(
      @Option(
              names = "--head",
              paramLabel = "FILE",
              description = "A head that was noted: the log must still hold what it held then.")
          Optional<Path> head,
      @Option(
              names = "--note-head",
              paramLabel = "FILE",
              description =
                  "Notes the head there if all is right. A head that is there already is checked"
                      + " first, and replaced only by one that follows from it.")
          Optional<Path> noteHead)
      throws Failure, IOException {
    JsonLinesLog log = cli.place().journal();
    JsonLinesLog.Report report = log.verify();
    for (Path earlier : noted(head, noteHead)) {
      if (report.intact()) {
        report = log.verify(read(earlier));
      }
    }
    if (report.intact() && noteHead.isPresent()) {
      note(noteHead.get(), report.head());
    }
    say(report, noteHead.filter(Files::exists));
    return (report.intact() ? Exit.DONE : Exit.BROKEN).status();
  }

  private static List<Path> noted(Optional<Path> head, Optional<Path> noteHead) {
    List<Path> all = new ArrayList<>();
    head.ifPresent(all::add);
    noteHead.filter(Files::exists).ifPresent(all::add);
    return all;
  }

  /** A head that was noted. */
  static Head read(Path file) throws Failure, IOException {
    try {
      return Json.parse(Files.readString(file)).as(Head.class);
    } catch (IllegalArgumentException e) {
      throw new Failure(
          Exit.REFUSED,
          file
              + " holds no head of a log ("
              + e.getMessage()
              + "). 'journal verify --note-head FILE' writes one, into a file of its own",
          e);
    }
  }

  private void note(Path file, Head head) throws IOException {
    Path place = file.toAbsolutePath();
    Path beside = Files.createTempFile(place.getParent(), ".head-", "");
    try {
      Files.writeString(beside, Json.of(head).text() + "\n");
      Files.move(beside, place, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
    if (place.toRealPath().startsWith(cli.place().folder().toRealPath())) {
      cli.output()
          .warn(
              "The head lies in the folder of the log: whoever rewrites the log can rewrite it"
                  + " too. Note it on another machine, or where only you can write");
    }
  }

  private void say(JsonLinesLog.Report report, Optional<Path> noted) {
    Output output = cli.output();
    if (output.isJson()) {
      output.json(
          new Checked(
                  report.intact(),
                  report.head(),
                  report.tornBytes(),
                  report.problem().map(Object::toString),
                  noted)
              .json());
      return;
    }
    if (report.intact()) {
      output.field("journal", Style.GOOD, "intact");
    } else {
      output.field("journal", Style.BAD, "BROKEN: " + report.problem().orElseThrow());
    }
    output.field(report.intact() ? "records" : "right up to", count(report.head().records()));
    output.field("head", report.head().chain().hex());
    if (report.tornBytes() > 0) {
      output.field(
          "unfinished",
          report.tornBytes()
              + " bytes behind the last record: a write that goes on, or that a crash cut short");
    }
    if (report.intact()) {
      noted.ifPresent(file -> output.field("noted", file.toString()));
    } else {
      output.warn("Keep the folder as it is, and compare it with a copy before anybody writes");
    }
  }

  private static String count(long records) {
    return records + (records == 1 ? " record" : " records");
  }

  @Command(description = "Shows the newest records.", mixinStandardHelpOptions = true)
  int tail(
      @Option(
              names = "-n",
              paramLabel = "COUNT",
              defaultValue = "20",
              description = "How many; ${DEFAULT-VALUE} if not said.")
          int count,
      @Option(
              names = {"-f", "--follow"},
              description = "Goes on with what is written from now on, until Ctrl-C.")
          boolean follow,
      @Option(
              names = "--kind",
              paramLabel = "KIND",
              description = "Only records of this kind, or of this family: 'act'.")
          Optional<String> kind,
      @Option(
              names = "--table",
              paramLabel = "NAME",
              description = "Only records about this table, with its schema: public.orders.")
          Optional<String> table)
      throws Failure, IOException, InterruptedException {
    if (count < 0 || count > 100_000) {
      throw new ParameterException(
          spec.commandLine(), "-n takes 0 to 100000 records, got " + count);
    }
    Predicate<Pages.Page> wanted = page -> isOf(page, kind) && isAbout(page, table);
    Pages pages = new Pages(cli.place().journal());
    if (follow) {
      follow(pages, count, wanted);
    } else {
      Deque<Pages.Page> newest = newest(pages, count, wanted);
      Output output = cli.output();
      if (output.isJson()) {
        output.json(Json.of(Map.of("records", List.copyOf(newest))));
      } else if (newest.isEmpty()) {
        output.line("No such records.");
      } else {
        newest.forEach(page -> PageView.line(output, page));
      }
    }
    return Exit.DONE.status();
  }

  private static boolean isOf(Pages.Page page, Optional<String> kind) {
    String is = page.record().kind();
    return kind.isEmpty() || is.equals(kind.get()) || is.startsWith(kind.get() + ".");
  }

  private static boolean isAbout(Pages.Page page, Optional<String> table) {
    return table.isEmpty()
        || page.record()
            .asset()
            .filter(
                asset -> asset.name().equals(table.get()) || asset.toString().equals(table.get()))
            .isPresent();
  }

  private static Deque<Pages.Page> newest(Pages pages, int count, Predicate<Pages.Page> wanted)
      throws Failure, IOException {
    Deque<Pages.Page> newest = new ArrayDeque<>();
    pages.each(
        page -> {
          if (wanted.test(page)) {
            newest.add(page);
            if (newest.size() > count) {
              newest.remove();
            }
          }
        });
    return newest;
  }

  /** Each record in a line of its own, also as JSON: it has no end that a document could have. */
  private void follow(Pages pages, int count, Predicate<Pages.Page> wanted)
      throws Failure, IOException, InterruptedException {
    Output output = cli.output();
    try (WatchService watch = FileSystems.getDefault().newWatchService()) {
      cli.place()
          .audit()
          .register(
              watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
      Deque<Pages.Page> newest = new ArrayDeque<>();
      boolean[] caughtUp = {false};
      pages.follow(
          page -> {
            if (!wanted.test(page)) {
              return;
            }
            if (caughtUp[0]) {
              show(output, page);
            } else {
              newest.add(page);
              if (newest.size() > count) {
                newest.remove();
              }
            }
          },
          () -> {
            newest.forEach(page -> show(output, page));
            newest.clear();
            caughtUp[0] = true;
            WatchKey changed = watch.take();
            changed.pollEvents();
            changed.reset();
          });
    }
  }

  private static void show(Output output, Pages.Page page) {
    if (output.isJson()) {
      output.json(Json.of(page));
    } else {
      PageView.line(output, page);
    }
  }

  @Command(
      description = {
        "Shows a record, what led to it and what it led to.",
        "Other ids are found too: of an incident, a plan, an action or a request, in the records"
            + " that name it."
      },
      mixinStandardHelpOptions = true)
  int explain(
      @Parameters(
              paramLabel = "HASH",
              description = "The beginning of a record's hash, or its number.")
          String id)
      throws Failure, IOException {
    Explanation found = Explanation.of(new Pages(cli.place().journal()), id);
    Output output = cli.output();
    if (output.isJson()) {
      output.json(found.json());
    } else {
      found.print(output);
    }
    return Exit.DONE.status();
  }

  @Command(
      description = {
        "Lists acts that were begun and of which nobody wrote down what they came to.",
        "They may have happened. 'door settle' says what a person found."
      },
      mixinStandardHelpOptions = true)
  int unsettled() throws Failure, IOException {
    JsonLinesLog log = cli.place().journal();
    List<JsonLinesLog.Unsettled> open = unsettled(log);
    Output output = cli.output();
    if (output.isJson()) {
      output.json(Json.of(Map.of("unsettled", open.stream().map(JournalCommand::json).toList())));
    } else if (open.isEmpty()) {
      output.line("Nothing is unsettled.");
    } else {
      Table table = new Table("act", "begun", "tool", "target", "by", "input");
      open.forEach(
          act ->
              table.add(
                  act.act().action().brief(),
                  act.entry().record().at().toString(),
                  act.act().tool(),
                  act.entry().record().asset().map(Object::toString).orElse(""),
                  act.act().caller().actor(),
                  act.act().input().text()));
      output.table(table);
    }
    return (open.isEmpty() ? Exit.DONE : Exit.UNKNOWN).status();
  }

  static List<JsonLinesLog.Unsettled> unsettled(JsonLinesLog log) throws Failure, IOException {
    try {
      return log.unsettled();
    } catch (IOException e) {
      Optional<JsonLinesLog.Problem> problem = log.verify().problem();
      if (problem.isPresent()) {
        throw Pages.broken(problem.get());
      }
      throw e;
    }
  }

  private static Map<String, Object> json(JsonLinesLog.Unsettled unsettled) {
    Act.Started act = unsettled.act();
    Hash record = unsettled.entry().receipt().record();
    return Map.of(
        "action", act.action(),
        "record", record,
        "seq", unsettled.entry().receipt().sequence(),
        "at", unsettled.entry().record().at(),
        "tool", act.tool(),
        "input", act.input(),
        "caller", act.caller(),
        "target", unsettled.entry().record().asset().map(Object::toString).orElse(""));
  }
}
