package dev.weirkeeper.contracts.read;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.ImportReport;
import java.util.List;

/**
 * A document as contracts, one for each of its tables, with an account of all that it asks for.
 *
 * @param contracts each judges what is supported and blocks by name for the rest
 */
public record Imported(List<Contract> contracts, ImportReport report) {
  public Imported {
    contracts = List.copyOf(contracts);
    requireNonNull(report, "report");
  }

  /**
   * The only contract of the document.
   *
   * @throws IllegalStateException if there are several or none; names them
   */
  public Contract contract() {
    if (contracts.size() != 1) {
      throw new IllegalStateException(
          "The document has "
              + contracts.size()
              + " contracts, not one: "
              + contracts.stream().map(Contract::asset).limit(20).toList()
              + "; choose with contract(table)");
    }
    return contracts.get(0);
  }

  /**
   * The contract of a table.
   *
   * @throws IllegalArgumentException if there is none; names the tables that there are
   */
  public Contract contract(String table) {
    return contracts.stream()
        .filter(contract -> contract.asset().equals(table))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The document has no contract for the table \""
                        + table
                        + "\", but for "
                        + contracts.stream().map(Contract::asset).limit(20).toList()));
  }
}
