package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

/** A rename that is certain enough to act upon. Names are from outside. */
public record Rename(String kind, String scope, String from, String to, Basis basis) {

  /** What makes it certain. */
  public enum Basis {
    /** The system gives both one identity. */
    IDENTITY,
    /** The owner says so. */
    DECLARED,
    /** Their values are equal, and those of no other pair are. The identity may be another one. */
    VALUES
  }

  public Rename {
    requireNonNull(kind, "kind");
    requireNonNull(scope, "scope");
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    requireNonNull(basis, "basis");
  }
}
