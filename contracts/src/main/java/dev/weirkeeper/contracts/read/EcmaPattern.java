package dev.weirkeeper.contracts.read;

import dev.weirkeeper.contracts.PythonRegex;

/**
 * Turns a pattern of JavaScript (ECMA-262), as JSON Schema and ODCS have them, into one of Python
 * that finds the same.
 */
final class EcmaPattern {
  private final String source;
  private final StringBuilder out = new StringBuilder();
  private int at;

  private EcmaPattern(String source) {
    this.source = source;
  }

  /**
   * @throws IllegalArgumentException if Python, or Java, has no pattern of this meaning
   */
  static String inPython(String pattern) {
    String python = new EcmaPattern(pattern).translated();
    PythonRegex.compile(python);
    return python;
  }

  private String translated() {
    boolean inClass = false;
    while (at < source.length()) {
      char c = source.charAt(at);
      if (c == '\\') {
        escape(inClass);
        continue;
      }
      if (inClass) {
        inClass = c != ']';
        out.append(c == '[' ? "\\[" : String.valueOf(c));
      } else if (c == '[') {
        inClass = true;
        if (source.startsWith("[]", at) || source.startsWith("[^]", at)) {
          throw refused("an empty class");
        }
        out.append(c);
      } else if (c == '$') {
        // Python's $ is also found before a last line feed.
        out.append("\\Z");
      } else if (source.startsWith("(?<", at)
          && !source.startsWith("(?<=", at)
          && !source.startsWith("(?<!", at)) {
        out.append("(?P<");
        at += 2;
      } else {
        out.append(c);
      }
      at++;
    }
    return out.toString();
  }

  private void escape(boolean inClass) {
    char c = at + 1 < source.length() ? source.charAt(at + 1) : '\0';
    at += 2;
    switch (c) {
      case 'd' -> out.append(inClass ? "0-9" : "[0-9]");
      case 'w' -> out.append(inClass ? "A-Za-z0-9_" : "[A-Za-z0-9_]");
      case 'D' -> out.append(negated(inClass, "[^0-9]"));
      case 'W' -> out.append(negated(inClass, "[^A-Za-z0-9_]"));
      case '/', '-' -> out.append(c == '-' && inClass ? "\\-" : String.valueOf(c));
      case 'b' -> {
        if (!inClass) {
          // Python's \b knows the letters of all scripts, JavaScript's those of ASCII.
          out.append("(?:(?<![A-Za-z0-9_])(?=[A-Za-z0-9_])|(?<=[A-Za-z0-9_])(?![A-Za-z0-9_]))");
        } else {
          out.append("\\b");
        }
      }
      case 'k', 'p', 'P', 'c', 'B' -> throw refused("\\" + c);
      case '\0' -> throw refused("a backslash at the end");
      default -> out.append('\\').append(c);
    }
  }

  private static String negated(boolean inClass, String outside) {
    if (inClass) {
      throw refused("a negated class within a class");
    }
    return outside;
  }

  private static IllegalArgumentException refused(String what) {
    return new IllegalArgumentException("Python has no pattern of this meaning: " + what);
  }
}
