package dev.weirkeeper.contracts;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Turns a pattern of Python's {@code re} into one of {@code java.util.regex} that means the same.
 *
 * <p>What means something else in Java is rewritten ({@code \Z}, {@code \v}, {@code (?P<name>…)},
 * {@code {,n}}, {@code [} and {@code &&} within a class, a brace that counts nothing); what Java
 * cannot say is refused: conditionals, octal escapes, flags other than {@code i}, {@code s} and
 * {@code u}, references to groups that are not there. Only {@code \n} ends a line. What remains
 * different: {@code \w}, {@code \s} and {@code \b} follow Java's Unicode classes, which differ from
 * Python's in combining marks and a few control characters, and {@code \B} is found in an empty
 * text, as in Python only since 3.14.
 */
public final class PythonRegex {
  private final String source;
  private final StringBuilder out = new StringBuilder();
  private final Map<String, Integer> names = new HashMap<>();
  private int groups;
  private int at;

  private PythonRegex(String source) {
    this.source = source;
  }

  /**
   * @throws IllegalArgumentException if Java has no pattern of this meaning; says why
   */
  public static Pattern compile(String regex) {
    try {
      return Pattern.compile(
          new PythonRegex(regex).translate(), Pattern.UNIX_LINES | Pattern.UNICODE_CHARACTER_CLASS);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "Java cannot compile the pattern: " + e.getDescription(), e);
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException("The pattern nests too deeply", e);
    }
  }

  private String translate() {
    while (at < source.length()) {
      char c = source.charAt(at);
      switch (c) {
        case '\\' -> escape();
        case '[' -> characterClass();
        case '(' -> group();
        case '{' -> brace();
        case '}' -> {
          out.append("\\}");
          at++;
        }
        default -> {
          out.append(c);
          at++;
        }
      }
    }
    return out.toString();
  }

  private static IllegalArgumentException refused(String what) {
    return new IllegalArgumentException("Java has no pattern of this meaning: " + what);
  }

  private char peek(int ahead) {
    return at + ahead < source.length() ? source.charAt(at + ahead) : '\0';
  }

  private void escape() {
    char c = peek(1);
    if (c >= '1' && c <= '9') {
      backReference();
      return;
    }
    switch (c) {
      case 'A', 'b', 'B' -> {
        out.append('\\').append(c);
        at += 2;
      }
      case 'Z' -> {
        out.append("\\z");
        at += 2;
      }
      default -> commonEscape();
    }
  }

  /** Escapes that mean the same within and outside of a class. */
  private void commonEscape() {
    char c = peek(1);
    switch (c) {
      case 'd', 'D', 's', 'S', 'w', 'W', 'n', 'r', 't', 'f', 'a' -> {
        out.append('\\').append(c);
        at += 2;
      }
      case 'v' -> {
        out.append("\\x0B");
        at += 2;
      }
      case 'x' -> hex(2);
      case 'u' -> hex(4);
      case 'U' -> hex(8);
      default -> {
        boolean known = c < 0x80 && !Character.isLetterOrDigit(c) && at + 1 < source.length();
        if (!known && c < 0x80) {
          throw refused("the escape \\" + c);
        }
        if (c < 0x80) {
          out.append('\\');
        }
        out.append(c);
        at += 2;
      }
    }
  }

  private void hex(int digits) {
    int end = at + 2 + digits;
    String hex = end <= source.length() ? source.substring(at + 2, end) : "";
    if (!hex.matches("[0-9a-fA-F]{" + digits + "}")) {
      throw refused("an incomplete \\x, \\u or \\U");
    }
    out.append("\\x{").append(hex).append('}');
    at = end;
  }

  private void backReference() {
    int number = peek(1) - '0';
    int length = 2;
    if (Character.digit(peek(2), 10) >= 0) {
      number = number * 10 + peek(2) - '0';
      length = 3;
    }
    if (length == 3 && Character.digit(peek(3), 10) >= 0) {
      throw refused("an octal escape");
    }
    refer(number);
    at += length;
  }

  private void refer(int group) {
    if (group > groups) {
      throw refused("a reference to group " + group + ", which is not there");
    }
    // In a group of its own, so that a digit behind it is not read as part of the number.
    out.append("(?:\\").append(group).append(')');
  }

  private void characterClass() {
    out.append('[');
    at++;
    if (peek(0) == '^') {
      out.append('^');
      at++;
    }
    boolean first = true;
    while (true) {
      if (at >= source.length()) {
        throw refused("a class without its end");
      }
      char c = source.charAt(at);
      if (c == ']' && !first) {
        break;
      }
      first = false;
      if (c == '\\') {
        if (peek(1) == 'b') {
          out.append("\\x08");
          at += 2;
        } else {
          commonEscape();
        }
      } else {
        if (c == '[' || c == ']' || c == '&' || c == '^') {
          out.append('\\');
        }
        out.append(c);
        at++;
      }
    }
    out.append(']');
    at++;
  }

  private void group() {
    if (peek(1) != '?') {
      groups++;
      out.append('(');
      at++;
      return;
    }
    char kind = peek(2);
    switch (kind) {
      case ':', '=', '!', '>' -> {
        out.append("(?").append(kind);
        at += 3;
      }
      case '<' -> {
        if (peek(3) != '=' && peek(3) != '!') {
          throw refused("a group name without P");
        }
        out.append("(?<").append(peek(3));
        at += 4;
      }
      case 'P' -> named();
      case '#' -> at = endOf(')') + 1;
      default -> flags();
    }
  }

  private int endOf(char c) {
    int end = source.indexOf(c, at);
    if (end < 0) {
      throw refused("a group without its end");
    }
    return end;
  }

  private void named() {
    if (peek(3) == '<') {
      int end = endOf('>');
      groups++;
      names.put(source.substring(at + 4, end), groups);
      out.append('(');
      at = end + 1;
    } else if (peek(3) == '=') {
      int end = endOf(')');
      Integer group = names.get(source.substring(at + 4, end));
      if (group == null) {
        throw refused("a reference to a name that is not there");
      }
      refer(group);
      at = end + 1;
    } else {
      throw refused("the group (?P" + peek(3));
    }
  }

  private void flags() {
    StringBuilder on = new StringBuilder();
    StringBuilder off = new StringBuilder();
    StringBuilder into = on;
    int next = at + 2;
    for (; next < source.length() && ":)".indexOf(source.charAt(next)) < 0; next++) {
      char c = source.charAt(next);
      if (c == '-' && into == on) {
        into = off;
      } else if (c == 'i' || c == 's') {
        into.append(c);
      } else if (c != 'u' || into != on) {
        throw refused("the group or flag (?" + c);
      }
    }
    if (next == source.length() || (source.charAt(next) == ')' && at > 0)) {
      throw refused("flags that do not stand at the start");
    }
    out.append("(?").append(on);
    if (!off.isEmpty()) {
      out.append('-').append(off);
    }
    out.append(source.charAt(next));
    at = next + 1;
  }

  private void brace() {
    int end = at + 1;
    int comma = -1;
    int digits = 0;
    for (; end < source.length() && source.charAt(end) != '}'; end++) {
      char c = source.charAt(end);
      if (c == ',' && comma < 0) {
        comma = end;
      } else if (c >= '0' && c <= '9') {
        digits++;
      } else {
        break;
      }
    }
    boolean counts =
        end < source.length() && source.charAt(end) == '}' && (digits > 0 || comma > 0);
    if (!counts) {
      out.append("\\{");
      at++;
      return;
    }
    out.append('{');
    if (comma == at + 1) {
      out.append('0');
    }
    out.append(source, at + 1, end + 1);
    at = end + 1;
  }
}
