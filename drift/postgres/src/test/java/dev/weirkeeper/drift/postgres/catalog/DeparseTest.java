package dev.weirkeeper.drift.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** One text for what PostgreSQL writes in two ways. */
class DeparseTest {
  @Test
  void a_list_of_texts_has_the_form_that_reading_it_again_gives() {
    String settled =
        "CHECK (((state)::text = ANY (ARRAY[('it''s, ]'::character varying)::text,"
            + " ('b'::character varying)::text])))";

    assertThat(
            Deparse.settled(
                "CHECK (((state)::text = ANY ((ARRAY['it''s, ]'::character varying,"
                    + " 'b'::character varying])::text[])))"))
        .isEqualTo(settled);
    assertThat(Deparse.settled(settled)).isEqualTo(settled);
  }

  @Test
  void anything_else_stays() {
    for (String text :
        new String[] {
          "CHECK ((a > 0))",
          "CHECK ((a = ANY ((ARRAY[1, 2])::bigint[])))",
          "CHECK ((a = ANY ((ARRAY['x'::character varying, lower('y'::text)])::text[])))",
          "CHECK ((a = '(ARRAY['::text))"
        }) {
      assertThat(Deparse.settled(text)).isEqualTo(text);
    }
  }
}
