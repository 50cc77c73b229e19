package dev.weirkeeper.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MomentTextTest {
  private static long micros(String instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(instant));
  }

  @Test
  void dates_and_times_are_counted_from_1970() {
    assertThat(MomentText.micros("1970-01-01")).hasValue(0);
    assertThat(MomentText.micros("1969-12-31T23:59:59.999999")).hasValue(-1);
    assertThat(MomentText.micros("2020-02-29 12:00:00")).hasValue(micros("2020-02-29T12:00:00Z"));
    assertThat(MomentText.micros("2020-02-29T12:00:00+02:00"))
        .hasValue(micros("2020-02-29T10:00:00Z"));
  }

  @Test
  void infinity_and_what_lies_beyond_is_an_end() {
    assertThat(MomentText.micros("infinity")).hasValue(Long.MAX_VALUE);
    assertThat(MomentText.micros("-infinity")).hasValue(Long.MIN_VALUE);
    assertThat(MomentText.micros("4000000-01-01")).hasValue(Long.MAX_VALUE);
  }

  @Test
  void what_is_no_moment_is_empty() {
    assertThat(MomentText.micros("yesterday")).isEqualTo(OptionalLong.empty());
    assertThat(MomentText.micros("2020-02-30")).isEqualTo(OptionalLong.empty());
    assertThat(MomentText.micros("")).isEqualTo(OptionalLong.empty());
  }
}
