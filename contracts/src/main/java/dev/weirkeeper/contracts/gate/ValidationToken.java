package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

/**
 * Leave to write what was judged, and nothing else: these rows, this contract, this target, for a
 * while. Whoever has it can use it: keep it out of logs.
 *
 * @param text opaque, printable
 */
public record ValidationToken(String text) {
  public ValidationToken {
    requireNonNull(text, "text");
  }

  /** Without the text. */
  @Override
  public String toString() {
    return "ValidationToken[...]";
  }
}
