package dev.weirkeeper.contracts.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonSchemaReaderTest {

  private static Imported read(String schema) {
    return JsonSchemaReader.read(schema, "public.t");
  }

  @Test
  void a_schema_of_objects_becomes_rules_about_columns() {
    Imported imported =
        read(
            """
            {
            \t"$schema": "https://json-schema.org/draft/2020-12/schema",
              "title": "orders", "type": "object",
              "required": ["id", "note"],
              "additionalProperties": false,
              "properties": {
                "id": {"type": "integer", "minimum": 1, "exclusiveMaximum": 100},
                "note": {"type": ["string", "null"], "maxLength": 5},
                "status": {"enum": ["a", 5, null]},
                "code": {"$ref": "#/$defs/code"},
                "fixed": {"const": true}
              },
              "$defs": {"code": {"type": "string", "pattern": "^[A-Z]+$"}}
            }
            """);

    Form[] texts = {
      Form.TEXT,
      Form.PADDED,
      Form.UUID,
      Form.EXACT,
      Form.OTHER,
      Form.DATE,
      Form.TIMESTAMP,
      Form.TIMESTAMP_WITH_ZONE
    };
    assertThat(imported.contract().rules())
        .containsExactly(
            Rule.notNull("id"),
            Rule.columnExists("note"),
            Rule.columns(List.of("id", "note", "status", "code", "fixed"), Terms.Match.EXACT),
            Rule.columnExists("id"),
            Rule.between("id", Range.atLeast(1).lessThan(100)),
            Rule.ofForm("id", Form.INTEGER),
            Rule.columnExists("note").named("column-exists.note-2"),
            Rule.lengthBetween("note", Range.upTo(5)),
            Rule.ofForm("note", texts),
            Rule.inSet("status", "a", 5),
            Rule.ofForm("code", texts),
            Rule.matches("code", "^[A-Z]+\\Z"),
            Rule.inSet("fixed", true));
    assertThat(imported.report().approximated()).hasSize(1);
    assertThat(imported.contract().id()).isEqualTo("orders");
  }

  @Test
  void combinations_become_conditions() {
    assertThat(
            read("{\"type\":\"object\",\"if\":{\"properties\":{\"a\":{\"const\":\"x\"}},"
                    + "\"required\":[\"a\"]},\"then\":{\"required\":[\"b\"]}}")
                .contract()
                .rules())
        .containsExactly(
            Rule.holds(
                Conditions.read(
                    "NOT ((a IS NULL OR a IN ('x')) AND a IS NOT NULL) OR b IS NOT NULL"),
                "a",
                "b"));
    assertThat(
            read("{\"properties\":{\"a\":{\"anyOf\":[{\"maximum\":1},{\"minimum\":9}]}}}")
                .contract()
                .rules())
        .containsExactly(Rule.holds(Conditions.read("a IS NULL OR (a <= 1 OR a >= 9)"), "a"));
    assertThat(
            read("{\"properties\":{},\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}")
                .contract()
                .rules())
        .containsExactly(
            Rule.holds(
                Conditions.read(
                    "(a IS NOT NULL AND NOT (b IS NOT NULL)) OR (b IS NOT NULL AND NOT (a IS NOT"
                        + " NULL))"),
                "a",
                "b"));
    assertThat(read("{\"properties\":{},\"dependentRequired\":{\"a\":[\"b\"]}}").contract().rules())
        .containsExactly(Rule.holds(Conditions.read("a IS NULL OR b IS NOT NULL"), "a", "b"));
  }

  @Test
  void what_no_rule_says_blocks_by_name() {
    for (String property :
        List.of(
            "{\"multipleOf\": 3}",
            "{\"minItems\": 3}",
            "{\"format\": \"idn-email\"}",
            "{\"pattern\": \"\\\\p{L}\"}",
            "{\"enum\": [[1]]}",
            "{\"$ref\": \"https://example.com/x.json\"}",
            "{\"anyOf\": [{\"type\": \"string\"}, {\"minimum\": 3}]}")) {
      Imported imported = read("{\"properties\":{\"a\":" + property + "}}");

      assertThat(imported.report().unsupported()).as(property).hasSize(1);
      assertThat(imported.contract().rules())
          .anyMatch(rule -> rule.kind().equals(Rule.UNSUPPORTED));
    }
    assertThat(read("{\"properties\":{},\"patternProperties\":{\"x\":{}}}").report().unsupported())
        .hasSize(1);
  }

  @Test
  void a_malformed_or_contradictory_schema_is_refused() {
    Map<String, String> problems =
        Map.of(
            "{\"type\":\"array\",\"properties\":{}}", "rows are objects",
            "{\"properties\":[]}", "$.properties",
            "{\"properties\":{\"a\":{\"type\":\"int\"}}}", "no type of JSON Schema",
            "{\"properties\":{\"a\":{\"enum\":[]}}}", "$.properties.a.enum",
            "{\"properties\":{\"a\":{\"$ref\":\"#/nowhere\"}}}", "not there",
            "{\"properties\":{\"a\":{\"$ref\":\"#/properties/a\"}}}", "deeper",
            "{\"properties\":{\"a\":{\"minimum\":5,\"maximum\":3}}}", "contradictory rule",
            "{\"properties\":{\"a\":{\"minLength\":5,\"maxLength\":3}}}", "contradictory rule");
    problems.forEach(
        (schema, problem) ->
            assertThatIllegalArgumentException()
                .as(schema)
                .isThrownBy(() -> read(schema))
                .withMessageContaining(problem));
  }
}
