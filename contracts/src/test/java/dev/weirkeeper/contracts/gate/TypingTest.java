package dev.weirkeeper.contracts.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.memory.Frames;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class TypingTest {
  private static TargetColumn column(CellKind kind, int precision, int scale) {
    return new TargetColumn(
        "c", kind.name(), kind, precision, scale, TargetColumn.Absence.NULLABLE);
  }

  private static boolean fits(Form form, Object value, CellKind kind, int precision, int scale) {
    Field field = new Field("c", form, form.name());
    Vec vec = new Frames(new Fields(List.of(field))).add(value).take().columns().get(0);
    Typing typing = Typing.of(field, column(kind, precision, scale));
    boolean fits = typing.fits(vec, 0);
    assertThat(fits || !typing.always()).as("what always fits fits").isTrue();
    return fits;
  }

  private static boolean fits(Form form, Object value, CellKind kind) {
    return fits(form, value, kind, 0, 0);
  }

  @Test
  void whole_numbers_fit_within_their_range() {
    assertThat(fits(Form.INTEGER, 32_767L, CellKind.INT16)).isTrue();
    assertThat(fits(Form.INTEGER, 32_768L, CellKind.INT16)).isFalse();
    assertThat(fits(Form.INTEGER, -2_147_483_649L, CellKind.INT32)).isFalse();
    assertThat(fits(Form.TEXT, " 12 ", CellKind.INT32)).isTrue();
    assertThat(fits(Form.TEXT, "12.0", CellKind.INT32)).isFalse();
    assertThat(fits(Form.TEXT, "twelve", CellKind.INT32)).isFalse();
    assertThat(fits(Form.DECIMAL, new BigDecimal("12.00"), CellKind.INT32)).isTrue();
    assertThat(fits(Form.DECIMAL, new BigDecimal("12.01"), CellKind.INT32)).isFalse();
    assertThat(fits(Form.FLOAT, Double.NaN, CellKind.INT64)).isFalse();
  }

  @Test
  void no_number_is_rounded() {
    assertThat(fits(Form.FLOAT, 0.5, CellKind.FLOAT32)).isTrue();
    assertThat(fits(Form.FLOAT, 0.1, CellKind.FLOAT32)).isFalse();
    assertThat(fits(Form.INTEGER, (1L << 53) + 1, CellKind.FLOAT64)).isFalse();
    for (String json :
        java.util.List.of(
            "\"\\ud800\"", "{\"\\udc00\": 1}", "1e99999", "[1e-99999]", "{} {}", "[")) {
      assertThat(fits(Form.TEXT, json, CellKind.JSON)).as(json).isFalse();
    }
    assertThat(fits(Form.TEXT, "{\"\\ud83d\\ude00\": [1e300, \"\"]}", CellKind.JSON)).isTrue();
    for (String number : java.util.List.of("0.1", "-1e300", "0.30000000000000004", "0e0", " 7 ")) {
      assertThat(fits(Form.TEXT, number, CellKind.FLOAT64)).as(number).isTrue();
    }
    for (String number :
        java.util.List.of(
            "12345678901234567890", "1e400", "1e-400", "0x1p3", "7d", "NaN", "1e999999999")) {
      assertThat(fits(Form.TEXT, number, CellKind.FLOAT64)).as(number).isFalse();
    }
    assertThat(fits(Form.DECIMAL, new BigDecimal("1.230"), CellKind.DECIMAL, 3, 2)).isTrue();
    assertThat(fits(Form.DECIMAL, new BigDecimal("1.234"), CellKind.DECIMAL, 3, 2)).isFalse();
    assertThat(fits(Form.DECIMAL, new BigDecimal("12.3"), CellKind.DECIMAL, 3, 2)).isFalse();
    assertThat(fits(Form.DECIMAL, new BigDecimal("0.00"), CellKind.DECIMAL, 1, 0)).isTrue();
    assertThat(fits(Form.DECIMAL, new BigDecimal("1E+1000000"), CellKind.DECIMAL)).isFalse();
  }

  @Test
  void text_fits_by_its_characters_and_must_be_unicode() {
    assertThat(fits(Form.TEXT, "😀😀", CellKind.TEXT, 2, 0)).isTrue();
    assertThat(fits(Form.TEXT, "abc", CellKind.TEXT, 2, 0)).isFalse();
    assertThat(fits(Form.TEXT, "a\0", CellKind.TEXT)).isFalse();
    assertThat(fits(Form.TEXT, "\ud83d", CellKind.TEXT)).isFalse();
    assertThat(fits(Form.TEXT, "\ude00\ud83d", CellKind.TEXT)).isFalse();
  }

  @Test
  void moments_fit_if_they_exist_and_keep_their_digits() {
    assertThat(fits(Form.TEXT, "2026-02-28", CellKind.DATE)).isTrue();
    assertThat(fits(Form.TEXT, "2026-02-30", CellKind.DATE)).isFalse();
    assertThat(fits(Form.DATE, LocalDate.of(10_000, 1, 1), CellKind.DATE)).isFalse();
    assertThat(fits(Form.TEXT, "2026-02-28 10:00:00.123456", CellKind.TIMESTAMP)).isTrue();
    assertThat(fits(Form.TEXT, "2026-02-28T10:00:00.1234567", CellKind.TIMESTAMP)).isFalse();
    assertThat(fits(Form.TEXT, "2026-02-28T10:00:00", CellKind.TIMESTAMP_WITH_ZONE)).isFalse();
    assertThat(fits(Form.TEXT, "2026-02-28T10:00:00Z", CellKind.TIMESTAMP_WITH_ZONE)).isTrue();
  }

  @Test
  void json_is_one_value() {
    assertThat(fits(Form.TEXT, "{\"a\": [1, {}]}", CellKind.JSON)).isTrue();
    assertThat(fits(Form.TEXT, "1 2", CellKind.JSON)).isFalse();
    assertThat(fits(Form.TEXT, "", CellKind.JSON)).isFalse();
    assertThat(fits(Form.TEXT, "{\"a\": ", CellKind.JSON)).isFalse();
    assertThat(fits(Form.TEXT, "\"\\u0000\"", CellKind.JSON)).isFalse();
  }

  @Test
  void columns_that_never_fit_are_refused_by_name() {
    Field moment = new Field("at", Form.TIMESTAMP_WITH_ZONE, "timestamptz");

    assertThatThrownBy(() -> Typing.of(moment, column(CellKind.TIMESTAMP, 0, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"at\"");
    assertThatThrownBy(() -> Typing.of(moment, column(CellKind.OTHER, 0, 0)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
