package dev.weirkeeper.drift.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.FindingView;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.spi.Detection;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ProfileDriftTest {
  private static final long SEED = 6;

  private final Random random = new Random(SEED);

  private Supplier<String> amounts(double scale) {
    return () -> String.format(Locale.ROOT, "%.2f", scale * Math.exp(3 + random.nextGaussian()));
  }

  private Supplier<String> labels(String... labels) {
    return () -> labels[random.nextInt(labels.length)];
  }

  private static ProfileDetail only(List<ProfileDetail> details) {
    assertThat(details).as("seed %d", SEED).hasSize(1);
    return details.get(0);
  }

  @Test
  void an_amount_in_cents_is_a_change_of_unit_by_a_hundred() {
    Series series = Series.of("numeric").learn(24, 1000, amounts(1));

    ProfileDetail found = only(series.details(1000, amounts(100)));

    assertThat(found).isInstanceOf(ProfileDetail.UnitChanged.class);
    assertThat(((ProfileDetail.UnitChanged) found).unit()).contains("times 10^2");
    assertThat(((ProfileDetail.UnitChanged) found).ratio().get()).isBetween(85.0, 115.0);
  }

  @Test
  void before_there_is_a_history_nothing_is_concluded() {
    Series series = Series.of("numeric").learn(19, 1000, amounts(1));

    assertThat(series.next(1000, amounts(100))).isEmpty();
  }

  @Test
  void a_mistyped_label_is_told_from_a_new_one() {
    Series series = Series.of("text").learn(24, 1000, labels("paid", "shipped", "cancelled"));

    List<Finding> findings =
        series.next(1000, labels("paid", "Paid", "shiped", "cancelled ", "refunded"));

    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).kind()).isEqualTo("semantic.domain");
    assertThat(findings.get(0).verdict()).isEqualTo(Verdict.SEMANTIC);
    ProfileDetail.DomainGrown grown = findings.get(0).detail().as(ProfileDetail.DomainGrown.class);
    assertThat(grown.labels().stream().map(ProfileDetail.UnseenLabel::variant))
        .containsExactlyInAnyOrder(
            LabelVariant.CASE, LabelVariant.SPELLING, LabelVariant.BLANKS, LabelVariant.NEW);
    assertThat(findings.get(0).detail().text())
        .doesNotContainIgnoringCase("paid", "ship", "cancel", "refund");
  }

  @Test
  void a_price_with_tax_is_a_change_of_scale_without_a_name() {
    Series series = Series.of("numeric").learn(24, 1000, amounts(1));

    ProfileDetail.UnitChanged found =
        (ProfileDetail.UnitChanged) only(series.details(1000, amounts(1.9)));

    assertThat(found.unit()).isEmpty();
    assertThat(found.scale()).isBetween(1.6, 2.2);
  }

  @Test
  void celsius_that_became_fahrenheit_is_told_by_scale_and_shift() {
    Supplier<String> celsius = () -> String.valueOf(18 + 5 * random.nextGaussian());
    Series series = Series.of("float8").learn(24, 800, celsius);

    ProfileDetail.UnitChanged found =
        (ProfileDetail.UnitChanged)
            only(series.details(800, () -> String.valueOf(50 + 14.4 + 9 * random.nextGaussian())));

    assertThat(found.unit()).contains("degrees Celsius to Fahrenheit");
    assertThat(found.scale()).isEqualTo(1.8);
    assertThat(found.shift()).isEqualTo(32);
  }

  @Test
  void seconds_that_became_milliseconds_are_told_without_a_history() {
    Supplier<String> seconds = () -> String.valueOf(1_790_000_000L + random.nextInt(100_000));
    Series series = Series.of("int8").learn(1, 300, seconds);

    ProfileDetail.UnitChanged found =
        (ProfileDetail.UnitChanged) only(series.details(300, () -> seconds.get() + "123"));

    assertThat(found.unit()).contains("seconds since 1970 in s to ms");
    assertThat(found.scale()).isEqualTo(1_000);
  }

  @Test
  void numbers_that_lie_elsewhere_for_no_unit_are_another_distribution() {
    Series series = Series.of("float8").learn(24, 800, () -> String.valueOf(random.nextGaussian()));

    ProfileDetail found =
        only(series.details(800, () -> String.valueOf(2 + random.nextGaussian())));

    assertThat(found.kind()).isEqualTo("semantic.distribution");
    assertThat(((ProfileDetail.DistributionShifted) found).measured())
        .allSatisfy(measured -> assertThat(measured.value()).isGreaterThan(measured.limit()));
  }

  @Test
  void the_same_shift_is_usual_for_a_column_that_always_moves() {
    Supplier<Supplier<String>> window =
        () -> {
          double level = 3 * random.nextGaussian();
          return () -> String.valueOf(level + random.nextGaussian());
        };
    Series series = Series.of("float8");
    for (int i = 0; i < 40; i++) {
      series.next(800, window.get());
    }

    assertThat(series.next(800, () -> String.valueOf(2 + random.nextGaussian()))).isEmpty();
  }

  @Test
  void a_clock_that_goes_on_is_no_drift_and_one_that_stops_is() {
    long[] hour = {Series.START.getEpochSecond()};
    Supplier<String> now = () -> Instant.ofEpochSecond(hour[0] + random.nextInt(3600)).toString();
    Series series = Series.of("timestamptz");
    for (int i = 0; i < 30; i++) {
      assertThat(series.next(400, now)).isEmpty();
      hour[0] += 3600;
    }

    hour[0] -= 5 * 3600;

    assertThat(only(series.details(400, now)).kind()).isEqualTo("semantic.distribution");
  }

  @Test
  void a_column_of_few_labels_that_becomes_free_text_is_said_to_be_unbounded() {
    Series series = Series.of("text").learn(24, 1000, labels("a", "b", "c"));

    ProfileDetail found = series.details(1000, () -> "t" + random.nextInt(100_000)).get(0);

    assertThat(found).isInstanceOf(ProfileDetail.DomainUnbounded.class);
    assertThat(((ProfileDetail.DomainUnbounded) found).known()).isEqualTo(3);
  }

  @Test
  void known_labels_in_other_proportions_are_another_distribution() {
    Series series = Series.of("text").learn(24, 1000, labels("a", "a", "a", "b"));

    assertThat(only(series.details(1000, labels("a", "b", "b", "b"))).kind())
        .isEqualTo("semantic.distribution");
  }

  private Supplier<String> dates(String form) {
    return () ->
        DateTimeFormatter.ofPattern(form, Locale.ROOT)
            .format(LocalDate.of(2020, 1, 1).plusDays(random.nextInt(2_000)));
  }

  @Test
  void day_and_month_that_changed_places_are_seen_by_what_cannot_be_a_month() {
    Series series = Series.of("text").learn(24, 400, dates("dd/MM/yyyy"));

    ProfileDetail.FormatChanged found =
        (ProfileDetail.FormatChanged) only(series.details(400, dates("MM/dd/yyyy")));

    assertThat(found.dates().get().before()).isEqualTo(DateReading.DAY_FIRST);
    assertThat(found.dates().get().now()).isEqualTo(DateReading.MONTH_FIRST);
    assertThat(found.measured()).as("the shapes are the same").isEmpty();
  }

  @Test
  void dates_that_never_go_beyond_twelve_any_more_are_ambiguous_and_said_to_be() {
    Series series = Series.of("text").learn(24, 400, dates("dd/MM/yyyy"));

    ProfileDetail.FormatChanged found =
        (ProfileDetail.FormatChanged)
            only(
                series.details(
                    400,
                    () ->
                        String.format(
                            Locale.ROOT,
                            "%02d/%02d/2024",
                            1 + random.nextInt(12),
                            1 + random.nextInt(12))));

    assertThat(found.dates().get().now()).isEqualTo(DateReading.AMBIGUOUS);
  }

  @Test
  void another_format_is_seen_by_its_shapes() {
    Series series =
        Series.of("text")
            .learn(24, 400, () -> "+43 660 " + (1_000_000 + random.nextInt(8_000_000)));

    ProfileDetail.FormatChanged found =
        (ProfileDetail.FormatChanged)
            only(series.details(400, () -> "0660" + (1_000_000 + random.nextInt(8_000_000))));

    assertThat(found.shapes().get(0).shape()).contains("+99_999_9999999");
    assertThat(found.shapes().get(0).now()).isZero();
    assertThat(found.measured()).isNotEmpty();
  }

  @Test
  void texts_that_are_cut_off_are_seen_by_their_lengths() {
    Supplier<String> words =
        () -> {
          StringBuilder text = new StringBuilder();
          for (int i = 4 + random.nextInt(10); i > 0; i--) {
            text.append("word").append(Integer.toString(random.nextInt(99_999), 36)).append(' ');
          }
          return text.toString();
        };
    Series series = Series.of("text").learn(24, 400, words);

    ProfileDetail found = only(series.details(400, () -> words.get().substring(0, 20)));

    assertThat(((ProfileDetail.FormatChanged) found).measured())
        .anyMatch(measured -> measured.measure().equals("kolmogorov"));
  }

  private Supplier<String> nullable(double rate) {
    return () -> random.nextDouble() < rate ? null : String.valueOf(random.nextInt(1_000));
  }

  @Test
  void a_null_rate_is_held_against_the_rates_of_the_past() {
    Series series = Series.of("int4").learn(24, 1000, nullable(0.02));

    ProfileDetail.NullRateChanged found =
        (ProfileDetail.NullRateChanged) only(series.details(1000, nullable(0.10)));

    assertThat(found.low()).isGreaterThan(found.usualMost());
    assertThat(found.rate()).isEqualTo(found.nulls() / 1000.0);
  }

  @Test
  void a_column_that_is_null_all_of_a_sudden_is_a_null_rate_and_nothing_else() {
    Series series = Series.of("text").learn(24, 500, labels("a", "b"));

    assertThat(only(series.details(500, () -> null)).kind()).isEqualTo("semantic.null-rate");
  }

  @Test
  void a_key_that_repeats_is_seen() {
    Supplier<String> keys = () -> new UUID(random.nextLong(), 1).toString();
    Series series = Series.of("uuid").learn(24, 1000, keys);
    String same = keys.get();

    ProfileDetail found =
        only(series.details(1000, () -> random.nextInt(5) == 0 ? same : keys.get()));

    assertThat(found).isInstanceOf(ProfileDetail.KeyLost.class);
  }

  @Test
  void fewer_different_values_than_ever_are_seen() {
    Series series =
        Series.of("text").learn(24, 2000, () -> "customer " + (1000 + random.nextInt(900)));

    ProfileDetail found =
        only(series.details(2000, () -> "customer " + (1000 + random.nextInt(300))));

    assertThat(found).isInstanceOf(ProfileDetail.CardinalityChanged.class);
  }

  @Test
  void invariant_8_open_windows_and_few_rows_conclude_nothing_and_change_nothing() {
    Series series = Series.of("numeric").learn(24, 1000, amounts(1));
    Observation before = series.baseline();
    ProfileDrift drift = ProfileDrift.with(Series.KEY);
    Observation cents = series.hour(1000, amounts(100));
    ProfileWindow window = ProfileWindow.in(cents).get();
    Observation open =
        new ProfileWindow(window.from(), window.until(), ProfileWindow.State.OPEN, window.profile())
            .observation(Series.ORDERS, Optional.empty());

    for (Observation nothing :
        List.of(open, series.hour(150, amounts(100)), series.hour(0, () -> null))) {
      assertThat(drift.detect(before, nothing)).isEqualTo(new Detection(List.of(), before));
    }
    assertThat(drift.detect(before, cents).findings()).hasSize(1);
  }

  @Test
  void a_window_that_was_counted_is_not_counted_again() {
    Series series = Series.of("numeric").learn(24, 1000, amounts(1));
    ProfileDrift drift = ProfileDrift.with(Series.KEY);
    Observation hour = series.hour(1000, amounts(1));

    Observation once = drift.detect(series.baseline(), hour).nextBaseline();

    assertThat(once).isNotEqualTo(series.baseline());
    assertThat(drift.detect(once, hour)).isEqualTo(new Detection(List.of(), once));
  }

  @Test
  void what_drifted_is_not_learned_until_somebody_accepts_it() {
    Series series = Series.of("numeric").learn(24, 1000, amounts(1));
    for (int i = 0; i < 5; i++) {
      assertThat(series.next(1000, amounts(100))).hasSize(1);
    }
    assertThat(series.next(1000, amounts(1))).as("it was taken back").isEmpty();

    series.accept(series.hour(1000, amounts(100)));

    assertThat(series.next(1000, amounts(100))).isEmpty();
    assertThat(series.next(1000, amounts(1))).as("and now the old unit is the new one").hasSize(1);
  }

  @Test
  void there_is_nothing_to_accept_without_a_window() {
    Series series = Series.of("numeric").learn(1, 300, amounts(1));

    assertThatThrownBy(
            () -> ProfileDrift.with(Series.KEY).accepting(series.baseline(), series.baseline()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing to accept");
  }

  @Test
  void a_column_of_another_kind_begins_a_history_of_its_own() {
    Series series = Series.of("numeric").learn(24, 300, amounts(1));
    TableProfile text = Series.profile("text", Series.values(300, () -> "x"));
    Instant from = ProfileWindow.in(series.hour(1, () -> "1")).get().from();
    Observation current =
        ProfileWindow.closed(from, from.plusSeconds(3600), text)
            .observation(Series.ORDERS, Optional.empty());

    Detection detection = ProfileDrift.with(Series.KEY).detect(series.baseline(), current);

    assertThat(detection.findings()).isEmpty();
    assertThat(detection.nextBaseline()).isNotEqualTo(series.baseline());
  }

  @Test
  void sundays_are_compared_with_sundays() {
    ProfileDrift weekly =
        ProfileDrift.with(Series.KEY)
            .calibratedBy(new Calibration(4, 200, 0.99))
            .comparing(Season.DAY_OF_WEEK, ZoneOffset.UTC);
    Observation baseline =
        new Observation(Series.ORDERS, Series.START, Optional.empty(), List.of());
    int found = 0;
    for (int day = 0; day < 7 * 8; day++) {
      Instant from = Series.START.plus(day, ChronoUnit.DAYS);
      double unit = from.atZone(ZoneOffset.UTC).getDayOfWeek() == DayOfWeek.SUNDAY ? 0.1 : 1;
      Observation current =
          ProfileWindow.closed(
                  from,
                  from.plus(1, ChronoUnit.DAYS),
                  Series.profile("numeric", Series.values(300, amounts(unit))))
              .observation(Series.ORDERS, Optional.empty());
      Detection detection = weekly.detect(baseline, current);
      baseline = detection.nextBaseline();
      found += detection.findings().size();
    }
    assertThat(found).as("seed %d", SEED).isZero();
  }

  @Test
  void invariant_10_findings_hold_no_labels_and_no_numbers_of_rows() {
    Series states = Series.of("text").learn(24, 1000, labels("Planted-One", "Planted-Two"));
    Series amounts =
        Series.of("numeric").learn(24, 400, () -> String.valueOf(777_001 + random.nextInt(8)));
    String found =
        Json.of(states.next(1000, labels("Planted-One", "planted-tow", "Strange!"))).text()
            + Json.of(amounts.next(400, () -> String.valueOf(77_700_100 + 100 * random.nextInt(8))))
                .text();

    assertThat(found).contains("semantic.domain", "semantic.unit");
    assertThat(found).doesNotContainIgnoringCase("planted", "strange", "7770");
    assertThat(found)
        .as("the host can tell which label it was")
        .contains(Series.KEY.label("x", "Strange!").brief());
  }

  @Test
  void what_a_person_reads_of_a_finding_is_whole() {
    Series series = Series.of("text").learn(24, 1000, labels("new", "paid", "sent"));
    Supplier<String> strange = () -> "a label that nobody ever saw " + random.nextInt(40);

    Finding finding = series.next(1000, strange).get(0);

    assertThat(FindingView.of(finding).detail().cut()).isEmpty();
  }

  @Test
  void a_baseline_that_is_damaged_is_refused_and_quotes_nothing() {
    Series series = Series.of("text").learn(3, 300, labels("Planted"));
    Observation hour = series.hour(300, labels("Planted"));
    for (Facet facet : series.baseline().facets()) {
      Facet.Extension whole = (Facet.Extension) facet;
      String body = whole.body().text();
      for (String damaged :
          List.of(
              body.replaceFirst("\"history\":\".{8}", "\"history\":\"////////"),
              body.replaceFirst(".{40}\"}", "\"}"),
              body.replaceFirst(".{4}\"}", "!\"}"))) {
        Observation baseline =
            new Observation(
                Series.ORDERS,
                Series.START,
                Optional.empty(),
                List.of(new Facet.Extension(whole.kind(), Json.parse(damaged))));
        assertThatThrownBy(() -> ProfileDrift.with(Series.KEY).detect(baseline, hour))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("damaged")
            .hasMessageNotContaining("Planted");
      }
    }
  }

  @Test
  void numbers_at_the_end_of_their_type_are_measured_like_any_other() {
    Supplier<String> small = () -> String.valueOf(random.nextGaussian());
    for (double size : new double[] {1e160, 1e300, Double.MAX_VALUE}) {
      Supplier<String> huge = () -> String.valueOf(size * (2 * random.nextDouble() - 1));

      assertThat(Series.of("float8").learn(24, 400, huge).details(400, small))
          .as("from %s, seed %d", size, SEED)
          .hasSize(1);
      assertThat(Series.of("float8").learn(24, 400, small).details(400, huge))
          .as("to %s, seed %d", size, SEED)
          .hasSize(1);
      assertThat(Series.of("float8").learn(24, 400, () -> "7").details(400, huge))
          .as("from a constant to %s, seed %d", size, SEED)
          .isNotEmpty();
    }
  }

  @Test
  void invariant_9_a_decision_is_the_same_after_the_baseline_went_through_json() {
    Series series = Series.of("numeric").learn(24, 1000, amounts(1));
    Observation cents = series.hour(1000, amounts(100));
    ProfileDrift drift = ProfileDrift.with(Series.KEY);

    Observation read = Json.parse(Json.of(series.baseline()).text()).as(Observation.class);

    assertThat(Json.of(drift.detect(read, cents)))
        .isEqualTo(Json.of(drift.detect(series.baseline(), cents)));
  }
}
