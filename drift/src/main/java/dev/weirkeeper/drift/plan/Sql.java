package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.ObjectName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes names and texts as PostgreSQL reads them. Names are always quoted; no text from outside
 * gets into a statement in another way. Expressions and definitions are the server's own deparse.
 */
final class Sql {
  private static final int LONGEST_NAME = 63;
  private static final int NON_JOINER = 0x200c;
  private static final int JOINER = 0x200d;

  private Sql() {}

  /**
   * An identifier.
   *
   * @throws Unwritable if PostgreSQL would cut it or nobody could read it
   */
  static String name(String identifier) {
    int length = identifier.getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || length > LONGEST_NAME) {
      throw new Unwritable(
          Hazard.IDENTIFIER_TRUNCATION,
          "its name has "
              + length
              + " bytes; PostgreSQL keeps 1 to 63 and cuts the rest without"
              + " an error, so that two names can become one. Choose a shorter name");
    }
    if (identifier.codePoints().anyMatch(Sql::isControl)) {
      throw new Unwritable(
          Hazard.UNTRACKABLE_DEPENDENCY,
          "its name holds control characters, which hide in scripts and logs. Choose another name");
    }
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /** Also what turns the direction of text; joiners are parts of words and of emoji. */
  private static boolean isControl(int c) {
    return Character.isISOControl(c)
        || Character.getType(c) == Character.LINE_SEPARATOR
        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
        || Character.getType(c) == Character.FORMAT && c != JOINER && c != NON_JOINER;
  }

  static String name(ObjectName name) {
    return name.schema().isEmpty()
        ? name(name.name())
        : name(name.schema()) + "." + name(name.name());
  }

  static String names(List<String> identifiers) {
    return identifiers.stream().map(Sql::name).collect(Collectors.joining(", "));
  }

  /** A text, whatever {@code standard_conforming_strings} says. */
  static String literal(String text) {
    String doubled = text.replace("'", "''");
    return text.indexOf('\\') < 0
        ? "'" + doubled + "'"
        : "E'" + doubled.replace("\\", "\\\\") + "'";
  }

  /** What {@code to_regclass} and the like read: a qualified name in a literal. */
  static String named(ObjectName name) {
    return literal(name(name));
  }

  /** {@code name=value} pairs as {@code WITH} takes them. */
  static String options(List<String> options) {
    return options.stream()
        .map(
            option -> {
              int at = option.indexOf('=');
              return at < 0
                  ? optionName(option)
                  : optionName(option.substring(0, at)) + " = " + literal(option.substring(at + 1));
            })
        .collect(Collectors.joining(", "));
  }

  /** Options may have a namespace: {@code toast.autovacuum_enabled}. */
  private static String optionName(String option) {
    int dot = option.indexOf('.');
    return dot < 0
        ? name(option)
        : name(option.substring(0, dot)) + "." + name(option.substring(dot + 1));
  }

  static List<String> optionNames(List<String> options) {
    return options.stream()
        .map(option -> option.indexOf('=') < 0 ? option : option.substring(0, option.indexOf('=')))
        .toList();
  }

  /** {@code name 'value'} pairs as {@code OPTIONS} of foreign things takes them. */
  static String foreignOptions(List<String> options) {
    return options.stream()
        .map(
            option -> {
              int at = option.indexOf('=');
              return name(option.substring(0, at)) + " " + literal(option.substring(at + 1));
            })
        .collect(Collectors.joining(", "));
  }

  /** A name that is not written into a statement, and why. */
  static final class Unwritable extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Hazard hazard;

    Unwritable(Hazard hazard, String why) {
      super(why);
      this.hazard = hazard;
    }

    Hazard hazard() {
      return hazard;
    }
  }
}
