package dev.weirkeeper.drift.plan;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * How a migration is planned.
 *
 * @param retired what the name of a column is given before it is dropped, so that it can be found
 *     and taken back: a date, for instance; lower-case letters, digits and underscores
 * @param target the system that the database is, as the host named it, if it lies within a role
 *     boundary: steps that a typed act can do then say so
 */
public record PlanOptions(
    Style style, Destruction destruction, String retired, Optional<String> target) {
  private static final int LONGEST = 20;

  public PlanOptions {
    requireNonNull(style, "style");
    requireNonNull(destruction, "destruction");
    requireNonNull(retired, "retired");
    requireNonNull(target, "target");
    if (!retired.matches("[a-z0-9_]{1," + LONGEST + "}")) {
      throw new IllegalArgumentException(
          "The mark of retired columns is 1 to "
              + LONGEST
              + " lower-case letters, digits and underscores");
    }
  }

  /** For a database that is in use: nothing blocks for long, nothing is destroyed. */
  public static PlanOptions online() {
    return new PlanOptions(Style.ONLINE, Destruction.REFUSE, "retired", Optional.empty());
  }

  /** For a database that nobody else uses: few plain statements; nothing is destroyed. */
  public static PlanOptions direct() {
    return new PlanOptions(Style.DIRECT, Destruction.REFUSE, "retired", Optional.empty());
  }

  public PlanOptions with(Destruction allowed) {
    return new PlanOptions(style, allowed, retired, target);
  }

  public PlanOptions retiredAs(String mark) {
    return new PlanOptions(style, destruction, mark, target);
  }

  /** For a database within a role boundary. */
  public PlanOptions within(String targetSystem) {
    return new PlanOptions(style, destruction, retired, Optional.of(targetSystem));
  }

  /** What the database is doing meanwhile. */
  public enum Style {
    /** Others read and write: the safest sequence for each change, in many steps. */
    ONLINE,
    /** Empty, at rest or a rehearsal: the plain statement for each change. */
    DIRECT
  }

  /** What happens with changes that destroy: dropping, and types that hold less. */
  public enum Destruction {
    REFUSE,
    /** What does not fit into a smaller type still stops the step; nothing is cut silently. */
    ALLOW
  }
}
