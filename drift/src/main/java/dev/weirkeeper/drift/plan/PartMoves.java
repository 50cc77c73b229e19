package dev.weirkeeper.drift.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Gives the parts of one table or type their new names: columns, constraints, labels. Parts that
 * pass names on to each other get them in one transaction, see {@link NameMoves}.
 */
final class PartMoves {
  private final RenameSteps steps;
  private final Consumer<String> giveAway;
  private final Rename park;
  private final Rename rename;

  /** What is done with one rename. */
  @FunctionalInterface
  interface Rename {
    void from(String old, String now);
  }

  /**
   * @param giveAway told first of each part that nobody renames and that has a name which is wanted
   * @param park told that such a part, which is dropped later, has another name until then
   * @param rename writes a step
   */
  PartMoves(RenameSteps steps, Consumer<String> giveAway, Rename park, Rename rename) {
    this.steps = steps;
    this.giveAway = giveAway;
    this.park = park;
    this.rename = rename;
  }

  /**
   * @param renames all parts that stay, by their old names
   * @param taken the names of all parts that are there
   */
  void perform(Map<String, String> renames, Set<String> taken) {
    Map<String, String> open = new TreeMap<>(renames);
    open.entrySet().removeIf(each -> each.getKey().equals(each.getValue()));
    Set<String> held = new HashSet<>(taken);
    for (List<String> group : groups(open)) {
      steps.atOnce(
          () -> {
            group.forEach(old -> clear(open.getOrDefault(old, old), renames, held));
            inTurn(group, open, held);
          });
    }
  }

  private static List<List<String>> groups(Map<String, String> open) {
    List<List<String>> groups = new ArrayList<>();
    for (Map.Entry<String, String> each : open.entrySet()) {
      List<String> joined = new ArrayList<>();
      for (List<String> group : List.copyOf(groups)) {
        boolean touches =
            group.stream()
                .anyMatch(
                    old -> old.equals(each.getValue()) || each.getKey().equals(open.get(old)));
        if (touches) {
          joined.addAll(group);
          groups.remove(group);
        }
      }
      joined.add(each.getKey());
      groups.add(joined);
    }
    return groups;
  }

  private void clear(String wanted, Map<String, String> renames, Set<String> taken) {
    if (taken.contains(wanted) && !renames.containsKey(wanted)) {
      giveAway.accept(wanted);
      String aside = Leftovers.name("old", wanted);
      rename.from(wanted, aside);
      park.from(wanted, aside);
      taken.remove(wanted);
      taken.add(aside);
    }
  }

  private void inTurn(List<String> group, Map<String, String> open, Set<String> taken) {
    List<String> waiting = new ArrayList<>(group);
    Map<String, String> current = new HashMap<>();
    while (!waiting.isEmpty()) {
      String next =
          waiting.stream()
              .filter(old -> !taken.contains(open.getOrDefault(old, old)))
              .findFirst()
              .orElse(waiting.get(0));
      String now = open.getOrDefault(next, next);
      String old = current.getOrDefault(next, next);
      waiting.remove(next);
      taken.remove(old);
      if (taken.contains(now)) {
        String aside = Leftovers.name("swap", old);
        rename.from(old, aside);
        taken.add(aside);
        current.put(next, aside);
        waiting.add(next);
      } else {
        rename.from(old, now);
        taken.add(now);
      }
    }
  }
}
