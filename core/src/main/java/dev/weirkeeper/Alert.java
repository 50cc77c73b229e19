package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that a person should look at.
 *
 * @param subject id of the act or of the request, or the name of what was frozen
 * @param what for people, without values and secrets
 */
public record Alert(Kind kind, Instant at, String subject, Optional<Asset> asset, String what) {
  /** What it is about. */
  public enum Kind {
    /** An act may have happened, and nobody knows; {@link Toolbox#settle} it. */
    UNKNOWN,
    /** A class of acts, or all, are frozen; {@link Toolbox#thaw} it. */
    FROZEN,
    /** Somebody asks for leave; {@link Toolbox#approvals} give it. */
    APPROVAL_WANTED
  }

  public Alert {
    requireNonNull(kind, "kind");
    requireNonNull(at, "at");
    requireNonNull(subject, "subject");
    requireNonNull(asset, "asset");
    requireNonNull(what, "what");
  }
}
