package dev.weirkeeper.contracts.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Rule.Severity;
import dev.weirkeeper.contracts.SelectCheck;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OdcsReaderTest {
  private static final String HEAD =
      """
      kind: DataContract
      apiVersion: v3.1.0
      version: 1.2.0
      id: c1
      status: active
      """;

  private static Imported read(String schema) {
    return OdcsReader.read(HEAD + schema);
  }

  private static Imported quality(String check) {
    return read(
        """
        schema:
          - name: orders
            properties:
              - name: amount
                quality:
                  - %s
        """
            .formatted(check));
  }

  /** The rule that the only check became. */
  private static Rule rule(String check) {
    List<Rule> rules = quality(check).contract().rules();
    assertThat(rules).hasSize(2);
    return rules.get(1);
  }

  @Test
  void objects_become_contracts_and_properties_rules() {
    Imported imported =
        read(
            """
            schema:
              - name: orders
                physicalName: public.orders
                properties:
                  - name: id
                    logicalType: integer
                    primaryKey: true
                  - name: Code
                    physicalName: code
                    logicalType: string
                    physicalType: varchar(8)
                    required: true
                    unique: true
                    logicalTypeOptions: {minLength: 2, pattern: "^\\\\d+$"}
                  - name: day
                    logicalType: date
                    logicalTypeOptions: {minimum: "2020-01-01"}
                    relationships: [{to: days.day}]
              - name: days
                physicalName: public.days
            servers:
              - {server: s, type: postgres, host: db.example.com, port: 5432}
            """);

    assertThat(imported.contracts())
        .extracting(Contract::asset)
        .containsExactly("public.orders", "public.days");
    assertThat(imported.contract("public.orders").rules())
        .containsExactly(
            Rule.columnExists("id"),
            Rule.ofForm("id", Form.INTEGER),
            Rule.columnExists("code"),
            Rule.ofForm("code", Form.TEXT, Form.PADDED, Form.UUID, Form.EXACT, Form.OTHER),
            Rule.lengthBetween("code", Range.upTo(8)),
            Rule.notNull("code"),
            Rule.unique("code"),
            Rule.lengthBetween("code", Range.atLeast(2)).named("length-between.code-2"),
            Rule.matches("code", "^[0-9]+\\Z"),
            Rule.columnExists("day"),
            Rule.ofForm("day", Form.DATE),
            Rule.between("day", Range.atLeast("2020-01-01")),
            Rule.refers(List.of("day"), "public.days", List.of("day")),
            Rule.notNull("id"),
            Rule.unique("id"));
    assertThat(imported.contracts().get(0).version()).isEqualTo("1.2.0");
    assertThat(Json.of(imported.contracts()).text()).doesNotContain("example.com", "5432");
  }

  @Test
  void relationships_by_id_find_the_physical_names() {
    Imported imported =
        read(
            """
            schema:
              - id: t_obj
                name: t
                properties:
                  - {id: k_prop, name: k, relationships: [{to: schema/u_obj/properties/key_prop}]}
                  - {name: l, relationships: [{to: "other.yaml#schema/x/properties/y"}]}
              - id: u_obj
                name: u
                physicalName: u_1
                properties:
                  - {id: key_prop, name: key, physicalName: key_1}
            """);

    assertThat(imported.contract("t").rules())
        .contains(Rule.refers(List.of("k"), "u_1", List.of("key_1")));
    assertThat(imported.report().unsupported())
        .hasSize(1)
        .allSatisfy(entry -> assertThat(entry.reason()).contains("names no files"));
  }

  @Test
  void checks_of_the_library_become_rules() {
    assertThat(rule("{metric: nullValues, mustBe: 0}")).isEqualTo(Rule.notNull("amount"));
    assertThat(rule("{type: library, metric: nullValues, mustBeLessThan: 5, unit: percent}"))
        .isEqualTo(
            TableRules.rowsBetween(
                List.of("amount"),
                new Expr.IsNull(Operand.column("amount")),
                Range.below(5),
                TableTerms.Unit.PERCENT));
    assertThat(rule("{metric: nullValues, mustBeLessThan: 1, unit: percent}").kind())
        .isEqualTo(TableRules.ROWS_BETWEEN);
    assertThat(rule("{metric: duplicateValues, mustBeLessThan: 1, severity: warning}"))
        .isEqualTo(Rule.unique("amount").graded(Severity.WARNING));
    assertThat(rule("{metric: rowCount, mustBeBetween: [10, 20], name: enough}"))
        .isEqualTo(Rule.rowCountBetween(Range.of(10, 20)).named("enough"));
    assertThat(rule("{metric: rowCount, mustNotBe: 0}"))
        .isEqualTo(Rule.rowCountBetween(Range.moreThan(0)));
    assertThat(rule("{metric: invalidValues, mustBe: 0, arguments: {validValues: [a, null, 1]}}"))
        .isEqualTo(Rule.inSet("amount", "a", 1));
    assertThat(rule("{metric: invalidValues, mustBe: 0, arguments: {pattern: \"^a$\"}}"))
        .isEqualTo(Rule.matches("amount", "^a\\Z"));
    assertThat(rule("{metric: missingValues, mustBe: 0, arguments: {missingValues: ['', n/a]}}"))
        .isEqualTo(
            Rule.holds(
                Conditions.read("amount IS NOT NULL AND amount NOT IN ('', 'n/a')"), "amount"));
    assertThat(rule("{rule: validValues, validValues: [pounds]}"))
        .isEqualTo(Rule.inSet("amount", "pounds"));
    assertThat(rule("{rule: nullCheck}")).isEqualTo(Rule.notNull("amount"));
  }

  @Test
  void sql_is_asked_of_the_data_set_and_checked() {
    assertThat(
            rule(
                "{type: sql, mustBe: 0, query: \"SELECT count(*) FROM ${table} WHERE ${column} < 0;\"}"))
        .isEqualTo(
            TableRules.queryBetween(
                "SELECT count(*) FROM {batch} WHERE amount < 0", Range.of(0, 0)));
    assertThat(
            rule("{type: sql, mustBe: 0, query: \"select count(*) from orders where orders.x = 1\"}")
                .terms()
                .as(TableTerms.SelectRange.class)
                .select())
        .isEqualTo("select count(*) from {batch} AS orders where orders.x = 1");
    assertThat(
            SelectCheck.check(
                rule("{type: sql, mustBe: 0, query: 'select 1 from orders o join ordersx y on o.a = y.a'}")
                    .terms()
                    .as(TableTerms.SelectRange.class)
                    .select()))
        .containsExactly("ordersx", "{batch}");
    assertThat(
            quality("{type: sql, mustBe: 0, query: \"DROP TABLE orders\"}").report().unsupported())
        .hasSize(1)
        .allSatisfy(entry -> assertThat(entry.reason()).contains("refused"));
  }

  @Test
  void checks_of_other_engines_are_read_where_rules_say_the_same() {
    assertThat(
            rule(
                "{type: custom, engine: greatExpectations, implementation: {type:"
                    + " expect_column_values_to_be_in_set, kwargs: {column: amount, value_set: [1, 2]}}}"))
        .isEqualTo(Rule.inSet("amount", 1, 2));
    assertThat(
            quality(
                    "{type: custom, engine: soda, implementation: \"type: duplicate_percent\\n"
                        + "columns: [a, b]\\nmust_be_less_than: 1.0\"}")
                .report()
                .approximated())
        .hasSize(1);
    assertThat(
            quality("{type: custom, engine: monteCarlo, implementation: {a: b}}")
                .report()
                .unsupported())
        .hasSize(1);
  }

  @Test
  void what_no_rule_says_blocks_by_name_and_prose_is_told() {
    Map<String, String> reasons =
        Map.of(
            "{metric: nullValues, mustNotBe: 3}", "leave out",
            "{metric: freshness, mustBe: 3}", "not known",
            "{metric: nullValues, mustBe: 3, unit: bytes}", "bytes",
            "{metric: invalidValues, mustBe: 0}", "which values are valid",
            "{metric: invalidValues, mustBe: 0, arguments: {pattern: '\\p{L}'}}", "pattern");
    reasons.forEach(
        (check, reason) -> {
          Imported imported = quality(check);

          assertThat(imported.report().unsupported())
              .as(check)
              .hasSize(1)
              .allSatisfy(entry -> assertThat(entry.reason()).contains(reason));
          assertThat(imported.contract().rules().get(1).kind()).isEqualTo(Rule.UNSUPPORTED);
        });
    Imported told = quality("{type: text, description: Be good}");
    assertThat(told.contract().rules()).hasSize(1);
    assertThat(told.report().remarks()).hasSize(1);
    assertThat(told.report().coverage()).isEqualTo(0.5);
  }

  @Test
  void a_malformed_or_contradictory_contract_is_refused_with_line_and_path() {
    Map<String, String> problems =
        Map.of(
            "schema: 5\n",
            "line 6, $.schema",
            "schema:\n  - {physicalName: a}\n",
            "line 7, $.schema[0].name",
            "schema:\n  - {name: a, name: b}\n",
            "line 7, $.schema[0].name",
            "schema:\n  - {name: a}\n  - {name: a}\n",
            "another object",
            "schema:\n  - name: a\n    properties: [{name: b, required: 3}]\n",
            "$.schema[0].properties[0].required",
            "schema:\n  - name: a\n    properties: [{name: b, logicalType: int}]\n",
            "logical type",
            "schema:\n  - name: a\n    properties:\n      - {name: b, logicalType: number,"
                + " logicalTypeOptions: {minimum: 5, maximum: 3}}\n",
            "line 9, $.schema[0].properties[0].logicalTypeOptions.maximum: contradictory rule",
            "schema:\n  - name: a\n    quality: [{metric: rowCount}]\n",
            "threshold",
            "schema:\n  - name: a\n    quality: [{metric: rowCount, mustBe: 1, mustNotBe: 0}]\n",
            "another threshold");
    problems.forEach(
        (schema, problem) ->
            assertThatIllegalArgumentException()
                .as(schema)
                .isThrownBy(() -> read(schema))
                .withMessageContaining(problem));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OdcsReader.read("kind: DataContract\napiVersion: v2.2.0\n"))
        .withMessageContainingAll("line 2", "v2.2.0");
  }

  @Test
  void patterns_of_javascript_find_the_same_in_python() {
    assertThat(EcmaPattern.inPython("^\\d[\\w-]\\/(?<a>x)(?<=y)$"))
        .isEqualTo("^[0-9][A-Za-z0-9_-]/(?P<a>x)(?<=y)\\Z");
    for (String pattern : List.of("\\p{L}", "[^]", "[]", "a\\", "(a", "[\\D]")) {
      assertThatIllegalArgumentException().isThrownBy(() -> EcmaPattern.inPython(pattern));
    }
  }

  @Test
  void all_examples_of_the_standard_import() throws IOException {
    Path examples = Corpus.odcs().resolve("examples");
    assumeThat(Files.isDirectory(examples)).isTrue();
    List<Path> files;
    try (Stream<Path> all = Files.walk(examples)) {
      files = all.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
    int supported = 0;
    int approximated = 0;
    int unsupported = 0;
    int remarks = 0;
    for (Path file : files) {
      Imported imported = OdcsReader.read(file);
      ImportReport report = imported.report();
      supported += report.supported().size();
      approximated += report.approximated().size();
      unsupported += report.unsupported().size();
      remarks += report.remarks().size();
      for (Contract contract : imported.contracts()) {
        long blocking =
            contract.rules().stream().filter(rule -> rule.kind().equals(Rule.UNSUPPORTED)).count();
        assertThat(contract.rules().size()).isGreaterThanOrEqualTo((int) blocking);
        assertThat(ContractYaml.read(ContractYaml.write(contract))).isEqualTo(contract);
      }
    }
    int rules = supported + approximated + unsupported;
    System.out.printf(
        "corpus odcs: %d files, %d rules, %d supported, %d approximated, %d unsupported, coverage"
            + " %.1f %%; %d remarks%n",
        files.size(),
        rules,
        supported,
        approximated,
        unsupported,
        100.0 * (supported + approximated) / rules,
        remarks);
    assertThat(files).hasSize(18);
    assertThat(unsupported).isLessThan(20);
  }
}
