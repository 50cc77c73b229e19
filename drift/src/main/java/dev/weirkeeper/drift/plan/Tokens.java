package dev.weirkeeper.drift.plan;

import java.util.ArrayList;
import java.util.List;

/** The words of a definition that the server wrote. Used by one thread. */
final class Tokens {
  private static final String END = "";

  private final List<String> tokens = new ArrayList<>();
  private int at = -1;

  Tokens(String sql) {
    int i = 0;
    while (i < sql.length()) {
      char c = sql.charAt(i);
      int end;
      if (Character.isWhitespace(c)) {
        i++;
        continue;
      } else if (c == '\'' || c == '"') {
        end = quoted(sql, i, c);
      } else if (isWord(c)) {
        end = i + 1;
        while (end < sql.length() && (isWord(sql.charAt(end)) || sql.charAt(end) == '$')) {
          end++;
        }
        if (end == i + 1
            && (c == 'E' || c == 'B' || c == 'X')
            && end < sql.length()
            && sql.charAt(end) == '\'') {
          end = c == 'E' ? escaped(sql, end) : quoted(sql, end, '\'');
        }
      } else if (sql.startsWith("::", i)) {
        end = i + 2;
      } else {
        end = i + 1;
      }
      tokens.add(sql.substring(i, end));
      i = end;
    }
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c > 127;
  }

  private static int quoted(String sql, int start, char quote) {
    int i = start + 1;
    while (i < sql.length()) {
      if (sql.charAt(i) == quote) {
        if (i + 1 < sql.length() && sql.charAt(i + 1) == quote) {
          i += 2;
          continue;
        }
        return i + 1;
      }
      i++;
    }
    return sql.length();
  }

  private static int escaped(String sql, int start) {
    int i = start + 1;
    while (i < sql.length()) {
      char c = sql.charAt(i);
      if (c == '\\') {
        i += 2;
      } else if (c == '\'') {
        if (i + 1 < sql.length() && sql.charAt(i + 1) == '\'') {
          i += 2;
        } else {
          return i + 1;
        }
      } else {
        i++;
      }
    }
    return sql.length();
  }

  boolean next() {
    at++;
    return at < tokens.size();
  }

  String text() {
    return tokens.get(at);
  }

  private String peek(int ahead) {
    int place = at + ahead;
    return place >= 0 && place < tokens.size() ? tokens.get(place) : END;
  }

  boolean isLiteral() {
    return text().endsWith("'");
  }

  boolean isIdentifier() {
    return isIdentifier(text());
  }

  private static boolean isIdentifier(String token) {
    char first = token.isEmpty() ? ' ' : token.charAt(0);
    return !token.endsWith("'") && (first == '"' || isWord(first) && !Character.isDigit(first));
  }

  /** The identifier without its quotes. */
  String name() {
    return unquoted(text());
  }

  private static String unquoted(String token) {
    return token.startsWith("\"")
        ? token.substring(1, token.length() - 1).replace("\"\"", "\"")
        : token;
  }

  boolean follows(String token) {
    return peek(1).equals(token);
  }

  /** The identifier after a dot, empty if none is there. */
  String nameBehindDot() {
    return isIdentifier(peek(2)) ? unquoted(peek(2)) : "";
  }

  void skipDotAndName() {
    at += 2;
  }

  /** Not a type behind a cast, not a function, not a part of a qualified name. */
  boolean mayBeColumn() {
    return !peek(-1).equals("::") && !peek(-1).equals(".") && !follows("(");
  }

  /** A literal that names a relation. */
  boolean isRegclass() {
    return peek(1).equals("::") && peek(2).equals("regclass");
  }
}
