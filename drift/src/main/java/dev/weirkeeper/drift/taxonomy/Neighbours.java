package dev.weirkeeper.drift.taxonomy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Where things stand among those that kept their names, before and after. */
final class Neighbours {
  /** The nearest kept name on either side, and how many places away. */
  private record Place(String left, int fromLeft, String right, int fromRight) {}

  private final Map<String, Place> before;
  private final Map<String, Place> after;

  Neighbours(List<Renamable> before, List<Renamable> after) {
    Set<String> kept = names(before);
    kept.retainAll(names(after));
    this.before = places(before, kept);
    this.after = places(after, kept);
  }

  private static Set<String> names(List<Renamable> things) {
    return things.stream().map(Renamable::name).collect(Collectors.toCollection(HashSet::new));
  }

  private static Map<String, Place> places(List<Renamable> things, Set<String> kept) {
    int count = things.size();
    String[] left = new String[count];
    int[] fromLeft = new int[count];
    String name = "";
    int away = 0;
    for (int i = 0; i < count; i++) {
      away++;
      left[i] = name;
      fromLeft[i] = away;
      if (kept.contains(things.get(i).name())) {
        name = things.get(i).name();
        away = 0;
      }
    }
    Map<String, Place> places = new HashMap<>();
    name = "";
    away = 0;
    for (int i = count - 1; i >= 0; i--) {
      away++;
      places.put(things.get(i).name(), new Place(left[i], fromLeft[i], name, away));
      if (kept.contains(things.get(i).name())) {
        name = things.get(i).name();
        away = 0;
      }
    }
    return places;
  }

  /** 1 if both neighbours are the same, 0.5 if one is, else 0. */
  double alike(String was, String now) {
    Place old = before.get(was);
    Place young = after.get(now);
    if (old == null || young == null) {
      return 0;
    }
    double alike = 0;
    if (old.left().equals(young.left()) && old.fromLeft() == young.fromLeft()) {
      alike += 0.5;
    }
    if (old.right().equals(young.right()) && old.fromRight() == young.fromRight()) {
      alike += 0.5;
    }
    return alike;
  }
}
