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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

  DriftPlan(Cli cli) {
    this.cli = cli;
  }

  /** What stands in the file, for programs. */
  private record Written(Hash plan, String file, int steps, List<Refusal> refusals) {}

  @Override
  public Integer call() throws Failure, IOException {
    Output output = cli.output();
    if (out.isPresent() && Files.exists(out.get())) {
      throw new Failure(
          Exit.REFUSED, out.get() + " is there already; name another file or remove it");
    }
    Optional<Dialect> mirror = mirror();
    SchemaComparison comparison = schemas.compare(output.terminal().environment());
    Migration migration = planned(comparison, mirror);
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
                    migration.refusals())));
      }
      output.note(migration.steps().size() + " steps, plan " + migration.id() + " in " + out.get());
    } else if (json) {
      output.json(Json.of(migration));
    } else {
      Script.of(migration)
          .forEach(line -> output.line(line.startsWith("-- ") ? Style.FAINT : Style.PLAIN, line));
    }
    for (Refusal refusal : migration.refusals()) {
      output.warn("not done: " + refusal.kind() + " on " + refusal.subject() + ": " + why(refusal));
    }
    return (migration.refusals().isEmpty() ? Exit.DONE : Exit.REFUSED).status();
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
