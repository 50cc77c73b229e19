package dev.weirkeeper.contracts.memory;

/**
 * A pattern of SQL's LIKE: {@code %} is any text, {@code _} one character (code point), anything
 * else is itself. Takes time of at most text times pattern.
 */
final class LikePattern {
  private final int[] pattern;

  LikePattern(String pattern) {
    this.pattern = pattern.codePoints().toArray();
  }

  boolean matches(String text) {
    int at = 0;
    int next = 0;
    // Where to go on if what follows the last % does not match here.
    int afterAny = -1;
    int retry = 0;
    while (at < text.length()) {
      int c = text.codePointAt(at);
      if (next < pattern.length && pattern[next] == '%') {
        afterAny = ++next;
        retry = at;
      } else if (next < pattern.length && (pattern[next] == '_' || pattern[next] == c)) {
        at += Character.charCount(c);
        next++;
      } else if (afterAny >= 0) {
        retry += Character.charCount(text.codePointAt(retry));
        at = retry;
        next = afterAny;
      } else {
        return false;
      }
    }
    while (next < pattern.length && pattern[next] == '%') {
      next++;
    }
    return next == pattern.length;
  }
}
