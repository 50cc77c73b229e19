package dev.weirkeeper.contracts.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Rule.Severity;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OdcsWriterTest {
  private static final Contract CONTRACT =
      Contract.of(
          "orders",
          "1.2.0",
          "public.orders",
          Rule.columnExists("id"),
          Rule.notNull("id"),
          Rule.unique("id"),
          Rule.ofForm("id", Form.INTEGER),
          Rule.notNull("note").graded(Severity.WARNING),
          Rule.inSet("status", "a", 5, true),
          Rule.between("amount", Range.atLeast(0).lessThan(10)),
          Rule.lengthBetween("code", Range.upTo(3)),
          Rule.refers(List.of("customer"), "customers", List.of("id")),
          Rule.refers(List.of("a", "b"), "pairs", List.of("x", "y")),
          Rule.compoundUnique(Terms.Ignore.ANY, "day", "shop"),
          Rule.rowCountBetween(Range.of(1, 100)),
          Rule.holds(Conditions.read("a < b"), "a", "b"),
          TableRules.queryBetween("SELECT count(*) FROM {batch} WHERE x = 1", Range.upTo(0)),
          TableRules.rowsBetween(
              List.of("note"),
              new Expr.IsNull(Operand.column("note")),
              Range.below(5),
              TableTerms.Unit.PERCENT),
          Rule.matches("code", "^a"),
          Rule.zScoreBelow("amount", 3, Terms.Sides.BOTH).graded(Severity.INFO),
          Rule.notNull("late").where(Conditions.read("status = 'a'")));

  @Test
  void what_odcs_can_say_is_said_and_the_rest_is_told() {
    OdcsWriter.Exported exported = OdcsWriter.write(CONTRACT);

    assertThat(exported.report().total()).isEqualTo(CONTRACT.rules().size());
    assertThat(exported.report().unsupported())
        .extracting(ImportReport.Unsupported::rule)
        .containsExactly("matches.code", "z-score-below.amount", "not-null.late");
    assertThat(exported.yaml())
        .contains("metric: \"nullValues\"", "mustBeLessThan: 5", "logicalType: \"integer\"");
  }

  @Test
  void no_rule_is_lost_on_the_way_back() {
    Imported back = OdcsReader.read(OdcsWriter.write(CONTRACT).yaml());

    List<Rule> rules = back.contract().rules();
    assertThat(back.report().unsupported()).isEmpty();
    assertThat(rules)
        .contains(
            Rule.notNull("id"),
            Rule.unique("id"),
            Rule.ofForm("id", Form.INTEGER),
            Rule.notNull("note").graded(Severity.WARNING),
            Rule.inSet("status", "a", 5, true),
            Rule.refers(List.of("customer"), "customers", List.of("id")),
            Rule.refers(List.of("a", "b"), "pairs", List.of("x", "y")),
            Rule.compoundUnique(Terms.Ignore.ANY, "day", "shop"),
            Rule.rowCountBetween(Range.of(1, 100)),
            TableRules.queryBetween("SELECT count(*) FROM {batch} WHERE x = 1", Range.upTo(0)),
            Rule.matches("code", "^a"),
            Rule.zScoreBelow("amount", 3, Terms.Sides.BOTH).graded(Severity.INFO),
            Rule.notNull("late").where(Conditions.read("status = 'a'")));
    assertThat(rules)
        .filteredOn(rule -> rule.id().equals("between.amount"))
        .extracting(rule -> rule.terms().as(TableTerms.SelectRange.class).select())
        .containsExactly("SELECT count(*) FROM {batch} WHERE NOT (amount >= 0 AND amount < 10)");
  }

  /** Servers are never written, and their part of the schema holds what the validator warns of. */
  private static String withoutServers(String schema) throws IOException {
    ObjectNode root = (ObjectNode) new JsonMapper().readTree(schema);
    ObjectNode definitions = (ObjectNode) root.get("$defs");
    definitions.remove("ServerSource");
    definitions.putObject("Server").put("type", "null");
    return root.toString();
  }

  @Test
  void the_export_is_valid_by_the_schema_of_the_standard() throws IOException {
    Path file = Corpus.odcs().resolve("odcs-json-schema-v3.1.0.json");
    assumeThat(Files.exists(file)).isTrue();
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2019_09)
            .getSchema(withoutServers(Files.readString(file)), InputFormat.JSON);

    List<Error> errors =
        schema.validate(
            Documents.read(OdcsWriter.write(CONTRACT).yaml()).tree().toString(), InputFormat.JSON);

    assertThat(errors).isEmpty();
    assertThat(schema.validate("{\"kind\": \"Other\"}", InputFormat.JSON)).isNotEmpty();
  }
}
