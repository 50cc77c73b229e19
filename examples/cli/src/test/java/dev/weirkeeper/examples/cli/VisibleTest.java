package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Json;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VisibleTest {
  @Test
  void json_keeps_its_meaning_and_nothing_in_it_reaches_the_terminal_raw() {
    long seed = 23;
    Random random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        int character = random.nextInt(round % 2 == 0 ? 0x300 : 0x11_0000);
        if (Character.getType(character) != Character.SURROGATE) {
          text.appendCodePoint(character);
        }
      }
      Json value = Json.of(text.toString());

      String shown = Visible.json(value.text());

      assertThat(Json.parse(shown)).as("seed %d, round %d", seed, round).isEqualTo(value);
      assertThat(shown.codePoints())
          .as("seed %d, round %d", seed, round)
          .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
      assertThat(Visible.line(text.toString()).codePoints())
          .as("seed %d, round %d", seed, round)
          .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
    }
  }

  @Test
  void plain_text_stays_as_it_is() {
    assertThat(Visible.line("caf\u00e9 \u6ce8\u6587 \ud83d\ude00"))
        .isEqualTo("caf\u00e9 \u6ce8\u6587 \ud83d\ude00");
  }
}
