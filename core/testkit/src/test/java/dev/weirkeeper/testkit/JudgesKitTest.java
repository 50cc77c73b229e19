package dev.weirkeeper.testkit;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Labels;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Tuples;
import dev.weirkeeper.Type;
import dev.weirkeeper.Violation;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.RowJudge;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JudgesKitTest {
  /** A way to break judges, and the tests that must see it. */
  enum Flaw {
    DIGEST_OF_THE_MOMENT("equal_contracts_have_one_digest"),
    JUDGES_EVERYTHING("rows_of_a_relation_without_a_contract_pass"),
    LETS_ALL_PASS("good_rows_pass_and_bad_ones_do_not"),
    LETS_NONE_PASS("good_rows_pass_and_bad_ones_do_not"),
    LABELS_ROWS_THAT_ARE_NOT_THERE("good_rows_pass_and_bad_ones_do_not"),
    SLEEPS_NOW_AND_THEN("invariant_9_a_batch_is_labelled_the_same_way_each_time"),
    LOOKS_ONLY_AT_INSERTS("how_a_row_came_does_not_matter"),
    JUDGES_DELETES("a_row_that_goes_is_good"),
    QUOTES_THE_VALUE("invariant_10_a_violation_names_its_rule_and_quotes_no_value"),
    NAMES_NO_RULE(
        "invariant_10_a_violation_names_its_rule_and_quotes_no_value",
        "a_relation_that_breaks_its_contract_is_blocked_by_name",
        "what_blocks_is_named_and_the_same_each_time"),
    TOSSES_FOR_NULLS("invariant_8_values_that_nobody_knows_are_judged_by_rule_and_not_by_chance"),
    BLOCKS_BY_CHANCE("what_blocks_is_named_and_the_same_each_time"),
    COUNTS_ROWS_NOBODY_KNOWS("rows_that_lost_their_transaction_are_not_blocked_by_their_number"),
    BLOCKS_NOTHING("a_relation_that_breaks_its_contract_is_blocked_by_name"),
    KEEPS_THE_FIRST_VERSION("another_version_of_the_relation_has_a_judge_of_its_own"),
    CHANGES_ROWS("judging_leaves_the_rows_as_they_are");

    final Set<String> caughtBy;

    Flaw(String... caughtBy) {
      this.caughtBy = Set.of(caughtBy);
    }
  }

  private static Optional<Flaw> planted = Optional.empty();

  private static boolean has(Flaw flaw) {
    return planted.equals(Optional.of(flaw));
  }

  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Relation RELATION =
      Relation.of(
          ORDERS,
          "1",
          new RowIdentity.Key(List.of("1")),
          List.of(Column.of("1", "id", Type.of("int4")), Column.of("2", "email", Type.of("text"))));
  private static final Relation WITHOUT_EMAIL =
      Relation.of(
          ORDERS,
          "1",
          new RowIdentity.Key(List.of("1")),
          List.of(Column.of("1", "id", Type.of("int4"))));

  /** An order has an e-mail address with an at sign, and a transaction is below a million rows. */
  static final class Addresses implements Judges {
    private final List<Relation> met = new ArrayList<>();

    @Override
    public Hash digest() {
      return Hash.of(Json.of(has(Flaw.DIGEST_OF_THE_MOMENT) ? CALLS.incrementAndGet() : 1));
    }

    @Override
    public RowJudge on(Relation relation) {
      if (!relation.asset().equals(ORDERS) && !has(Flaw.JUDGES_EVERYTHING)) {
        return new Judge(-1, relation, true);
      }
      met.add(relation);
      Relation of = has(Flaw.KEEPS_THE_FIRST_VERSION) ? met.get(0) : relation;
      return new Judge(of.indexOf("2"), of, false);
    }
  }

  private record Judge(int email, Relation relation, boolean free) implements RowJudge {
    @Override
    public List<Violation> block(long rows) {
      if (has(Flaw.BLOCKS_BY_CHANCE) && CALLS.incrementAndGet() % 2 == 0) {
        return List.of(new Violation("chance", "bad luck"));
      }
      if (free || has(Flaw.BLOCKS_NOTHING)) {
        return List.of();
      }
      String rule = has(Flaw.NAMES_NO_RULE) ? "" : "email";
      if (email < 0) {
        return List.of(new Violation(rule, "there is no column email"));
      }
      boolean many = rows >= 1_000_000 || has(Flaw.COUNTS_ROWS_NOBODY_KNOWS) && rows < 0;
      return many ? List.of(new Violation(rule, "fewer than a million rows")) : List.of();
    }

    @Override
    public Labels label(RowBatch batch) {
      Labels labels = new Labels();
      if (free || has(Flaw.LETS_ALL_PASS)) {
        return labels;
      }
      if (!batch.relation().equals(relation)) {
        throw new IllegalArgumentException("Another version");
      }
      if (has(Flaw.SLEEPS_NOW_AND_THEN) && CALLS.incrementAndGet() % 20 == 0) {
        return labels;
      }
      if (has(Flaw.CHANGES_ROWS)) {
        batch.after().data()[batch.after().offset(0, 0)] = '9';
      }
      for (int row = 0; row < batch.rows(); row++) {
        boolean judged =
            batch.op(row) == RowBatch.Op.INSERT
                || batch.op(row) == RowBatch.Op.DELETE && has(Flaw.JUDGES_DELETES)
                || batch.op(row) != RowBatch.Op.DELETE && !has(Flaw.LOOKS_ONLY_AT_INSERTS);
        if (judged && isBad(batch.after(), row)) {
          String rule = has(Flaw.NAMES_NO_RULE) ? "" : "email";
          String reason =
              has(Flaw.QUOTES_THE_VALUE) && batch.after().isValue(row, email)
                  ? batch.after().text(row, email) + " has no at sign"
                  : "must have an at sign";
          labels.add(row, new Violation(rule, reason));
        }
      }
      if (has(Flaw.LABELS_ROWS_THAT_ARE_NOT_THERE)) {
        labels.add(batch.rows(), new Violation("email", "must have an at sign"));
      }
      return labels;
    }

    private boolean isBad(Tuples rows, int row) {
      if (has(Flaw.LETS_NONE_PASS)) {
        return true;
      }
      if (!rows.isValue(row, email)) {
        return has(Flaw.JUDGES_DELETES)
            || has(Flaw.TOSSES_FOR_NULLS) && CALLS.incrementAndGet() % 5 == 0;
      }
      return !rows.text(row, email).contains("@");
    }
  }

  static class Adapter extends JudgesKit {
    @Override
    protected Judges judges() {
      return new Addresses();
    }

    @Override
    protected Relation relation() {
      return RELATION;
    }

    @Override
    protected List<List<TestCell>> good() {
      return List.of(
          TestCell.row("1", "ana@example.org"), List.of(TestCell.of("2"), TestCell.NULL));
    }

    @Override
    protected List<List<TestCell>> bad() {
      return List.of(TestCell.row("3", "nowhere"), TestCell.row("4", ""));
    }

    @Override
    protected Optional<Relation> broken() {
      return Optional.of(WITHOUT_EMAIL);
    }
  }

  @Test
  void a_correct_one_passes() {
    planted = Optional.empty();

    KitRun.of(Adapter.class).assertPassed();
  }

  @ParameterizedTest
  @EnumSource
  void a_flaw_is_caught(Flaw flaw) {
    planted = Optional.of(flaw);

    KitRun.of(Adapter.class).assertCaughtBy(flaw.caughtBy);
  }

  @Test
  void each_test_of_the_kit_is_seen_to_fail() {
    KitRun.assertSeenToFail(
        JudgesKit.class, Arrays.stream(Flaw.values()).map(flaw -> flaw.caughtBy));
  }
}
