package dev.weirkeeper;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The budgets of a host. A tool that no budget names has one of its own: 120 acts an hour; if it is
 * DESTRUCTIVE, 6 acts an hour on 3 tables with 100,000 rows, and ten minutes between two acts on a
 * table.
 *
 * @param named the first that names a tool is the tool's
 * @param alarms when so many assets alarm within {@code alarmWindow}, all acts are frozen until a
 *     person thaws them: a common cause upstream is likelier than as many accidents
 */
public record Budgets(List<Budget> named, int alarms, Duration alarmWindow) {
  public static final Budgets STANDARD = new Budgets(List.of(), 3, Duration.ofMinutes(10));

  public Budgets {
    named = List.copyOf(named);
    if (alarms < 1 || alarmWindow.isNegative() || alarmWindow.compareTo(Budget.LONGEST) > 0) {
      throw new IllegalArgumentException(
          "All acts are frozen after at least 1 alarm within at most " + Budget.LONGEST);
    }
    if (named.stream().map(Budget::name).distinct().count() < named.size()) {
      throw new IllegalArgumentException("Two budgets have one name; merge or rename them");
    }
  }

  /** With a budget for the tools that none before it names. */
  public Budgets with(Budget budget) {
    return new Budgets(
        Stream.concat(named.stream(), Stream.of(budget)).toList(), alarms, alarmWindow);
  }

  /** Freezes all acts when so many assets alarm. */
  public Budgets freezeAllAfter(int assets, Duration within) {
    return new Budgets(named, assets, within);
  }

  /** The budget that a tool draws on. */
  public Budget of(ToolSpec tool) {
    return named.stream()
        .filter(budget -> budget.tools().stream().anyMatch(pattern -> pattern.matches(tool.name())))
        .findFirst()
        .orElseGet(() -> ofItsOwn(tool));
  }

  private static Budget ofItsOwn(ToolSpec tool) {
    Budget own = Budget.of(tool.name(), tool.name());
    return tool.effect() == Effect.DESTRUCTIVE
        ? own.acts(6).rows(100_000).tables(3).coolDown(Duration.ofMinutes(10))
        : own.acts(120);
  }
}
