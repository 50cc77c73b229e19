package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Outside;

/**
 * Makes text that others wrote fit for a terminal: no character moves the cursor, colours, reorders
 * or hides anything. All output goes through here.
 */
final class Visible {
  private static final String HEX = "0123456789abcdef";

  private Visible() {}

  /** In one line, and however long it is. */
  static String line(String text) {
    if (isPlain(text)) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            character -> out.append(Outside.of(new String(Character.toChars(character))).text()));
    return out.toString();
  }

  /**
   * A JSON text that means the same: what cannot be seen is escaped. It stands within strings only,
   * since elsewhere JSON has no such characters.
   */
  static String json(String text) {
    if (isPlain(text)) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(character -> appendJson(character, out));
    return out.toString();
  }

  private static void appendJson(int character, StringBuilder out) {
    String whole = new String(Character.toChars(character));
    if (Outside.of(whole).text().equals(whole)) {
      out.append(whole);
      return;
    }
    for (int i = 0; i < whole.length(); i++) {
      out.append("\\u");
      for (int shift = 12; shift >= 0; shift -= 4) {
        out.append(HEX.charAt((whole.charAt(i) >> shift) & 15));
      }
    }
  }

  private static boolean isPlain(String text) {
    return text.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
  }
}
