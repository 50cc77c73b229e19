package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.Base64;
import java.util.Optional;

/** Writes values as Great Expectations does: NaN is null, times are ISO text. */
final class GxValues {
  private GxValues() {}

  static JsonNode node(Optional<Object> value) {
    return value.map(GxValues::node).orElse(NullNode.instance);
  }

  private static JsonNode node(Object value) {
    if (value instanceof Long number) {
      return LongNode.valueOf(number);
    }
    if (value instanceof Double number) {
      return Double.isFinite(number) ? DoubleNode.valueOf(number) : NullNode.instance;
    }
    if (value instanceof BigDecimal number) {
      return DecimalNode.valueOf(number);
    }
    if (value instanceof Boolean truth) {
      return BooleanNode.valueOf(truth);
    }
    if (value instanceof LocalDateTime time) {
      String text = time.toString();
      // LocalDateTime leaves out seconds that are zero, isoformat does not.
      return TextNode.valueOf(text.length() == "2000-01-01T00:00".length() ? text + ":00" : text);
    }
    if (value instanceof byte[] bytes) {
      return TextNode.valueOf(Base64.getEncoder().encodeToString(bytes));
    }
    return TextNode.valueOf(value.toString());
  }
}
