package dev.weirkeeper.mcp;

import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Long lists, a page at a time. A cursor says which entry was the last, not how many there were.
 */
final class Pages {
  /** Entries of one page. */
  static final int LENGTH = 50;

  private static final int CURSOR_LENGTH = 1024;

  private Pages() {}

  /**
   * @param next cursor of the page that follows; empty on the last one
   */
  record Page<T>(List<T> entries, Optional<String> next) {}

  /**
   * @param sorted by {@code key}, ascending
   * @param cursor as an earlier page gave it; empty for the first one
   * @throws Refusal if it is no cursor
   */
  static <T> Page<T> of(List<T> sorted, Function<T, String> key, Optional<String> cursor) {
    List<T> left = sorted;
    if (cursor.isPresent()) {
      String last = decoded(cursor.get());
      left = sorted.stream().filter(entry -> key.apply(entry).compareTo(last) > 0).toList();
    }
    if (left.size() <= LENGTH) {
      return new Page<>(left, Optional.empty());
    }
    List<T> entries = left.subList(0, LENGTH);
    return new Page<>(entries, Optional.of(encoded(key.apply(entries.get(LENGTH - 1)))));
  }

  private static String encoded(String key) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(key.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(String cursor) {
    if (cursor.length() > CURSOR_LENGTH) {
      throw none();
    }
    try {
      return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw none();
    }
  }

  private static Refusal none() {
    return new Refusal(
        ErrorCodes.INVALID_PARAMS, "The cursor is none that was given; begin without one");
  }
}
