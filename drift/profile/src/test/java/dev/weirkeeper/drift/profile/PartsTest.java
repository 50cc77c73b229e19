package dev.weirkeeper.drift.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartsTest {
  private static final Set<String> KNOWN = Set.of("paid", "shipped", "cancelled", "zone 1", "A");

  @ParameterizedTest
  @CsvSource({
    "Paid, CASE, paid, 0",
    "PAID, CASE, paid, 0",
    "'paid ', BLANKS, paid, 0",
    "' Paid', BLANKS, paid, 0",
    "'zone  1', BLANKS, 'zone 1', 0",
    "ｐａｉｄ, CASE, paid, 0",
    "shiped, SPELLING, shipped, 1",
    "shippde, SPELLING, shipped, 1",
    "canceled, SPELLING, cancelled, 1",
    "cancled, NEW, , 0",
    "canclled, SPELLING, cancelled, 1",
    "kanceled, SPELLING, cancelled, 2",
    "zone 2, NEW, , 0",
    "refunded, NEW, , 0",
    "B, NEW, , 0",
    "aid, NEW, , 0",
    "'', NEW, , 0",
    "' ', NEW, , 0"
  })
  void a_label_is_told_by_what_it_is_a_variant_of(
      String label, LabelVariant variant, String like, int edits) {
    LabelMatch match = LabelMatch.of(label, KNOWN);

    assertThat(match).isEqualTo(new LabelMatch(variant, Optional.ofNullable(like), edits));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-30, 9999-99-99, 9-9-9",
    "'Ana Maria', Aaa_Aaaaa, Aa_Aa",
    "a@b.c, a@a.a, a@a.a",
    "'', '', ''",
    "x́, a?, a?",
    "東京, aa, a",
    "'\t', _, _",
    "123456789012345678901234567890123, 99999999999999999999999999999999~, 9",
    "a1b2c3d4e5f6g7h8i9j, a9a9a9a9a9a9a9a9a9a, a9a9a9a9a9a9a9a9~"
  })
  void a_shape_says_which_kinds_of_characters_follow_each_other(
      String text, String fine, String coarse) {
    assertThat(Shape.fine(text)).isEqualTo(fine);
    assertThat(Shape.coarse(text)).isEqualTo(coarse);
  }

  @Test
  void a_shape_of_punctuation_alone_is_not_shown() {
    assertThat(Shape.isTelling("--")).isFalse();
    assertThat(Shape.isTelling("9-9")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "04/11/2026, AMBIGUOUS",
    "30/11/2026, DAY_FIRST",
    "11/30/2026, MONTH_FIRST",
    "1.13.26, MONTH_FIRST",
    "13-1-2026, DAY_FIRST",
    "31/31/2026, NONE",
    "00/01/2026, NONE",
    "32/01/2026, NONE",
    "2026/11/30, NONE",
    "12/, NONE",
    "'', NONE",
    "1/2, NONE",
    "1//2026, NONE",
    "aa/bb/cccc, NONE"
  })
  void only_a_number_beyond_twelve_tells_day_from_month(String text, DateReading reading) {
    DateOrder order = new DateOrder();
    order.add(text);

    assertThat(order.reading()).isEqualTo(reading);
  }

  @ParameterizedTest
  @CsvSource({
    "1970-01-02, 86400",
    "1970-01-01 00:00:01, 1",
    "1970-01-01T00:00:01.5Z, 1.5",
    "1970-01-01 02:00:00+02, 0",
    "1970-01-01 05:30:00+05:30, 0",
    "1969-12-31 23:59:59+00, -1",
    "12026-01-01, 317336745600"
  })
  void moments_are_read_in_the_forms_of_postgresql_and_iso(String text, double seconds) {
    assertThat(PostgresTime.seconds(text).getAsDouble()).isEqualTo(seconds);
  }

  @ParameterizedTest
  @CsvSource({
    "infinity",
    "-infinity",
    "2026-02-30",
    "0044-03-15 BC",
    "yesterday",
    "2026-11-30 25:00:00"
  })
  void what_is_no_moment_has_no_place(String text) {
    assertThat(PostgresTime.seconds(text)).isEmpty();
  }

  @Test
  void types_that_nobody_knows_are_text() {
    assertThat(ValueKind.of("numeric")).isEqualTo(ValueKind.NUMBER);
    assertThat(ValueKind.of("date")).isEqualTo(ValueKind.INSTANT);
    assertThat(ValueKind.of("bool")).isEqualTo(ValueKind.FLAG);
    assertThat(ValueKind.of("public.mood")).isEqualTo(ValueKind.TEXT);
  }

  private static Distribution of(double... numbers) {
    Quantiles sketch = new Quantiles();
    for (double number : numbers) {
      sketch.add(number);
    }
    return sketch.distribution();
  }

  @Test
  void distances_are_what_they_are_by_hand() {
    assertThat(Distances.kolmogorov(of(1, 2, 3, 4), of(1, 2, 3, 4))).isZero();
    assertThat(Distances.kolmogorov(of(1, 2, 3, 4), of(3, 4, 5, 6))).isEqualTo(0.5);
    assertThat(Distances.kolmogorov(of(1), of(2))).isEqualTo(1);
    assertThat(Distances.jensenShannon(Map.of("a", 1L), Map.of("b", 5L))).isEqualTo(1);
    assertThat(Distances.jensenShannon(Map.of("a", 1L, "b", 3L), Map.of("a", 2L, "b", 6L)))
        .isZero();
    assertThat(Distances.jensenShannon(Map.of("a", 1L, "b", 1L), Map.of("a", 1L)))
        .isCloseTo(0.5579, within(1e-4));
    assertThat(Distances.jensenShannon(Map.of(), Map.of())).isZero();
    double[] numbers = new double[1000];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
    }
    Distribution even = of(numbers);
    double deviation = Distances.scale(even);
    assertThat(deviation).isCloseTo(even.deviation(), within(10.0));
    assertThat(Distances.wasserstein(even, even.mapped(1, 3 * deviation)))
        .isCloseTo(3, within(1e-6));
  }

  @Test
  void a_constant_column_has_distances_too() {
    assertThat(Distances.wasserstein(of(5, 5, 5), of(5, 5, 5))).isZero();
    assertThat(Distances.wasserstein(of(0, 0), of(0, 0))).isZero();
    assertThat(Distances.wasserstein(of(5, 5, 5), of(500, 500, 500))).isGreaterThan(1_000);
  }

  @Test
  void an_interval_of_a_rate_is_that_of_wilson() {
    Distances.Interval none = Distances.wilson(0, 30);
    assertThat(none.low()).isZero();
    assertThat(none.high()).isCloseTo(0.181, within(1e-3));
    Distances.Interval some = Distances.wilson(50, 500);
    assertThat(some.low()).isCloseTo(0.0708, within(1e-3));
    assertThat(some.high()).isCloseTo(0.1394, within(1e-3));
  }

  @Test
  void the_chance_of_rare_events_is_that_of_poisson() {
    assertThat(Distances.poissonTail(0, 3)).isEqualTo(1);
    assertThat(Distances.poissonTail(3, 1)).isCloseTo(0.0803, within(1e-4));
    assertThat(Distances.poissonTail(1, 0)).isZero();
    assertThat(Distances.poissonTail(2_000, 1_000)).isZero();
    assertThat(Distances.poissonTail(1_010, 1_000)).isEqualTo(1);
  }

  @Test
  void a_new_label_is_news_only_where_the_past_would_have_shown_it() {
    TreeMap<String, Long> much = new TreeMap<>(Map.of("a", 10_000L, "b", 10_000L));
    TreeMap<String, Long> little = new TreeMap<>(Map.of("a", 100L, "b", 100L));

    assertThat(Distances.exceedsUnseenMass(3, 500, much)).isTrue();
    assertThat(Distances.exceedsUnseenMass(3, 500, little)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "1000, times 10^3",
    "0.001, divided by 10^3",
    "60, 'times 60 (seconds in a minute, minutes in an hour)'",
    "3600, times 3600 (seconds in an hour)",
    "2.54, times 2.54 (centimetres in an inch)",
    "0.45359, times 0.45359237 (kilograms in a pound)",
    "2.20462, divided by 0.45359237 (kilograms in a pound)",
    "1.6094, times 1.609344 (kilometres in a mile)",
    "3.2808, divided by 0.3048 (metres in a foot)",
    "3.7854, times 3.785411784 (litres in a US gallon)",
    "24, times 24 (hours in a day)",
    "7, times 7 (days in a week)",
    "1.19, ",
    "5, "
  })
  void a_ratio_is_named_by_the_unit_that_explains_it(double factor, String name) {
    Units.Change change = Units.named(new Units.Ratio(Math.log(factor), 0), 0);

    assertThat(change.name()).isEqualTo(Optional.ofNullable(name));
    assertThat(change.scale()).isCloseTo(factor, within(factor * 1e-3));
  }

  @Test
  void a_ratio_between_two_units_has_no_name() {
    double between = (Math.log(24) + Math.log(25.4)) / 2;

    assertThat(Units.named(new Units.Ratio(between, 0), 0.2).name()).isEmpty();
  }

  @Test
  void windows_of_a_season_are_told_by_the_local_time() {
    Instant sunday = Instant.parse("2026-11-29T23:30:00Z");
    ZoneId vienna = ZoneId.of("Europe/Vienna");

    assertThat(Season.NONE.slot(sunday, vienna)).isEqualTo("all");
    assertThat(Season.HOUR_OF_DAY.slot(sunday, vienna)).isEqualTo("hour-0");
    assertThat(Season.DAY_OF_WEEK.slot(sunday, vienna)).isEqualTo("day-1");
    assertThat(Season.HOUR_OF_WEEK.slot(sunday, ZoneId.of("UTC"))).isEqualTo("day-7-hour-23");
  }

  @Test
  void a_calibration_that_calibrates_nothing_is_refused() {
    assertThatThrownBy(() -> new Calibration(1, 200, 0.99)).hasMessageContaining("windows");
    assertThatThrownBy(() -> new Calibration(101, 200, 0.99)).hasMessageContaining("windows");
    assertThatThrownBy(() -> new Calibration(20, 0, 0.99)).hasMessageContaining("row");
    assertThatThrownBy(() -> new Calibration(20, 200, Double.NaN))
        .hasMessageContaining("percentile");
    assertThatThrownBy(() -> new Calibration(20, 200, 99)).hasMessageContaining("percentile");
  }

  @Test
  void a_limit_is_the_percentile_of_the_past_with_a_margin_and_not_below_the_floor() {
    double[] past = new double[20];
    Arrays.fill(past, 0.2);

    assertThat(Calibration.STANDARD.limit(Measure.KOLMOGOROV, past)).isCloseTo(0.3, within(1e-9));
    assertThat(Calibration.STANDARD.limit(Measure.KOLMOGOROV, new double[20])).isEqualTo(0.1);
  }

  @Test
  void a_key_is_of_32_bytes_and_says_nothing_of_itself() {
    assertThatThrownBy(() -> ProfileKey.of(new byte[31])).hasMessageContaining("32");
    assertThat(ProfileKey.of(new byte[32]).toString()).isEqualTo("ProfileKey");
    assertThat(ProfileKey.of(new byte[32]).label("x", "paid"))
        .isEqualTo(ProfileKey.of(new byte[32]).label("x", "paid"))
        .isNotEqualTo(ProfileKey.of(new byte[32]).label("y", "paid"))
        .isNotEqualTo(
            ProfileKey.of("k".repeat(32).getBytes(StandardCharsets.US_ASCII)).label("x", "paid"));
  }
}
