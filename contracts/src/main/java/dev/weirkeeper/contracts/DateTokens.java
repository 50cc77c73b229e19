package dev.weirkeeper.contracts;

import java.util.ArrayList;
import java.util.List;

/** Splits a text as dateutil does: words, numbers, and all other characters by themselves. */
final class DateTokens {
  private enum State {
    START,
    WORD,
    WORD_WITH_POINT,
    NUMBER,
    NUMBER_WITH_POINT
  }

  private final String text;
  private final List<String> tokens = new ArrayList<>();
  private int at;

  private DateTokens(String text) {
    this.text = text;
  }

  static List<String> of(String text) {
    DateTokens tokens = new DateTokens(text.replace("\0", ""));
    while (tokens.at < tokens.text.length()) {
      tokens.next();
    }
    return tokens.tokens;
  }

  private void next() {
    StringBuilder token = new StringBuilder();
    State state = State.START;
    boolean letters = false;
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean word = Character.isLetter(c);
      boolean digit = c >= '0' && c <= '9';
      State then =
          switch (state) {
            case START -> word ? State.WORD : digit ? State.NUMBER : State.START;
            case WORD -> word ? State.WORD : c == '.' ? State.WORD_WITH_POINT : State.START;
            case NUMBER ->
                digit
                    ? State.NUMBER
                    : c == '.' || (c == ',' && token.length() >= 2)
                        ? State.NUMBER_WITH_POINT
                        : State.START;
            case WORD_WITH_POINT ->
                c == '.' || word
                    ? State.WORD_WITH_POINT
                    : digit && endsWithPoint(token) ? State.NUMBER_WITH_POINT : State.START;
            case NUMBER_WITH_POINT ->
                c == '.' || digit
                    ? State.NUMBER_WITH_POINT
                    : word && endsWithPoint(token) ? State.WORD_WITH_POINT : State.START;
          };
      letters |= state == State.WORD || state == State.WORD_WITH_POINT;
      if (then == State.START) {
        if (state == State.START) {
          token.append(Character.isWhitespace(c) ? ' ' : c);
          at++;
        }
        break;
      }
      state = then;
      token.append(c);
      at++;
    }
    add(token.toString(), state, letters);
  }

  private static boolean endsWithPoint(StringBuilder token) {
    return token.charAt(token.length() - 1) == '.';
  }

  private void add(String token, State state, boolean letters) {
    boolean pointed = state == State.WORD_WITH_POINT || state == State.NUMBER_WITH_POINT;
    long points = token.chars().filter(c -> c == '.').count();
    if (pointed && (letters || points > 1 || token.endsWith(".") || token.endsWith(","))) {
      StringBuilder part = new StringBuilder();
      for (int i = 0; i < token.length(); i++) {
        char c = token.charAt(i);
        if (c == '.' || c == ',') {
          keep(part.toString());
          part.setLength(0);
          keep(String.valueOf(c));
        } else {
          part.append(c);
        }
      }
      keep(part.toString());
    } else {
      keep(state == State.NUMBER_WITH_POINT && points == 0 ? token.replace(',', '.') : token);
    }
  }

  private void keep(String token) {
    if (!token.isEmpty()) {
      tokens.add(token);
    }
  }
}
