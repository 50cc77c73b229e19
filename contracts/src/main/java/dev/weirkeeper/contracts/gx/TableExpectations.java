package dev.weirkeeper.contracts.gx;

import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.gx.Expectation.Shape;
import java.util.List;
import java.util.Optional;

/** Expectations about a column or a table as a whole. */
final class TableExpectations {
  private TableExpectations() {}

  static List<Expectation> all() {
    return List.of(
        Expectation.of(
                "expect_column_to_exist",
                Shape.NOTHING,
                TableExpectations::columnExists,
                "column",
                "column_index")
            .ofAllRows(),
        Expectation.of(
                "expect_table_columns_to_match_set",
                Shape.OBSERVED,
                TableExpectations::columnsMatch,
                "column_set",
                "exact_match")
            .ofAllRows(),
        Expectation.of(
            "expect_table_row_count_to_be_between",
            Shape.OBSERVED,
            kwargs -> Rule.rowCountBetween(counts(kwargs)),
            "min_value",
            "max_value"));
  }

  private static Rule columnExists(Kwargs kwargs) {
    Optional<Integer> index = kwargs.integer("column_index");
    return index.isPresent()
        ? Rule.columnExistsAt(kwargs.column(), index.get())
        : Rule.columnExists(kwargs.column());
  }

  private static Rule columnsMatch(Kwargs kwargs) throws UnsupportedException {
    List<String> columns =
        kwargs
            .texts("column_set")
            .orElseThrow(
                () ->
                    new UnsupportedException(
                        "without a 'column_set' there is nothing to compare with"));
    return Rule.columns(
        columns, kwargs.flag("exact_match") ? Terms.Match.EXACT : Terms.Match.CONTAINS);
  }

  private static Range counts(Kwargs kwargs) throws UnsupportedException {
    Range range = kwargs.range();
    if (range.min().isEmpty() && range.max().isEmpty()) {
      throw new UnsupportedException(
          "without 'min_value' and 'max_value' the rule holds for anything");
    }
    try {
      return range.ofCounts();
    } catch (IllegalArgumentException e) {
      throw new UnsupportedException(String.valueOf(e.getMessage()));
    }
  }
}
