package dev.weirkeeper.contracts.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Turns the JSON value of a column into the text form of its type. */
record Codec(Type type, Function<JsonNode, String> text) {
  private static final int MOST_DIGITS = 131_072;
  private static final long NANOS_OF_DAY = 86_400_000_000_000L;

  /** Parts of a second. */
  private enum Unit {
    MILLIS(1_000),
    MICROS(1_000_000),
    NANOS(1_000_000_000);

    final long perSecond;

    Unit(long perSecond) {
      this.perSecond = perSecond;
    }
  }

  byte[] encode(JsonNode value) {
    try {
      return text.apply(value).getBytes(StandardCharsets.UTF_8);
    } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
      throw new UnreadableException("a value is not of type " + type.name());
    }
  }

  /** As the record's own schema says. */
  static Codec described(JsonNode schema, Modes modes) {
    JsonNode parameters = schema.path("parameters");
    String source =
        parameters.path("__debezium.source.column.type").asText("").toUpperCase(Locale.ROOT);
    String name = schema.path("name").asText("");
    return switch (name) {
      case "io.debezium.time.Date", "org.apache.kafka.connect.data.Date" ->
          new Codec(Type.of("date"), Codec::day);
      case "io.debezium.time.Time", "org.apache.kafka.connect.data.Time" -> time(Unit.MILLIS);
      case "io.debezium.time.MicroTime" -> time(Unit.MICROS);
      case "io.debezium.time.NanoTime" -> time(Unit.NANOS);
      case "io.debezium.time.Timestamp", "org.apache.kafka.connect.data.Timestamp" ->
          timestamp(Unit.MILLIS);
      case "io.debezium.time.MicroTimestamp" -> timestamp(Unit.MICROS);
      case "io.debezium.time.NanoTimestamp" -> timestamp(Unit.NANOS);
      case "io.debezium.time.ZonedTimestamp" -> new Codec(Type.of("timestamptz"), Codec::zoned);
      case "io.debezium.time.ZonedTime" -> new Codec(Type.of("timetz"), Codec::string);
      case "io.debezium.time.IsoDate" -> new Codec(Type.of("date"), Codec::isoDay);
      case "io.debezium.time.IsoTime" -> new Codec(Type.of("time"), Codec::isoTime);
      case "io.debezium.time.IsoTimestamp" -> new Codec(Type.of("timestamp"), Codec::isoTimestamp);
      case "org.apache.kafka.connect.data.Decimal" -> {
        int scale = integer(parameters.path("scale"));
        JsonNode precision = parameters.path("connect.decimal.precision");
        yield new Codec(
            precision.isMissingNode()
                ? Type.of("numeric")
                : Type.of("numeric", integer(precision), scale),
            value -> value.isNumber() ? number(value) : unscaled(value, scale));
      }
      case "io.debezium.data.VariableScaleDecimal" ->
          new Codec(Type.of("numeric"), Codec::variable);
      case "io.debezium.data.Uuid" -> new Codec(Type.of("uuid"), Codec::string);
      case "io.debezium.data.Json" -> new Codec(Type.of("jsonb"), Codec::string);
      case "io.debezium.data.Xml" -> new Codec(Type.of("xml"), Codec::string);
      case "io.debezium.data.Enum" ->
          new Codec(enumOf(parameters.path("allowed").asText("")), Codec::string);
      default -> plain(schema, source, parameters, modes);
    };
  }

  private static Codec plain(JsonNode schema, String source, JsonNode parameters, Modes modes) {
    return switch (schema.path("type").asText("")) {
      case "int8", "int16" -> new Codec(Type.of("int2"), Codec::whole);
      case "int32" -> new Codec(Type.of("int4"), Codec::whole);
      case "int64" -> new Codec(Type.of("int8"), Codec::whole);
      case "float", "float32" -> new Codec(Type.of("float4"), Codec::floating);
      case "double", "float64" ->
          source.equals("NUMERIC")
              ? new Codec(Type.of("numeric"), Codec::number)
              : new Codec(Type.of("float8"), Codec::floating);
      case "boolean" -> new Codec(Type.of("bool"), Codec::truth);
      case "bytes" -> new Codec(Type.of("bytea"), value -> bytes(value, Modes.Binaries.BYTES));
      case "string" -> textual(source, parameters, modes);
      case "array" ->
          new Codec(
              Type.of(described(schema.path("items"), modes).type().name() + "[]"), Codec::tree);
      default ->
          new Codec(
              Type.of(schema.path("name").isTextual() ? schema.path("name").asText() : "json"),
              Codec::tree);
    };
  }

  private static Codec textual(String source, JsonNode parameters, Modes modes) {
    return switch (source) {
      case "NUMERIC" -> new Codec(Type.of("numeric"), Codec::decimalText);
      case "BYTEA" -> new Codec(Type.of("bytea"), value -> bytes(value, modes.binaries()));
      case "VARCHAR" -> {
        JsonNode length = parameters.path("__debezium.source.column.length");
        yield new Codec(
            length.isMissingNode() ? Type.of("varchar") : Type.of("varchar", integer(length)),
            Codec::string);
      }
      case "BPCHAR" -> new Codec(Type.of("bpchar"), Codec::string);
      default -> new Codec(Type.of("text"), Codec::string);
    };
  }

  /** As the host says of a column whose records do not describe themselves. */
  static Codec given(Type type, Modes modes) {
    if (type.isEnum()) {
      return new Codec(type, Codec::string);
    }
    boolean fine = type.args().isEmpty() || type.args().get(0) > 3;
    Function<JsonNode, String> text =
        switch (type.name()) {
          case "int2", "int4", "int8", "oid" -> Codec::whole;
          case "float4", "float8" -> Codec::floating;
          case "bool" -> Codec::truth;
          case "numeric" -> decimal(type, modes.decimals());
          case "date" -> modes.times() == Modes.Times.ISOSTRING ? Codec::isoDay : Codec::day;
          case "time" ->
              switch (modes.times()) {
                case ADAPTIVE -> time(fine ? Unit.MICROS : Unit.MILLIS).text();
                case ADAPTIVE_TIME_MICROSECONDS -> time(Unit.MICROS).text();
                case CONNECT -> time(Unit.MILLIS).text();
                case ISOSTRING -> Codec::isoTime;
              };
          case "timestamp" ->
              switch (modes.times()) {
                case ADAPTIVE, ADAPTIVE_TIME_MICROSECONDS ->
                    timestamp(fine ? Unit.MICROS : Unit.MILLIS).text();
                case CONNECT -> timestamp(Unit.MILLIS).text();
                case ISOSTRING -> Codec::isoTimestamp;
              };
          case "timestamptz" -> Codec::zoned;
          case "bytea" -> value -> bytes(value, modes.binaries());
          default -> type.name().endsWith("[]") ? Codec::tree : Codec::string;
        };
    return new Codec(type, text);
  }

  private static Function<JsonNode, String> decimal(Type type, Modes.Decimals mode) {
    return switch (mode) {
      case STRING -> Codec::decimalText;
      case DOUBLE -> Codec::number;
      case PRECISE ->
          type.args().isEmpty()
              ? Codec::variable
              : value -> unscaled(value, type.args().size() > 1 ? type.args().get(1) : 0);
    };
  }

  /** A column that nobody has described. */
  static Codec unknown() {
    return new Codec(
        Type.of("unknown"), value -> value.isTextual() ? value.textValue() : tree(value));
  }

  private static Type enumOf(String allowed) {
    List<Type.Label> labels = new ArrayList<>();
    for (String label : allowed.split(",", -1)) {
      labels.add(new Type.Label("name:" + label, label));
    }
    return new Type("enum", List.of(), labels);
  }

  private static Codec time(Unit unit) {
    return new Codec(
        Type.of("time"),
        value -> {
          long nanos = Math.multiplyExact(int64(value), 1_000_000_000L / unit.perSecond);
          return nanos == NANOS_OF_DAY ? "24:00:00" : text(LocalTime.ofNanoOfDay(nanos));
        });
  }

  private static Codec timestamp(Unit unit) {
    return new Codec(
        Type.of("timestamp"),
        value -> {
          long parts = int64(value);
          long nanos = Math.floorMod(parts, unit.perSecond) * (1_000_000_000L / unit.perSecond);
          return text(
              LocalDateTime.ofEpochSecond(
                  Math.floorDiv(parts, unit.perSecond), (int) nanos, ZoneOffset.UTC));
        });
  }

  private static String day(JsonNode value) {
    LocalDate day = LocalDate.ofEpochDay(int64(value));
    return date(day) + era(day);
  }

  private static String isoDay(JsonNode value) {
    LocalDate day = LocalDate.parse(withoutZone(string(value)));
    return date(day) + era(day);
  }

  private static String isoTime(JsonNode value) {
    return text(LocalTime.parse(withoutZone(string(value))));
  }

  private static String isoTimestamp(JsonNode value) {
    return text(LocalDateTime.parse(withoutZone(string(value))));
  }

  private static String zoned(JsonNode value) {
    LocalDateTime at =
        OffsetDateTime.parse(string(value)).withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
    LocalDate day = at.toLocalDate();
    return date(day) + " " + text(at.toLocalTime()) + "+00" + era(day);
  }

  private static String withoutZone(String text) {
    return text.endsWith("Z") ? text.substring(0, text.length() - 1) : text;
  }

  private static String text(LocalDateTime at) {
    LocalDate day = at.toLocalDate();
    return date(day) + " " + text(at.toLocalTime()) + era(day);
  }

  /** PostgreSQL has no year 0: the one before 1 is 1 BC. */
  private static String date(LocalDate day) {
    int year = day.getYear() > 0 ? day.getYear() : 1 - day.getYear();
    StringBuilder out = new StringBuilder(13);
    String digits = Integer.toString(year);
    out.append("0".repeat(Math.max(0, 4 - digits.length()))).append(digits).append('-');
    two(out, day.getMonthValue());
    two(out.append('-'), day.getDayOfMonth());
    return out.toString();
  }

  private static String era(LocalDate day) {
    return day.getYear() > 0 ? "" : " BC";
  }

  private static String text(LocalTime time) {
    StringBuilder out = new StringBuilder(18);
    two(out, time.getHour());
    two(out.append(':'), time.getMinute());
    two(out.append(':'), time.getSecond());
    if (time.getNano() > 0) {
      String nanos = Integer.toString(1_000_000_000 + time.getNano()).substring(1);
      int end = nanos.length();
      while (nanos.charAt(end - 1) == '0') {
        end--;
      }
      out.append('.').append(nanos, 0, end);
    }
    return out.toString();
  }

  private static void two(StringBuilder out, int number) {
    if (number < 10) {
      out.append('0');
    }
    out.append(number);
  }

  private static String unscaled(JsonNode value, int scale) {
    return plain(new BigDecimal(new BigInteger(Base64.getDecoder().decode(string(value))), scale));
  }

  private static String variable(JsonNode value) {
    return unscaled(value.path("value"), integer(value.path("scale")));
  }

  private static String decimalText(JsonNode value) {
    String text = string(value);
    return switch (text) {
      case "NaN", "Infinity", "-Infinity" -> text;
      case "NAN" -> "NaN";
      case "POSITIVE_INFINITY" -> "Infinity";
      case "NEGATIVE_INFINITY" -> "-Infinity";
      default -> {
        if (text.length() > MOST_DIGITS) {
          throw new IllegalArgumentException("too long");
        }
        yield plain(new BigDecimal(text));
      }
    };
  }

  /** A few characters of exponent must not become a text that fills the memory. */
  private static String plain(BigDecimal number) {
    if (Math.abs((long) number.scale()) > MOST_DIGITS || number.precision() > MOST_DIGITS) {
      throw new IllegalArgumentException("too many digits");
    }
    return number.toPlainString();
  }

  private static String number(JsonNode value) {
    if (!value.isNumber()) {
      return decimalText(value);
    }
    return plain(value.decimalValue());
  }

  private static String floating(JsonNode value) {
    if (value.isNumber()) {
      return value.asText().toLowerCase(Locale.ROOT);
    }
    String text = string(value);
    if (text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity")) {
      return text;
    }
    throw new IllegalArgumentException("not a number");
  }

  private static String whole(JsonNode value) {
    return Long.toString(int64(value));
  }

  private static String truth(JsonNode value) {
    if (!value.isBoolean()) {
      throw new IllegalArgumentException("not a truth value");
    }
    return value.booleanValue() ? "t" : "f";
  }

  private static String bytes(JsonNode value, Modes.Binaries mode) {
    String text = string(value);
    byte[] bytes =
        switch (mode) {
          case BYTES, BASE64 -> Base64.getDecoder().decode(text);
          case BASE64_URL_SAFE -> Base64.getUrlDecoder().decode(text);
          case HEX -> HexFormat.of().parseHex(text);
        };
    return "\\x" + HexFormat.of().formatHex(bytes);
  }

  private static String tree(JsonNode value) {
    return value.toString();
  }

  private static String string(JsonNode value) {
    if (!value.isTextual()) {
      throw new IllegalArgumentException("not text");
    }
    return value.textValue();
  }

  private static long int64(JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException("not an integer");
    }
    return value.longValue();
  }

  private static int integer(JsonNode value) {
    try {
      return value.isTextual()
          ? Integer.parseInt(value.textValue())
          : Math.toIntExact(int64(value));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new UnreadableException("a number in its schema is none");
    }
  }
}
