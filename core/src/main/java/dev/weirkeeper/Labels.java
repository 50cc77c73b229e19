package dev.weirkeeper;

import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The verdict of a judge on each row of a batch, given once. A row without violations is good. */
public final class Labels {
  private final BitSet bad = new BitSet();
  private final Map<Integer, Set<Violation>> violations = new HashMap<>();

  /** Labels under which all rows are good. */
  public static Labels none() {
    return new Labels();
  }

  public void add(int row, Violation violation) {
    bad.set(row);
    violations.computeIfAbsent(row, key -> new LinkedHashSet<>()).add(violation);
  }

  public boolean good(int row) {
    return !bad.get(row);
  }

  public boolean allGood() {
    return bad.isEmpty();
  }

  public int badRows() {
    return bad.cardinality();
  }

  public List<Violation> violations(int row) {
    return List.copyOf(violations.getOrDefault(row, Set.of()));
  }
}
