package dev.weirkeeper.contracts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.weirkeeper.Json;

/** The tests that {@link Expr.Passes} names: what an engine that meets one asks of each value. */
public final class ValueTests {
  /** Terms: {@link Terms.Format}. */
  static final String STRFTIME = "strftime";

  static final String DATE_PARSEABLE = "date-parseable";
  static final String JSON_PARSEABLE = "json-parseable";

  /** Terms: {@link Terms.ValueSchema}. */
  static final String JSON_SCHEMA = "json-schema";

  /** No value can be judged. Terms: why. */
  static final String REFUSED = "refused";

  /** Terms of {@link #REFUSED}. */
  record Refusal(String reason) {}

  private static final JsonMapper LENIENT =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private ValueTests() {}

  /**
   * @param name kebab-case: {@code json-parseable}
   * @throws IllegalArgumentException if there is no such test, or the terms are not its own
   */
  public static ValueTest of(String name, Json terms) {
    return switch (name) {
      case STRFTIME -> strftime(terms.as(Terms.Format.class).format());
      case DATE_PARSEABLE -> value -> DateParser.reads(text(value, "a date"));
      case JSON_PARSEABLE -> value -> value instanceof String text && PythonJson.reads(text);
      case JSON_SCHEMA -> jsonSchema(terms.as(Terms.ValueSchema.class).schema());
      case REFUSED -> {
        String reason = terms.as(Refusal.class).reason();
        yield value -> {
          throw new IllegalArgumentException(reason);
        };
      }
      default -> throw new IllegalArgumentException("There is no test of values called " + name);
    };
  }

  private static String text(Object value, String what) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(
        "Only text can be read as " + what + ", and the column holds other values");
  }

  private static ValueTest strftime(String format) {
    Strptime strptime = new Strptime(format);
    return value -> strptime.reads(text(value, "a time of the format"));
  }

  private static ValueTest jsonSchema(Json schema) {
    Schema compiled;
    try {
      compiled =
          SchemaRegistry.withDefaultDialect(
                  SpecificationVersion.DRAFT_2020_12,
                  // A schema may name others only by names that the library brings.
                  builder ->
                      builder.schemaLoader(
                          loader ->
                              loader
                                  .fetchRemoteResources(false)
                                  .allow(iri -> isOfTheStandard(iri.toString()))))
              .getSchema(LENIENT.readTree(schema.text()));
      compiled.initializeValidators();
    } catch (JsonProcessingException | SchemaException e) {
      throw new IllegalArgumentException("The JSON Schema is not valid; mend it", e);
    }
    return value -> {
      JsonNode node;
      try {
        node = LENIENT.readTree(text(value, "JSON"));
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException(
            // Without its cause, which quotes the value.
            "A value is not JSON, so it cannot be held against a schema");
      }
      if (node == null || node.isMissingNode()) {
        throw new IllegalArgumentException(
            "A value is not JSON, so it cannot be held against a schema");
      }
      return compiled.validate(node).isEmpty();
    };
  }

  private static boolean isOfTheStandard(String iri) {
    return iri.startsWith("https://json-schema.org/")
        || iri.startsWith("http://json-schema.org/")
        || iri.startsWith("classpath:")
        || iri.startsWith("resource:");
  }
}
