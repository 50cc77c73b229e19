package dev.weirkeeper.drift.taxonomy;

import java.util.EnumSet;
import java.util.Set;

/** What a schema registry demands of a new version of a subject (Confluent's names). */
public enum RegistryMode {
  NONE,
  BACKWARD,
  BACKWARD_TRANSITIVE,
  FORWARD,
  FORWARD_TRANSITIVE,
  FULL,
  FULL_TRANSITIVE;

  /** The axes that must hold. */
  public Set<Axis> axes() {
    return switch (this) {
      case NONE -> EnumSet.noneOf(Axis.class);
      case BACKWARD, BACKWARD_TRANSITIVE -> EnumSet.of(Axis.NEW_READS_OLD);
      case FORWARD, FORWARD_TRANSITIVE -> EnumSet.of(Axis.OLD_READS_NEW);
      case FULL, FULL_TRANSITIVE -> EnumSet.of(Axis.NEW_READS_OLD, Axis.OLD_READS_NEW);
    };
  }

  /** Whether they must hold against all former versions, not only the last. */
  public boolean transitive() {
    return name().endsWith("_TRANSITIVE");
  }

  /** Whether all that this mode demands is demanded by the other: loosening is drift. */
  public boolean impliedBy(RegistryMode other) {
    return other.axes().containsAll(axes()) && (other.transitive() || !transitive());
  }
}
