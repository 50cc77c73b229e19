package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.postgres.migrate.Cancellation;
import dev.weirkeeper.drift.postgres.migrate.Early;
import dev.weirkeeper.drift.postgres.migrate.Explanation;
import dev.weirkeeper.drift.postgres.migrate.MigrationLog;
import dev.weirkeeper.drift.postgres.migrate.MigrationResult;
import dev.weirkeeper.drift.postgres.migrate.MigrationRunner;
import dev.weirkeeper.drift.postgres.migrate.Obstacle;
import dev.weirkeeper.drift.postgres.migrate.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a plan that was made and reviewed before. */
@Command(
    name = "apply",
    description = {
      "Runs a plan of 'drift plan --out FILE.json' on a database, with the rights of your login.",
      "Shows what it would meet and asks first. A run that was interrupted goes on when it is run"
          + " again with the same --log; a database that moved meanwhile is left alone."
    },
    mixinStandardHelpOptions = true)
final class DriftApply implements Callable<Integer> {
  private final Cli cli;

  @Parameters(index = "0", paramLabel = "PLAN", description = "The file of the plan.")
  private Path plan = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "DATABASE",
      description = "postgresql://USER@HOST:PORT/DATABASE; the password comes from PGPASSWORD.")
  private String database = "";

  @Option(
      names = "--log",
      paramLabel = "DIR",
      defaultValue = "migrations",
      description = "Where runs are written down; ${DEFAULT-VALUE} if not said.")
  private Path log = Path.of("");

  @Option(
      names = "--schema",
      paramLabel = "NAME",
      description = "As 'plan' was told; may be said several times.")
  private List<String> schemas = List.of();

  @Option(names = "--dry-run", description = "Only says what a run would meet.")
  private boolean dry;

  @Option(
      names = "--early",
      description = "Also runs steps before the first day that the plan has for them.")
  private boolean early;

  @Option(
      names = {"-y", "--yes"},
      description = "Does not ask.")
  private boolean yes;

  DriftApply(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() throws Failure, IOException {
    Output output = cli.output();
    Migration migration = read();
    SchemaPlace place = new SchemaPlace(database, output.terminal().environment(), schemas);
    Cancellation cancellation = new Cancellation();
    MigrationRunner runner =
        MigrationRunner.builder(MigrationLog.inFolder(log), new SecureRandom())
            .schemas(schemas)
            .cancellation(cancellation)
            .listener(progress -> tell(output, progress))
            .early(early ? Early.RUN : Early.REFUSE)
            .build();
    Thread interrupted = new Thread(cancellation::cancel, "weirkeeper-interrupted");
    Runtime.getRuntime().addShutdownHook(interrupted);
    try (Connection connection = place.connect()) {
      if (dry || !yes) {
        Explanation explanation = runner.explain(connection, migration);
        show(output, migration, explanation);
        if (dry && output.isJson()) {
          output.json(Json.of(Dry.of(migration, explanation)));
        }
      }
      if (dry) {
        return Exit.DONE.status();
      }
      Consent.of(yes).require(output, "Run these " + migration.steps().size() + " steps?");
      return end(output, runner.run(connection, migration)).status();
    } catch (SQLException e) {
      throw place.unreadable(e);
    } finally {
      forget(interrupted);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // The program is ending, so the hook runs already and has nothing to stop any more.
    }
  }

  private Migration read() throws Failure {
    try {
      return Json.parse(SchemaPlace.read(plan)).as(Migration.class);
    } catch (IllegalArgumentException e) {
      throw new Failure(
          Exit.REFUSED, plan + " is no plan of 'drift plan --out FILE.json': " + e.getMessage(), e);
    }
  }

  /** What a run would meet, for programs. */
  private record Dry(Hash plan, Explanation.Fit database, List<Item> steps) {
    static Dry of(Migration migration, Explanation explanation) {
      return new Dry(
          migration.id(), explanation.fit(), explanation.items().stream().map(Item::of).toList());
    }
  }

  private record Item(
      int step,
      String kind,
      String on,
      Map<String, LockMode> locks,
      Optional<Long> rows,
      long bytes,
      Optional<Boolean> done,
      List<String> inTheWay) {
    static Item of(Explanation.Item item) {
      Map<String, LockMode> locks = new TreeMap<>();
      item.locks().forEach((relation, mode) -> locks.put(relation.toString(), mode));
      return new Item(
          item.step() + 1,
          item.kind(),
          item.on().toString(),
          locks,
          item.rows(),
          item.bytes(),
          item.isDone(),
          item.obstacles().stream().map(Obstacle::what).toList());
    }
  }

  private static void show(Output output, Migration migration, Explanation explanation) {
    Output aside = output.isJson() ? output.aside() : output;
    aside.field("plan", migration.id().hex());
    aside.field("database", words(explanation.fit()));
    Table table = new Table("step", "change", "on", "locks", "rows", "not before", "in the way");
    for (Explanation.Item item : explanation.items()) {
      table.add(
          String.valueOf(item.step() + 1),
          item.kind(),
          item.on().toString(),
          String.join(
              ", ",
              item.locks().entrySet().stream()
                  .map(lock -> lock.getKey() + " " + words(lock.getValue()))
                  .toList()),
          item.rows().map(String::valueOf).orElse("?"),
          migration.steps().get(item.step()).notBefore().map(String::valueOf).orElse(""),
          String.join(", ", item.obstacles().stream().map(Obstacle::what).toList()));
    }
    aside.table(table);
  }

  private static void tell(Output output, Progress progress) {
    if (progress.phase() == Progress.Phase.DONE || progress.phase() == Progress.Phase.WAITING) {
      output.note(
          "step "
              + (progress.step() + 1)
              + " of "
              + progress.steps()
              + " "
              + words(progress.phase()));
    }
  }

  private static Exit end(Output output, MigrationResult result) {
    if (output.isJson()) {
      output.json(Json.of(result));
    } else {
      output.line(
          result.ending() == MigrationResult.Ending.DONE ? Style.GOOD : Style.BAD,
          words(result.ending()) + ": " + result.done() + " of " + result.steps() + " steps");
    }
    result.why().ifPresent(output::warn);
    return switch (result.ending()) {
      case DONE -> Exit.DONE;
      case UNKNOWN, UNDECIDED -> Exit.UNKNOWN;
      case CANCELLED, BLOCKED, BUSY -> Exit.PENDING;
      case MOVED, FAILED, REFUSED -> Exit.REFUSED;
    };
  }

  private static String words(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
