package dev.weirkeeper.drift.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeparseTest {
  @Test
  void an_array_that_was_coerced_as_a_whole_is_written_without_the_cast() {
    assertThat(
            Deparse.readable(
                "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'it''s'::character"
                    + " varying])::text[])))"))
        .isEqualTo(
            "CHECK (((s)::text = ANY (ARRAY['a'::character varying, 'it''s'::character"
                + " varying])))");
  }

  @Test
  void everything_else_stays() {
    for (String same :
        new String[] {
          "CHECK ((a > 0))",
          "CHECK ((a = ANY (ARRAY[1, 2])))",
          "CHECK (((s)::text = ANY (ARRAY[('a'::character varying)::text])))",
          "CHECK ((s = ANY ((ARRAY[f(x)])::text[])))"
        }) {
      assertThat(Deparse.readable(same)).isEqualTo(same);
    }
  }
}
