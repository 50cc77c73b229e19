package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.drift.taxonomy.RenameEvidence.Declared;
import dev.weirkeeper.drift.taxonomy.RenameEvidence.Values;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Finds out what was renamed where names are all that two versions have, or nearly all: the things
 * of one kind in one scope, in their order, before and after. A guess is never a rename. Identity,
 * a declaration, or values decide; everything else is asked, with what speaks for it: the same
 * shape, the same neighbours, like names, comment, what it takes part in. Pure; used once.
 *
 * <p>Values decide where the two agree in {@value #ENOUGH_EQUAL} of at least {@value #ENOUGH_ROWS}
 * rows with {@value #ENOUGH_DISTINCT} values at least (columns of zeros agree by chance), where
 * every other pair that either could belong to was counted as well, and where none of those agrees
 * half as often.
 */
public final class RenameCandidates {
  static final double ENOUGH_EQUAL = 0.99;
  static final long ENOUGH_ROWS = 1_000;
  static final long ENOUGH_DISTINCT = 50;
  private static final double MARGIN = 2;

  /** Less than this is out of the question. */
  private static final double LEAST = 0.25;

  private static final int SHOWN = 3;

  /** More pairs than this are not sorted out among each other: the answer would be no better. */
  private static final int MOST_PAIRS = 250_000;

  private final List<Renamable> before;
  private final List<Renamable> after;
  private final RenameEvidence evidence;
  private final List<Rename> renames = new ArrayList<>();
  private final Set<String> settledBefore = new HashSet<>();
  private final Set<String> settledAfter = new HashSet<>();

  private RenameCandidates(List<Renamable> before, List<Renamable> after, RenameEvidence evidence) {
    this.before = List.copyOf(before);
    this.after = List.copyOf(after);
    this.evidence = evidence;
  }

  /**
   * @param before all things of one kind in one scope, in their order
   * @param after the same later; the scope may have another name
   * @throws IllegalArgumentException if they are of several kinds, or a name is there twice
   */
  public static RenameFindings between(
      List<Renamable> before, List<Renamable> after, RenameEvidence evidence) {
    check(before);
    check(after);
    if (before.isEmpty() || after.isEmpty()) {
      return new RenameFindings(List.of(), List.of());
    }
    if (!before.get(0).kind().equals(after.get(0).kind())) {
      throw new IllegalArgumentException("Things of two kinds are no renames of each other");
    }
    return new RenameCandidates(before, after, evidence).find();
  }

  private static void check(List<Renamable> things) {
    Set<String> names = new HashSet<>();
    for (Renamable thing : things) {
      if (!names.add(thing.name())) {
        throw new IllegalArgumentException("Two things in one scope have one name");
      }
      if (!thing.kind().equals(things.get(0).kind())
          || !thing.scope().equals(things.get(0).scope())) {
        throw new IllegalArgumentException("Compare things of one kind in one scope");
      }
    }
  }

  private RenameFindings find() {
    byIdentity();
    byDeclaration();
    byValues();
    List<RenameQuestion> questions = new ArrayList<>(questions());
    questions.addAll(moved());
    return new RenameFindings(renames, questions);
  }

  private void settle(Renamable from, Renamable to, Rename.Basis basis) {
    renames.add(new Rename(to.kind(), to.scope(), from.name(), to.name(), basis));
    settledBefore.add(from.name());
    settledAfter.add(to.name());
  }

  private static Optional<Renamable> named(List<Renamable> things, String name) {
    return things.stream().filter(thing -> thing.name().equals(name)).findFirst();
  }

  /** What has an identity is another thing than all that have another one. */
  private void byIdentity() {
    for (Renamable now : after) {
      if (now.identity().isEmpty()) {
        continue;
      }
      before.stream()
          .filter(was -> was.identity().equals(now.identity()))
          .findFirst()
          .filter(was -> !was.name().equals(now.name()))
          .ifPresent(was -> settle(was, now, Rename.Basis.IDENTITY));
    }
  }

  private boolean gone(Renamable was) {
    return !settledBefore.contains(was.name()) && named(after, was.name()).isEmpty();
  }

  private boolean come(Renamable now) {
    return !settledAfter.contains(now.name()) && named(before, now.name()).isEmpty();
  }

  /** Two identities that are known and differ contradict whatever else is said. */
  private static boolean possible(Renamable was, Renamable now) {
    return was.identity().isEmpty()
        || now.identity().isEmpty()
        || was.identity().equals(now.identity());
  }

  /**
   * A declaration counts where the old name is gone and the new one is new: an old declaration that
   * stays in a file says nothing any more, and two of one name say nothing at all.
   */
  private void byDeclaration() {
    List<Declared> here =
        evidence.declared().stream()
            .filter(
                said ->
                    said.kind().equals(after.get(0).kind())
                        && said.scope().equals(after.get(0).scope()))
            .distinct()
            .toList();
    for (Declared said : here) {
      boolean once =
          here.stream().filter(other -> other.from().equals(said.from())).count() == 1
              && here.stream().filter(other -> other.to().equals(said.to())).count() == 1;
      Optional<Renamable> was = named(before, said.from());
      Optional<Renamable> now = named(after, said.to());
      if (once
          && was.isPresent()
          && now.isPresent()
          && gone(was.get())
          && come(now.get())
          && possible(was.get(), now.get())) {
        settle(was.get(), now.get(), Rename.Basis.DECLARED);
      }
    }
  }

  private Optional<Values> values(Renamable was, Renamable now) {
    return evidence.values(now.scope(), was.name(), now.name());
  }

  private static boolean decisive(Values counted) {
    return counted.rows() >= ENOUGH_ROWS
        && counted.distinct() >= ENOUGH_DISTINCT
        && counted.share() >= ENOUGH_EQUAL;
  }

  private void byValues() {
    List<Renamable> goneOnes = before.stream().filter(this::gone).toList();
    List<Renamable> newOnes = after.stream().filter(this::come).toList();
    for (Renamable was : goneOnes) {
      for (Renamable now : newOnes) {
        Optional<Values> counted = values(was, now);
        if (counted.isPresent()
            && decisive(counted.get())
            && newOnes.stream()
                .filter(other -> !other.equals(now))
                .allMatch(other -> farBelow(values(was, other), counted.get()))
            && goneOnes.stream()
                .filter(other -> !other.equals(was))
                .allMatch(other -> farBelow(values(other, now), counted.get()))) {
          settle(was, now, Rename.Basis.VALUES);
        }
      }
    }
  }

  /** What was not counted could be as good. */
  private static boolean farBelow(Optional<Values> other, Values best) {
    return other.isPresent()
        && other.get().rows() >= ENOUGH_ROWS
        && other.get().share() * MARGIN <= best.share();
  }

  private List<RenameQuestion> questions() {
    List<Renamable> goneOnes = before.stream().filter(this::gone).toList();
    List<Renamable> newOnes = after.stream().filter(this::come).toList();
    if (goneOnes.isEmpty() || newOnes.isEmpty()) {
      return List.of();
    }
    RenameScore likeness = new RenameScore(before, after, evidence);
    boolean few = (long) goneOnes.size() * newOnes.size() <= MOST_PAIRS;
    double[][] scores = new double[few ? goneOnes.size() : 0][newOnes.size()];
    List<List<RenameQuestion.Candidate>> candidates = new ArrayList<>();
    for (int i = 0; i < goneOnes.size(); i++) {
      Renamable was = goneOnes.get(i);
      double[] row = new double[newOnes.size()];
      for (int j = 0; j < row.length; j++) {
        double score = possible(was, newOnes.get(j)) ? likeness.of(was, newOnes.get(j)) : 0;
        row[j] = score >= LEAST ? score : 0;
      }
      if (few) {
        scores[i] = row;
      }
      candidates.add(
          IntStream.range(0, row.length)
              .filter(j -> row[j] > 0)
              .boxed()
              .sorted(
                  Comparator.comparingDouble((Integer j) -> -row[j])
                      .thenComparing(j -> newOnes.get(j).name()))
              .limit(SHOWN)
              .map(
                  j ->
                      new RenameQuestion.Candidate(
                          newOnes.get(j).name(), row[j], likeness.reasons(was, newOnes.get(j))))
              .toList());
    }
    int[] best = Assignment.best(scores);
    List<RenameQuestion> questions = new ArrayList<>();
    for (int i = 0; i < goneOnes.size(); i++) {
      if (!candidates.get(i).isEmpty()) {
        questions.add(
            new RenameQuestion(
                goneOnes.get(i).kind(),
                newOnes.get(0).scope(),
                goneOnes.get(i).name(),
                candidates.get(i),
                few && best[i] >= 0 ? Optional.of(newOnes.get(best[i]).name()) : Optional.empty()));
      }
    }
    return questions;
  }

  /** Values that went to another name while their own name stayed: swapped, or handed on. */
  private List<RenameQuestion> moved() {
    List<RenameQuestion> questions = new ArrayList<>();
    for (Renamable was : before) {
      if (settledBefore.contains(was.name()) || named(after, was.name()).isEmpty()) {
        continue;
      }
      Optional<Values> stayed = values(was, named(after, was.name()).orElseThrow());
      List<RenameQuestion.Candidate> candidates = new ArrayList<>();
      for (Renamable now : after) {
        Optional<Values> counted = values(was, now);
        if (!now.name().equals(was.name())
            && !settledAfter.contains(now.name())
            && possible(was, now)
            && counted.isPresent()
            && decisive(counted.get())
            && farBelow(stayed, counted.get())) {
          candidates.add(
              new RenameQuestion.Candidate(
                  now.name(), counted.get().share(), List.of(RenameScore.reason(counted.get()))));
        }
      }
      if (!candidates.isEmpty()) {
        questions.add(
            new RenameQuestion(
                was.kind(), after.get(0).scope(), was.name(), candidates, Optional.empty()));
      }
    }
    return questions;
  }
}
