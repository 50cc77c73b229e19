package dev.weirkeeper.contracts;

import java.util.List;

/**
 * Accounts for everything that an imported document asks of the data: nothing is dropped silently.
 * Each has its place in the document, as a path ({@code $.expectations[3]}), and the name that the
 * document gives it ({@code expect_column_values_to_be_unique}, {@code dbt_utils.accepted_range}).
 *
 * @param supported judged as the document says
 * @param unsupported kept as rules that block by name
 * @param approximated judged, but not quite as the document says
 * @param remarks service levels and prose: no rule is made of them, and nothing judges them
 */
public record ImportReport(
    List<Supported> supported,
    List<Unsupported> unsupported,
    List<Approximated> approximated,
    List<Remark> remarks) {

  /**
   * @param path where it stands in the document
   * @param rule id of the rule that it became
   */
  public record Supported(String path, String expectation, String rule) {}

  /**
   * @param path where it stands in the document
   * @param rule id of the rule that blocks in its name
   * @param reason why it cannot be judged, and what to do
   */
  public record Unsupported(String path, String expectation, String rule, String reason) {}

  /**
   * @param path where it stands in the document
   * @param rule id of the rule that it became
   * @param how what is judged instead, and where that differs
   */
  public record Approximated(String path, String expectation, String rule, String how) {}

  /**
   * @param path where it stands in the document
   * @param reason why it is no rule about rows or a table
   */
  public record Remark(String path, String expectation, String reason) {}

  public ImportReport {
    supported = List.copyOf(supported);
    unsupported = List.copyOf(unsupported);
    approximated = List.copyOf(approximated);
    remarks = List.copyOf(remarks);
  }

  /** An account in which nothing is approximated. */
  public ImportReport(List<Supported> supported, List<Unsupported> unsupported) {
    this(supported, unsupported, List.of(), List.of());
  }

  /** Everything that the document asks for. */
  public int total() {
    return supported.size() + approximated.size() + unsupported.size() + remarks.size();
  }

  /** The share of it that is judged, exactly or nearly, from 0 to 1; 1 if nothing is asked for. */
  public double coverage() {
    return total() == 0 ? 1 : (double) (supported.size() + approximated.size()) / total();
  }
}
