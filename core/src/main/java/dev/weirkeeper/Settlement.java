package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

/**
 * What a call that was {@link Outcome.Pending} has come to: the result of the READ tool that
 * settles it.
 *
 * @param outcome {@code Pending} again if it still goes on
 */
public record Settlement(Outcome outcome) {
  /**
   * Input of a tool that settles.
   *
   * @param handle as the {@code Pending} outcome gave it
   */
  public record Query(String handle) {
    public Query {
      requireNonNull(handle, "handle");
    }
  }

  public Settlement {
    requireNonNull(outcome, "outcome");
  }
}
