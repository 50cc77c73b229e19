package dev.weirkeeper.contracts;

import java.util.regex.Matcher;

/**
 * Looks for a pattern of Python's {@code re} in texts, within a bound on the work: UNKNOWN where
 * the search takes too many steps. Confined to one thread.
 */
public final class TextSearch {
  private final BoundedText input = new BoundedText();
  private final Matcher matcher;

  /**
   * @throws IllegalArgumentException if Java has no pattern of this meaning; says why
   */
  public TextSearch(String regex) {
    this.matcher = PythonRegex.compile(regex).matcher(input);
  }

  /** Whether the pattern is found somewhere in the text. */
  public Expr.Truth in(String text) {
    input.read(text);
    try {
      return matcher.reset().find() ? Expr.Truth.TRUE : Expr.Truth.FALSE;
    } catch (BoundedText.TooManySteps | StackOverflowError e) {
      return Expr.Truth.UNKNOWN;
    }
  }
}
