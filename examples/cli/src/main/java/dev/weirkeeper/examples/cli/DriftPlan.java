package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.drift.dialect.Dialect;
import dev.weirkeeper.drift.dialect.MirrorPlanner;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.MigrationPlanner;
import dev.weirkeeper.drift.plan.PlanOptions;
import dev.weirkeeper.drift.plan.Refusal;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.postgres.migrate.LossCount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Plans the statements that lead from one schema to another. */
@Command(
    name = "plan",
    description = {
      "Plans the statements that lead from one schema to another, each with its locks, hazards and"
          + " the way back. Changes nothing.",
      "What is not done safely is refused by name on stderr, and the status is 1."
    },
    mixinStandardHelpOptions = true)
final class DriftPlan implements Callable<Integer> {
  private static final String POSTGRESQL = "postgresql";
  private static final String UNKNOWN = "UNKNOWN";

  private final Cli cli;

  @Mixin private DriftSchemas schemas = new DriftSchemas();

  @Option(
      names = "--direct",
      description = {
        "Plain statements, for a database that nobody else uses. Without it each change is made by"
            + " the steps that hold up the fewest."
      })
  private boolean direct;

  @Option(
      names = "--allow-destructive",
      description = "Also drops what is not wanted, and narrows types if all values fit.")
  private boolean destructive;

  @Option(
      names = "--dialect",
      paramLabel = "NAME",
      defaultValue = POSTGRESQL,
      description = {
        "postgresql, or a mirror in duckdb, snowflake, bigquery, delta, iceberg-v2, iceberg-v3 or"
            + " mysql; ${DEFAULT-VALUE} if not said."
      })
  private String dialect = POSTGRESQL;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Writes the plan there: a script, or JSON for 'apply' if the name ends in .json.")
  private Optional<Path> out = Optional.empty();

  @Option(
      names = "--count-losses",
      description = {
        "Counts in FROM, which must be a database, how many values or rows each change would lose;"
            + " UNKNOWN where that was not counted. Reads whole tables, and shows no value."
      })
  private boolean countsLosses;

  @Option(
      names = "--count-limit",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long one count of --count-losses may take; ${DEFAULT-VALUE} if not said.")
  private int countLimit = 60;

  DriftPlan(Cli cli) {
    this.cli = cli;
  }

  /** What stands in the file, for programs. */
  private record Written(
      Hash plan,
      String file,
      int steps,
      List<Refusal> refusals,
      Optional<List<DriftLosses.Loss>> losses) {}

  /** The plan where it is in no file, and what was counted. */
  private record Counted(Migration plan, List<DriftLosses.Loss> losses) {}

  @Override
  public Integer call() throws Failure, IOException {
    Output output = cli.output();
    if (out.isPresent() && Files.exists(out.get())) {
      throw new Failure(
          Exit.REFUSED, out.get() + " is there already; name another file or remove it");
    }
    Optional<Dialect> mirror = mirror();
    Optional<SchemaPlace> counted = counted(output.terminal());
    SchemaComparison comparison = schemas.compare(output.terminal().environment());
    Migration migration = planned(comparison, mirror);
    Optional<List<DriftLosses.Loss>> losses = Optional.empty();
    if (counted.isPresent()) {
      losses = Optional.of(losses(counted.get(), comparison, output.terminal()));
    }
    boolean json =
        output.isJson() || out.filter(file -> file.toString().endsWith(".json")).isPresent();
    if (out.isPresent()) {
      String text = json ? Json.of(migration).text() : String.join("\n", Script.of(migration));
      Files.writeString(out.get(), text + "\n", StandardOpenOption.CREATE_NEW);
      if (output.isJson()) {
        output.json(
            Json.of(
                new Written(
                    migration.id(),
                    out.get().toString(),
                    migration.steps().size(),
                    migration.refusals(),
                    losses)));
      }
      output.note(migration.steps().size() + " steps, plan " + migration.id() + " in " + out.get());
    } else if (json) {
      output.json(
          losses.map(all -> Json.of(new Counted(migration, all))).orElse(Json.of(migration)));
    } else {
      Script.of(migration)
          .forEach(line -> output.line(line.startsWith("-- ") ? Style.FAINT : Style.PLAIN, line));
    }
    if (!output.isJson()) {
      losses.ifPresent(all -> print(output, all));
    }
    for (Refusal refusal : migration.refusals()) {
      output.warn("not done: " + refusal.kind() + " on " + refusal.subject() + ": " + why(refusal));
    }
    return (migration.refusals().isEmpty() ? Exit.DONE : Exit.REFUSED).status();
  }

  /** Empty if nothing is to be counted; found wrong before anything is read. */
  private Optional<SchemaPlace> counted(Terminal terminal) throws Failure {
    if (!countsLosses) {
      return Optional.empty();
    }
    if (countLimit < 1) {
      throw new Failure(Exit.USAGE, "--count-limit takes at least one second");
    }
    return Optional.of(schemas.database(terminal.environment()));
  }

  private List<DriftLosses.Loss> losses(
      SchemaPlace place, SchemaComparison comparison, Terminal terminal) throws Failure {
    DriftLosses losses = new DriftLosses(comparison, new LossCount(Duration.ofSeconds(countLimit)));
    try (Connection connection = place.connect();
        ProgressBar bar = new ProgressBar(terminal)) {
      return losses.count(connection, bar);
    } catch (SQLException e) {
      throw place.unreadable(e);
    }
  }

  /** Beside the script, which is for another program. */
  private static void print(Output output, List<DriftLosses.Loss> losses) {
    if (losses.isEmpty()) {
      output.note("No change loses a value.");
      return;
    }
    Table table = new Table("change", "on", "lost", "because");
    for (DriftLosses.Loss loss : losses) {
      table.add(
          loss.kind(),
          loss.on(),
          loss.lost().map(Figures::count).orElse(UNKNOWN),
          loss.found().or(loss::unknown).orElse(""));
    }
    output.aside().table(table, (column, text) -> column == 2 ? style(text) : Style.PLAIN);
  }

  private static Style style(String lost) {
    return switch (lost) {
      case "0" -> Style.GOOD;
      case UNKNOWN -> Style.WARNING;
      default -> Style.BAD;
    };
  }

  private Migration planned(SchemaComparison comparison, Optional<Dialect> mirror) {
    if (mirror.isPresent()) {
      return MirrorPlanner.of(mirror.get()).plan(comparison);
    }
    PlanOptions options = direct ? PlanOptions.direct() : PlanOptions.online();
    return MigrationPlanner.plan(
        comparison, destructive ? options.with(PlanOptions.Destruction.ALLOW) : options);
  }

  /** With the option of this command in the place of the library's. */
  private static String why(Refusal refusal) {
    return refusal.why().replace("Destruction.ALLOW", "--allow-destructive");
  }

  /** Empty for PostgreSQL itself. */
  private Optional<Dialect> mirror() throws Failure {
    List<Dialect> known = Arrays.asList(Dialect.values());
    Optional<Dialect> named = known.stream().filter(each -> each.id().equals(dialect)).findFirst();
    if (named.isEmpty() && !dialect.equals(POSTGRESQL)) {
      throw new Failure(
          Exit.USAGE,
          "No dialect is called so; known are postgresql, "
              + String.join(", ", known.stream().map(Dialect::id).toList()));
    }
    return named;
  }
}
