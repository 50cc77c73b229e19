package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.drift.plan.JudgedChange;
import dev.weirkeeper.drift.plan.SchemaChange;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.taxonomy.Consumer;
import dev.weirkeeper.drift.taxonomy.ConsumerVerdict;
import dev.weirkeeper.drift.taxonomy.Consumers;
import dev.weirkeeper.drift.taxonomy.RegistryMode;
import dev.weirkeeper.drift.taxonomy.Way;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what differs between two schemas and how bad that is for whom. */
@Command(
    name = "diff",
    description = {
      "Shows what differs between two schemas, the worst first, and which consumer bears it least.",
      "Changes nothing. The order of columns is no difference."
    },
    mixinStandardHelpOptions = true)
final class DriftDiff implements Callable<Integer> {
  /** Who usually reads such data; a host registers its own. */
  private static final List<Consumer> USUAL =
      List.of(
          Consumer.table("postgresql", "mirror", "postgresql"),
          Consumer.table("snowflake", "warehouse", "snowflake"),
          Consumer.table("bigquery", "warehouse", "bigquery"),
          Consumer.table("delta", "lake", "delta"),
          Consumer.table("iceberg-v2", "lake", "iceberg-v2"),
          Consumer.table("iceberg-v3", "lake", "iceberg-v3"),
          Consumer.table("duckdb", "files", "duckdb"),
          Consumer.table("mysql", "mirror", "mysql"),
          Consumer.subject("avro", "registry", RegistryMode.BACKWARD));

  private final Cli cli;

  @Mixin private DriftSchemas schemas = new DriftSchemas();

  @Option(
      names = "--consumer",
      paramLabel = "NAME",
      description = "Only for these consumers; may be said several times. All that are known else.")
  private List<String> consumers = List.of();

  @Option(
      names = "--fail-on",
      paramLabel = "VERDICT",
      description = "Leaves with 1 if a change is so bad or worse: ${COMPLETION-CANDIDATES}.")
  private Optional<dev.weirkeeper.Verdict> failOn = Optional.empty();

  DriftDiff(Cli cli) {
    this.cli = cli;
  }

  /** One change, for programs. */
  private record Row(
      dev.weirkeeper.Verdict verdict,
      String kind,
      String on,
      Optional<String> former,
      Optional<String> before,
      Optional<String> after,
      List<Opinion> consumers) {}

  private record Opinion(String consumer, dev.weirkeeper.Verdict verdict, String way) {}

  private record Answer(Hash from, Hash to, List<Row> changes) {}

  @Override
  public Integer call() throws Failure {
    Output output = cli.output();
    Consumers asked = Consumers.of(chosen());
    SchemaComparison comparison = schemas.compare(output.terminal().environment());
    List<JudgedChange> judged =
        JudgedChange.of(comparison, asked).stream()
            .sorted(Comparator.comparing(JudgedChange::verdict).reversed())
            .toList();
    if (output.isJson()) {
      output.json(
          Json.of(
              new Answer(
                  comparison.from().fingerprint(),
                  comparison.to().fingerprint(),
                  judged.stream().map(DriftDiff::row).toList())));
    } else if (judged.isEmpty()) {
      output.line("No difference.");
    } else {
      print(output, judged);
    }
    boolean tooBad =
        failOn.isPresent()
            && judged.stream().anyMatch(one -> !failOn.get().worseThan(one.verdict()));
    return (tooBad ? Exit.REFUSED : Exit.DONE).status();
  }

  private List<Consumer> chosen() throws Failure {
    for (String name : consumers) {
      if (USUAL.stream().noneMatch(known -> known.id().equals(name))) {
        throw new Failure(
            Exit.USAGE,
            "No consumer is called so; known are "
                + String.join(", ", USUAL.stream().map(Consumer::id).toList()));
      }
    }
    return consumers.isEmpty()
        ? USUAL
        : USUAL.stream().filter(known -> consumers.contains(known.id())).toList();
  }

  private static void print(Output output, List<JudgedChange> judged) {
    Table table = new Table("verdict", "change", "on", "before", "after", "bears it least");
    for (JudgedChange one : judged) {
      Row row = row(one);
      table.add(
          row.verdict().name(),
          row.kind(),
          row.former().map(former -> former + " \u2192 ").orElse("") + row.on(),
          row.before().orElse(""),
          row.after().orElse(""),
          one.judgement()
              .narrowest()
              .filter(narrowest -> narrowest.verdict().worseThan(dev.weirkeeper.Verdict.METADATA))
              // Where nothing is altered, all bear it alike.
              .filter(narrowest -> narrowest.way() != Way.NOTHING_TO_DO)
              .map(narrowest -> narrowest.consumer().id() + ": " + way(narrowest))
              .orElse(""));
    }
    output.table(table, (column, text) -> column == 0 ? style(text) : Style.PLAIN);
    output.note(judged.size() + (judged.size() == 1 ? " difference" : " differences"));
  }

  static Style style(String verdict) {
    return switch (dev.weirkeeper.Verdict.valueOf(verdict)) {
      case BREAKING -> Style.BAD;
      case LOSSY, SEMANTIC -> Style.WARNING;
      case ADDITIVE, COMPATIBLE -> Style.GOOD;
      case METADATA, NOOP -> Style.FAINT;
    };
  }

  private static String way(ConsumerVerdict verdict) {
    return verdict.way().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static Row row(JudgedChange judged) {
    SchemaChange change = judged.change();
    Optional<String> former = Optional.empty();
    Optional<String> before = Optional.empty();
    Optional<String> after = Optional.empty();
    if (change instanceof SchemaChange.Renamed renamed) {
      former = Optional.of(renamed.former().toString());
    } else if (change instanceof SchemaChange.Altered altered) {
      before = altered.before();
      after = altered.after();
    }
    return new Row(
        judged.verdict(),
        change.kind(),
        change.subject().toString(),
        former,
        before,
        after,
        judged.judgement().verdicts().stream()
            .map(each -> new Opinion(each.consumer().id(), each.verdict(), way(each)))
            .toList());
  }
}
