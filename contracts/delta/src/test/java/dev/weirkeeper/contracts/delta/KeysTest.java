package dev.weirkeeper.contracts.delta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.engine.Vec;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeysTest {
  private static final long[] NONE = {};
  private final Keys keys = new Keys();

  private Keys.Key key(Vec... columns) {
    return keys.of(List.of(columns), 0, Expr.Nulls.EQUAL).orElseThrow();
  }

  private static Vec whole(long value) {
    return new Vec.Longs(new long[] {value}, NONE);
  }

  private static Vec decimal(String value) {
    return new Vec.Decimals(new BigDecimal[] {new BigDecimal(value)});
  }

  private static Vec floating(double value) {
    return new Vec.Doubles(new double[] {value}, NONE);
  }

  private static Vec text(String value) {
    return new Vec.Texts(new String[] {value});
  }

  @Test
  void equal_numbers_have_equal_keys_whatever_their_types() {
    assertThat(key(whole(1))).isEqualTo(key(decimal("1.00"))).isEqualTo(key(floating(1)));
    assertThat(key(whole(0))).isEqualTo(key(decimal("0.000"))).isEqualTo(key(floating(-0.0)));
    assertThat(key(decimal("1e3"))).isEqualTo(key(whole(1000)));
    assertThat(key(floating(Double.NaN)))
        .isEqualTo(key(floating(Double.longBitsToDouble(0x7ff8000000000001L))));
    assertThat(key(decimal("99999999999999999999")))
        .isEqualTo(key(decimal("99999999999999999999.0")))
        .isNotEqualTo(key(decimal("99999999999999999998")));
    assertThat(key(whole(1))).isNotEqualTo(key(text("1")));
  }

  @Test
  void where_one_value_ends_and_the_next_begins_counts() {
    assertThat(key(text("ab"), text("c"))).isNotEqualTo(key(text("a"), text("bc")));
    Vec absent = new Vec.Texts(new String[] {null});
    assertThat(key(absent, text("a"))).isNotEqualTo(key(text("a"), absent));
    assertThat(key(absent)).isNotEqualTo(key(text("")));
    assertThat(keys.of(List.of(text("a"), absent), 0, Expr.Nulls.DISTINCT)).isEmpty();
  }

  @Test
  void unequal_rows_do_not_meet() {
    Random random = new Random(5);
    Map<Keys.Key, List<Long>> seen = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      List<Long> row = List.of(random.nextLong(), (long) random.nextInt(4));
      List<Long> before = seen.put(key(whole(row.get(0)), whole(row.get(1))), row);
      assertThat(before == null || before.equals(row)).as("seed 5").isTrue();
    }
  }
}
