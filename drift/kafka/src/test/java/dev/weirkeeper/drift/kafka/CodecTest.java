package dev.weirkeeper.drift.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.weirkeeper.Type;
import dev.weirkeeper.drift.kafka.ConnectorSettings.Binaries;
import dev.weirkeeper.drift.kafka.ConnectorSettings.Decimals;
import dev.weirkeeper.drift.kafka.ConnectorSettings.Intervals;
import dev.weirkeeper.drift.kafka.ConnectorSettings.Times;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CodecTest {
  private static final ConnectorSettings STANDARD = ConnectorSettings.STANDARD;

  private static JsonNode json(String text) {
    return Trees.read(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(Codec codec, String value) {
    return codec.type() + " " + new String(codec.encode(json(value)), StandardCharsets.UTF_8);
  }

  private static String plain(String type, String value) {
    return text(
        Codec.described(ConnectSchema.of(type, ConnectSchema.Nullable.YES), STANDARD), value);
  }

  private static String named(
      String type, String name, Map<String, String> parameters, String value) {
    return text(
        Codec.described(
            ConnectSchema.of(type, ConnectSchema.Nullable.YES).named(name, parameters), STANDARD),
        value);
  }

  private static String sourced(String type, String source, String value) {
    return text(
        Codec.described(
            ConnectSchema.of(type, ConnectSchema.Nullable.YES)
                .withParameters(
                    Map.of(
                        "__debezium.source.column.type", source,
                        "__debezium.source.column.length", "10",
                        "__debezium.source.column.scale", "2")),
            STANDARD),
        value);
  }

  private static String given(Type type, ConnectorSettings settings, String value) {
    return text(Codec.given(type, settings), value);
  }

  @Test
  void plain_types() {
    assertThat(plain("int16", "-7")).isEqualTo("int2 -7");
    assertThat(plain("int32", "2147483647")).isEqualTo("int4 2147483647");
    assertThat(plain("int64", "-9223372036854775808")).isEqualTo("int8 -9223372036854775808");
    assertThat(plain("float64", "1.5e300")).isEqualTo("float8 1.5e300");
    assertThat(plain("float64", "\"NaN\"")).isEqualTo("float8 NaN");
    assertThat(plain("boolean", "true")).isEqualTo("bool t");
    assertThat(plain("bytes", "\"AAH/\"")).isEqualTo("bytea \\x0001ff");
    assertThat(plain("string", "\"\"")).isEqualTo("text ");
  }

  @Test
  void types_of_the_source_that_the_connector_propagates() {
    assertThat(sourced("string", "VARCHAR", "\"a\"")).isEqualTo("varchar(10) a");
    assertThat(sourced("string", "NUMERIC", "\"1E+3\"")).isEqualTo("numeric(10,2) 1000");
    assertThat(sourced("float64", "NUMERIC", "1.25")).isEqualTo("numeric(10,2) 1.25");
    assertThat(sourced("string", "INET", "\"10.0.0.1/8\"")).isEqualTo("inet 10.0.0.1/8");
    assertThat(sourced("string", "BYTEA", "\"AAE=\"")).isEqualTo("bytea \\x0001");
  }

  @Test
  void decimals() {
    String number = Base64.getEncoder().encodeToString(new byte[] {-1, 56});
    Map<String, String> scale = Map.of("scale", "2", "connect.decimal.precision", "10");

    assertThat(named("bytes", "org.apache.kafka.connect.data.Decimal", scale, "\"" + number + "\""))
        .isEqualTo("numeric(10,2) -2.00");
    assertThat(named("bytes", "org.apache.kafka.connect.data.Decimal", scale, "-2.00"))
        .isEqualTo("numeric(10,2) -2.00");
    assertThat(
            named(
                "struct",
                "io.debezium.data.VariableScaleDecimal",
                Map.of(),
                "{\"scale\":1,\"value\":\"" + number + "\"}"))
        .isEqualTo("numeric -20.0");
    assertThat(given(Type.of("numeric"), STANDARD.with(Decimals.STRING), "\"NEGATIVE_INFINITY\""))
        .isEqualTo("numeric -Infinity");
    assertThat(given(Type.of("numeric", 10, 2), STANDARD.with(Decimals.DOUBLE), "1.1"))
        .isEqualTo("numeric(10,2) 1.1");
    assertThat(given(Type.of("numeric", 10, 2), STANDARD, "\"" + number + "\""))
        .isEqualTo("numeric(10,2) -2.00");
    assertThatThrownBy(
            () -> given(Type.of("numeric"), STANDARD.with(Decimals.STRING), "\"1e999999999\""))
        .isInstanceOf(UnreadableException.class);
  }

  @Test
  void times_as_the_schema_names_them() {
    assertThat(named("int32", "io.debezium.time.Date", Map.of(), "-719529"))
        .isEqualTo("date 0002-12-31 BC");
    assertThat(named("int64", "io.debezium.time.MicroTime", Map.of(), "86400000000"))
        .isEqualTo("time 24:00:00");
    assertThat(named("int64", "io.debezium.time.NanoTime", Map.of(), "1000"))
        .isEqualTo("time 00:00:00.000001");
    assertThat(named("int64", "io.debezium.time.Timestamp", Map.of(), "-1"))
        .isEqualTo("timestamp 1969-12-31 23:59:59.999");
    assertThat(named("int64", "io.debezium.time.MicroTimestamp", Map.of(), "9223372036825200000"))
        .isEqualTo("timestamp infinity");
    assertThat(
            named(
                "string",
                "io.debezium.time.ZonedTimestamp",
                Map.of(),
                "\"2026-01-02T03:04:05.6+02:00\""))
        .isEqualTo("timestamptz 2026-01-02 01:04:05.6+00");
    assertThat(
            named("string", "io.debezium.time.IsoTimestamp", Map.of(), "\"2026-01-02T03:04:05Z\""))
        .isEqualTo("timestamp 2026-01-02 03:04:05");
    assertThat(named("int64", "io.debezium.time.MicroDuration", Map.of(), "-1500000"))
        .isEqualTo("interval -1.500000 seconds");
    assertThat(named("string", "io.debezium.time.Interval", Map.of(), "\"P1Y2M3DT4H5M6.78S\""))
        .isEqualTo("interval P1Y2M3DT4H5M6.78S");
    assertThat(named("int64", "timestamp-micros", Map.of(), "1"))
        .isEqualTo("timestamptz 1970-01-01 00:00:00.000001+00");
  }

  @Test
  void times_as_the_connector_was_told() {
    Type coarse = Type.of("timestamp", 3);
    Type fine = Type.of("timestamp");

    assertThat(given(coarse, STANDARD, "1")).endsWith(".001");
    assertThat(given(fine, STANDARD, "1")).endsWith(".000001");
    assertThat(given(fine, STANDARD.with(Times.CONNECT), "1")).endsWith(".001");
    assertThat(given(Type.of("time", 3), STANDARD.with(Times.ADAPTIVE_TIME_MICROSECONDS), "1"))
        .endsWith(".000001");
    assertThat(given(Type.of("date"), STANDARD.with(Times.ISOSTRING), "\"2026-01-02Z\""))
        .isEqualTo("date 2026-01-02");
    assertThat(given(Type.of("interval"), STANDARD.with(Intervals.STRING), "\"P1D\""))
        .isEqualTo("interval P1D");
    assertThat(given(Type.of("bytea"), STANDARD.with(Binaries.HEX), "\"00ff\""))
        .isEqualTo("bytea \\x00ff");
    assertThat(given(Type.of("bytea"), STANDARD.with(Binaries.BASE64_URL_SAFE), "\"_w==\""))
        .isEqualTo("bytea \\xff");
  }

  @Test
  void arrays_bits_uuids_and_documents() {
    ConnectSchema texts =
        ConnectSchema.of("array", ConnectSchema.Nullable.YES)
            .withItems(ConnectSchema.of("string", ConnectSchema.Nullable.YES));

    assertThat(text(Codec.described(texts, STANDARD), "[\"a\\\"b\\\\\",null,\"NULL\",\"\"]"))
        .isEqualTo("text[] {\"a\\\"b\\\\\\\\\",NULL,\"NULL\",\"\"}".replace("\\\\\\\\", "\\\\"));
    assertThat(given(Type.of("int4[]"), STANDARD, "[1,null]")).isEqualTo("int4[] {\"1\",NULL}");
    assertThat(named("bytes", "io.debezium.data.Bits", Map.of("length", "10"), "\"BQI=\""))
        .isEqualTo("bit(10) 1000000101");
    assertThat(
            named(
                "string",
                "io.debezium.data.Uuid",
                Map.of(),
                "\"6D5F8A1C-0000-4000-8000-0000000000AB\""))
        .isEqualTo("uuid 6d5f8a1c-0000-4000-8000-0000000000ab");
    assertThat(named("string", "io.debezium.data.Json", Map.of(), "\"{\\\"a\\\": 1}\""))
        .isEqualTo("jsonb {\"a\": 1}");
    assertThat(named("string", "io.debezium.data.Enum", Map.of("allowed", "ok,sad"), "\"glad\""))
        .isEqualTo("text glad");
  }

  @Test
  void a_value_of_another_type_is_unreadable_and_not_quoted() {
    for (String[] wrong :
        new String[][] {
          {"int32", "\"secret\""}, {"int64", "1.5"}, {"int32", "99999999999999999999"},
          {"boolean", "\"secret\""}, {"bytes", "\"no base64!\""}, {"float64", "\"secret\""},
          {"string", "{\"secret\":1}"}, {"string", "\"a\\u0000b\""}
        }) {
      assertThatThrownBy(() -> plain(wrong[0], wrong[1]))
          .as(wrong[0] + " from " + wrong[1])
          .isInstanceOf(UnreadableException.class)
          .hasMessageNotContaining("secret");
    }
    assertThatThrownBy(
            () -> named("int32", "io.debezium.time.Date", Map.of(), "9223372036854775807"))
        .isInstanceOf(UnreadableException.class);
    assertThatThrownBy(() -> plain("float128", "1")).isInstanceOf(UnreadableException.class);
  }

  @Test
  void a_value_that_is_not_there_is_known_in_each_of_its_forms() {
    Placeholder placeholder = new Placeholder(ConnectorSettings.UNAVAILABLE);
    byte[] bytes = ConnectorSettings.UNAVAILABLE.getBytes(StandardCharsets.UTF_8);
    StringBuilder numbers = new StringBuilder();
    for (byte each : bytes) {
      numbers.append(numbers.length() == 0 ? "" : ",").append(each);
    }
    String text = ConnectorSettings.UNAVAILABLE;

    for (String form :
        new String[] {
          "\"" + text + "\"",
          "\"" + Base64.getEncoder().encodeToString(bytes) + "\"",
          "\"" + java.util.HexFormat.of().formatHex(bytes) + "\"",
          "[\"" + text + "\"]",
          "[" + numbers + "]",
          "[\"" + java.util.UUID.nameUUIDFromBytes(bytes) + "\"]",
          "{\"" + text + "\":\"" + text + "\"}"
        }) {
      assertThat(placeholder.standsFor(json(form))).as(form).isTrue();
    }
    assertThat(placeholder.standsFor(JsonNodeFactory.instance.binaryNode(bytes))).isTrue();
    for (String other :
        new String[] {"\"\"", "[]", "{}", "null", "1", "[1]", "\"" + text + " \""}) {
      assertThat(placeholder.standsFor(json(other))).as(other).isFalse();
    }
    assertThat(new Placeholder("gone").standsFor(json("\"gone\""))).isTrue();
    assertThatThrownBy(() -> STANDARD.withUnavailable(""))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
