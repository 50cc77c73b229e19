package dev.weirkeeper.contracts.memory;

/**
 * Compares text by code point, which is the order of its bytes in UTF-8 but not of Java's chars.
 */
final class CodePoints {
  private CodePoints() {}

  static int compare(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean inPair =
            i > 0
                && Character.isHighSurrogate(left.charAt(i - 1))
                && (Character.isLowSurrogate(a) || Character.isLowSurrogate(b));
        int at = inPair ? i - 1 : i;
        return Integer.compare(left.codePointAt(at), right.codePointAt(at));
      }
    }
    return left.length() - right.length();
  }

  /** Whether {@link String#compareTo} gives the same order against any other text. */
  static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= Character.MIN_SURROGATE) {
        return false;
      }
    }
    return true;
  }
}
