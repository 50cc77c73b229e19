package dev.weirkeeper.examples.cli;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.duckdb.DuckDbCaps;
import dev.weirkeeper.contracts.duckdb.DuckDbFiles;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.gx.GxResults;
import dev.weirkeeper.contracts.gx.ResultFormat;
import dev.weirkeeper.contracts.memory.MemoryEngine;
import dev.weirkeeper.contracts.sql.Limit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Judges files by a contract. */
@Command(
    name = "check",
    description = {
      "Judges files by a contract and shows the worst rules first.",
      "Values of bad rows are masked (letters as a and A, digits as 9) unless you ask for them."
    },
    mixinStandardHelpOptions = true)
final class ContractCheck implements Callable<Integer> {

  /** For whom the answer is. */
  enum Format {
    TABLE,
    GX,
    JSON
  }

  private final Cli cli;

  @Mixin private ContractOptions options = new ContractOptions();

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      defaultValue = "duckdb",
      description = "memory or duckdb; ${DEFAULT-VALUE} if not said.")
  private Engines engine = Engines.DUCKDB;

  @Option(
      names = "--result-format",
      paramLabel = "LEVEL",
      defaultValue = "SUMMARY",
      description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} if not said.")
  private ResultFormat.Level level = ResultFormat.Level.SUMMARY;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = {
        "table for people; gx for the result that Great Expectations writes, with values of bad"
            + " rows as there; json for the report, without values unless you ask for them."
      })
  private Format format = Format.TABLE;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Writes the report as one page that stands alone.")
  private Optional<Path> html = Optional.empty();

  @Option(names = "--show-values", description = "Shows values of bad rows as they are.")
  private boolean showValues;

  ContractCheck(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() throws Failure {
    return Work.done(this::check);
  }

  private Exit check() throws IOException, Failure {
    Output output = cli.output();
    Suite suite = options.read();
    Path data = options.data();
    Contract contract = suite.contract(options.table());
    if (format == Format.GX && suite.gx().isEmpty()) {
      throw new Failure(
          Exit.UNJUDGED,
          options.suiteName()
              + " is no suite of Great Expectations in JSON, so it has no result in that shape; ask"
              + " for --format json");
    }
    ResultFormat wanted = ResultFormat.of(level);
    Options how = wanted.options(options.mode(), new Fields(List.of()));
    DatasetRef dataset = new DatasetRef(options.asset(contract.asset()), "");
    Checked checked;
    try (GivingUp givingUp = new GivingUp();
        ProgressBar bar = new ProgressBar(output.terminal())) {
      CallControl control = givingUp.control(bar);
      if (engine == Engines.MEMORY && !options.limit().equals(Limit.NONE)) {
        Engines.duckdb(data, Limit.NONE).explain(contract, dataset, how).require(options.limit());
      }
      ContractReport report =
          engine.over(data, options.limit()).validate(contract, dataset, how, control);
      checked =
          new Checked(
              report,
              options.suiteName(),
              suite.imported().report(),
              html.isPresent() ? distributions(report, data, control) : List.of(),
              new Privacy(
                  showValues ? Privacy.Values.SHOWN : Privacy.Values.MASKED, report.dataset()));
    }
    if (format == Format.GX) {
      output.document(
          GxResults.of(checked.report(), suite.gx().orElseThrow(), wanted, GxResults.Order.GX));
    } else if (format == Format.JSON || output.isJson()) {
      output.json(ReportJson.of(checked));
    } else {
      new ReportText(checked, output).print();
    }
    if (html.isPresent()) {
      Files.writeString(html.get(), ReportPage.of(checked), StandardCharsets.UTF_8);
      output.note("The page is in " + html.get());
    }
    return checked.verdict().exit();
  }

  /** Of the very state that was judged; another one is an error. */
  private static List<Distribution> distributions(
      ContractReport report, Path data, CallControl control) throws IOException {
    try (FrameSource source = DuckDbFiles.open(report.dataset(), data, DuckDbCaps.DEFAULT);
        MemoryEngine engine = new MemoryEngine(source)) {
      return Distributions.of(report, engine, control);
    }
  }
}
