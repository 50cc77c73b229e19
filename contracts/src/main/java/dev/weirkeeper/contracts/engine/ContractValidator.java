package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import java.io.IOException;

/**
 * Judges whole data sets by contracts. A rule has the same meaning on each of them. MUST judge one
 * frozen state of the data and name it; MUST answer for every rule of the contract; MUST NOT change
 * the data. Safe to share between threads.
 */
public interface ContractValidator {
  /** Kebab-case: {@code memory}, {@code duckdb}, {@code postgresql}. */
  String id();

  /**
   * @param dataset what to judge; the version may be empty, the report names the one that was
   *     judged
   * @throws IOException if the data cannot be read
   */
  ContractReport validate(
      Contract contract, DatasetRef dataset, Options options, CallControl control)
      throws IOException;
}
