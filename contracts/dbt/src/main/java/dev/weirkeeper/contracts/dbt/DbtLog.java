package dev.weirkeeper.contracts.dbt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What dbt says while it runs, from its log in JSON: how far it is, what it found, what went wrong.
 * Lines that are none of its events are kept as words. Bounded; safe to share between the thread
 * that hears and the one that asks.
 */
final class DbtLog {
  private static final int MOST_SELECTED = 100_000;
  private static final int MOST_WORDS = 12;
  private static final int LONGEST_WORDS = 2_000;

  private final List<String> selected = new ArrayList<>();
  private final Deque<String> errors = new ArrayDeque<>();
  private final Deque<String> words = new ArrayDeque<>();
  private Optional<String> invocation = Optional.empty();
  private long done;
  private long total;
  private long failing;

  /**
   * How many tests are through.
   *
   * @param total where dbt has said it
   * @param failing of those that are through
   */
  record Progress(long done, OptionalLong total, long failing) {}

  synchronized void hear(String line) {
    if (line.isBlank()) {
      return;
    }
    JsonNode event;
    try {
      event = Artifact.tree(line);
    } catch (JsonProcessingException notAnEvent) {
      keep(words, line);
      return;
    }
    if (event == null || !event.path("info").isObject()) {
      keep(words, line);
      return;
    }
    JsonNode info = event.path("info");
    JsonNode data = event.path("data");
    Artifact.text(info, "invocation_id").ifPresent(id -> invocation = Optional.of(id));
    if (data.path("num_models").isIntegralNumber() && data.path("status").isTextual()) {
      total = Math.max(total, data.path("num_models").longValue());
      done++;
      failing += data.path("status").textValue().equals("pass") ? 0 : 1;
    }
    String said = Artifact.text(data, "msg").orElse("");
    if (said.startsWith("{\"unique_id\"")) {
      select(said);
    } else if (info.path("level").asText("").equals("error")) {
      keep(
          errors,
          Artifact.text(data, "exc").or(() -> Artifact.text(info, "msg")).orElse("no message"));
    }
  }

  private void select(String json) {
    try {
      Artifact.text(Artifact.tree(json), "unique_id")
          .filter(id -> selected.size() < MOST_SELECTED)
          .ifPresent(selected::add);
    } catch (JsonProcessingException e) {
      keep(words, json);
    }
  }

  private static void keep(Deque<String> kept, String text) {
    if (kept.size() == MOST_WORDS) {
      kept.removeFirst();
    }
    kept.addLast(text.substring(0, Math.min(text.length(), LONGEST_WORDS)));
  }

  synchronized Progress progress() {
    return new Progress(done, total > 0 ? OptionalLong.of(total) : OptionalLong.empty(), failing);
  }

  /** Ids of what {@code dbt ls} listed. */
  synchronized List<String> selected() {
    return List.copyOf(selected);
  }

  synchronized Optional<String> invocation() {
    return invocation;
  }

  /** What dbt says went wrong, or else its last words. */
  synchronized String complaint() {
    return String.join("\n", errors.isEmpty() ? words : errors);
  }
}
