package dev.weirkeeper.drift.dialect;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A default that is one constant, as PostgreSQL's catalog writes it. Whatever else stands there is
 * computed per row, and a target must never compute it again.
 *
 * @param value its text
 */
record Constant(String value, Form form) {

  /** How it stands in a statement. */
  enum Form {
    /** Digits or a truth value, the same in all systems. */
    BARE,
    TEXT
  }

  private static final Pattern NUMBER = Pattern.compile("\\(?(-?\\d+(?:\\.\\d+)?)\\)?");
  private static final Pattern TEXT =
      Pattern.compile(
          "'((?:[^'\\\\]|'')*)'(?:::[a-z\"][a-zA-Z0-9_ .\"()\\[\\]]*)?", Pattern.DOTALL);

  static Optional<Constant> of(String expression) {
    if (expression.equals("true") || expression.equals("false")) {
      return Optional.of(new Constant(expression, Form.BARE));
    }
    Matcher number = NUMBER.matcher(expression);
    if (number.matches()) {
      return Optional.of(new Constant(number.group(1), Form.BARE));
    }
    Matcher text = TEXT.matcher(expression);
    // now() and the like are constants of a statement: 'now'::text is not one of ours.
    return text.matches() && !text.group(1).equalsIgnoreCase("now")
        ? Optional.of(new Constant(text.group(1).replace("''", "'"), Form.TEXT))
        : Optional.empty();
  }

  String in(Syntax syntax, String type) {
    return form == Form.BARE ? value : "CAST(" + syntax.text(value) + " AS " + type + ")";
  }
}
