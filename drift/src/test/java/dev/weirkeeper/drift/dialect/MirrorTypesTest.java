package dev.weirkeeper.drift.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.drift.taxonomy.TypeExpr;
import dev.weirkeeper.drift.taxonomy.TypeNotation;
import java.util.List;
import org.junit.jupiter.api.Test;

class MirrorTypesTest {
  static boolean sameCarrier(Dialect dialect, TypeExpr from, TypeExpr to) {
    MirrorTypes types = new MirrorTypes(dialect);
    return types.of(from, List.of()).isPresent()
        && types.of(from, List.of()).equals(types.of(to, List.of()));
  }

  private static String carried(Dialect dialect, String type) {
    return new MirrorTypes(dialect)
        .of(TypeExpr.parse(type, TypeNotation.POSTGRESQL), List.of())
        .orElse("nothing");
  }

  @Test
  void a_number_without_bounds_is_carried_by_nothing_that_has_them() {
    for (Dialect dialect : Dialect.values()) {
      assertThat(carried(dialect, "numeric")).as("%s", dialect).isEqualTo("nothing");
    }
  }

  @Test
  void bigquery_has_two_decimals_and_takes_the_smaller_that_holds_it() {
    assertThat(carried(Dialect.BIGQUERY, "numeric(38,9)")).isEqualTo("NUMERIC(38,9)");
    assertThat(carried(Dialect.BIGQUERY, "numeric(38,10)")).isEqualTo("BIGNUMERIC(38,10)");
    assertThat(carried(Dialect.BIGQUERY, "numeric(76,38)")).isEqualTo("BIGNUMERIC(76,38)");
    assertThat(carried(Dialect.BIGQUERY, "numeric(77,38)")).isEqualTo("nothing");
  }

  @Test
  void an_instant_does_not_become_a_type_that_ends_in_2038() {
    assertThat(carried(Dialect.MYSQL, "timestamptz")).isEqualTo("nothing");
    assertThat(carried(Dialect.MYSQL, "timestamp(3)")).isEqualTo("DATETIME(3)");
  }

  @Test
  void arrays_have_elements_where_they_are_known() {
    assertThat(carried(Dialect.DUCKDB, "int4[]")).isEqualTo("INTEGER[]");
    assertThat(carried(Dialect.DELTA, "int8[]")).isEqualTo("ARRAY<BIGINT>");
    assertThat(carried(Dialect.MYSQL, "int4[]")).isEqualTo("nothing");
  }
}
