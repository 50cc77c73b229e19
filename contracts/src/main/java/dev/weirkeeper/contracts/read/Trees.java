package dev.weirkeeper.contracts.read;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.weirkeeper.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.Map;

/** Trees of JSON from canonical text, and as YAML. */
final class Trees {
  private static final JsonMapper MAPPER = new JsonMapper();

  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
          .build();

  private Trees() {}

  static JsonNode of(Json json) {
    try {
      return MAPPER.readTree(json.text());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Canonical JSON cannot be read", e);
    }
  }

  static Json json(JsonNode tree) {
    return Json.of(tree);
  }

  static String yaml(JsonNode tree) {
    StringWriter text = new StringWriter();
    try (YAMLGenerator out = YAML.createGenerator(text)) {
      write(tree, out);
    } catch (IOException e) {
      throw new IllegalStateException("A text is written without a disk", e);
    }
    return text.toString();
  }

  private static void write(JsonNode tree, YAMLGenerator out) throws IOException {
    if (tree.isObject()) {
      out.writeStartObject();
      for (Map.Entry<String, JsonNode> member : tree.properties()) {
        out.writeFieldName(member.getKey());
        write(member.getValue(), out);
      }
      out.writeEndObject();
    } else if (tree.isArray()) {
      out.writeStartArray();
      for (JsonNode item : tree) {
        write(item, out);
      }
      out.writeEndArray();
    } else if (tree.isNumber()) {
      out.writeNumber(number(tree.decimalValue()));
    } else if (tree.isBoolean()) {
      out.writeBoolean(tree.booleanValue());
    } else if (tree.isNull()) {
      out.writeNull();
    } else {
      out.writeString(tree.textValue());
    }
  }

  /** As YAML takes it for a number: with a point where there is an exponent. */
  private static String number(BigDecimal number) {
    if (Math.abs((long) number.scale()) <= 60) {
      return number.toPlainString();
    }
    String text = number.toString();
    int exponent = text.indexOf('E');
    if (exponent < 0) {
      return text;
    }
    String digits = text.substring(0, exponent);
    return (digits.contains(".") ? digits : digits + ".0") + text.substring(exponent);
  }
}
