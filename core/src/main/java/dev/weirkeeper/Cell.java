package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A value as an agent or a person may see it: text from outside that is marked as such, or the
 * reason why there is none. In JSON each says by {@code "is"} what it is.
 */
public sealed interface Cell permits Outside, Cell.Null, Cell.Masked {

  /** There is no value. */
  record Null() implements Cell {}

  /**
   * The host hides the value.
   *
   * @param by how
   * @param text what the mask leaves to be seen: a pseudonym, or the value's end; empty if nothing
   */
  record Masked(Mask by, Optional<String> text) implements Cell {
    public Masked {
      requireNonNull(by, "by");
      text.ifPresent(Outside::requireVisible);
    }
  }
}
