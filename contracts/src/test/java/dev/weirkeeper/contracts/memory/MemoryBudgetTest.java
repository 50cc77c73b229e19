package dev.weirkeeper.contracts.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.contracts.engine.DatasetRef;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private static final Asset ORDERS = new Asset("files", "orders.csv");

  private static MemoryBudget of(String version) {
    return MemoryBudget.standard().seededBy(new DatasetRef(ORDERS, version));
  }

  @Test
  void the_same_data_is_hashed_the_same_way_and_other_data_another() {
    Set<Long> seeds = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      seeds.add(of("sha256:" + i).seed());
    }

    assertThat(seeds).hasSize(100);
    assertThat(of("sha256:7").seed()).isEqualTo(of("sha256:7").seed());
  }

  @Test
  void answers_do_not_depend_on_how_keys_are_hashed() {
    LongTable one = new LongTable(of("1"));
    LongTable other = new LongTable(of("2"));
    Random random = new Random(5);
    for (int i = 0; i < 5_000; i++) {
      long key = random.nextInt(2_000);
      one.add(key);
      other.add(key);
    }

    assertThat(one.size()).isEqualTo(other.size());
    for (long key = 0; key < 2_000; key++) {
      assertThat(one.isRepeated(key)).as("%d", key).isEqualTo(other.isRepeated(key));
    }
  }

  @Test
  void a_table_keeps_the_seed_that_it_was_made_with() {
    MemoryBudget budget = of("1");
    LongTable table = new LongTable(budget);
    table.add(42);
    budget.seededBy(new DatasetRef(ORDERS, "2"));
    table.add(42);

    assertThat(table.isRepeated(42)).isTrue();
    assertThat(table.size()).isEqualTo(1);
  }
}
