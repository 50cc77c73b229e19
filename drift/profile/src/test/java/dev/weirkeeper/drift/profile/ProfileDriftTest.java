package dev.weirkeeper.drift.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Finding;
import dev.weirkeeper.Verdict;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ProfileDriftTest {
  private static final long SEED = 6;

  private final Random random = new Random(SEED);

  private Supplier<String> amounts(double scale) {
    return () ->
        String.format(java.util.Locale.ROOT, "%.2f", scale * Math.exp(3 + random.nextGaussian()));
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
}
