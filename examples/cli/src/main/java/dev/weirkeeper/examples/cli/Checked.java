package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.RuleResult;
import java.util.List;
import java.util.Optional;

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

  /** Why a rule was not kept, where its sentence and its counts do not say that already. */
  static Optional<String> reason(RuleResult result) {
    Judgement judgement = result.judgement();
    boolean counted =
        judgement.status() == Judgement.Status.FAILED
            && (judgement.measured() instanceof Judgement.Rows
                || judgement.measured() instanceof Judgement.Observed observed
                    && observed.value().isPresent()
                    && result.rule().kind().endsWith("-between"));
    return counted ? Optional.empty() : result.judgement().reason();
  }

  Verdict verdict() {
    return Verdict.of(report);
  }
}
