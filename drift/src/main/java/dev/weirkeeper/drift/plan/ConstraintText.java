package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Constraint;
import java.util.Map;
import java.util.regex.Pattern;

/** Compares what the catalog writes of constraints. */
final class ConstraintText {
  private static final String REFERENCES = ") REFERENCES ";
  private static final String NOT_VALID = " NOT VALID";

  /** What says when and whether it is held, and not what. */
  private static final Pattern ENFORCEMENT =
      Pattern.compile("( NOT VALID| NOT ENFORCED| DEFERRABLE| INITIALLY DEFERRED)+$");

  private ConstraintText() {}

  /** The definition without {@code NOT VALID}, which {@link Constraint#validity} says. */
  static String bare(String definition) {
    return definition.endsWith(NOT_VALID)
        ? definition.substring(0, definition.length() - NOT_VALID.length())
        : definition;
  }

  /**
   * Whether two constraints say the same, as far as their definitions go.
   *
   * @param columns new names of columns of the table
   * @param referenced new names of columns of the table that a foreign key refers to
   */
  static boolean same(
      Names names,
      Constraint old,
      Constraint now,
      Map<String, String> columns,
      Map<String, String> referenced) {
    if (old.kind() != now.kind()) {
      return false;
    }
    String before = bare(old.definition());
    String after = bare(now.definition());
    int other = before.indexOf(REFERENCES);
    int otherNow = after.indexOf(REFERENCES);
    if (now.kind() != Constraint.Kind.FOREIGN_KEY || other < 0 || otherNow < 0) {
      return names.same(before, after, columns);
    }
    int end = closed(before, other);
    int endNow = closed(after, otherNow);
    return names.same(before.substring(0, other), after.substring(0, otherNow), columns)
        && names.same(before.substring(other, end), after.substring(otherNow, endNow), referenced)
        && names.same(before.substring(end), after.substring(endNow), columns);
  }

  /** Behind the columns of the other table. */
  private static int closed(String definition, int references) {
    boolean quoted = false;
    for (int i = references + REFERENCES.length(); i < definition.length(); i++) {
      char c = definition.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ')' && !quoted) {
        return i + 1;
      }
    }
    return definition.length();
  }

  static boolean onlyEnforcement(Constraint old, Constraint now) {
    return !old.definition().equals(now.definition())
        && ENFORCEMENT
            .matcher(old.definition())
            .replaceAll("")
            .equals(ENFORCEMENT.matcher(now.definition()).replaceAll(""));
  }
}
