package dev.weirkeeper.contracts;

/** Patterns of SQL's LIKE as regular expressions. */
final class LikePatterns {
  private LikePatterns() {}

  /** The pattern in Python's syntax, with both cases of each ASCII letter. */
  static String anyCase(String pattern) {
    StringBuilder out = new StringBuilder("(?s)\\A");
    pattern
        .codePoints()
        .forEach(
            c -> {
              if (c == '%') {
                out.append(".*");
              } else if (c == '_') {
                out.append('.');
              } else if (c < 0x80 && Character.isLetter(c)) {
                out.append('[')
                    .append((char) Character.toLowerCase(c))
                    .append((char) Character.toUpperCase(c))
                    .append(']');
              } else if (c < 0x80 && c > ' ' && !Character.isDigit(c)) {
                out.append('\\').append((char) c);
              } else {
                out.appendCodePoint(c);
              }
            });
    return out.append("\\Z").toString();
  }
}
