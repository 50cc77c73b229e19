package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Type;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Turns the value of a column into the text form of its type.
 *
 * <p>Types are what the record's schema says, with the column's own type beside it where the
 * connector propagates it ({@code column.propagate.source.type}, {@code
 * datatype.propagate.source.type}). Enums become text: the labels that Debezium sends go stale when
 * one is added.
 */
record Codec(Type type, Function<JsonNode, String> text) {
  private static final int LONGEST_VARCHAR = 10_485_760;
  private static final int MOST_PRECISE = 1000;

  Codec {
    requireNonNull(type, "type");
    requireNonNull(text, "text");
  }

  byte[] encode(JsonNode value) {
    return string(value).getBytes(StandardCharsets.UTF_8);
  }

  private String string(JsonNode value) {
    try {
      return text.apply(value);
    } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
      throw new UnreadableException("a value is not of type " + type.name());
    }
  }

  /** As the record's own schema says. */
  static Codec described(ConnectSchema schema, ConnectorSettings settings) {
    String source = schema.parameter("__debezium.source.column.type").toUpperCase(Locale.ROOT);
    return switch (schema.name().orElse("")) {
      case "io.debezium.time.Date", "org.apache.kafka.connect.data.Date" ->
          of("date", value -> Moments.day(Scalars.int64(value)));
      case "io.debezium.time.Time", "org.apache.kafka.connect.data.Time" ->
          time(Moments.Unit.MILLIS);
      case "io.debezium.time.MicroTime" -> time(Moments.Unit.MICROS);
      case "io.debezium.time.NanoTime" -> time(Moments.Unit.NANOS);
      case "io.debezium.time.Timestamp", "org.apache.kafka.connect.data.Timestamp" ->
          timestamp(Moments.Unit.MILLIS);
      case "io.debezium.time.MicroTimestamp" -> timestamp(Moments.Unit.MICROS);
      case "io.debezium.time.NanoTimestamp" -> timestamp(Moments.Unit.NANOS);
      case "io.debezium.time.ZonedTimestamp" ->
          of("timestamptz", value -> Moments.zoned(Scalars.string(value)));
      case "timestamp-millis" -> instant(Moments.Unit.MILLIS);
      case "timestamp-micros" -> instant(Moments.Unit.MICROS);
      case "timestamp-nanos" -> instant(Moments.Unit.NANOS);
      case "io.debezium.time.ZonedTime" -> of("timetz", Scalars::string);
      case "io.debezium.time.IsoDate" -> of("date", value -> Moments.isoDay(Scalars.string(value)));
      case "io.debezium.time.IsoTime" ->
          of("time", value -> Moments.isoTime(Scalars.string(value)));
      case "io.debezium.time.IsoTimestamp" ->
          of("timestamp", value -> Moments.isoTimestamp(Scalars.string(value)));
      case "io.debezium.time.MicroDuration" ->
          of("interval", value -> Moments.interval(Scalars.int64(value)));
      case "io.debezium.time.Interval" -> of("interval", Scalars::string);
      case "io.debezium.time.Year" -> of("int4", Scalars::whole);
      case "org.apache.kafka.connect.data.Decimal" -> decimal(schema);
      case "io.debezium.data.VariableScaleDecimal" -> of("numeric", Scalars::variable);
      case "io.debezium.data.Uuid" -> of("uuid", Scalars::uuid);
      case "io.debezium.data.Json" ->
          of(
              source.equals("JSON") ? "json" : source.equals("HSTORE") ? "text" : "jsonb",
              Scalars::tree);
      case "io.debezium.data.Xml" -> of("xml", Scalars::string);
      case "io.debezium.data.Ltree" -> of("text", Scalars::string);
      case "io.debezium.data.Enum", "io.debezium.data.EnumSet" -> of("text", Scalars::string);
      case "io.debezium.data.Bits" -> bits(integer(schema.parameter("length")).orElse(0));
      default -> plain(schema, source, settings);
    };
  }

  private static Codec decimal(ConnectSchema schema) {
    int scale =
        integer(schema.parameter("scale"))
            .orElseThrow(() -> new UnreadableException("a decimal has no scale in its schema"));
    int precision = integer(schema.parameter("connect.decimal.precision")).orElse(0);
    Type type =
        precision > 0 && precision <= MOST_PRECISE && scale >= 0 && scale <= precision
            ? Type.of("numeric", precision, scale)
            : Type.of("numeric");
    // decimal.format=NUMERIC of the JSON converter writes a number instead of bytes.
    return new Codec(
        type, value -> value.isNumber() ? Scalars.number(value) : Scalars.unscaled(value, scale));
  }

  private static Codec plain(ConnectSchema schema, String source, ConnectorSettings settings) {
    return switch (schema.type()) {
      case "int8", "int16" -> of("int2", Scalars::whole);
      case "int32" -> of("int4", Scalars::whole);
      case "int64" ->
          source.equals("INTERVAL")
              ? of("interval", value -> Moments.interval(Scalars.int64(value)))
              : of("int8", Scalars::whole);
      case "float32" -> of("float4", value -> Scalars.floating(value, Scalars.Width.SINGLE));
      case "float64" ->
          isNumeric(source)
              ? new Codec(numeric(schema), Scalars::number)
              : of("float8", value -> Scalars.floating(value, Scalars.Width.DOUBLE));
      case "boolean" -> of("bool", Scalars::truth);
      case "bytes" -> of("bytea", Scalars::bytea);
      case "string" -> textual(schema, source, settings);
      case "array" -> array(schema, settings);
      case "map", "struct" -> of("jsonb", Scalars::tree);
      default -> throw new UnreadableException("its schema has a type that Connect does not have");
    };
  }

  private static boolean isNumeric(String source) {
    return source.startsWith("NUMERIC") || source.startsWith("DECIMAL");
  }

  private static Type numeric(ConnectSchema schema) {
    Optional<Integer> length = integer(schema.parameter("__debezium.source.column.length"));
    Optional<Integer> scale = integer(schema.parameter("__debezium.source.column.scale"));
    return length.isPresent()
            && scale.isPresent()
            && length.get() > 0
            && length.get() <= MOST_PRECISE
            && scale.get() >= 0
            && scale.get() <= length.get()
        ? Type.of("numeric", length.get(), scale.get())
        : Type.of("numeric");
  }

  private static Codec textual(ConnectSchema schema, String source, ConnectorSettings settings) {
    if (isNumeric(source)) {
      return new Codec(numeric(schema), Scalars::decimalText);
    }
    return switch (source) {
      case "BYTEA", "BLOB", "TINYBLOB", "MEDIUMBLOB", "LONGBLOB", "BINARY", "VARBINARY" ->
          of("bytea", value -> Scalars.bytea(value, settings.binaries()));
      case "VARCHAR", "NVARCHAR", "CHARACTER VARYING" ->
          new Codec(lengthy("varchar", schema), Scalars::string);
      case "BPCHAR", "CHAR", "NCHAR", "CHARACTER" ->
          new Codec(lengthy("bpchar", schema), Scalars::string);
      case "INET" -> of("inet", Scalars::string);
      case "CIDR" -> of("cidr", Scalars::string);
      case "MACADDR" -> of("macaddr", Scalars::string);
      case "MACADDR8" -> of("macaddr8", Scalars::string);
      case "INTERVAL" -> of("interval", Scalars::string);
      case "XML" -> of("xml", Scalars::string);
      case "INT4RANGE", "INT8RANGE", "NUMRANGE", "TSRANGE", "TSTZRANGE", "DATERANGE" ->
          of(source.toLowerCase(Locale.ROOT), Scalars::string);
      default -> of("text", Scalars::string);
    };
  }

  private static Type lengthy(String name, ConnectSchema schema) {
    Optional<Integer> length = integer(schema.parameter("__debezium.source.column.length"));
    return length.isPresent() && length.get() > 0 && length.get() <= LONGEST_VARCHAR
        ? Type.of(name, length.get())
        : Type.of(name.equals("bpchar") ? "text" : name);
  }

  private static Codec bits(int length) {
    return length > 0 && length < Integer.MAX_VALUE
        ? new Codec(Type.of("bit", length), value -> Scalars.bits(value, length))
        : of("varbit", value -> Scalars.bits(value, 0));
  }

  private static Codec array(ConnectSchema schema, ConnectorSettings settings) {
    Codec item =
        described(
            schema
                .items()
                .orElseThrow(() -> new UnreadableException("an array has no items in its schema")),
            settings);
    if (item.type().name().endsWith("[]")) {
      return of("jsonb", Scalars::tree);
    }
    return new Codec(
        new Type(item.type().name() + "[]", item.type().args(), item.type().labels()),
        value -> item.listed(value));
  }

  /** The text form of an array: every item quoted, so that none can look like something else. */
  private String listed(JsonNode value) {
    if (!value.isArray()) {
      throw new IllegalArgumentException("not an array");
    }
    StringBuilder out = new StringBuilder("{");
    for (JsonNode item : value) {
      if (out.length() > 1) {
        out.append(',');
      }
      if (item.isNull()) {
        out.append("NULL");
      } else {
        out.append('"')
            .append(string(item).replace("\\", "\\\\").replace("\"", "\\\""))
            .append('"');
      }
    }
    return out.append('}').toString();
  }

  /** As the host says of a column whose records do not describe themselves. */
  static Codec given(Type type, ConnectorSettings settings) {
    if (type.isEnum()) {
      return new Codec(type, Scalars::string);
    }
    if (type.name().endsWith("[]")) {
      Type item =
          new Type(type.name().substring(0, type.name().length() - 2), type.args(), type.labels());
      Codec codec = given(item, settings);
      return new Codec(type, codec::listed);
    }
    return new Codec(type, given(type.name(), type, settings));
  }

  private static Function<JsonNode, String> given(
      String name, Type type, ConnectorSettings settings) {
    ConnectorSettings.Times times = settings.times();
    // Adaptive: as fine as the column is.
    Moments.Unit adapted =
        type.args().isEmpty() || type.args().get(0) > 3 ? Moments.Unit.MICROS : Moments.Unit.MILLIS;
    return switch (name) {
      case "int2", "int4", "int8", "oid" -> Scalars::whole;
      case "float4" -> value -> Scalars.floating(value, Scalars.Width.SINGLE);
      case "float8" -> value -> Scalars.floating(value, Scalars.Width.DOUBLE);
      case "bool" -> Scalars::truth;
      case "uuid" -> Scalars::uuid;
      case "numeric" -> given(type, settings.decimals());
      case "date" ->
          times == ConnectorSettings.Times.ISOSTRING
              ? value -> Moments.isoDay(Scalars.string(value))
              : value -> Moments.day(Scalars.int64(value));
      case "time" ->
          switch (times) {
            case ADAPTIVE -> time(adapted).text();
            case ADAPTIVE_TIME_MICROSECONDS -> time(Moments.Unit.MICROS).text();
            case CONNECT -> time(Moments.Unit.MILLIS).text();
            case ISOSTRING -> value -> Moments.isoTime(Scalars.string(value));
          };
      case "timestamp" ->
          switch (times) {
            case ADAPTIVE, ADAPTIVE_TIME_MICROSECONDS -> timestamp(adapted).text();
            case CONNECT -> timestamp(Moments.Unit.MILLIS).text();
            case ISOSTRING -> value -> Moments.isoTimestamp(Scalars.string(value));
          };
      case "timestamptz" -> value -> Moments.zoned(Scalars.string(value));
      case "interval" ->
          settings.intervals() == ConnectorSettings.Intervals.STRING
              ? Scalars::string
              : value -> Moments.interval(Scalars.int64(value));
      case "bytea" -> value -> Scalars.bytea(value, settings.binaries());
      case "bit" -> value -> Scalars.bits(value, type.args().isEmpty() ? 1 : type.args().get(0));
      case "json", "jsonb" -> Scalars::tree;
      default -> Scalars::string;
    };
  }

  private static Function<JsonNode, String> given(Type type, ConnectorSettings.Decimals mode) {
    return switch (mode) {
      case STRING -> Scalars::decimalText;
      case DOUBLE -> Scalars::number;
      case PRECISE ->
          type.args().isEmpty()
              ? Scalars::variable
              : value -> Scalars.unscaled(value, type.args().size() > 1 ? type.args().get(1) : 0);
    };
  }

  /** A column that nobody has described: nothing is inferred from its values. */
  static Codec unknown() {
    return of("unknown", Scalars::tree);
  }

  private static Codec of(String type, Function<JsonNode, String> text) {
    return new Codec(Type.of(type), text);
  }

  private static Codec time(Moments.Unit unit) {
    return of("time", value -> Moments.time(Scalars.int64(value), unit));
  }

  private static Codec timestamp(Moments.Unit unit) {
    return of("timestamp", value -> Moments.timestamp(Scalars.int64(value), unit));
  }

  /** Avro's own timestamps are moments, where Debezium's are what a clock on a wall shows. */
  private static Codec instant(Moments.Unit unit) {
    return of("timestamptz", value -> Moments.instant(Scalars.int64(value), unit));
  }

  private static Optional<Integer> integer(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Integer.valueOf(text));
    } catch (NumberFormatException e) {
      throw new UnreadableException("a number in its schema is none");
    }
  }
}
