package dev.weirkeeper.contracts.engine;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Contract;
import java.util.List;

/**
 * What a contract came to on one data set. It may hold values of bad rows: samples are masked
 * before they reach an agent, and never reach a log.
 *
 * @param engine id of the validator
 * @param results one for each rule, in the order of the contract
 */
public record ContractReport(
    Contract contract,
    DatasetRef dataset,
    String engine,
    Options options,
    List<RuleResult> results) {
  public ContractReport {
    requireNonNull(contract, "contract");
    requireNonNull(dataset, "dataset");
    requireNonNull(engine, "engine");
    requireNonNull(options, "options");
    results = List.copyOf(results);
    if (results.size() != contract.rules().size()) {
      throw new IllegalArgumentException(
          "A report has a result for each rule: "
              + results.size()
              + " for "
              + contract.rules().size());
    }
  }

  /** Whether there are rules and all of them were kept. */
  public boolean passed() {
    return !results.isEmpty() && results.stream().allMatch(RuleResult::passed);
  }
}
