package dev.weirkeeper.drift.taxonomy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What one target makes of one row of the {@link TargetMatrix}, as its alternatives: the first
 * whose conditions hold applies. Written {@code scale-zero whole-19: M | X # the scale must stay
 * 0}: alternatives between bars, each with conditions before a colon (with an {@code @}: a trait of
 * the consumer), letters of {@link Way}, and a note behind a hash.
 */
record TargetCell(List<Alternative> alternatives) {

  record Alternative(
      List<TargetCondition> conditions, Set<String> traits, Set<Way> ways, String note) {
    Alternative {
      conditions = List.copyOf(conditions);
      traits = Set.copyOf(traits);
      ways = Set.copyOf(ways);
    }

    boolean applies(TypeExpr from, TypeExpr to, Set<String> known) {
      return known.containsAll(traits)
          && conditions.stream().allMatch(condition -> condition.holds(from, to));
    }

    Way worst() {
      return ways.stream().reduce(Way.NOTHING_TO_DO, Way::worst);
    }
  }

  TargetCell {
    alternatives = List.copyOf(alternatives);
    Alternative last = alternatives.get(alternatives.size() - 1);
    if (!last.conditions().isEmpty() || !last.traits().isEmpty()) {
      throw new IllegalArgumentException("The last alternative of a cell has no conditions");
    }
  }

  /**
   * @throws IllegalArgumentException if it is not written as a cell is
   */
  static TargetCell parse(String text) {
    List<Alternative> alternatives = new ArrayList<>();
    for (String part : text.split("\\|", -1)) {
      alternatives.add(alternative(part.strip()));
    }
    return new TargetCell(alternatives);
  }

  private static Alternative alternative(String text) {
    int hash = text.indexOf('#');
    String note = hash < 0 ? "" : text.substring(hash + 1).strip();
    String rule = hash < 0 ? text : text.substring(0, hash).strip();
    int colon = rule.indexOf(':');
    List<TargetCondition> conditions = new ArrayList<>();
    Set<String> traits = new java.util.TreeSet<>();
    if (colon >= 0) {
      for (String word : rule.substring(0, colon).strip().split(" +")) {
        if (word.startsWith("@")) {
          traits.add(word.substring(1));
        } else {
          conditions.add(TargetCondition.named(word));
        }
      }
    }
    Set<Way> ways = EnumSet.noneOf(Way.class);
    for (char letter : rule.substring(colon + 1).strip().toCharArray()) {
      ways.add(way(letter));
    }
    if (ways.isEmpty()) {
      throw new IllegalArgumentException("An alternative of a cell needs a letter");
    }
    return new Alternative(conditions, traits, ways, note);
  }

  private static Way way(char letter) {
    for (Way way : Way.values()) {
      if (way.letter() == letter) {
        return way;
      }
    }
    throw new IllegalArgumentException("No way has the letter '" + letter + "'");
  }

  Alternative of(TypeExpr from, TypeExpr to, Set<String> traits) {
    return alternatives.stream()
        .filter(alternative -> alternative.applies(from, to, traits))
        .findFirst()
        .orElseThrow();
  }
}
