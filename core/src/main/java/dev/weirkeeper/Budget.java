package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Set;

/**
 * How much one class of acts may do, whoever asks. What was spent survives a restart.
 *
 * @param name names the class in messages and in the log
 * @param tools the tools that draw on it
 * @param actsPerHour how many calls
 * @param rowsPerHour how many rows they may touch, by what the tools say beforehand
 * @param tablesPerHour on how many assets
 * @param coolDown how long an asset is left alone after an act of the class on it
 * @param failures after so many failed or unclear acts within {@code failureWindow} the class is
 *     frozen until a person thaws it
 */
public record Budget(
    String name,
    Set<NamePattern> tools,
    long actsPerHour,
    long rowsPerHour,
    long tablesPerHour,
    Duration coolDown,
    int failures,
    Duration failureWindow) {
  /** No bound: the largest whole number that JSON keeps. */
  public static final long UNLIMITED = (1L << 53) - 1;

  public Budget {
    requireNonNull(name, "name");
    tools = Set.copyOf(tools);
    requireNonNull(coolDown, "coolDown");
    requireNonNull(failureWindow, "failureWindow");
    if (name.isBlank() || name.equals(DoorEvent.ALL)) {
      throw new IllegalArgumentException(
          "A budget has a name, and '" + DoorEvent.ALL + "' means all acts, got '" + name + "'");
    }
    if (actsPerHour < 0 || rowsPerHour < 0 || tablesPerHour < 0 || coolDown.isNegative()) {
      throw new IllegalArgumentException("Budget " + name + " has a negative bound");
    }
    if (failures < 1 || failureWindow.isNegative() || failureWindow.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "Budget " + name + " freezes after at least 1 failure within at most " + LONGEST);
    }
    if (coolDown.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "Budget " + name + " cools down for longer than " + LONGEST);
    }
  }

  /** What is remembered of acts; nothing looks farther back. */
  static final Duration LONGEST = Duration.ofDays(7);

  /** A class that is frozen after two failures within a day and has no other bound yet. */
  public static Budget of(String name, String... tools) {
    return new Budget(
        name,
        NamePattern.of(tools),
        UNLIMITED,
        UNLIMITED,
        UNLIMITED,
        Duration.ZERO,
        2,
        Duration.ofDays(1));
  }

  public Budget acts(long perHour) {
    return new Budget(
        name, tools, perHour, rowsPerHour, tablesPerHour, coolDown, failures, failureWindow);
  }

  public Budget rows(long perHour) {
    return new Budget(
        name, tools, actsPerHour, perHour, tablesPerHour, coolDown, failures, failureWindow);
  }

  public Budget tables(long perHour) {
    return new Budget(
        name, tools, actsPerHour, rowsPerHour, perHour, coolDown, failures, failureWindow);
  }

  public Budget coolDown(Duration afterEachAct) {
    return new Budget(
        name,
        tools,
        actsPerHour,
        rowsPerHour,
        tablesPerHour,
        afterEachAct,
        failures,
        failureWindow);
  }

  public Budget freezeAfter(int times, Duration within) {
    return new Budget(
        name, tools, actsPerHour, rowsPerHour, tablesPerHour, coolDown, times, within);
  }
}
