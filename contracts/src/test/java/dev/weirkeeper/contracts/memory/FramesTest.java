package dev.weirkeeper.contracts.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FramesTest {
  private static Fields column(Form form) {
    return new Fields(List.of(new Field("c", form, form.name())));
  }

  private static Optional<Object> only(Form form, @Nullable Object value) {
    Frame frame = new Frames(column(form)).add(value).take();
    return frame.columns().get(0).value(0);
  }

  @Test
  void rows_come_out_as_they_went_in() throws Exception {
    RandomData data = new RandomData(new Random(3));
    for (int count : new int[] {0, 1, 63, 64, 65, 300}) {
      List<List<@Nullable Object>> rows = data.rows(count);

      List<List<@Nullable Object>> found = new ArrayList<>();
      try (FrameSource source = Frames.source(RandomData.REF, RandomData.FIELDS, rows, 64);
          FrameSource.Cursor cursor = source.open()) {
        for (Optional<Frame> next = cursor.next(); next.isPresent(); next = cursor.next()) {
          for (int row = 0; row < next.get().rows(); row++) {
            List<@Nullable Object> values = new ArrayList<>();
            for (var column : next.get().columns()) {
              values.add(column.value(row).orElse(null));
            }
            found.add(values);
          }
        }
      }

      assertThat(found).isEqualTo(rows);
    }
  }

  @Test
  void values_are_fitted_to_their_column_without_loss() {
    assertThat(only(Form.INTEGER, 5)).contains(5L);
    assertThat(only(Form.INTEGER, BigInteger.TEN)).contains(10L);
    assertThat(only(Form.DECIMAL, 5L)).contains(new BigDecimal(5));
    assertThat(only(Form.DECIMAL, 1.5)).contains(new BigDecimal("1.5"));
    assertThat(only(Form.FLOAT, 5)).contains(5.0);
    assertThat(only(Form.UUID, new UUID(1, 2))).contains("00000000-0000-0001-0000-000000000002");
    OffsetDateTime time = OffsetDateTime.parse("2020-01-01T00:00:00.000001+02:00");
    assertThat(only(Form.TIMESTAMP_WITH_ZONE, time)).contains(time.toInstant());
    assertThat(only(Form.TEXT, null)).isEmpty();
  }

  @Test
  void a_value_that_does_not_fit_is_refused_without_being_quoted() {
    Object[][] wrong = {
      {Form.INTEGER, 1.5},
      {Form.INTEGER, BigInteger.ONE.shiftLeft(70)},
      {Form.DECIMAL, Double.NaN},
      {Form.FLOAT, "secret"},
      {Form.TRUTH, 1},
      {Form.DATE, "secret"},
      {Form.TEXT, 7777},
    };
    for (Object[] pair : wrong) {
      assertThatThrownBy(() -> only((Form) pair[0], pair[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("\"c\"")
          .hasMessageNotContainingAny("secret", "7777");
    }
  }

  @Test
  void a_row_of_another_length_is_refused() {
    assertThatThrownBy(() -> new Frames(column(Form.TEXT)).add("a", "b"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
