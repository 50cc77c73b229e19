package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.gx.ResultFormat;
import dev.weirkeeper.contracts.sql.Explanation;
import dev.weirkeeper.contracts.sql.Limit;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells what a check would run and cost. */
@Command(
    name = "explain",
    description = {
      "Tells the SQL that 'check --engine duckdb' would run, and what it would read. Runs none of"
          + " it: only the shape of the files is looked at."
    },
    mixinStandardHelpOptions = true)
final class ContractExplain implements Callable<Integer> {

  /** For whom the answer is. */
  enum Format {
    TABLE,
    JSON
  }

  private final Cli cli;

  @Mixin private ContractOptions options = new ContractOptions();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "table or json; ${DEFAULT-VALUE} if not said.")
  private Format format = Format.TABLE;

  ContractExplain(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() throws Failure {
    return Work.done(this::explain);
  }

  private Exit explain() throws IOException {
    Output output = cli.output();
    Suite suite = options.read();
    Contract contract = suite.contract(options.table());
    Options how =
        ResultFormat.of(ResultFormat.Level.SUMMARY).options(options.mode(), new Fields(List.of()));
    Explanation explanation =
        Engines.duckdb(options.data(), Limit.NONE)
            .explain(contract, new DatasetRef(options.asset(contract.asset()), ""), how);
    if (format == Format.JSON || output.isJson()) {
      output.json(json(explanation));
    } else {
      print(output, explanation);
    }
    explanation.require(options.limit());
    return Exit.DONE;
  }

  private static Json json(Explanation explanation) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("queries", explanation.queries());
    explanation.rows().ifPresent(rows -> document.put("rows", rows));
    explanation.bytes().ifPresent(bytes -> document.put("bytes", bytes));
    document.put("unjudged", explanation.unjudged());
    return Json.of(document);
  }

  private static void print(Output output, Explanation explanation) {
    for (Explanation.Query query : explanation.queries()) {
      output.line(
          Style.STRONG,
          query.what()
              + " ("
              + query.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ')
              + ")");
      query.sql().lines().forEach(line -> output.line("  " + line));
      output.line("");
    }
    explanation
        .unjudged()
        .forEach((rule, why) -> output.field("not asked", Style.WARNING, rule + ": " + why));
    output.field("queries", Figures.count(explanation.queries().size()));
    output.field("rows", told(explanation.rows()));
    output.field("bytes", told(explanation.bytes()));
  }

  private static String told(OptionalLong number) {
    return number.isPresent() ? "about " + Figures.count(number.getAsLong()) : "not known";
  }
}
