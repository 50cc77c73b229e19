package dev.weirkeeper.examples.quickstart;

import dev.weirkeeper.Redaction;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.examples.server.Warehouse;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs the story on an embedded PostgreSQL, or a stream between two servers of the user. */
public final class Quickstart {
  private static final String HELP =
      """
      Weirkeeper quickstart

        (no arguments)             play the story on an embedded PostgreSQL and prove the result
        --serve                    play it, then keep the servers running until interrupted, with
                                   tools for MCP clients; it prints how to connect them
        --prepare URL              as its administrator, set up the target at this JDBC URL: the
                                   roles wk_rows and wk_change that a stream connects as, the
                                   functions through which it changes tables, its bookkeeping
        --source URL --target URL  follow the tables of your own source into your own target,
                                   until interrupted; URLs are JDBC, the target is prepared and
                                   has the tables' schemas empty, the source has
                                   wal_level=logical; passwords come from the driver's password
                                   file (PGPASSFILE)
        --tables a.b,c.d           which tables, with their schemas (needed with --source)
        --folder DIR               where the audit log and spill files go (default: a new folder)
        --no-color                 plain text
        --help                     this text
      """;

  private Quickstart() {}

  public static void main(String[] arguments) {
    int status = run(arguments);
    if (status != 0) {
      System.exit(status);
    }
  }

  private static int run(String[] arguments) {
    List<String> words = Arrays.asList(arguments);
    if (words.contains("--help")) {
      System.out.print(HELP);
      return 0;
    }
    boolean colour = System.getenv("NO_COLOR") == null && !words.contains("--no-color");
    Timeline timeline = new Timeline(System.out, colour);
    try {
      Options options = Options.parse(words);
      if (options.prepare().isPresent()) {
        prepare(options.prepare().get(), timeline);
      } else if (options.source().isPresent()) {
        follow(options, timeline);
      } else {
        play(options, timeline);
      }
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return fail("interrupted");
    } catch (Exception e) {
      return fail(e.getMessage() + cause(e));
    }
  }

  private static String cause(Exception e) {
    return e.getCause() == null ? "" : ": " + e.getCause().getMessage();
  }

  private static int fail(String why) {
    // What was typed and what a driver says may hold a password.
    System.out.println("FAILED: " + Redaction.redacted(why).replaceAll("\\s+", " "));
    return 1;
  }

  private static void play(Options options, Timeline timeline)
      throws IOException, SQLException, InterruptedException {
    // Most of what the story shows is refused on purpose, and its timeline says so.
    System.setProperty("org.slf4j.simpleLogger.log.dev.weirkeeper", "error");
    try (LocalPostgres server = LocalPostgres.start(Map.of("fsync", "on"))) {
      Story story = new Story(server, options.folder(), timeline);
      story.play();
      if (options.serve()) {
        story.serve();
      }
    }
  }

  private static void prepare(String url, Timeline timeline) throws SQLException {
    try (Connection administrator = DriverManager.getConnection(url)) {
      Warehouse.prepare(administrator);
    }
    timeline.say(
        Timeline.Tone.GOOD,
        "The target is prepared. Give wk_rows and wk_change passwords, and wk_approve one that no"
            + " host has; then follow a source with --source and --target.");
  }

  private static void follow(Options options, Timeline timeline)
      throws IOException, SQLException, InterruptedException {
    try (GovernedStream stream =
        GovernedStream.start(
            new GovernedStream.Settings(
                "source",
                options.source().orElseThrow(),
                options.target().orElseThrow(),
                options.tables(),
                options.folder(),
                Contracts.none(),
                Map.of(),
                timeline))) {
      stream.untilInterrupted();
    }
  }

  private record Options(
      Optional<String> prepare,
      Optional<String> source,
      Optional<String> target,
      List<String> tables,
      Path folder,
      boolean serve) {

    static Options parse(List<String> words) throws IOException {
      Optional<String> prepare = Optional.empty();
      Optional<String> source = Optional.empty();
      Optional<String> target = Optional.empty();
      List<String> tables = List.of();
      Optional<Path> folder = Optional.empty();
      boolean serve = false;
      for (int i = 0; i < words.size(); i++) {
        switch (words.get(i)) {
          case "--serve" -> serve = true;
          case "--no-color" -> {}
          case "--prepare" -> prepare = Optional.of(value(words, ++i));
          case "--source" -> source = Optional.of(value(words, ++i));
          case "--target" -> target = Optional.of(value(words, ++i));
          case "--tables" -> tables = List.of(value(words, ++i).split(","));
          case "--folder" -> folder = Optional.of(Path.of(value(words, ++i)));
          default ->
              throw new IllegalArgumentException(
                  "unknown option " + words.get(i) + "; --help lists what there is");
        }
      }
      if (source.isPresent() != target.isPresent() || source.isPresent() == tables.isEmpty()) {
        throw new IllegalArgumentException("--source, --target and --tables go together");
      }
      return new Options(
          prepare,
          source,
          target,
          tables,
          folder.isPresent() ? privately(folder.get()) : Files.createTempDirectory("weirkeeper-"),
          serve);
    }

    /** Log, door and key are for nobody else; a folder that is there already stays as it is. */
    private static Path privately(Path folder) throws IOException {
      return Files.exists(folder)
          ? folder
          : Files.createDirectories(
              folder,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private static String value(List<String> words, int at) {
      if (at == words.size()) {
        throw new IllegalArgumentException(words.get(at - 1) + " needs a value");
      }
      return words.get(at);
    }
  }
}
