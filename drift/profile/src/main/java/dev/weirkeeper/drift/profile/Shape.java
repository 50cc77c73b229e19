package dev.weirkeeper.drift.profile;

/**
 * What a text looks like without what it says: each upper-case letter is {@code A}, each other
 * letter {@code a}, each digit {@code 9}; blanks are {@code _}, ASCII punctuation stays, all else
 * is {@code ?}. {@code 2026-11-30} is {@code 9999-99-99}.
 */
final class Shape {
  private static final int MOST_CHARACTERS = 32;
  private static final int MOST_RUNS = 16;
  private static final char MORE = '~';

  private Shape() {}

  /** Character by character, up to 32 of them and a mark if there are more. */
  static String fine(String text) {
    StringBuilder shape = new StringBuilder();
    for (int i = 0; i < text.length(); ) {
      if (shape.length() == MOST_CHARACTERS) {
        return shape.append(MORE).toString();
      }
      int character = text.codePointAt(i);
      shape.append(classOf(character));
      i += Character.charCount(character);
    }
    return shape.toString();
  }

  /** Each run of one class as a single character, up to 16 of them and a mark. */
  static String coarse(String text) {
    StringBuilder shape = new StringBuilder();
    char before = 0;
    for (int i = 0; i < text.length(); ) {
      int character = text.codePointAt(i);
      char now = classOf(character);
      if (now != before) {
        if (shape.length() == MOST_RUNS) {
          return shape.append(MORE).toString();
        }
        shape.append(now);
      }
      before = now;
      i += Character.charCount(character);
    }
    return shape.toString();
  }

  /** Whether a shape says nothing that the text said: one of punctuation alone is the text. */
  static boolean isTelling(String shape) {
    return shape.indexOf('A') >= 0 || shape.indexOf('a') >= 0 || shape.indexOf('9') >= 0;
  }

  private static char classOf(int character) {
    if (Character.isLetter(character)) {
      return Character.isUpperCase(character) ? 'A' : 'a';
    }
    if (Character.isDigit(character)) {
      return '9';
    }
    if (Character.isWhitespace(character) || Character.isSpaceChar(character)) {
      return '_';
    }
    return character > ' ' && character < 0x7f ? (char) character : '?';
  }
}
