package dev.weirkeeper.contracts.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Labels;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch.Op;
import dev.weirkeeper.Violation;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Rule.Answer;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.TestRows;
import dev.weirkeeper.spi.RowJudge;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules that the memory engine judges chunk by chunk. */
class FrameCheckTest {
  private static final Relation ORDERS =
      TestRows.relation(
          List.of(), "state text", "net numeric", "gross numeric", "paid timestamptz", "note json");

  private static RowJudge judge(Rule rule) {
    return Contracts.of(Contract.of("c", "1", "public.t", rule)).on(ORDERS);
  }

  private static Rule netUpToGross() {
    return Rule.holds(netUpToGrossExpr(), "net", "gross");
  }

  private static List<Integer> bad(Rule rule, TestRows rows) {
    RowJudge judge = judge(rule);
    assertThat(judge.block(1)).isEmpty();
    var batch = rows.batch();
    Labels labels = judge.label(batch);
    List<Integer> bad = new ArrayList<>();
    for (int row = 0; row < batch.rows(); row++) {
      if (!labels.good(row)) {
        bad.add(row);
      }
    }
    return bad;
  }

  @Test
  void two_columns_are_compared_with_each_other() {
    TestRows rows =
        new TestRows(ORDERS)
            .insert("new", "1.50", "2", null, null)
            .insert("new", "2.01", "2", null, null)
            .insert("new", "2.00", "2", null, null);

    assertThat(bad(netUpToGross(), rows)).containsExactly(1);
  }

  @Test
  void a_condition_says_which_rows_a_rule_is_about() {
    Rule paid =
        Rule.notNull("paid")
            .where(
                new Expr.Compare(
                    Operand.column("state"), Comparison.EQUAL, Operand.constant("paid")));
    TestRows rows =
        new TestRows(ORDERS)
            .insert("paid", "1", "2", "2026-01-31 12:00:00+00", null)
            .insert("paid", "1", "2", null, null)
            .insert("new", "1", "2", null, null);

    assertThat(bad(paid, rows)).containsExactly(1);
  }

  @Test
  void invariant_8_a_value_that_was_not_sent_or_cannot_be_read_leaves_the_rule_unanswered() {
    TestRows rows =
        new TestRows(ORDERS)
            .insert("new", TestRows.ABSENT, "2", null, null)
            .insert("new", "NaN", "2", null, null)
            .update("new", "1", TestRows.UNCHANGED, null, null)
            .update("new", TestRows.UNCHANGED, TestRows.UNCHANGED, null, null);

    assertThat(bad(netUpToGross(), rows)).containsExactly(0, 1, 2);
    assertThat(bad(netUpToGross().whenUnknown(Answer.PASS), rows)).isEmpty();
  }

  @Test
  void a_deleted_row_is_good_whatever_it_held() {
    TestRows rows =
        new TestRows(ORDERS)
            .add(Op.DELETE, new String[] {"new", "3", "2", null, null}, "x", "3", "2", null, null);

    assertThat(bad(netUpToGross(), rows)).isEmpty();
  }

  @Test
  void a_rule_that_compares_rows_or_sums_them_up_blocks_by_name() {
    for (Rule rule :
        List.of(
            Rule.compoundUnique(Terms.Ignore.NEVER, "state", "net"),
            Rule.unique("state").where(netUpToGrossExpr()),
            Rule.notNull("state").mostly(0.9))) {
      assertThat(judge(rule).block(1)).extracting(Violation::rule).containsExactly(rule.id());
    }
  }

  private static Expr netUpToGrossExpr() {
    return new Expr.Compare(Operand.column("net"), Comparison.AT_MOST, Operand.column("gross"));
  }

  @Test
  void a_rule_on_a_column_that_is_not_there_blocks_by_name() {
    Rule rule =
        Rule.notNull("state").where(new Expr.IsNull(Operand.column("nobody knows this column")));

    assertThat(judge(rule).block(1))
        .singleElement()
        .satisfies(
            violation -> assertThat(violation.reason()).contains("nobody knows this column"));
  }
}
