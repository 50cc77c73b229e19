package dev.weirkeeper.contracts.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.contracts.engine.Vec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyTableTest {
  private static final String[] PARTS = {"", "a", "?", "é", "\ud83d", "\ude00", "\ud83d\ude00"};

  @Test
  void tuples_of_text_keep_the_ordinal_of_their_first_sight() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      KeyTable table = new KeyTable(MemoryBudget.standard());
      Keys keys = new Keys();
      Map<List<String>, Integer> expected = new HashMap<>();
      for (int i = 0; i < 3000; i++) {
        String a = text(random);
        String b = text(random);
        List<Column> row =
            List.of(
                Column.of(new Vec.Texts(new String[] {a}), 1),
                Column.of(new Vec.Texts(new String[] {b}), 1));

        int length = keys.write(row, 0, Keys.OnNull.LEAVE);
        int ordinal = table.add(keys.bytes(), length);

        Integer before = expected.putIfAbsent(List.of(a, b), expected.size());
        assertThat(ordinal).isEqualTo(before == null ? expected.size() - 1 : ~before);
        assertThat(table.find(keys.bytes(), length)).isEqualTo(expected.get(List.of(a, b)));
      }
      assertThat(table.size()).isEqualTo(expected.size());
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(5); i > 0; i--) {
      text.append(PARTS[random.nextInt(PARTS.length)]);
    }
    return text.toString();
  }
}
