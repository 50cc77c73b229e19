package dev.weirkeeper.healing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Decided;
import dev.weirkeeper.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Decisions of logs that were written before tolerances had limits beside verdicts and kinds. */
class RecordedDecisionsTest {
  private static List<String> lines() throws IOException {
    try (InputStream in =
        RecordedDecisionsTest.class.getResourceAsStream("decisions-without-limits.jsonl")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  @Test
  void invariant_9_what_was_decided_then_is_decided_again_byte_for_byte() throws IOException {
    Playbook playbook = new Playbook();

    assertThat(lines()).hasSize(18);
    for (String line : lines()) {
      Decided read = Json.parse(line).as(Decided.class);
      assertThat(Json.of(read).text()).isEqualTo(line);
      assertThat(read.situation().policy()).isEqualTo(playbook.id());
      assertThat(Json.of(Decided.by(playbook, read.incident(), read.situation())).text())
          .isEqualTo(line);
    }
  }
}
