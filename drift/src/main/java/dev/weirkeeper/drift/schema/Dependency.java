package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

/**
 * One thing of a database that cannot be without another, as {@code pg_depend} has it. A part does
 * not name the whole that it is in.
 */
public record Dependency(Item dependent, Item on) {
  public Dependency {
    requireNonNull(dependent, "dependent");
    requireNonNull(on, "on");
  }
}
