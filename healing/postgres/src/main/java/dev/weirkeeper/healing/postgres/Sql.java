package dev.weirkeeper.healing.postgres;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes names and values into SQL so that they stay names and values, whatever is in them. */
final class Sql {
  /** NAMEDATALEN - 1: PostgreSQL cuts longer names without an error. */
  private static final int NAME_BYTES = 63;

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_$]{0,62}");

  private Sql() {}

  /** A name in double quotes. */
  static String name(String name) throws Refusal {
    requireText(name);
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > NAME_BYTES) {
      throw new Refusal(
          "A name of "
              + bytes
              + " bytes cannot be kept by PostgreSQL, which takes 1 to "
              + NAME_BYTES
              + "; shorten it at the source or map it by hand");
    }
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  static String names(List<String> names) throws Refusal {
    StringBuilder joined = new StringBuilder();
    for (String name : names) {
      joined.append(joined.isEmpty() ? "" : ", ").append(name(name));
    }
    return joined.toString();
  }

  /** A value in single quotes that means the same under any setting of the session. */
  static String literal(String value) throws Refusal {
    requireText(value);
    String quoted = "'" + value.replace("'", "''") + "'";
    return value.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
  }

  static String literals(List<String> values) throws Refusal {
    StringBuilder joined = new StringBuilder();
    for (String value : values) {
      joined.append(joined.isEmpty() ? "" : ", ").append(literal(value));
    }
    return joined.toString();
  }

  /** A name for a message: one that is not plain came from outside and is not repeated. */
  static String shown(String name) {
    return PLAIN.matcher(name).matches() ? name : "(a name that is not plain)";
  }

  static String shown(List<String> names) {
    return names.stream().map(Sql::shown).collect(Collectors.joining(", "));
  }

  private static void requireText(String text) throws Refusal {
    if (text.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new Refusal(
          "PostgreSQL cannot keep text with a NUL character or half a surrogate pair; change it at"
              + " the source");
    }
  }
}
