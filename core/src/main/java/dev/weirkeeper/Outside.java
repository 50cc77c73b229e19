package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Text that somebody outside the host has written: a value, a comment, a name, a message. Marked,
 * bounded and with everything visible that a reader could not see, so that neither a model nor a
 * person takes it for words of the host. In JSON: {@code {"is":"outside","text":"…"}}.
 *
 * <p>Characters that have no shape of their own (controls, line ends, marks of direction,
 * zero-width and other ignorable characters, private and unassigned ones, halves of surrogate
 * pairs) are written as {@code \n}, {@code \r}, {@code \t} or by their number, as in <code>
 * \&#117;{202e}</code>.
 *
 * @param text at most {@link #LONGEST} characters, all of them visible
 * @param cut how long the whole text is, in characters as Unicode counts them, if this is only its
 *     beginning
 */
public record Outside(String text, Optional<Integer> cut) implements Cell {
  /** Of any text from outside. */
  public static final int LONGEST = 8192;

  /** Of a text whose reader asked for no other length. */
  public static final int USUAL = 512;

  public Outside {
    requireVisible(requireNonNull(text, "text"));
    requireNonNull(cut, "cut");
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "Text from outside has " + text.length() + " characters; " + LONGEST + " are the most");
    }
  }

  /** Any text, cut to the usual length. */
  public static Outside of(String text) {
    return of(text, USUAL);
  }

  /**
   * Any text.
   *
   * @param longest how many characters of {@link #text} are wanted at most, up to {@link #LONGEST}
   */
  public static Outside of(String text, int longest) {
    return of(text, longest, text.codePointCount(0, text.length()));
  }

  /**
   * The beginning of a text of which the rest was never read.
   *
   * @param length of the whole text, in characters as Unicode counts them
   */
  public static Outside of(String beginning, int longest, int length) {
    if (longest < 0 || longest > LONGEST) {
      throw new IllegalArgumentException(
          "A text from outside is cut to 0 to " + LONGEST + " characters, not to " + longest);
    }
    StringBuilder shown = new StringBuilder(Math.min(beginning.length(), longest));
    int taken = 0;
    for (int i = 0; i < beginning.length(); ) {
      int character = beginning.codePointAt(i);
      int before = shown.length();
      append(character, shown);
      if (shown.length() > longest) {
        shown.setLength(before);
        break;
      }
      i += Character.charCount(character);
      taken++;
    }
    return new Outside(shown.toString(), taken < length ? Optional.of(length) : Optional.empty());
  }

  /**
   * @throws IllegalArgumentException if something in the text cannot be seen; quotes nothing of it
   */
  static void requireVisible(String text) {
    if (!text.codePoints().allMatch(Outside::isVisible)) {
      throw new IllegalArgumentException(
          "The text holds characters that cannot be seen; make it with Outside.of(…)");
    }
  }

  private static void append(int character, StringBuilder out) {
    if (isVisible(character)) {
      out.appendCodePoint(character);
      return;
    }
    switch (character) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> out.append("\\u{").append(Integer.toHexString(character)).append('}');
    }
  }

  private static boolean isVisible(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> !isIgnorable(character);
    };
  }

  /**
   * What Unicode calls default ignorable beside the format characters, and blank letters: a text
   * can be hidden in them, one bit or byte each.
   */
  private static boolean isIgnorable(int character) {
    return character == 0x034F
        || character == 0x115F
        || character == 0x1160
        || character == 0x17B4
        || character == 0x17B5
        || character >= 0x180B && character <= 0x180F
        || character == 0x2800
        || character == 0x3164
        || character >= 0xFE00 && character <= 0xFE0F
        || character == 0xFFA0
        || character >= 0xE0000 && character <= 0xE0FFF;
  }
}
