package dev.weirkeeper.internal;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How large a canonical JSON text from outside may be.
 *
 * @param bytes of its UTF-8 form
 * @param depth of nested objects and arrays
 * @param stringLength of a string or member name, in its escaped form
 */
public record JsonBounds(int bytes, int depth, int stringLength) {

  /** What is too large; empty if nothing is. Holds no part of the text. */
  public Optional<String> exceededBy(String canonical) {
    if (canonical.length() > bytes || canonical.getBytes(StandardCharsets.UTF_8).length > bytes) {
      return Optional.of("it is larger than " + bytes + " bytes");
    }
    int nested = 0;
    for (int i = 0; i < canonical.length(); i++) {
      switch (canonical.charAt(i)) {
        case '{', '[' -> {
          if (++nested > depth) {
            return Optional.of("it nests deeper than " + depth + " levels");
          }
        }
        case '}', ']' -> nested--;
        case '"' -> {
          int end = endOfString(canonical, i + 1);
          if (end - i - 1 > stringLength) {
            return Optional.of("a text in it is longer than " + stringLength + " characters");
          }
          i = end;
        }
        default -> {}
      }
    }
    return Optional.empty();
  }

  private static int endOfString(String canonical, int from) {
    int i = from;
    while (canonical.charAt(i) != '"') {
      i += canonical.charAt(i) == '\\' ? 2 : 1;
    }
    return i;
  }
}
