package dev.weirkeeper.contracts;

/**
 * Whether a text is JSON to Python's {@code json.loads}: RFC 8259, and {@code NaN}, {@code
 * Infinity} and {@code -Infinity} as numbers.
 */
final class PythonJson {
  /** Deeper than this Python's parser gives up too. */
  private static final int MAX_DEPTH = 900;

  private final String text;
  private int at;

  private PythonJson(String text) {
    this.text = text;
  }

  static boolean reads(String text) {
    PythonJson json = new PythonJson(text);
    json.space();
    if (!json.value(0)) {
      return false;
    }
    json.space();
    return json.at == text.length();
  }

  private void space() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean value(int depth) {
    if (at >= text.length() || depth > MAX_DEPTH) {
      return false;
    }
    return switch (text.charAt(at)) {
      case '"' -> string();
      case '{' -> object(depth);
      case '[' -> array(depth);
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      case 'N' -> word("NaN");
      case 'I' -> word("Infinity");
      default -> word("-Infinity") || number();
    };
  }

  private boolean word(String word) {
    if (text.startsWith(word, at)) {
      at += word.length();
      return true;
    }
    return false;
  }

  private boolean take(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private boolean object(int depth) {
    at++;
    space();
    if (take('}')) {
      return true;
    }
    while (true) {
      if (at >= text.length() || text.charAt(at) != '"' || !string()) {
        return false;
      }
      space();
      if (!take(':')) {
        return false;
      }
      space();
      if (!value(depth + 1)) {
        return false;
      }
      space();
      if (take('}')) {
        return true;
      }
      if (!take(',')) {
        return false;
      }
      space();
    }
  }

  private boolean array(int depth) {
    at++;
    space();
    if (take(']')) {
      return true;
    }
    while (true) {
      if (!value(depth + 1)) {
        return false;
      }
      space();
      if (take(']')) {
        return true;
      }
      if (!take(',')) {
        return false;
      }
      space();
    }
  }

  private boolean string() {
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return true;
      }
      if (c < ' ' || (c == '\\' && !escape())) {
        return false;
      }
    }
    return false;
  }

  private boolean escape() {
    at++;
    if (at >= text.length()) {
      return false;
    }
    char c = text.charAt(at);
    if (c != 'u') {
      return "\"\\/bfnrt".indexOf(c) >= 0;
    }
    for (int end = at + 4; at < end; ) {
      at++;
      if (at >= text.length() || Character.digit(text.charAt(at), 16) < 0) {
        return false;
      }
    }
    return true;
  }

  private boolean number() {
    take('-');
    if (!take('0') && !digits()) {
      return false;
    }
    int end = at;
    if (take('.') && !digits()) {
      at = end;
      return true;
    }
    end = at;
    if (take('e') || take('E')) {
      if (!take('+')) {
        take('-');
      }
      if (!digits()) {
        at = end;
      }
    }
    return true;
  }

  private boolean digits() {
    int from = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at > from;
  }
}
