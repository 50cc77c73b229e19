package dev.weirkeeper.contracts.gx;

import java.util.List;
import java.util.Optional;

/**
 * A suite as it was written: what a result in the shape of Great Expectations repeats of it.
 *
 * @param id of the suite, if it has one
 */
public record GxSuite(String name, Optional<String> id, List<Item> items) {

  /**
   * One expectation.
   *
   * @param rule id of the rule that it became
   * @param type {@code expect_column_values_to_be_unique}
   * @param kwargs JSON, in the order of the suite
   * @param meta JSON
   * @param severity as written
   * @param id as written
   */
  public record Item(
      String rule,
      String type,
      String kwargs,
      String meta,
      Optional<String> severity,
      Optional<String> id) {}

  public GxSuite {
    items = List.copyOf(items);
  }
}
