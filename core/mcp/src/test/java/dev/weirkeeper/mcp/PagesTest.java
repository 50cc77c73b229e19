package dev.weirkeeper.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PagesTest {
  private static final List<String> ALL =
      IntStream.range(0, 120).mapToObj(i -> String.format("t%03d", i)).toList();

  private static Pages.Page<String> page(List<String> all, Optional<String> cursor) {
    return Pages.of(all, Function.identity(), cursor);
  }

  @Test
  void all_pages_together_are_the_list() {
    List<String> seen = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    int pages = 0;
    do {
      Pages.Page<String> page = page(ALL, cursor);
      seen.addAll(page.entries());
      cursor = page.next();
      pages++;
    } while (cursor.isPresent());

    assertThat(seen).isEqualTo(ALL);
    assertThat(pages).isEqualTo(3);
  }

  @Test
  void what_comes_or_goes_between_pages_shifts_nothing() {
    Pages.Page<String> first = page(ALL, Optional.empty());
    List<String> changed = new ArrayList<>(ALL);
    changed.remove(10);
    changed.add(0, "a");

    assertThat(page(changed, first.next()).entries().get(0)).isEqualTo("t050");
  }

  @Test
  void what_is_no_cursor_is_refused_and_not_taken_for_the_beginning() {
    assertThatThrownBy(() -> page(ALL, Optional.of("§"))).isInstanceOf(Refusal.class);
    assertThatThrownBy(() -> page(ALL, Optional.of("a".repeat(5000)))).isInstanceOf(Refusal.class);
  }
}
