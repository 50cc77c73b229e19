package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.drift.taxonomy.NameSimilarity.Words;
import dev.weirkeeper.drift.taxonomy.RenameEvidence.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How much speaks for a rename, from 0 to 1, and what. It orders questions and decides nothing. */
final class RenameScore {
  private static final double SHAPE = 0.35;
  private static final double NEIGHBOURS = 0.25;
  private static final double NAME = 0.2;
  private static final double COMMENT = 0.1;
  private static final double MEMBERSHIP = 0.1;

  /** From here on two names are called alike. */
  private static final double LIKE = 0.5;

  private final RenameEvidence evidence;
  private final Neighbours neighbours;
  private final Map<String, Words> words = new HashMap<>();

  RenameScore(List<Renamable> before, List<Renamable> after, RenameEvidence evidence) {
    this.evidence = evidence;
    this.neighbours = new Neighbours(before, after);
  }

  double of(Renamable was, Renamable now) {
    double score =
        (was.shape().equals(now.shape()) ? SHAPE : 0)
            + NEIGHBOURS * neighbours.alike(was.name(), now.name())
            + NAME * names(was, now)
            + COMMENT * comments(was, now)
            + MEMBERSHIP * NameSimilarity.jaccard(was.memberships(), now.memberships());
    // What values say outweighs how things look.
    return counted(was, now).map(values -> (score + 3 * values.share()) / 4).orElse(score);
  }

  List<String> reasons(Renamable was, Renamable now) {
    List<String> reasons = new ArrayList<>();
    if (was.shape().equals(now.shape())) {
      reasons.add("the same " + (was.kind().equals("column") ? "type" : "definition"));
    }
    if (neighbours.alike(was.name(), now.name()) == 1) {
      reasons.add("between the same neighbours");
    }
    if (names(was, now) >= LIKE) {
      reasons.add("like names");
    }
    if (comments(was, now) == 1) {
      reasons.add("the same comment");
    }
    if (NameSimilarity.jaccard(was.memberships(), now.memberships()) == 1) {
      reasons.add("takes part in the same keys and indexes");
    }
    counted(was, now).map(RenameScore::reason).ifPresent(reasons::add);
    return reasons;
  }

  static String reason(Values counted) {
    return counted.equal() + " of " + counted.rows() + " rows have equal values";
  }

  private Optional<Values> counted(Renamable was, Renamable now) {
    return evidence.values(now.scope(), was.name(), now.name()).filter(values -> values.rows() > 0);
  }

  private double names(Renamable was, Renamable now) {
    return NameSimilarity.of(words(was.name()), words(now.name()));
  }

  private Words words(String name) {
    return words.computeIfAbsent(name, Words::of);
  }

  /** One comment for both; or one that says the other's name. */
  private double comments(Renamable was, Renamable now) {
    if (was.comment().isEmpty() && now.comment().isEmpty()) {
      return 0;
    }
    if (was.comment().equals(now.comment())) {
      return 1;
    }
    return says(was.comment(), now.name()) || says(now.comment(), was.name()) ? 0.5 : 0;
  }

  private boolean says(Optional<String> comment, String name) {
    Set<String> said = words(name).words();
    return comment.isPresent() && !said.isEmpty() && words(comment.get()).words().containsAll(said);
  }
}
