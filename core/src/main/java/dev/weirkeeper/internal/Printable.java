package dev.weirkeeper.internal;

/** Text that was made elsewhere, made fit for a message. */
public final class Printable {
  private Printable() {}

  /**
   * Cut to a length in code points, and without control characters, format characters and halves.
   */
  public static String text(String text, int length) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .limit(length)
        .map(
            c ->
                Character.isISOControl(c)
                        || Character.getType(c) == Character.SURROGATE
                        || Character.getType(c) == Character.FORMAT
                    ? '?'
                    : c)
        .forEach(out::appendCodePoint);
    return out.toString();
  }

  /** The same text, with a mark for each half of a character that has no other half. */
  public static String whole(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .map(c -> Character.getType(c) == Character.SURROGATE ? '?' : c)
        .forEach(out::appendCodePoint);
    return out.toString();
  }
}
