package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  /** Inputs and outputs of RFC 8785 and its author's test data. */
  @Nested
  class Vectors {
    @Test
    void arrays() {
      assertThat(
              Json.parse(
                  "[\n  56,\n  {\n    \"d\": true,\n    \"10\": null,\n    \"1\": [ ]\n  }\n]"))
          .hasToString("[56,{\"1\":[],\"10\":null,\"d\":true}]");
    }

    @Test
    void french_is_sorted_without_a_locale() {
      assertThat(
              Json.parse(
                  "{\"peach\": \"This sorting order\", \"p\u00e9ch\u00e9\": \"is wrong according to"
                      + " French\", \"p\u00eache\": \"but canonicalization MUST\", \"sin\":  "
                      + " \"ignore locale\"}"))
          .hasToString(
              "{\"peach\":\"This sorting order\",\"p\u00e9ch\u00e9\":\"is wrong according to"
                  + " French\",\"p\u00eache\":\"but canonicalization MUST\",\"sin\":\"ignore"
                  + " locale\"}");
    }

    @Test
    void structures() {
      assertThat(
              Json.parse(
                  "{\"1\": {\"f\": {\"f\": \"hi\",\"F\": 5} ,\"\\n\": 56.0}, \"10\": { }, \"\":"
                      + " \"empty\", \"a\": { }, \"111\": [ { } ], \"A\": { }}"))
          .hasToString(
              "{\"\":\"empty\",\"1\":{\"\\n\":56,\"f\":{\"F\":5,\"f\":\"hi\"}},\"10\":{},"
                  + "\"111\":[{}],\"A\":{},\"a\":{}}");
    }

    @Test
    void unicode_is_not_normalised() {
      assertThat(Json.parse("{\"Unnormalized Unicode\":\"A\\u030a\"}"))
          .hasToString("{\"Unnormalized Unicode\":\"A\u030a\"}");
    }

    @Test
    void values() {
      assertThat(
              Json.parse(
                  "{\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3,"
                      + " 0.000000000000000000000000001], \"string\":"
                      + " \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
                      + " \"literals\": [null, true, false]}"))
          .hasToString(
              "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,"
                  + "1e-27],\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }

    @Test
    void weird_names_are_sorted_by_utf_16_units() {
      assertThat(
              Json.parse(
                  "{\"\\u20ac\": \"Euro Sign\", \"\\r\": \"Carriage Return\", \"\\ufb33\": \"Hebrew"
                      + " Letter Dalet With Dagesh\", \"1\": \"One\", \"\\ud83d\\ude00\": \"Emoji:"
                      + " Grinning Face\", \"\\u0080\": \"Control\\u007f\", \"\\u00f6\": \"Latin"
                      + " Small Letter O With Diaeresis\", \"</script>\": \"Browser Challenge\"}"))
          .hasToString(
              "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"</script>\":\"Browser Challenge\","
                  + "\"\u0080\":\"Control\u007f\",\"\u00f6\":\"Latin Small Letter O With"
                  + " Diaeresis\",\"\u20ac\":\"Euro Sign\",\"\ud83d\ude00\":\"Emoji: Grinning"
                  + " Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
    }
  }

  @Test
  void canonical_text_is_its_own_canonical_form() {
    long seed = 8785;
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      Json json = Json.of(value(random, 0));

      assertThat(Json.parse(json.text())).as("seed %d", seed).isEqualTo(json);
    }
  }

  private static Object value(Random random, int depth) {
    return switch (random.nextInt(depth < 5 ? 7 : 5)) {
      case 0 -> random.nextInt();
      case 1 -> finite(random);
      case 2 -> text(random);
      case 3 -> random.nextBoolean();
      case 4 -> random.nextInt(1000) / 8.0;
      case 5 -> random.ints(random.nextInt(4)).mapToObj(x -> value(random, depth + 1)).toList();
      default -> {
        Map<String, Object> members = new HashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
          members.put(text(random), value(random, depth + 1));
        }
        yield members;
      }
    };
  }

  private static double finite(Random random) {
    double value = Double.longBitsToDouble(random.nextLong());
    return Double.isFinite(value) ? value : 0.1;
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      int c = random.nextInt(4) == 0 ? random.nextInt(0x110000) : random.nextInt(0x80);
      text.appendCodePoint(c >= 0xd800 && c < 0xe000 ? '?' : c);
    }
    return text.toString();
  }

  private record Sample(
      String zeta, int alpha, Optional<String> maybe, List<Long> many, Set<Effect> some) {}

  @Test
  void a_record_is_an_object_sorted_by_name_without_what_is_empty() {
    Sample sample = new Sample("z", 1, Optional.empty(), List.of(3L, 2L), Set.of(Effect.WRITE));

    assertThat(Json.of(sample))
        .hasToString("{\"alpha\":1,\"many\":[3,2],\"some\":[\"WRITE\"],\"zeta\":\"z\"}");
    assertThat(Json.of(sample).as(Sample.class)).isEqualTo(sample);
  }

  @Test
  void equal_values_are_equal_text_whatever_the_order_they_were_made_in() {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("b", 1);
    one.put("a", Set.of("x", "y", "z", "w"));
    Map<String, Object> other = new TreeMap<>(one);

    assertThat(Json.of(one)).isEqualTo(Json.of(other)).hasSameHashCodeAs(Json.of(other));
  }

  @Test
  void a_map_with_other_keys_is_a_sorted_list_of_entries() {
    Json json = Json.of(Map.of(new Asset("s", "b"), 2, new Asset("s", "a"), 1));

    assertThat(json)
        .hasToString(
            "[{\"key\":{\"name\":\"a\",\"system\":\"s\"},\"value\":1},"
                + "{\"key\":{\"name\":\"b\",\"system\":\"s\"},\"value\":2}]");
  }

  @Nested
  class Integers {
    @Test
    void beyond_2_to_the_53_are_refused() {
      long most = 1L << 53;

      assertThat(Json.of(most)).hasToString("9007199254740992");
      assertThat(Json.of(-most)).hasToString("-9007199254740992");
      for (Number number :
          new Number[] {
            most + 1,
            -most - 1,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            BigInteger.ONE.shiftLeft(54),
            new BigDecimal("1e30")
          }) {
        assertThatThrownBy(() -> Json.of(number))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("write it as text");
      }
    }

    @Test
    void of_a_text_that_would_be_rounded_are_refused() {
      for (String text :
          List.of("9007199254740993", "-9007199254740993", "[1234567890123456789]")) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IllegalArgumentException.class);
      }
      assertThat(Json.parse("100000000000000000000")).isEqualTo(Json.of(1e20));
    }

    @Test
    void a_decimal_that_no_double_is_is_refused() {
      assertThat(Json.of(new BigDecimal("12.50"))).hasToString("12.5");
      assertThatThrownBy(() -> Json.of(new BigDecimal("0.12345678901234567890")))
          .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_member_that_is_not_whole_or_too_large_is_no_integer() {
      for (String number : List.of("1.5", "3000000000", "-3000000000", "\"1\"", "null", "true")) {
        assertThatThrownBy(() -> Json.parse("{\"n\":" + number + "}").as(One.class))
            .as(number)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("n");
      }
    }
  }

  private record One(int n) {}

  private record Times(Instant at, Duration lasting, LocalDate day, Hash hash) {}

  @Test
  void times_are_iso_8601() {
    Times times =
        new Times(
            Instant.ofEpochSecond(1, 5),
            Duration.ofMillis(1500),
            LocalDate.of(2027, 3, 1),
            Hash.of(Json.empty()));

    assertThat(Json.of(times).text())
        .contains(
            "\"at\":\"1970-01-01T00:00:01.000000005Z\"",
            "\"lasting\":\"PT1.5S\"",
            "\"day\":\"2027-03-01\"");
    assertThat(Json.of(times).as(Times.class)).isEqualTo(times);
  }

  static List<String> hostile() {
    return List.of(
        "",
        "   ",
        "{",
        "{}{}",
        "{} x",
        "nul",
        "NaN",
        "Infinity",
        "'a'",
        "{a:1}",
        "[1,]",
        "[01]",
        "[.5]",
        "[1.]",
        "[+1]",
        "[0x1]",
        "// no\n1",
        "\"\n\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\ud800\"",
        "{\"\\ud800\":1}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}",
        "[{\"x\":{\"a\":1,\"a\":2}}]",
        "1e400",
        "-1e400",
        "1e1000000000",
        "9".repeat(2000),
        "[".repeat(65) + "]".repeat(65),
        "{\"a\":".repeat(65) + "1" + "}".repeat(65),
        "[".repeat(100_000));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void hostile_text_is_refused(String text) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(?s).{1,300}");
  }

  private record Texts(String text, Map<String, Integer> by, Set<String> all) {}

  @Test
  void audit_tamper_09_what_has_no_canonical_form_is_refused_wherever_it_stands() {
    String lone = "a\ud800b";
    for (Object value :
        List.of(
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Float.NaN,
            lone,
            "\udc00",
            "\ud83d",
            "\ude00\ud83d",
            List.of(1, lone),
            Map.of(lone, 1),
            Map.of("a", Map.of("b", Double.NaN)),
            new Texts(lone, Map.of(), Set.of()),
            new Texts("", Map.of(lone, 1), Set.of()),
            new Texts("", Map.of(), Set.of(lone)),
            new Outcome.Failed(lone))) {
      assertThatThrownBy(() -> Json.of(value)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void there_is_one_zero() {
    for (Json zero :
        List.of(
            Json.of(-0.0),
            Json.of(-0.0f),
            Json.of(0),
            Json.of(new BigDecimal("-0.00")),
            Json.parse("-0"),
            Json.parse("-0.0"),
            Json.parse("-0e5"),
            Json.parse("-1e-400"))) {
      assertThat(zero).isEqualTo(Json.parse("0")).hasToString("0");
    }
  }

  @Test
  void every_pair_of_surrogates_survives() {
    for (int c = 0x10000; c < 0x110000; c += 0x3ff) {
      Json json = Json.of(Character.toString(c));

      assertThat(Json.parse(json.text()).as(String.class)).isEqualTo(Character.toString(c));
    }
  }

  @Test
  void an_error_quotes_nothing_of_the_text() {
    for (String text :
        List.of(
            "{\"k\": hunter2secret}",
            "{\"hunter2secret\":1,\"hunter2secret\":2}",
            "hunter2secret")) {
      assertThatThrownBy(() -> Json.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageNotContaining("hunter2secret")
          .hasNoCause();
    }
    assertThatThrownBy(
            () ->
                Json.parse("{\"at\":\"hunter2secret\",\"lasting\":\"PT1S\",\"hash\":\"x\"}")
                    .as(Times.class))
        .hasMessageNotContaining("hunter2secret");
  }

  @Test
  void what_can_be_written_can_be_read_and_no_deeper() {
    Object nested = 1;
    for (int i = 0; i < 64; i++) {
      nested = List.of(nested);
    }
    Object deepest = nested;
    Json json = Json.of(deepest);

    assertThat(json.depth()).isEqualTo(64);
    assertThat(Json.parse(json.text())).isEqualTo(json);
    assertThatThrownBy(() -> Json.of(List.of(deepest)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Json.of(Map.of("body", json)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("64");
  }

  @Test
  void a_value_that_contains_itself_is_refused() {
    Map<String, Object> round = new HashMap<>();
    round.put("self", round);

    assertThatThrownBy(() -> Json.of(round)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"alpha\":1,\"many\":[],\"some\":[]}",
        "{\"alpha\":1,\"many\":[],\"some\":[],\"zeta\":null}",
        "{\"alpha\":1,\"many\":[],\"some\":[],\"zeta\":\"z\",\"more\":1}",
        "{\"alpha\":1,\"many\":[],\"some\":[],\"zeta\":\"z\",\"is\":\"sample\"}",
        "{\"alpha\":1,\"many\":[],\"some\":[\"WRITE\",\"WRITE\"],\"zeta\":\"z\"}",
        "{\"alpha\":1,\"many\":[],\"some\":[\"write\"],\"zeta\":\"z\"}",
        "{\"alpha\":1,\"many\":[\"1\"],\"some\":[],\"zeta\":\"z\"}",
        "{\"alpha\":1,\"many\":{},\"some\":[],\"zeta\":\"z\"}",
        "{\"alpha\":1,\"many\":[],\"some\":[],\"zeta\":[\"z\"]}",
        "[]",
        "\"sample\""
      })
  void a_record_is_read_strictly(String text) {
    assertThatThrownBy(() -> Json.parse(text).as(Sample.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("$");
  }

  @Test
  void the_kind_of_a_sealed_record_must_be_there_and_right() {
    Json refused = Json.of(new Outcome.Refused("no"));
    assertThat(refused).hasToString("{\"is\":\"refused\",\"reason\":\"no\"}");

    assertThat(refused.as(Outcome.class)).isEqualTo(refused.as(Outcome.Refused.class));
    for (String text :
        List.of(
            "{\"reason\":\"no\"}",
            "{\"is\":\"failed\",\"reason\":\"no\"}",
            "{\"is\":1,\"reason\":\"no\"}",
            "{\"is\":\"Refused\",\"reason\":\"no\"}")) {
      assertThatThrownBy(() -> Json.parse(text).as(Outcome.class))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Json.parse(text).as(Outcome.Refused.class))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("$.is");
    }
  }

  @Test
  void what_a_constructor_refuses_is_no_record() {
    assertThatThrownBy(() -> Json.parse("{\"system\":\" \",\"name\":\"a\"}").as(Asset.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a valid Asset");
  }

  private record Boxed(
      Probe<String> text, Probe<List<Asset>> assets, Map<Effect, Probe<Long>> by) {}

  @Test
  void type_variables_are_followed() {
    Boxed boxed =
        new Boxed(
            new Probe.Value<>("x"),
            new Probe.Value<>(List.of(new Asset("s", "a"))),
            Map.of(Effect.READ, new Probe.Unknown<>("why"), Effect.WRITE, new Probe.Value<>(5L)));

    assertThat(Json.of(boxed).as(Boxed.class)).isEqualTo(boxed);
    assertThatThrownBy(
            () ->
                Json.parse(
                        "{\"text\":{\"is\":\"value\",\"value\":1},\"assets\":{\"is\":\"empty\"},"
                            + "\"by\":{}}")
                    .as(Boxed.class))
        .hasMessageContaining("$.text.value");
  }

  @Test
  void a_schema_says_what_is_read() {
    assertThat(Json.schemaOf(TableChange.RelaxColumn.class))
        .hasToString(
            "{\"additionalProperties\":false,\"properties\":{\"column\":{\"type\":\"string\"},"
                + "\"is\":{\"const\":\"relax-column\"},\"table\":{\"type\":\"string\"},\"toward\":"
                + "{\"pattern\":\"^[0-9a-f]{64}$\",\"type\":\"string\"}},\"required\":[\"is\","
                + "\"column\",\"table\",\"toward\"],\"type\":\"object\"}");
    assertThat(Json.schemaOf(Boxed.class).text())
        .contains("\"value\":{\"type\":\"string\"}", "\"value\":{\"type\":\"integer\"}");
  }

  private record Node(List<Node> children) {}

  @Test
  void a_record_within_itself_has_no_schema() {
    assertThatThrownBy(() -> Json.schemaOf(Node.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("contains itself");
  }

  @Test
  void maps_and_lists_are_read_without_a_type() {
    assertThat((Object) Json.parse("{\"a\":[1]}").as(Map.class))
        .isEqualTo(Map.of("a", Json.parse("[1]")));
    assertThat((Object) Json.parse("[1,\"x\"]").as(List.class))
        .isEqualTo(List.of(Json.of(1), Json.of("x")));
  }
}
