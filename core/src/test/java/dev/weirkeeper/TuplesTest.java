package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TuplesTest {

  private static Tuples of(String value) {
    byte[] bytes = ("__" + value + "99").getBytes(StandardCharsets.UTF_8);
    return new Tuples(bytes, 1, new int[] {2}, new int[] {bytes.length - 4});
  }

  @Test
  void integers_are_read_as_java_reads_them() {
    long seed = 64;
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      long value = random.nextLong() >> random.nextInt(64);
      assertThat(of(Long.toString(value)).int64(0, 0)).as("seed %d", seed).isEqualTo(value);
    }
    for (long edge : new long[] {0, -1, 999_999_999_999_999_999L, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThat(of(Long.toString(edge)).int64(0, 0)).isEqualTo(edge);
    }
    assertThat(of("-0").int64(0, 0)).isZero();
    assertThat(of("0000000000000000000000000042").int64(0, 0)).isEqualTo(42);
  }

  @Test
  void what_is_no_integer_is_refused() {
    for (String text :
        List.of(
            "",
            "-",
            "--1",
            "1-",
            "1.0",
            "1e3",
            " 1",
            "1 ",
            "0x1",
            "/",
            ":",
            "\u0661",
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999")) {
      assertThatThrownBy(() -> of(text).int64(0, 0))
          .as(text)
          .isInstanceOf(NumberFormatException.class);
    }
  }

  @Test
  void other_values_are_read_from_their_slice() {
    assertThat(of("caf\u00e9 \ud83d\ude00").text(0, 0)).isEqualTo("caf\u00e9 \ud83d\ude00");
    assertThat(of("").text(0, 0)).isEmpty();
    assertThat(of("12.50").decimal(0, 0)).isEqualTo(new BigDecimal("12.50"));
    assertThat(of("-1.5e3").float64(0, 0)).isEqualTo(-1500.0);
  }

  @Test
  void a_state_without_a_value_has_none() {
    int[] states = {Tuples.NULL, Tuples.UNCHANGED, Tuples.ABSENT};
    Tuples tuples = new Tuples(new byte[0], 3, new int[3], states);

    assertThat(List.of(tuples.state(0, 0), tuples.state(0, 1), tuples.state(0, 2)))
        .containsExactly(Tuples.State.NULL, Tuples.State.UNCHANGED, Tuples.State.ABSENT);
    for (int column = 0; column < 3; column++) {
      int at = column;
      assertThat(tuples.isValue(0, at)).isFalse();
      assertThatThrownBy(() -> tuples.text(0, at)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> tuples.int64(0, at)).isInstanceOf(IllegalStateException.class);
    }
  }
}
