package dev.weirkeeper.drift.plan;

import java.util.ArrayList;
import java.util.List;

/** Writes how the options of foreign tables and their columns change. */
final class ForeignOptions {
  private ForeignOptions() {}

  static String changed(List<String> before, List<String> after) {
    List<String> names = Sql.optionNames(before);
    List<String> actions = new ArrayList<>();
    for (String option : after) {
      if (!before.contains(option)) {
        boolean known = names.contains(Sql.optionNames(List.of(option)).get(0));
        actions.add((known ? "SET " : "ADD ") + Sql.foreignOptions(List.of(option)));
      }
    }
    List<String> left = Sql.optionNames(after);
    names.stream()
        .filter(name -> !left.contains(name))
        .forEach(name -> actions.add("DROP " + Sql.name(name)));
    return String.join(", ", actions);
  }
}
