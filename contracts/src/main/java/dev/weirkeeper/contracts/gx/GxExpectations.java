package dev.weirkeeper.contracts.gx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The expectations that are known, by type. */
final class GxExpectations {
  /** In the name of Great Expectations 1.x, but without an implementation there. */
  private static final Set<String> NOT_IMPLEMENTED =
      Set.of(
          "expect_column_pair_cramers_phi_value_to_be_less_than",
          "expect_column_chisquare_test_p_value_to_be_greater_than",
          "expect_column_bootstrapped_ks_test_p_value_to_be_greater_than",
          "expect_column_parameterized_distribution_ks_test_p_value_to_be_greater_than",
          "expect_multicolumn_values_to_be_unique");

  private static final Map<String, Expectation> ALL = all();

  private GxExpectations() {}

  private static Map<String, Expectation> all() {
    List<Expectation> all = new ArrayList<>(RowExpectations.all());
    all.addAll(TableExpectations.all());
    Map<String, Expectation> byType = new HashMap<>();
    for (Expectation expectation : all) {
      if (byType.put(expectation.type(), expectation) != null) {
        throw new IllegalStateException(expectation.type() + " is known twice");
      }
    }
    return Map.copyOf(byType);
  }

  static Optional<Expectation> find(String type) {
    return Optional.ofNullable(ALL.get(type));
  }

  static Set<String> types() {
    return ALL.keySet();
  }

  /** Why a type that is not known is not judged. */
  static String reason(String type) {
    return NOT_IMPLEMENTED.contains(type)
        ? "Great Expectations 1.x does not implement it either; drop it or write it as a query"
        : "no rule kind is installed for this expectation";
  }
}
