package dev.weirkeeper.contracts.gx;

import dev.weirkeeper.contracts.Rule;

/** Makes a rule of the arguments of one type of expectation. Pure. */
@FunctionalInterface
interface Mapping {
  /**
   * The rule, without severity, condition and share: those are the same for all expectations.
   *
   * @throws UnsupportedException if it cannot be judged with these arguments
   * @throws IllegalArgumentException if an argument is malformed; use {@link Kwargs#malformed}, or
   *     let what a factory of {@link Rule} throws pass
   */
  Rule rule(Kwargs kwargs) throws UnsupportedException;
}
