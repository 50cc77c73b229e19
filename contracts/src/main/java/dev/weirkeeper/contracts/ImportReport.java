package dev.weirkeeper.contracts;

import java.util.List;

/**
 * Accounts for every expectation of an imported suite: none is dropped silently.
 *
 * @param supported judged as the suite says
 * @param unsupported kept as rules that block by name
 */
public record ImportReport(List<Supported> supported, List<Unsupported> unsupported) {

  /**
   * @param path where it stands in the suite: {@code $.expectations[3]}
   * @param rule id of the rule that it became
   */
  public record Supported(String path, String expectation, String rule) {}

  /**
   * @param path where it stands in the suite
   * @param rule id of the rule that blocks in its name
   * @param reason why it cannot be judged, and what to do
   */
  public record Unsupported(String path, String expectation, String rule, String reason) {}

  public ImportReport {
    supported = List.copyOf(supported);
    unsupported = List.copyOf(unsupported);
  }

  public int total() {
    return supported.size() + unsupported.size();
  }
}
