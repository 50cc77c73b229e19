package dev.weirkeeper.examples.quickstart;

import dev.weirkeeper.contracts.Contracts;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        --serve                    play it, then keep the servers running until interrupted
        --source URL --target URL  follow the tables of your own source into your own target,
                                   until interrupted; URLs are JDBC, the target's is of an
                                   administrator and its schema public is empty, the source has
                                   wal_level=logical. wk_rows, wk_change and wk_approve must be
                                   able to log in at the target as the URL does
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
      if (options.source().isPresent()) {
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
    System.out.println("FAILED: " + why.replaceAll("\\s+", " "));
    return 1;
  }

  private static void play(Options options, Timeline timeline)
      throws IOException, SQLException, InterruptedException {
    try (LocalPostgres server = LocalPostgres.start(Map.of("fsync", "on"))) {
      Story story = new Story(server, options.folder(), timeline);
      story.play();
      if (options.serve()) {
        story.serve();
      }
    }
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
      Optional<String> source,
      Optional<String> target,
      List<String> tables,
      Path folder,
      boolean serve) {

    static Options parse(List<String> words) throws IOException {
      Optional<String> source = Optional.empty();
      Optional<String> target = Optional.empty();
      List<String> tables = List.of();
      Optional<Path> folder = Optional.empty();
      boolean serve = false;
      for (int i = 0; i < words.size(); i++) {
        switch (words.get(i)) {
          case "--serve" -> serve = true;
          case "--no-color" -> {}
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
          source,
          target,
          tables,
          folder.isPresent() ? folder.get() : Files.createTempDirectory("weirkeeper-"),
          serve);
    }

    private static String value(List<String> words, int at) {
      if (at == words.size()) {
        throw new IllegalArgumentException(words.get(at - 1) + " needs a value");
      }
      return words.get(at);
    }
  }
}
