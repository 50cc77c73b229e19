package dev.weirkeeper.contracts.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Rule.Answer;
import dev.weirkeeper.contracts.Rule.Severity;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ContractYamlTest {

  @Test
  void a_contract_is_written_as_people_would() {
    Contract contract =
        ContractYaml.read(
            """
            weirkeeper: 1
            contract: orders
            version: "3"
            table: public.orders
            rules:
              - not-null: id
              - between: amount
                min: 0
                less-than: 1000.50
                where: status = 'paid' AND NOT (refunded)
              - in-set: status
                values: [open, paid, 5, true]
                mostly: 0.99
                severity: warning
              - compound-unique: [day, shop]
                ignore: any
              - row-count-between:
                min: 1
                on-empty: fail
              - holds: [a, b]
                condition: a < b OR matches(c, '^x')
              - query-between:
                select: SELECT count(*) FROM {batch} WHERE amount < 0
                max: 0
              - rule: my-own-kind
                columns: [x]
                terms: {limit: 5}
            """);

    assertThat(contract)
        .isEqualTo(
            Contract.of(
                "orders",
                "3",
                "public.orders",
                Rule.notNull("id"),
                Rule.between("amount", Range.atLeast(0).lessThan(1000.5))
                    .where(
                        Expr.all(
                            new Expr.Compare(
                                Operand.column("status"),
                                Expr.Comparison.EQUAL,
                                Operand.constant("paid")),
                            Expr.not(
                                new Expr.Compare(
                                    Operand.column("refunded"),
                                    Expr.Comparison.EQUAL,
                                    Operand.constant(true))))),
                Rule.inSet("status", "open", "paid", 5, true).mostly(0.99).graded(Severity.WARNING),
                Rule.compoundUnique(Terms.Ignore.ANY, "day", "shop"),
                Rule.rowCountBetween(Range.atLeast(1)).whenEmpty(Answer.FAIL),
                Rule.holds(Conditions.read("a < b OR matches(c, '^x')"), "a", "b"),
                TableRules.queryBetween(
                    "SELECT count(*) FROM {batch} WHERE amount < 0", Range.upTo(0)),
                Rule.about("x", "my-own-kind", Json.parse("{\"limit\": 5}"))));
    assertThat(ContractYaml.write(contract))
        .contains("- between: \"amount\"", "less-than: 1000.5", "on-empty: \"fail\"")
        .doesNotContain("INCLUSIVE", "terms: ~");
  }

  @Test
  void every_kind_is_read_back_as_it_was_written() {
    long seed = 5;
    Random random = new Random(seed);
    Set<String> kinds = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      List<Rule> rules = new ArrayList<>();
      Map<String, Rule> sample = sample(random);
      for (Rule rule : sample.values()) {
        kinds.add(rule.kind());
        rules.add(varied(rule, random).named("r" + rules.size()));
      }
      Contract contract = new Contract("c: 'x'", "1.10", "Schema.\"T\"", rules);
      if (ContractLint.check(contract).stream()
          .anyMatch(problem -> problem.sort() == ContractLint.Sort.CONTRADICTION)) {
        continue;
      }

      String yaml = ContractYaml.write(contract);

      assertThat(ContractYaml.read(yaml)).as("seed %s, %s: %s", seed, i, yaml).isEqualTo(contract);
      assertThat(ContractYaml.write(ContractYaml.read(yaml))).isEqualTo(yaml);
    }
    assertThat(kinds).containsAll(Grammar.KINDS.keySet());
  }

  private static Rule varied(Rule rule, Random random) {
    Rule varied = rule.graded(Severity.values()[random.nextInt(3)]);
    if (random.nextInt(3) == 0) {
      varied = varied.where(ConditionsTest.expr(random, 2));
    }
    if (random.nextInt(3) == 0) {
      varied = varied.mostly(random.nextInt(1000) / 1e3);
    }
    if (random.nextInt(3) == 0) {
      varied = varied.whenUnknown(Answer.PASS).whenEmpty(Answer.FAIL);
    }
    return varied;
  }

  private static Object literal(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt();
      case 1 -> random.nextDouble() * Math.pow(10, random.nextInt(200) - 100);
      case 2 -> new Literal.Numeric("1234567890123456789012345.678");
      case 3 ->
          List.of("null", "~", "no", "1", "1.5", "2020-01-01", "a: b", "- x", "'\"#", "é\n\t")
              .get(random.nextInt(10));
      case 4 -> new Literal.Numeric("1E+90");
      default -> "text " + random.nextInt(99);
    };
  }

  private static Range range(Random random) {
    Range range = random.nextBoolean() ? Range.atLeast(literal(random)) : Range.moreThan(-5.5);
    return random.nextBoolean() ? range : Range.below(literal(random));
  }

  /** A rule of each kind. */
  private static Map<String, Rule> sample(Random random) {
    Map<String, Rule> all = new LinkedHashMap<>();
    Expr expr = ConditionsTest.expr(random, 3);
    List<Rule> rules =
        List.of(
            Rule.notNull("a b"),
            Rule.isNull("null"),
            Rule.unique("1"),
            Rule.dateParseable("d"),
            Rule.jsonParseable("j"),
            Rule.inSet("s", literal(random), true, literal(random)),
            Rule.notInSet("n", literal(random)),
            Rule.between("x", range(random)),
            Rule.lengthBetween("l", 1, 5),
            Rule.matches("m", "^\\d'\"$"),
            Rule.notMatches("m2", "x|y"),
            Rule.matchesList("ml", Terms.On.ALL, "a", "b"),
            Rule.notMatchesList("ml2", "a"),
            Rule.like("k", "a%"),
            Rule.notLike("k2", "_"),
            Rule.likeList("k3", Terms.On.ANY, "a%", "b%"),
            Rule.notLikeList("k4", "a"),
            Rule.increasing("i", Expr.Strictness.STRICT),
            Rule.decreasing("i2", Expr.Strictness.LOOSE),
            Rule.strftime("f", "%Y-%m-%d"),
            Rule.jsonSchema("js", Json.parse("{\"type\":\"object\",\"x\":[1,0.5,null]}")),
            Rule.ofType("t", "INTEGER", "int8"),
            Rule.ofForm("t2", Form.INTEGER, Form.TIMESTAMP_WITH_ZONE),
            Rule.zScoreBelow("z", random.nextDouble() * 1e-9, Terms.Sides.BOTH),
            Rule.notOutlier("o", Terms.Spread.IQR, 1.5),
            Rule.pairEqual("a", "b", Terms.PairIgnore.BOTH),
            Rule.pairGreater("a", "c", Range.Edge.INCLUSIVE, Terms.PairIgnore.EITHER),
            Rule.pairInSet(
                "a",
                "d",
                Terms.PairIgnore.NEITHER,
                List.of(
                    new Terms.Couple(Optional.of(Literal.of("x")), Optional.empty()),
                    new Terms.Couple(Optional.empty(), Optional.of(Literal.of(1))))),
            Rule.compoundUnique(Terms.Ignore.NEVER, "a", "b"),
            Rule.uniqueWithinRow(Terms.Ignore.ALL, "a", "b"),
            Rule.valuesEqual(Terms.Ignore.ANY, "a", "b"),
            Rule.sumEquals(5.25, Terms.Ignore.ANY, "a", "b"),
            Rule.holds(expr, Conditions.columns(expr).toArray(String[]::new)),
            Rule.refers(List.of("a", "b"), "other", List.of("x", "y")),
            TableRules.maxBetween("c", range(random)),
            TableRules.minBetween("c", range(random)),
            TableRules.meanBetween("c", range(random)),
            TableRules.medianBetween("c", range(random)),
            TableRules.sumBetween("c", range(random)),
            TableRules.deviationBetween("c", range(random)),
            TableRules.distinctCountBetween("c", Range.of(1, 9)),
            TableRules.distinctShareBetween("c", Range.of(0, 0.5)),
            TableRules.nonNullShareBetween("c", Range.atLeast(0.5)),
            TableRules.quantilesBetween(
                "c",
                new TableTerms.QuantileRanges(
                    List.of(0.25, 0.5),
                    List.of(
                        new TableTerms.Between(Optional.of(1.0), Optional.empty()),
                        new TableTerms.Between(Optional.empty(), Optional.of(2.5))),
                    Optional.of(TableTerms.Interpolation.LINEAR))),
            TableRules.mostCommonInSet(
                "c", new TableTerms.Modes(List.of(Literal.of("x")), TableTerms.Ties.ALLOWED)),
            TableRules.distinctInSet("c", literal(random)),
            TableRules.distinctContainsSet("c", literal(random)),
            TableRules.distinctEqualsSet("c", literal(random)),
            TableRules.divergenceBelow(
                "c",
                new TableTerms.Divergence(
                    Optional.of(
                        new TableTerms.Categories(
                            List.of(Literal.of("a"), Literal.of(2)), List.of(0.5, 0.5))),
                    Optional.of(0.1),
                    TableTerms.Shape.CATEGORICAL,
                    0,
                    0)),
            TableRules.rowCountEqualsTable("other"),
            TableRules.columnCountBetween(Range.of(1, 3)),
            Rule.rowCountBetween(Range.moreThan(0)),
            Rule.columnExists("e"),
            Rule.columnExistsAt("e2", -1),
            Rule.columns(List.of("a", "no"), Terms.Match.CONTAINS),
            TableRules.columnsOrdered(List.of("a", "b")),
            TableRules.noRows("SELECT * FROM {batch} WHERE a < 0"),
            TableRules.queryMatches("SELECT a FROM {batch}", "SELECT a FROM t"),
            TableRules.queryBetween("SELECT count(*) FROM t", range(random)),
            TableRules.rowsBetween(
                List.of("a"),
                new Expr.Repeated(List.of("a"), Expr.Nulls.DISTINCT, expr),
                Range.upTo(5),
                TableTerms.Unit.PERCENT),
            Rule.unsupported(
                "expect_x", List.of("c"), new Terms.Unsupported("expect_x", "why", Json.empty())));
    rules.forEach(rule -> all.put(rule.kind() + rule.id(), rule));
    return all;
  }

  @Test
  void the_example_of_the_documentation_is_read_and_every_kind_is_told_there() throws IOException {
    String docs = Files.readString(Path.of("../docs/contracts.md"));
    int begin = docs.indexOf("```yaml\n") + 8;

    Contract contract = ContractYaml.read(docs.substring(begin, docs.indexOf("```", begin)));

    assertThat(contract.rules()).hasSize(7);
    assertThat(Grammar.KINDS.keySet())
        .allSatisfy(kind -> assertThat(docs).contains("`" + kind + "`"));
    assertThat(Grammar.KINDS.values())
        .flatExtracting(Grammar.Kind::keys)
        .extracting(Grammar.Term::name)
        .allSatisfy(name -> assertThat(docs).contains("`" + name));
  }

  @Test
  void what_is_wrong_is_told_with_line_and_path() {
    String head = "weirkeeper: 1\ncontract: c\nversion: 1\ntable: t\nrules:\n";
    Map<String, String> problems =
        Map.ofEntries(
            Map.entry("  - {}\n", "line 6, $.rules[0]: it names no kind"),
            Map.entry("  - {not-null: a, unique: a}\n", "several kinds"),
            Map.entry("  - not-null: a\n    min: 3\n", "line 7, $.rules[0].min: this name"),
            Map.entry("  - {between: a}\n", "without bounds"),
            Map.entry("  - {between: a, min: 5, max: 3}\n", "contradictory rule between.a"),
            Map.entry("  - {between: a, min: 5, more-than: 3}\n", "has this end already"),
            Map.entry("  - {between: [a, b], min: 5}\n", "one column"),
            Map.entry("  - {in-set: a, values: []}\n", "contradictory rule in-set.a"),
            Map.entry("  - {in-set: a, values: [[1]]}\n", "$.rules[0].values[0]"),
            Map.entry("  - {matches: a, pattern: '('}\n", "cannot compile"),
            Map.entry("  - {not-null: a, severity: bad}\n", "[info, warning, critical]"),
            Map.entry("  - {not-null: a, where: 'a = (SELECT 1 FROM b)'}\n", "$.rules[0].where"),
            Map.entry("  - {not-null: a, mostly: 2}\n", "share from 0 to 1"),
            Map.entry("  - {no-rows: , select: DELETE FROM t}\n", "refused"),
            Map.entry("  - {no-rows: , select: 'SELECT pg_sleep(1) FROM t'}\n", "pg_sleep"),
            Map.entry("  - {unique: a}\n  - {unique: a}\n", "line 7, $.rules[1]: there is another"),
            Map.entry("  - {not-null: a}\n  - {null: a}\n", "line 7, $.rules[1]: contradictory"),
            Map.entry("  - {pair-equal: [a, b], ignore: maybe}\n", "expected one of"));
    problems.forEach(
        (rules, problem) ->
            assertThatIllegalArgumentException()
                .as(rules)
                .isThrownBy(() -> ContractYaml.read(head + rules))
                .withMessageContaining(problem));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ContractYaml.read("weirkeeper: 2\n"))
        .withMessageContaining("line 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ContractYaml.read(head.replace("rules:", "hosts: [x]\nrules:")))
        .withMessageContaining("$.hosts");
  }
}
