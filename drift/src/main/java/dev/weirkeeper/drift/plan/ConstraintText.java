package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Constraint;
import java.util.Map;
import java.util.regex.Pattern;

/** Compares what the catalog writes of constraints. */
final class ConstraintText {
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

  /** Whether two constraints say the same, as far as their definitions go. */
  static boolean same(Names names, Constraint old, Constraint now, Map<String, String> columns) {
    return old.kind() == now.kind()
        && names.same(bare(old.definition()), bare(now.definition()), columns);
  }

  static boolean onlyEnforcement(Constraint old, Constraint now) {
    return ENFORCEMENT
        .matcher(old.definition())
        .replaceAll("")
        .equals(ENFORCEMENT.matcher(now.definition()).replaceAll(""));
  }
}
