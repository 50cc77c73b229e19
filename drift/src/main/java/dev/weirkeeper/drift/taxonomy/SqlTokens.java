package dev.weirkeeper.drift.taxonomy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Cuts PostgreSQL's SQL into tokens, comments among them. */
final class SqlTokens {
  enum Sort {
    WORD,
    QUOTED,
    STRING,
    SIGN,
    COMMENT
  }

  /**
   * @param value a word in lower case, a quoted name or a string without its quotes, the inside of
   *     a comment
   * @param line where it begins, from 1
   * @param lastLine where it ends
   */
  record Token(Sort sort, String value, int line, int lastLine) {
    boolean is(String sign) {
      return sort == Sort.SIGN && value.equals(sign);
    }

    boolean keyword(String word) {
      return sort == Sort.WORD && value.equals(word.toLowerCase(Locale.ROOT));
    }

    boolean name() {
      return sort == Sort.WORD || sort == Sort.QUOTED;
    }

    boolean comment() {
      return sort == Sort.COMMENT;
    }
  }

  private final String sql;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;

  private SqlTokens(String sql) {
    this.sql = sql;
  }

  /** What is not ended reaches to the end. */
  static List<Token> of(String sql) {
    SqlTokens cut = new SqlTokens(sql);
    while (cut.at < sql.length()) {
      cut.next();
    }
    return List.copyOf(cut.tokens);
  }

  private void next() {
    char c = sql.charAt(at);
    String tag = c == '$' ? dollarTag() : null;
    if (sql.startsWith("--", at)) {
      int end = sql.indexOf('\n', at);
      add(Sort.COMMENT, at + 2, end < 0 ? sql.length() : end, 0);
    } else if (sql.startsWith("/*", at)) {
      int end = endOfBlock();
      add(Sort.COMMENT, at + 2, Math.max(at + 2, end - 2), 2);
    } else if (c == '\'' || c == '"') {
      quoted(c);
    } else if (tag != null) {
      int end = sql.indexOf(tag, at + tag.length());
      int inside = at + tag.length();
      add(Sort.STRING, inside, end < 0 ? sql.length() : end, end < 0 ? 0 : tag.length());
    } else if (Character.isLetter(c) || c == '_') {
      int end = at;
      while (end < sql.length() && part(sql.charAt(end))) {
        end++;
      }
      Token word =
          new Token(Sort.WORD, sql.substring(at, end).toLowerCase(Locale.ROOT), line, line);
      tokens.add(word);
      at = end;
    } else {
      if (c == '\n') {
        line++;
      } else if (!Character.isWhitespace(c)) {
        tokens.add(new Token(Sort.SIGN, String.valueOf(c), line, line));
      }
      at++;
    }
  }

  private static boolean part(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$';
  }

  private void add(Sort sort, int from, int to, int closing) {
    String value = sql.substring(Math.min(from, to), to);
    int lines = (int) sql.substring(at, to).chars().filter(c -> c == '\n').count();
    tokens.add(new Token(sort, value, line, line + lines));
    line += lines;
    at = Math.min(sql.length(), to + closing);
  }

  /** Blocks nest. */
  private int endOfBlock() {
    int depth = 0;
    int i = at;
    while (i < sql.length()) {
      if (sql.startsWith("/*", i)) {
        depth++;
        i += 2;
      } else if (sql.startsWith("*/", i)) {
        depth--;
        i += 2;
        if (depth == 0) {
          return i;
        }
      } else {
        i++;
      }
    }
    return sql.length() + 2;
  }

  private void quoted(char quote) {
    StringBuilder value = new StringBuilder();
    int begun = line;
    at++;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (c == quote) {
        if (at + 1 < sql.length() && sql.charAt(at + 1) == quote) {
          at++;
        } else {
          break;
        }
      }
      if (c == '\n') {
        line++;
      }
      value.append(c);
      at++;
    }
    at = Math.min(sql.length(), at + 1);
    tokens.add(new Token(quote == '"' ? Sort.QUOTED : Sort.STRING, value.toString(), begun, line));
  }

  private @Nullable String dollarTag() {
    int end = sql.indexOf('$', at + 1);
    if (end < 0) {
      return null;
    }
    String tag = sql.substring(at, end + 1);
    return tag.substring(1, tag.length() - 1).chars().allMatch(c -> part((char) c) && c != '$')
        ? tag
        : null;
  }
}
