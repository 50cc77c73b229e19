package dev.weirkeeper.examples.server;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Dependent;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.RuleRead;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What an impact analysis is told of contracts: each as a whole, and each rule by its columns. */
final class ContractDependents {
  private ContractDependents() {}

  /**
   * @param system of the tables that the contracts are about
   */
  static List<Dependent> of(List<Contract> contracts, String system) {
    List<Dependent> all = new ArrayList<>();
    for (Contract contract : contracts) {
      // As a whole it reads no column: what becomes of the table is its matter all the same.
      all.add(on(contract, system, contract.asset()).reading(Set.of()));
      for (RuleRead read : RuleRead.of(contract)) {
        Dependent rule = on(contract, system, read.table()).at(read.rule());
        all.add(read.columns().map(rule::reading).orElse(rule));
      }
    }
    return all;
  }

  private static Dependent on(Contract contract, String system, String table) {
    return Dependent.of(Dependent.Kind.CONTRACT, contract.id(), new Asset(system, table))
        .in(contract.version());
  }
}
