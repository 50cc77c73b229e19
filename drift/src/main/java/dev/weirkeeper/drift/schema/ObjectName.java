package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an object of a database, as the catalog holds it: neither quoted nor folded.
 *
 * @param schema empty for objects that lie in no schema
 */
public record ObjectName(String schema, String name) implements Comparable<ObjectName> {
  private static final String PART = "([^\".\\s]+|\"(?:[^\"]|\"\")+\")";
  private static final Pattern WRITTEN = Pattern.compile(PART + "\\." + PART);

  public ObjectName {
    requireNonNull(schema, "schema");
    requireNonNull(name, "name");
  }

  /**
   * A qualified name as the server writes it, each part quoted or not: what {@code format_type}
   * says of types that are not its own. Empty for anything else.
   */
  public static Optional<ObjectName> written(String text) {
    Matcher parts = WRITTEN.matcher(text);
    return parts.matches()
        ? Optional.of(new ObjectName(unquoted(parts.group(1)), unquoted(parts.group(2))))
        : Optional.empty();
  }

  private static String unquoted(String part) {
    return part.startsWith("\"")
        ? part.substring(1, part.length() - 1).replace("\"\"", "\"")
        : part;
  }

  @Override
  public int compareTo(ObjectName other) {
    int bySchema = schema.compareTo(other.schema);
    return bySchema != 0 ? bySchema : name.compareTo(other.name);
  }

  /** For messages; not SQL. */
  @Override
  public String toString() {
    return schema.isEmpty() ? name : schema + "." + name;
  }
}
