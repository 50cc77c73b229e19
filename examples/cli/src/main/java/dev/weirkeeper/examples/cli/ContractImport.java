package dev.weirkeeper.examples.cli;

import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.gx.SuiteParameters;
import dev.weirkeeper.contracts.read.ContractYaml;
import dev.weirkeeper.contracts.read.OdcsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Accounts for a file of rules, or writes it in another form. */
@Command(
    name = "import",
    description = {
      "Tells what becomes of a file of rules: what is judged as it is written, what nearly, what not.",
      "Rules that cannot be judged are kept and block by name; nothing is dropped."
    },
    mixinStandardHelpOptions = true)
final class ContractImport implements Callable<Integer> {

  /** What is written. */
  enum Format {
    TABLE,
    JSON,
    YAML,
    ODCS
  }

  private final Cli cli;

  @Parameters(paramLabel = "FILE", description = "The rules; the form is found out.")
  private Path file = Path.of("");

  @Option(
      names = "--table",
      paramLabel = "NAME",
      description = "The table that is meant, where FILE names several or none.")
  private Optional<String> table = Optional.empty();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = {
        "table or json: the account. yaml: the contract in Weirkeeper's form. odcs: as a data"
            + " contract of ODCS 3.1."
      })
  private Format format = Format.TABLE;

  ContractImport(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() throws Failure {
    return Work.done(this::read);
  }

  private Exit read() throws IOException {
    Output output = cli.output();
    Suite suite =
        Suite.read(
            file,
            table.orElseGet(() -> ContractOptions.stem(file)),
            Mode.STRICT,
            SuiteParameters.none());
    ImportReport account = suite.imported().report();
    if (format == Format.YAML) {
      output.document(ContractYaml.write(suite.contract(table)));
    } else if (format == Format.ODCS) {
      OdcsWriter.Exported exported = OdcsWriter.write(suite.contract(table));
      output.document(exported.yaml());
      if (!exported.report().unsupported().isEmpty()) {
        output.note(
            Figures.count(exported.report().unsupported().size(), "rule is", "rules are")
                + " not said in ODCS but as custom checks of the engine weirkeeper");
      }
    } else if (format == Format.JSON || output.isJson()) {
      output.json(ReportJson.of(suite.imported().contracts(), account));
    } else {
      print(output, suite, account);
    }
    return Exit.DONE;
  }

  private static void print(Output output, Suite suite, ImportReport account) {
    Table table = new Table("", "place", "asks for", "becomes");
    account
        .unsupported()
        .forEach(item -> table.add("Unsupported", item.path(), item.expectation(), item.reason()));
    account
        .approximated()
        .forEach(item -> table.add("Approximated", item.path(), item.expectation(), item.how()));
    account
        .remarks()
        .forEach(item -> table.add("Remark", item.path(), item.expectation(), item.reason()));
    account
        .supported()
        .forEach(item -> table.add("Supported", item.path(), item.expectation(), item.rule()));
    if (account.total() > 0) {
      output.table(table, (column, text) -> column == 0 ? style(text) : Style.PLAIN);
      output.line("");
    }
    for (Contract contract : suite.imported().contracts()) {
      output.field(
          "contract",
          contract.id()
              + " of "
              + contract.asset()
              + ", "
              + Figures.count(contract.rules().size(), "rule", "rules")
              + ", "
              + contract.digest());
    }
    output.field("coverage", ReportPage.coverage(account));
  }

  private static Style style(String word) {
    return switch (word) {
      case "Unsupported" -> Style.BAD;
      case "Approximated" -> Style.WARNING;
      case "Supported" -> Style.GOOD;
      default -> Style.FAINT;
    };
  }
}
