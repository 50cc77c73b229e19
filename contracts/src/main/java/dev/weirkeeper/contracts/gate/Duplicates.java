package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Which of several rows with one value break a rule of uniqueness. A row whose value the target
 * holds already breaks it in any case.
 *
 * @param by columns by which the first one is found, ascending, NULL last; the order of the input
 *     decides between equal ones
 */
public record Duplicates(Keep keep, List<String> by) {

  /** Which copy stays. */
  public enum Keep {
    NONE,
    FIRST
  }

  public Duplicates {
    requireNonNull(keep, "keep");
    by = List.copyOf(by);
  }

  /** All copies are bad: nobody knows which one is right. */
  public static Duplicates allBad() {
    return new Duplicates(Keep.NONE, List.of());
  }

  /** The first copy is good, among those that break no rule about single rows. */
  public static Duplicates keepFirst(String... by) {
    return new Duplicates(Keep.FIRST, List.of(by));
  }
}
