package dev.weirkeeper.contracts.sql;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes a pattern of Python's {@code re} so that RE2 and PostgreSQL find it exactly where the
 * memory engine does, if that is certain: characters, classes, groups, alternatives and counts.
 * Classes such as {@code \d} are spelled out as the characters that Java counts, a dot is what is
 * no line end, and {@code $} allows one line end behind it, as in Python. Whether a pattern is
 * found does not depend on greed, so that is left out.
 *
 * <p>Everything else (look-around, references, word boundaries, flags, anchors within) is refused.
 */
final class SharedRegex {
  /** RE2 refuses patterns that it would have to write out at length. */
  private static final int MOST_STATES = 900;

  private static final Pattern COUNT = Pattern.compile("\\{([0-9]{0,3})(,([0-9]{0,3}))?\\}");

  private static final Map<Character, String> CLASSES = new ConcurrentHashMap<>();

  private final String source;
  private final int repeats;
  private final StringBuilder out = new StringBuilder();
  private int at;
  private int depth;

  private SharedRegex(String source, int repeats) {
    this.source = source;
    this.repeats = repeats;
  }

  /**
   * @param repeats largest count in braces
   * @throws InexactException if it is not certain that the pattern means the same
   */
  static String of(String regex, int repeats) {
    SharedRegex translation = new SharedRegex(regex, repeats);
    int states = translation.alternatives();
    if (translation.at < regex.length()) {
      throw refused("a bracket that nothing opens");
    }
    if (states > MOST_STATES) {
      throw refused("too long a pattern");
    }
    return translation.out.toString();
  }

  private static InexactException refused(String what) {
    return new InexactException(
        "the pattern has " + what + ", which databases do not read as Python does");
  }

  private char peek(int ahead) {
    return at + ahead < source.length() ? source.charAt(at + ahead) : '\0';
  }

  /** Until the end or a bracket that closes. Answers how large it is when written out. */
  private int alternatives() {
    int states = sequence();
    while (peek(0) == '|' && at < source.length()) {
      out.append('|');
      at++;
      states += sequence();
    }
    return states;
  }

  private int sequence() {
    int states = 0;
    boolean empty = true;
    if (depth == 0 && peek(0) == '^') {
      out.append('^');
      at++;
      empty = false;
    }
    while (at < source.length() && peek(0) != '|' && peek(0) != ')') {
      if (peek(0) == '$') {
        end();
        return states + 1;
      }
      if (peek(0) == '\\' && peek(1) == 'Z') {
        throw refused("an anchor");
      }
      states = Math.addExact(states, quantified());
      empty = false;
      if (states > MOST_STATES) {
        throw refused("too long a pattern");
      }
    }
    if (empty) {
      throw refused("an empty alternative");
    }
    return states;
  }

  private void end() {
    char next = peek(1);
    boolean last = at + 1 == source.length() || next == '|';
    if (depth > 0 || !last) {
      throw refused("an anchor within");
    }
    out.append("(?:\n)?$");
    at++;
  }

  private int quantified() {
    int states = atom();
    return Math.multiplyExact(states, quantifier());
  }

  /** One character, a class or a group; in the translation it is one unit for a count. */
  private int atom() {
    char c = peek(0);
    switch (c) {
      case '(' -> {
        return group();
      }
      case '[' -> bracket();
      case '.' -> {
        out.append("[^\n]");
        at++;
      }
      case '\\' -> escape();
      case '*', '+', '?', '{', '}', ']', '^', '$' -> throw refused("a '" + c + "' in an odd place");
      default -> literal(codePoint());
    }
    return 1;
  }

