package dev.weirkeeper.contracts.read;

import java.util.Map;
import java.util.Optional;

/** Formats that documents name, as patterns of Python. */
final class Formats {
  private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";

  private static final String GROUP = "[0-9A-Fa-f]{1,4}";

  /** Those that the pattern says exactly. */
  private static final Map<String, String> EXACT =
      Map.of(
          "uuid",
          "\\A[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\\Z",
          "ipv4",
          "\\A(?:" + OCTET + "\\.){3}" + OCTET + "\\Z",
          "byte",
          "\\A(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\\Z");

  /** Those whose grammar is larger than the pattern. */
  private static final Map<String, String> NEARLY =
      Map.of(
          "email",
          "\\A[^@\\s]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,63}\\Z",
          "hostname",
          "\\A(?=.{1,253}\\Z)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
              + "(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\\Z",
          "uri",
          "\\A[A-Za-z][A-Za-z0-9+.-]*:[^\\s<>\"{}|\\\\^`]+\\Z",
          "ipv6",
          "\\A(?:(?:" + GROUP + ":){7}" + GROUP + "|(?=.*::)(?!.*::.*::)[0-9A-Fa-f:.]{2,45})\\Z",
          "date-time",
          "\\A[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]+)?"
              + "(?:[Zz]|[+-][0-9]{2}:[0-9]{2})\\Z",
          "time",
          "\\A[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})?\\Z");

  private Formats() {}

  static Optional<String> exactly(String format) {
    return Optional.ofNullable(EXACT.get(format));
  }

  static Optional<String> nearly(String format) {
    return Optional.ofNullable(NEARLY.get(format));
  }

  /**
   * A format of Java's DateTimeFormatter as one of Python's strptime; empty if Python has none of
   * this meaning.
   */
  static Optional<String> strptime(String java) {
    StringBuilder python = new StringBuilder();
    int at = 0;
    while (at < java.length()) {
      char c = java.charAt(at);
      int end = at;
      while (end < java.length() && java.charAt(end) == c) {
        end++;
      }
      if (c == '\'') {
        int close = java.indexOf('\'', at + 1);
        if (close < 0) {
          return Optional.empty();
        }
        python.append(java, at + 1, close);
        at = close + 1;
        continue;
      }
      String letters = java.substring(at, end);
      if (Character.isLetter(c)) {
        Optional<String> directive = directive(letters);
        if (directive.isEmpty()) {
          return Optional.empty();
        }
        python.append(directive.get());
      } else {
        python.append(c == '%' ? "%%".repeat(letters.length()) : letters);
      }
      at = end;
    }
    return Optional.of(python.toString());
  }

  private static Optional<String> directive(String letters) {
    return Optional.ofNullable(
        switch (letters) {
          case "yyyy", "uuuu" -> "%Y";
          case "MM" -> "%m";
          case "dd" -> "%d";
          case "HH" -> "%H";
          case "mm" -> "%M";
          case "ss" -> "%S";
          case "SSSSSS" -> "%f";
          case "Z", "XX", "XXX", "xx", "xxx" -> "%z";
          default -> null;
        });
  }
}
