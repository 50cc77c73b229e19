package dev.weirkeeper.contracts.stream;

import static dev.weirkeeper.contracts.TestRows.ABSENT;
import static dev.weirkeeper.contracts.TestRows.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Json;
import dev.weirkeeper.Labels;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowBatch.Op;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Type;
import dev.weirkeeper.Violation;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Rule.Answer;
import dev.weirkeeper.contracts.TestRows;
import dev.weirkeeper.spi.RowJudge;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ContractJudgeTest {

  private static RowJudge judge(Relation relation, Rule... rules) {
    return Contracts.of(Contract.of("c", "1", "public.t", rules)).on(relation);
  }

  /** The values of a column of this type that keep the rule about "v". */
  private static List<@Nullable String> good(String type, Rule rule, @Nullable String... values) {
    Relation relation = TestRows.relation(List.of(), "v " + type);
    RowJudge judge = judge(relation, rule);
    assertThat(judge.block(values.length)).isEmpty();
    TestRows rows = new TestRows(relation);
    Arrays.stream(values).forEach(value -> rows.insert(value));
    Labels labels = judge.label(rows.batch());
    List<@Nullable String> good = new ArrayList<>();
    for (int row = 0; row < values.length; row++) {
      if (labels.good(row)) {
        good.add(values[row]);
      }
    }
    return good;
  }

  private static String blocked(Relation relation, Rule rule) {
    List<Violation> blocks = judge(relation, rule).block(1);
    assertThat(blocks).hasSize(1);
    assertThat(blocks.get(0).rule()).isEqualTo(rule.id());
    return blocks.get(0).reason();
  }

  private static String blocked(String type, Rule rule) {
    return blocked(TestRows.relation(List.of(), "v " + type), rule);
  }

  private static List<Integer> bad(RowJudge judge, RowBatch batch) {
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
  void null_keeps_every_rule_but_not_null() {
    assertThat(good("text", Rule.notNull("v"), "a", null, "")).containsExactly("a", "");
    assertThat(good("text", Rule.isNull("v"), "a", null)).containsExactly((String) null);
    assertThat(good("text", Rule.inSet("v", "b"), "a", null)).containsExactly((String) null);
    assertThat(good("text", Rule.matches("v", "b"), "a", null)).containsExactly((String) null);
    assertThat(good("int4", Rule.between("v", 1, 2), "3", null)).containsExactly((String) null);
    assertThat(good("text", Rule.unique("v"), null, null)).hasSize(2);
  }

  @Test
  void numbers_in_a_set_compare_as_numbers() {
    Rule in = Rule.inSet("v", 5, 1.50, -7, 0);

    assertThat(good("int8", in, "5", "1", "-7", "0")).containsExactly("5", "-7", "0");
    assertThat(good("numeric", in, "5.00", "1.5", "1.500", "0.00", "-0.0", "50", "1.51", "NaN"))
        .containsExactly("5.00", "1.5", "1.500", "0.00", "-0.0");
    assertThat(good("float8", in, "5", "1.5", "-0", "1e-300", "NaN", "Infinity"))
        .containsExactly("5", "1.5", "-0");
    assertThat(good("float8", Rule.notInSet("v", 0.1), "0.1", "0.10000000000000002", "NaN"))
        .containsExactly("0.10000000000000002", "NaN");
  }

  @Test
  void text_in_a_set_compares_byte_by_byte_and_char_n_without_its_padding() {
    Rule in = Rule.inSet("v", "O", "long enough for words", "éa", "");

    assertThat(good("text", in, "O", "o", "O ", "long enough for words", "éa", "ea", ""))
        .containsExactly("O", "long enough for words", "éa", "");
    assertThat(good("bpchar", in, "O  ", "P  ", "   ")).containsExactly("O  ", "   ");
    assertThat(good("bool", Rule.inSet("v", true), "t", "f")).containsExactly("t");
    assertThat(good("date", Rule.inSet("v", "2020-02-29"), "2020-02-29", "2020-02-28"))
        .containsExactly("2020-02-29");
    assertThat(
            good(
                "uuid",
                Rule.notInSet("v", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"),
                "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"))
        .isEmpty();
    assertThat(good("text", Rule.inSet("v"), "a", null)).containsExactly((String) null);
  }

  @Test
  void bounds_of_numbers_are_exact() {
    String least = String.valueOf(Long.MIN_VALUE);
    assertThat(good("int8", Rule.between("v", Range.moreThan(1).atMost(3.5)), "1", "2", "3", "4"))
        .containsExactly("2", "3");
    assertThat(good("int8", Rule.between("v", Range.upTo(0)), least, "x", "", "-", "1"))
        .containsExactly(least);
    assertThat(
            good("int8", Rule.between("v", Range.atLeast(new Literal.Numeric("1e30"))), "1", least))
        .isEmpty();
    assertThat(
            good(
                "numeric",
                Rule.between("v", Range.atLeast(0.1).lessThan(100)),
                "0.1",
                "0.10",
                "0.09",
                "99.999999999999999999999",
                "100.0000000000000000000000",
                "100",
                "-5",
                "NaN"))
        .containsExactly("0.1", "0.10", "99.999999999999999999999");
    assertThat(
            good(
                "float8",
                Rule.between("v", Range.moreThan(0.1).atMost(1e20)),
                "0.1",
                "0.10000000000000002",
                "1e+20",
                "100000000000000020000",
                "NaN",
                "-Infinity"))
        .containsExactly("0.10000000000000002", "1e+20");
  }

  @Test
  void infinity_is_beyond_all_numbers_and_nan_is_in_no_range() {
    assertThat(good("float8", Rule.between("v", Range.atLeast(0)), "Infinity", "-Infinity", "NaN"))
        .containsExactly("Infinity");
    assertThat(good("numeric", Rule.between("v", Range.upTo(0)), "Infinity", "-Infinity", "NaN"))
        .containsExactly("-Infinity");
  }

  @Test
  void dates_and_times_compare_as_such() {
    assertThat(
            good(
                "date",
                Rule.between("v", "0001-01-01", "9999-12-31"),
                "2020-02-29",
                "0044-03-15 BC",
                "10000-01-01",
                "infinity",
                "-infinity",
                "2021-02-29",
                "tomorrow"))
        .containsExactly("2020-02-29");
    assertThat(
            good(
                "date",
                Rule.between("v", Range.atLeast("0100-01-01 BC")),
                "0044-03-15 BC",
                "0101-01-01 BC",
                "infinity"))
        .containsExactly("0044-03-15 BC", "infinity");
    assertThat(
            good(
                "date",
                Rule.between("v", Range.atLeast("2020-01-01 12:00").lessThan("2020-01-03 00:00")),
                "2020-01-01",
                "2020-01-02",
                "2020-01-03"))
        .containsExactly("2020-01-02");
    assertThat(
            good(
                "timestamp",
                Rule.between("v", Range.moreThan("2020-01-01").atMost("2020-01-02T00:00:00.5")),
                "2020-01-01 00:00:00",
                "2020-01-01 00:00:00.000001",
                "2020-01-02 00:00:00.5",
                "2020-01-02 00:00:00.500001"))
        .containsExactly("2020-01-01 00:00:00.000001", "2020-01-02 00:00:00.5");
    assertThat(
            good(
                "timestamptz",
                Rule.between("v", "2020-01-01 00:00:00Z", "2020-01-01T01:00"),
                "2020-01-01 02:30:00+02",
                "2020-01-01 02:30:00+05:30",
                "2020-01-01 06:29:59+05:30",
                "2019-12-31 20:00:00-04:30"))
        .containsExactly(
            "2020-01-01 02:30:00+02", "2020-01-01 06:29:59+05:30", "2019-12-31 20:00:00-04:30");
  }

  @Test
  void text_is_ordered_by_code_point() {
    assertThat(
            good(
                "text",
                Rule.between("v", Range.atLeast("b").lessThan("\uFFFD")),
                "a",
                "b",
                "B",
                "é",
                "\uFFFD",
                "\uD83D\uDE00"))
        .containsExactly("b", "é");
  }

  @Test
  void lengths_are_counted_in_characters() {
    assertThat(
            good(
                "text",
                Rule.lengthBetween("v", 2, 3),
                "a",
                "ab",
                "éé",
                "\uD83D\uDE00\uD83D\uDE00\uD83D\uDE00",
                "\uD83D\uDE00",
                "ééééééééé"))
        .containsExactly("ab", "éé", "\uD83D\uDE00\uD83D\uDE00\uD83D\uDE00");
    assertThat(good("bpchar", Rule.lengthBetween("v", 2, 3), "ab       ", "a        "))
        .containsExactly("ab       ");
    assertThat(good("text", Rule.lengthBetween("v", Range.moreThan(1).lessThan(3)), "a", "ab"))
        .containsExactly("ab");
  }

  @Test
  void patterns_are_found_anywhere_and_mean_what_they_mean_in_python() {
    assertThat(good("text", Rule.matches("v", "b+"), "abbc", "ac")).containsExactly("abbc");
    assertThat(good("text", Rule.notMatches("v", "b+"), "abbc", "ac")).containsExactly("ac");
    assertThat(good("text", Rule.matches("v", "^\\w+$"), "né", "a\n", "a\r", "a b"))
        .containsExactly("né", "a\n");
    assertThat(good("text", Rule.matches("v", "a\\Z"), "a", "a\n")).containsExactly("a");
    assertThat(good("text", Rule.matches("v", "(?P<x>a)(?P=x)1{,2}$"), "aa11", "a1"))
        .containsExactly("aa11");
    assertThat(good("text", Rule.matches("v", "^[[&&x^-]+$"), "[&x^-", "y"))
        .containsExactly("[&x^-");
    assertThat(good("text", Rule.matches("v", "^{a}[]b]$"), "{a}]", "{a}b", "{a}c"))
        .containsExactly("{a}]", "{a}b");
    assertThat(good("text", Rule.matches("v", "(?i)É(?#so)\\x41\\u0042"), "éab", "eab"))
        .containsExactly("éab");
    assertThat(good("text", Rule.matches("v", "(?P<x>a)(?P=x)0"), "aa0", "a0"))
        .containsExactly("aa0");
  }

  @Test
  void a_pattern_that_runs_away_leaves_the_rule_unanswered() {
    String slow = "(.*)(.*)(.*)(.*)(.*)(.*)(.*)[bc]$";
    String evil = "a".repeat(60);
    String deep = "ab".repeat(200_000);

    assertThat(good("text", Rule.matches("v", slow), evil, "aab")).containsExactly("aab");
    assertThat(good("text", Rule.notMatches("v", slow), evil, "aaa")).containsExactly("aaa");
    assertThat(good("text", Rule.notMatches("v", slow).whenUnknown(Answer.PASS), evil))
        .containsExactly(evil);
    assertThat(good("text", Rule.matches("v", "^(?:a|b)*!"), deep, "ab!")).containsExactly("ab!");
  }

  @Test
  void a_long_value_is_searched_in_full() {
    String text = "x".repeat(1_000_000) + "needle";

    assertThat(good("text", Rule.matches("v", "needle$"), text)).containsExactly(text);
  }

  @Test
  void a_value_that_did_not_change_was_judged_when_it_was_written() {
    Relation relation = TestRows.relation(List.of("k"), "k int4", "v text");
    Rule[] rules = {
      Rule.notNull("v"), Rule.inSet("v", "a"), Rule.matches("v", "a"), Rule.unique("v")
    };
    RowBatch batch =
        new TestRows(relation)
            .update("1", UNCHANGED)
            .insert("2", UNCHANGED)
            .insert("3", ABSENT)
            .add(Op.READ, null, "4", UNCHANGED)
            .update("5", ABSENT)
            .batch();

    for (Rule rule : rules) {
      assertThat(bad(judge(relation, rule), batch)).as(rule.id()).containsExactly(1, 2, 3, 4);
      assertThat(bad(judge(relation, rule.whenUnknown(Answer.PASS)), batch)).isEmpty();
    }
    assertThat(judge(relation, Rule.notNull("v")).label(batch).violations(2))
        .containsExactly(new Violation("not-null.v", "v was not sent, so it cannot be judged"));
  }

  @Test
  void a_delete_is_never_judged() {
    Relation relation = TestRows.relation(List.of("k"), "k int4", "v text");
    RowBatch batch = new TestRows(relation).add(Op.DELETE, null, "7", ABSENT).batch();

    assertThat(
            bad(
                judge(
                    relation,
                    Rule.between("k", 1, 2),
                    Rule.isNull("k"),
                    Rule.notNull("v"),
                    Rule.matches("v", "a"),
                    Rule.unique("v")),
                batch))
        .isEmpty();
  }

  @Test
  void invariant_10_reasons_do_not_hold_the_value() {
    Relation relation = TestRows.relation(List.of(), "v text");
    RowBatch batch = new TestRows(relation).insert("secret").batch();

    List<Violation> violations =
        judge(
                relation,
                Rule.inSet("v", "a", "b"),
                Rule.lengthBetween("v", 1, 2),
                Rule.matches("v", "^x"),
                Rule.between("v", "t", "u"))
            .label(batch)
            .violations(0);

    assertThat(violations)
        .extracting(Violation::reason)
        .containsExactly(
            "v must be one of 'a', 'b'",
            "v must have at least 1 and at most 2 characters",
            "v must match ^x",
            "v must be at least 't' and at most 'u'");
  }

  @Test
  void all_copies_of_a_value_are_bad_and_equal_numbers_are_copies() {
    assertThat(good("text", Rule.unique("v"), "a", "b", "a", "c", "a")).containsExactly("b", "c");
    assertThat(good("numeric", Rule.unique("v"), "1.0", "1.00", "10", "100", "1.01"))
        .containsExactly("10", "100", "1.01");
    assertThat(good("float8", Rule.unique("v"), "0", "-0", "NaN", "1")).containsExactly("NaN", "1");
    assertThat(good("bpchar", Rule.unique("v"), "a  ", "a ", "b")).containsExactly("b");
  }

  @Test
  void events_of_one_key_count_once_with_the_last_value() {
    Relation relation = TestRows.relation(List.of("k"), "k int4", "v text");
    RowJudge judge = judge(relation, Rule.unique("v"));

    assertThat(bad(judge, new TestRows(relation).insert("1", "a").update("1", "a").batch()))
        .isEmpty();
    assertThat(
            bad(
                judge,
                new TestRows(relation).insert("1", "a").insert("2", "a").update("1", "b").batch()))
        .isEmpty();
    assertThat(
            bad(
                judge,
                new TestRows(relation).insert("1", "a").insert("2", "b").update("2", "a").batch()))
        .containsExactly(0, 2);
    assertThat(
            bad(
                judge,
                new TestRows(relation)
                    .insert("1", "a")
                    .update("1", UNCHANGED)
                    .insert("2", "a")
                    .batch()))
        .containsExactly(0, 1, 2);
    assertThat(
            bad(
                judge,
                new TestRows(relation)
                    .insert("1", "a")
                    .add(Op.DELETE, null, "1", ABSENT)
                    .insert("2", "a")
                    .batch()))
        .isEmpty();
    assertThat(
            bad(
                judge,
                new TestRows(relation)
                    .insert("1", "a")
                    .add(Op.UPDATE, new String[] {"1", ABSENT}, "3", "b")
                    .insert("2", "a")
                    .insert("1", "b")
                    .batch()))
        .containsExactly(1, 3);
    assertThat(
            bad(
                judge,
                new TestRows(relation)
                    .insert("1", "a")
                    .add(Op.UPDATE, new String[] {"1", ABSENT}, "3", UNCHANGED)
                    .insert("2", "a")
                    .batch()))
        .containsExactly(1, 2);
  }

  @Test
  void rules_about_the_table_block() {
    Relation relation = TestRows.relation(List.of(), "a text", "b int4");

    assertThat(judge(relation, Rule.columnExists("a")).block(1)).isEmpty();
    assertThat(judge(relation, Rule.columnExistsAt("b", -1)).block(1)).isEmpty();
    assertThat(judge(relation, Rule.columnsAre("b", "a")).block(1)).isEmpty();
    assertThat(judge(relation, Rule.columnsInclude("b")).block(1)).isEmpty();
    assertThat(blocked(relation, Rule.columnExists("c"))).contains("'c'");
    assertThat(blocked(relation, Rule.columnExistsAt("b", 0))).contains("index 0");
    assertThat(blocked(relation, Rule.columnExistsAt("b", 9))).contains("index 9");
    assertThat(blocked(relation, Rule.columnsAre("b", "c")))
        .contains("missing: [c]", "not expected: [a]");
    assertThat(blocked(relation, Rule.columnsInclude("c"))).contains("missing: [c]");
    assertThat(blocked(relation, Rule.rowCountBetween(Range.atLeast(2)))).contains("at least 2");
    assertThat(judge(relation, Rule.rowCountBetween(Range.of(1, 2))).block(2)).isEmpty();
  }

  @Test
  void invariant_8_a_rule_that_cannot_be_judged_here_blocks_by_name() {
    assertThat(blocked("text", Rule.notNull("nope"))).contains("no column 'nope'");
    assertThat(blocked("text", Rule.between("v", 1, 2))).contains("is no text");
    assertThat(blocked("int4", Rule.between("v", "1", "2"))).contains("is no number");
    assertThat(blocked("int4", Rule.between("v", 2, 1))).contains("swap");
    assertThat(blocked("text", Rule.between("v", "b", "a"))).contains("swap");
    assertThat(blocked("date", Rule.between("v", "2020-01-02", "2020-01-01"))).contains("swap");
    assertThat(blocked("date", Rule.between("v", Range.atLeast("Jan 1 2020")))).contains("ISO");
    assertThat(blocked("timestamp", Rule.between("v", Range.atLeast("2020-01-01 00:00Z"))))
        .contains("without a time zone");
    assertThat(blocked("bool", Rule.between("v", 0, 1))).contains("no order");
    assertThat(blocked("int4", Rule.inSet("v", 1, "a"))).contains("not of the column's type");
    assertThat(blocked("text", Rule.notInSet("v", 1))).contains("not of the column's type");
    assertThat(blocked("uuid", Rule.inSet("v", "x"))).contains("UUID");
    assertThat(blocked("public.citext", Rule.unique("v"))).contains("no equality");
    assertThat(blocked("jsonb", Rule.inSet("v", "{}"))).contains("no equality");
    assertThat(blocked("float8", Rule.lengthBetween("v", 1, 2))).contains("text form");
    assertThat(
            blocked(
                "text",
                new Rule(
                    "odd",
                    "no-such-kind",
                    List.of("v"),
                    Json.empty(),
                    Rule.Severity.INFO,
                    Answer.PASS,
                    Answer.PASS)))
        .contains("no-such-kind");
    assertThat(
            blocked(
                "text",
                new Rule(
                    "odd",
                    Rule.IN_SET,
                    List.of("v"),
                    Json.empty(),
                    Rule.Severity.INFO,
                    Answer.PASS,
                    Answer.PASS)))
        .contains("without a set");
  }

  @Test
  void a_contract_without_rules_lets_nothing_pass_and_none_lets_all_pass() {
    Relation relation = TestRows.relation(List.of(), "v text");
    RowBatch batch = new TestRows(relation).insert((String) null).batch();

    assertThat(judge(relation).block(1)).extracting(Violation::rule).containsExactly("c");
    assertThat(Contracts.none().on(relation).block(1)).isEmpty();
    assertThat(Contracts.none().on(relation).label(batch).allGood()).isTrue();
  }

  @Test
  void an_empty_transaction_obeys_the_rule() {
    Relation relation = TestRows.relation(List.of(), "v text");

    assertThat(judge(relation, Rule.notNull("v")).block(0)).isEmpty();
    assertThat(judge(relation, Rule.notNull("v").whenEmpty(Answer.FAIL)).block(0))
        .extracting(Violation::rule)
        .containsExactly("not-null.v");
  }

  @Test
  void a_judge_refuses_rows_of_another_version() {
    RowBatch batch = new TestRows(TestRows.relation(List.of(), "w text")).insert("a").batch();

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> judge(TestRows.relation(List.of(), "v text"), Rule.notNull("v")).label(batch))
        .withMessageContaining("Judges.on");
  }

  @Test
  void a_set_on_an_enum_compares_labels() {
    Type mood = new Type("public.mood", List.of(), List.of(new Type.Label("1", "ok")));
    Relation relation =
        Relation.of(
            new Asset("shop", "public.t"),
            "1",
            new RowIdentity.None(),
            List.of(Column.of("1", "v", mood)));
    RowBatch batch = new TestRows(relation).insert("ok").insert("sad").batch();

    assertThat(bad(judge(relation, Rule.inSet("v", "ok")), batch)).containsExactly(1);
  }

  @Test
  void invariant_9_labels_are_the_same_each_time() {
    Relation relation = TestRows.relation(List.of("k"), "k int4", "v text");
    RowJudge judge =
        judge(relation, Rule.unique("v"), Rule.matches("v", "^(.*)(.*)(.*)(.*)(.*)(.*)(.*)[^!]$"));
    RowBatch batch =
        new TestRows(relation)
            .insert("1", "aaa")
            .insert("2", "aaa")
            .insert("3", "a".repeat(50) + "!")
            .batch();

    for (int i = 0; i < 3; i++) {
      Labels labels = judge.label(batch);
      assertThat(labels.violations(0)).extracting(Violation::rule).containsExactly("unique.v");
      assertThat(labels.violations(2)).extracting(Violation::rule).containsExactly("matches.v");
      assertThat(labels.badRows()).isEqualTo(3);
    }
  }

  @Test
  void a_column_of_another_form_blocks() {
    Contract contract = Contract.of("c", "1", "public.t", Rule.ofForm("a", Form.INTEGER));

    assertThat(Contracts.of(contract).on(TestRows.relation(List.of(), "a int8")).block(1))
        .isEmpty();
    assertThat(Contracts.of(contract).on(TestRows.relation(List.of(), "a text")).block(1))
        .extracting(Violation::rule)
        .containsExactly("of-form.a");
  }
}
