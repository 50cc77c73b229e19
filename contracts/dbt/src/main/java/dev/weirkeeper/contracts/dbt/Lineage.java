package dev.weirkeeper.contracts.dbt;

import dev.weirkeeper.Outside;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds what is built from what failed. Confined to one thread. */
final class Lineage {
  private static final int NAMED = 20;
  static final int LONGEST_NAME = 200;

  private final Manifest manifest;
  private final Map<Set<String>, TestReport.Downstream> known = new HashMap<>();

  Lineage(Manifest manifest) {
    this.manifest = manifest;
  }

  /** All that depends on any of the nodes, at whatever distance. */
  TestReport.Downstream below(Collection<String> ids) {
    return known.computeIfAbsent(Set.copyOf(ids), this::found);
  }

  private TestReport.Downstream found(Set<String> ids) {
    Set<String> seen = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(ids.stream().sorted().toList());
    while (!open.isEmpty()) {
      for (String child : manifest.children().getOrDefault(open.removeFirst(), List.of())) {
        if (!ids.contains(child) && seen.add(child)) {
          open.addLast(child);
        }
      }
    }
    int models = 0;
    int exposures = 0;
    List<Outside> nearest = new ArrayList<>();
    for (String id : seen) {
      models += id.startsWith("model.") ? 1 : 0;
      exposures += id.startsWith("exposure.") ? 1 : 0;
      if (nearest.size() < NAMED) {
        nearest.add(Outside.of(id, LONGEST_NAME));
      }
    }
    return new TestReport.Downstream(models, exposures, seen.size() - models - exposures, nearest);
  }
}
