package dev.weirkeeper.drift.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;

/**
 * Single values in the text form of PostgreSQL, from the nodes of a tree. Each throws an {@link
 * IllegalArgumentException} that quotes nothing if the value is of another type.
 */
final class Scalars {
  static final int MOST_DIGITS = 131_072;

  private Scalars() {}

  static String string(JsonNode value) {
    if (!value.isTextual()) {
      throw new IllegalArgumentException("not text");
    }
    String text = value.textValue();
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a text with the character 0, which PostgreSQL refuses");
    }
    return text;
  }

  static long int64(JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException("not an integer");
    }
    return value.longValue();
  }

  static String whole(JsonNode value) {
    return Long.toString(int64(value));
  }

  static String truth(JsonNode value) {
    if (!value.isBoolean()) {
      throw new IllegalArgumentException("not a truth value");
    }
    return value.booleanValue() ? "t" : "f";
  }

  /** How many digits a floating-point number has. */
  enum Width {
    SINGLE,
    DOUBLE
  }

  /** The shortest text that reads back as the same number, however it was written. */
  static String floating(JsonNode value, Width width) {
    if (!value.isNumber()) {
      String text = string(value);
      if (text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity")) {
        return text;
      }
      throw new IllegalArgumentException("not a number");
    }
    double number = value.doubleValue();
    boolean written = value.isFloat() || value.isDouble();
    if (!written && Double.isInfinite(number)) {
      throw new IllegalArgumentException("a number that no double holds");
    }
    String text = width == Width.SINGLE ? Float.toString((float) number) : Double.toString(number);
    return text.startsWith("Inf") || text.startsWith("-Inf") || text.equals("NaN")
        ? text
        : text.toLowerCase(Locale.ROOT);
  }

  /** An unscaled value in bytes, big-endian. */
  static String unscaled(JsonNode value, int scale) {
    byte[] bytes = bytes(value);
    if (bytes.length == 0) {
      throw new IllegalArgumentException("not a number");
    }
    return plain(new BigDecimal(new BigInteger(bytes), scale));
  }

  static String variable(JsonNode value) {
    JsonNode scale = value.path("scale");
    if (!scale.isIntegralNumber() || !scale.canConvertToInt()) {
      throw new IllegalArgumentException("a number without its scale");
    }
    return unscaled(value.path("value"), scale.intValue());
  }

  static String decimalText(JsonNode value) {
    String text = string(value);
    return switch (text) {
      case "NaN", "Infinity", "-Infinity" -> text;
      case "NAN" -> "NaN";
      case "POSITIVE_INFINITY" -> "Infinity";
      case "NEGATIVE_INFINITY" -> "-Infinity";
      default -> {
        if (text.length() > MOST_DIGITS) {
          throw new IllegalArgumentException("a number of too many digits");
        }
        yield plain(new BigDecimal(text));
      }
    };
  }

  static String number(JsonNode value) {
    if (value.isFloatingPointNumber() && !value.isBigDecimal()) {
      double number = value.doubleValue();
      if (!Double.isFinite(number)) {
        return floating(value, Width.DOUBLE);
      }
    }
    return value.isNumber() ? plain(value.decimalValue()) : decimalText(value);
  }

  /** A few characters of exponent must not become a text that fills the memory. */
  private static String plain(BigDecimal number) {
    if (Math.abs((long) number.scale()) > MOST_DIGITS || number.precision() > MOST_DIGITS) {
      throw new IllegalArgumentException("a number of too many digits");
    }
    return number.toPlainString();
  }

  /** Bytes as they are, or as base64 where JSON wrote them. */
  static byte[] bytes(JsonNode value) {
    if (value.isBinary()) {
      try {
        return value.binaryValue();
      } catch (IOException e) {
        throw new IllegalArgumentException("no bytes", e);
      }
    }
    return Base64.getDecoder().decode(string(value));
  }

  static String bytea(JsonNode value) {
    return hex(bytes(value));
  }

  static String bytea(JsonNode value, ConnectorSettings.Binaries mode) {
    return switch (mode) {
      case BYTES, BASE64 -> bytea(value);
      case BASE64_URL_SAFE -> hex(Base64.getUrlDecoder().decode(string(value)));
      case HEX -> hex(HexFormat.of().parseHex(string(value)));
    };
  }

  private static String hex(byte[] bytes) {
    return "\\x" + HexFormat.of().formatHex(bytes);
  }

  /** Bits: Debezium writes them with the lowest byte first. */
  static String bits(JsonNode value, int length) {
    byte[] little = bytes(value);
    int count = length > 0 ? length : little.length * 8;
    StringBuilder out = new StringBuilder(count);
    for (int bit = count - 1; bit >= 0; bit--) {
      int at = bit / 8;
      out.append(at < little.length && (little[at] >> (bit % 8) & 1) == 1 ? '1' : '0');
    }
    return out.toString();
  }

  static String uuid(JsonNode value) {
    return UUID.fromString(string(value)).toString();
  }

  static String tree(JsonNode value) {
    return value.isTextual() ? string(value) : value.toString();
  }
}
