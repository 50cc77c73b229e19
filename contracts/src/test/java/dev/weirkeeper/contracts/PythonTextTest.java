package dev.weirkeeper.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonTextTest {

  /** The right column is what Python's repr prints. */
  @ParameterizedTest
  @CsvSource({
    "0.1, 0.1",
    "1e16, 1e+16",
    "1e15, 1000000000000000.0",
    "123456789012345680.0, 1.2345678901234568e+17",
    "0.0001, 0.0001",
    "0.00001, 1e-05",
    "5e-324, 5e-324",
    "5.684341886080802e-14, 5.684341886080802e-14",
    "1.7976931348623157e308, 1.7976931348623157e+308",
    "9007199254740993.0, 9007199254740992.0",
    "100.0, 100.0",
    "-0.0, -0.0",
    "-2.5e-7, -2.5e-07",
    "1e23, 1e+23",
    "9.5367431640625e-07, 9.5367431640625e-07",
    "2.2250738585072014e-308, 2.2250738585072014e-308",
    "9999999999999998.0, 9999999999999998.0",
    "NaN, nan",
    "-Infinity, -inf",
  })
  void doubles_are_written_as_python_writes_them(double value, String expected) {
    assertThat(PythonText.of(value)).isEqualTo(expected);
  }

  @Test
  void a_double_reads_back_as_itself_and_no_shorter_text_does() {
    Random random = new Random(11);
    for (int i = 0; i < 2000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        String text = PythonText.of(value);

        assertThat(Double.parseDouble(text)).isEqualTo(value);
        assertThat(new BigDecimal(text).stripTrailingZeros().precision())
            .isLessThanOrEqualTo(
                new BigDecimal(Double.toString(value)).stripTrailingZeros().precision());
      }
    }
  }

  @Test
  void other_values_are_written_as_python_writes_them() {
    assertThat(PythonText.of(-5L)).isEqualTo("-5");
    assertThat(PythonText.of(new BigDecimal("1.50"))).isEqualTo("1.50");
    assertThat(PythonText.of(true)).isEqualTo("True");
    assertThat(PythonText.of("True ")).isEqualTo("True ");
    assertThat(PythonText.of(LocalDate.of(2020, 2, 29))).isEqualTo("2020-02-29");
    assertThat(PythonText.of(LocalDateTime.of(2020, 2, 29, 1, 2))).isEqualTo("2020-02-29 01:02:00");
    assertThat(PythonText.of(Instant.parse("2020-02-29T01:02:03.000004Z")))
        .isEqualTo("2020-02-29 01:02:03.000004+00:00");
    assertThatThrownBy(() -> PythonText.of(new Object()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
