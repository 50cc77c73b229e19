package dev.weirkeeper.contracts.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextSetTest {
  @Test
  void it_holds_its_members_and_nothing_else() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      Set<String> members = new HashSet<>();
      int size = random.nextInt(300);
      while (members.size() < size) {
        members.add("m" + random.nextInt(10_000));
      }
      TextSet set = new TextSet(members);

      for (int i = 0; i < 10_000; i += 7) {
        assertThat(set.contains("m" + i)).isEqualTo(members.contains("m" + i));
      }
    }
  }

  @Test
  void members_of_one_hash_are_told_apart() {
    // "Aa" and "BB" have the same hash, and so has every text made of the two.
    Set<String> members = Set.of("AaAa", "BBBB", "AaBB");
    TextSet set = new TextSet(members);

    assertThat(members).allMatch(set::contains);
    assertThat(set.contains("BBAa")).isFalse();
    assertThat(set.contains("")).isFalse();
  }

  @Test
  void a_frame_is_searched_at_once_and_null_is_no_member() {
    TextSet set = new TextSet(Set.of("a"));
    String[] texts =
        IntStream.range(0, 130)
            .mapToObj(i -> i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : null)
            .toArray(String[]::new);
    long[] bits = new long[3];

    set.scan(texts, 130, bits);

    assertThat(IntStream.range(0, 192).filter(i -> Bits.has(bits, i)).boxed())
        .containsExactlyElementsOf(
            IntStream.range(0, 130).filter(i -> i % 3 == 0).boxed().toList());
  }
}
