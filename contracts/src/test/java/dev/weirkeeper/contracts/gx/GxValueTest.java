package dev.weirkeeper.contracts.gx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;

class GxValueTest {
  private static final JsonMapper JSON = new JsonMapper();

  private static boolean same(String key, String wanted, String ours)
      throws JsonProcessingException {
    return GxValue.same(key, JSON.readTree(wanted), JSON.readTree(ours), GxValue.Tolerance.EXACT);
  }

  @Test
  void numbers_are_compared_by_value() throws JsonProcessingException {
    assertThat(same("observed_value", "5", "5.0")).isTrue();
    assertThat(same("observed_value", "5", "5.00001")).isFalse();
    assertThat(same("observed_value", "5", "\"5\"")).isFalse();
    assertThat(same("observed_value", "null", "0")).isFalse();
  }

  @Test
  void lists_of_bad_rows_have_no_order_and_others_have() throws JsonProcessingException {
    assertThat(same("unexpected_list", "[1, null, 2, 2]", "[2, 1, 2.0, null]")).isTrue();
    assertThat(same("unexpected_list", "[1, 2, 2]", "[1, 1, 2]")).isFalse();
    assertThat(same("unexpected_index_list", "[{\"a\":1},{\"a\":2}]", "[{\"a\":2},{\"a\":1}]"))
        .isTrue();
    assertThat(same("observed_value", "[1, 2]", "[2, 1]")).isFalse();
  }

  @Test
  void an_object_has_the_same_members_and_no_others() throws JsonProcessingException {
    assertThat(same("details", "{\"a\":1}", "{\"a\":1.0}")).isTrue();
    assertThat(same("details", "{\"a\":1}", "{\"a\":1,\"b\":2}")).isFalse();
    assertThat(same("details", "{\"a\":1}", "{\"b\":1}")).isFalse();
  }

  @Test
  void moments_are_compared_by_time() throws JsonProcessingException {
    assertThat(same("x", "\"2001-01-01 12:00:01.000000\"", "\"2001-01-01T12:00:01\"")).isTrue();
    assertThat(same("x", "\"2001-01-01 12:00:01\"", "\"2001-01-01T12:00:02\"")).isFalse();
  }
}
