package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.engine.ContractReport;
import java.util.List;

/**
 * A check that was made: what is shown of it.
 *
 * @param source name of the file that the contract is from
 * @param account what became of all that the file asks for
 * @param distributions of columns of broken rules; empty if nobody wants to see them
 * @param privacy how much of values is shown
 */
record Checked(
    ContractReport report,
    String source,
    ImportReport account,
    List<Distribution> distributions,
    Privacy privacy) {
  Checked {
    requireNonNull(report, "report");
    requireNonNull(source, "source");
    requireNonNull(account, "account");
    distributions = List.copyOf(distributions);
    requireNonNull(privacy, "privacy");
  }

  Verdict verdict() {
    return Verdict.of(report);
  }
}