  private int codePoint() {
    int point = source.codePointAt(at);
    if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
      throw refused("half a character");
    }
    at += Character.charCount(point);
    return point;
  }

  private void literal(int point) {
    if (point == 0) {
      throw refused("a NUL");
    }
    if (point < 0x80 && !Character.isLetterOrDigit(point) && point > ' ') {
      out.append('\\');
    }
    out.appendCodePoint(point);
  }

  private int group() {
    at++;
    if (peek(0) == '?') {
      if (peek(1) != ':') {
        throw refused("a group of a special kind");
      }
      at += 2;
    }
    out.append("(?:");
    depth++;
    int states = alternatives();
    depth--;
    if (peek(0) != ')') {
      throw refused("a bracket that nothing closes");
    }
    out.append(')');
    at++;
    return states;
  }

  private void escape() {
    char c = peek(1);
    at += 2;
    switch (c) {
      case 'd', 'D', 's', 'S', 'w', 'W' -> {
        boolean not = Character.isUpperCase(c);
        out.append(not ? "[^" : "[").append(members(Character.toLowerCase(c))).append(']');
      }
      case 'n' -> out.append('\n');
      case 't' -> out.append('\t');
      case 'r' -> out.append('\r');
      default -> {
        if (c <= ' ' || c >= 0x7f || Character.isLetterOrDigit(c)) {
          throw refused("an escape");
        }
        literal(c);
      }
    }
  }

  private void bracket() {
    at++;
    out.append('[');
    if (peek(0) == '^') {
      out.append('^');
      at++;
    }
    boolean first = true;
    while (first || peek(0) != ']') {
      if (at >= source.length()) {
        throw refused("a class without its end");
      }
      first = false;
      if (peek(0) == '\\' && "dsw".indexOf(peek(1)) >= 0) {
        out.append(members(peek(1)));
        at += 2;
        continue;
      }
      int low = member();
      literal(low);
      if (peek(0) == '-' && peek(1) != ']' && at + 1 < source.length()) {
        at++;
        int high = member();
        if (high < low) {
          throw refused("an odd range");
        }
        out.append('-');
        literal(high);
      }
    }
    out.append(']');
    at++;
  }

  /** One character of a class. */
  private int member() {
    if (peek(0) != '\\') {
      int point = codePoint();
      if (point == '[' || point == ']' || point == '&' || point == '~') {
        throw refused("a bracket within a class");
      }
      return point;
    }
    char c = peek(1);
    at += 2;
    switch (c) {
      case 'n' -> {
        return '\n';
      }
      case 't' -> {
        return '\t';
      }
      case 'r' -> {
        return '\r';
      }
      default -> {
        if (c <= ' ' || c >= 0x7f || Character.isLetterOrDigit(c)) {
          throw refused("an escape in a class");
        }
        return c;
      }
    }
  }

  /** How often the unit before it is written out. */
  private int quantifier() {
    int times;
    switch (peek(0)) {
      case '*', '+', '?' -> {
        out.append(peek(0));
        at++;
        times = 1;
      }
      case '{' -> times = braces();
      default -> {
        return 1;
      }
    }
    if (peek(0) == '?') {
      // Which of several finds is taken; that there is one stays.
      at++;
    } else if (peek(0) == '+') {
      throw refused("a possessive count");
    }
    if ("*+?{".indexOf(peek(0)) >= 0 && at < source.length()) {
      throw refused("a count of a count");
    }
    return times;
  }

  private int braces() {
    Matcher count = COUNT.matcher(source).region(at, source.length());
    if (!count.lookingAt()) {
      throw refused("a brace that counts nothing");
    }
    int low = count.group(1).isEmpty() ? 0 : Integer.parseInt(count.group(1));
    String upper = count.group(3);
    boolean open = count.group(2) != null && upper.isEmpty();
    if (count.group(1).isEmpty() && open) {
      throw refused("a brace that counts nothing");
    }
    int high = count.group(2) == null || open ? low : Integer.parseInt(upper);
    if (high < low || high > repeats || high == 0) {
      throw refused("a large or odd count");
    }
    out.append('{').append(low);
    if (open) {
      out.append(',');
    } else if (high != low) {
      out.append(',').append(high);
    }
    out.append('}');
    at = count.end();
    return high;
  }

  private static String members(char name) {
    return CLASSES.computeIfAbsent(name, SharedRegex::spell);
  }

  /** The characters that Java counts to a class, as ranges. */
  private static String spell(char name) {
    Pattern pattern = Pattern.compile("\\" + name, Pattern.UNICODE_CHARACTER_CLASS);
    StringBuilder ranges = new StringBuilder();
    int from = -1;
    for (int point = 1; point <= Character.MAX_CODE_POINT + 1; point++) {
      boolean in =
          point <= Character.MAX_CODE_POINT
              && (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
              && pattern.matcher(Character.toString(point)).matches();
      if (in && from < 0) {
        from = point;
      } else if (!in && from >= 0) {
        ranges.appendCodePoint(from);
        if (point - 1 > from) {
          ranges.append('-').appendCodePoint(point - 1);
        }
        from = -1;
      }
    }
    return ranges.toString();
  }
}
