package dev.weirkeeper.drift.profile;

import dev.weirkeeper.drift.profile.ProfileDetail.DateOrderChange;
import dev.weirkeeper.drift.profile.ProfileDetail.Measured;
import dev.weirkeeper.drift.profile.ProfileDetail.ShapeShare;
import dev.weirkeeper.drift.profile.ProfileDetail.UnseenLabel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/** What is concluded from the texts of a column: their labels and their form. */
final class TextChecks {
  private static final int SHOWN_LABELS = 5;
  private static final int SHOWN_SHAPES = 4;

  /** A history in which more than this part was always new has no domain to leave. */
  private static final double OPEN = 0.1;

  /** Texts that must tell the order of day and month before it can change. */
  private static final long LEAST_DATES = 20;

  /** Texts that must contradict it. */
  private static final long LEAST_CONTRADICTIONS = 3;

  private static final double UNLIKELY = 1e-6;

  private TextChecks() {}

  /** Labels that were never seen, or too many to be labels. */
  static Optional<ProfileDetail> domain(Check check, ProfileKey key) {
    Tally known = check.history().labels();
    ColumnSketch now = check.comparison().now();
    if (known.overflowed() || !check.tells(Measure.UNSEEN_LABELS)) {
      return Optional.empty();
    }
    double limit = check.limit(Measure.UNSEEN_LABELS);
    if (now.labels.overflowed()) {
      double distinct = now.distinct.estimate();
      int labels = known.counts().size();
      return limit <= OPEN && distinct > 2.0 * labels && now.values >= check.calibration().rows()
          ? Optional.of(
              new ProfileDetail.DomainUnbounded(check.name(), check.span(), distinct, labels))
          : Optional.empty();
    }
    OptionalDouble mass = check.value(Measure.UNSEEN_LABELS);
    long unseen = Comparison.unseen(now.labels.counts(), known.counts());
    if (mass.isEmpty()
        || mass.getAsDouble() <= limit
        || !Distances.exceedsUnseenMass(unseen, now.values, known.counts())) {
      return Optional.empty();
    }
    return Optional.of(grown(check, key, unseen, limit));
  }

  private static ProfileDetail grown(Check check, ProfileKey key, long unseen, double limit) {
    Map<String, Long> known = check.history().labels().counts();
    List<Map.Entry<String, Long>> fresh =
        check.comparison().now().labels.counts().entrySet().stream()
            .filter(each -> !known.containsKey(each.getKey()))
            .sorted(
                Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .toList();
    return new ProfileDetail.DomainGrown(
        check.name(),
        check.span(),
        unseen,
        limit,
        fresh.stream()
            .limit(SHOWN_LABELS)
            .map(each -> label(check, key, each.getKey(), each.getValue(), known.keySet()))
            .toList(),
        fresh.size(),
        known.size());
  }

  private static UnseenLabel label(
      Check check, ProfileKey key, String label, long values, Set<String> known) {
    LabelMatch match = LabelMatch.of(label, known);
    return new UnseenLabel(
        key.label(check.id(), label).brief(),
        values,
        match.variant(),
        match.like().map(like -> key.label(check.id(), like).brief()),
        match.variant() == LabelVariant.SPELLING ? Optional.of(match.edits()) : Optional.empty());
  }

  /** Known labels in other proportions; also of flags. */
  static Optional<ProfileDetail> proportions(Check check) {
    Map<String, Long> before = check.comparison().before().labels.counts();
    Map<String, Long> now = check.comparison().now().labels.counts();
    List<Measured> beyond = check.beyond(Measure.LABELS);
    return beyond.isEmpty() || beyond.get(0).value() <= Distances.noise(before, now)
        ? Optional.empty()
        : Optional.of(new ProfileDetail.DistributionShifted(check.name(), check.span(), beyond));
  }

  /** Other shapes, other lengths, or day and month exchanged. */
  static Optional<ProfileDetail> format(Check check) {
    Optional<DateOrderChange> dates = dates(check);
    List<Measured> measured = new ArrayList<>(shapes(check));
    measured.addAll(NumberChecks.shifted(check));
    if (dates.isEmpty() && measured.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ProfileDetail.FormatChanged(
            check.name(), check.span(), measured, shares(check), dates));
  }

  private static boolean areFine(Check check) {
    return check.value(Measure.SHAPES).isPresent() && check.tells(Measure.SHAPES);
  }

  private static Map<String, Long> shapes(Check check, ColumnSketch window) {
    return (areFine(check) ? window.fineShapes : window.coarseShapes).counts();
  }

  private static List<Measured> shapes(Check check) {
    List<Measured> measured = new ArrayList<>();
    check.beyond(areFine(check) ? Measure.SHAPES : Measure.COARSE_SHAPES).stream()
        .filter(
            distance ->
                distance.value()
                    > Distances.noise(
                        shapes(check, check.comparison().before()),
                        shapes(check, check.comparison().now())))
        .forEach(measured::add);
    ColumnSketch now = check.comparison().now();
    check.beyond(Measure.UNSEEN_SHAPES).stream()
        .filter(
            mass ->
                Distances.exceedsUnseenMass(
                    Comparison.unseen(now.coarseShapes.counts(), check.history().shapes().counts()),
                    now.values,
                    check.history().shapes().counts()))
        .forEach(measured::add);
    return measured;
  }

  private static List<ShapeShare> shares(Check check) {
    Map<String, Long> before = shapes(check, check.comparison().before());
    Map<String, Long> now = shapes(check, check.comparison().now());
    double allBefore = Math.max(1, Distances.sum(before));
    double allNow = Math.max(1, Distances.sum(now));
    Set<String> shapes = new TreeSet<>(before.keySet());
    shapes.addAll(now.keySet());
    return shapes.stream()
        .map(
            shape ->
                new ShapeShare(
                    Optional.of(shape).filter(Shape::isTelling),
                    before.getOrDefault(shape, 0L) / allBefore,
                    now.getOrDefault(shape, 0L) / allNow))
        .filter(share -> share.before() != share.now())
        .sorted(
            Comparator.comparingDouble(
                (ShapeShare share) -> -Math.abs(share.now() - share.before())))
        .limit(SHOWN_SHAPES)
        .toList();
  }

  private static Optional<DateOrderChange> dates(Check check) {
    DateOrder before = check.history().dates();
    DateOrder now = check.comparison().now().dates;
    DateReading known = before.reading();
    boolean dayFirst = known == DateReading.DAY_FIRST;
    if (check.history().windows() < check.calibration().windows()
        || !dayFirst && known != DateReading.MONTH_FIRST
        || before.dayFirst() + before.monthFirst() < LEAST_DATES) {
      return Optional.empty();
    }
    long contradicting = dayFirst ? now.monthFirst() : now.dayFirst();
    boolean turned = contradicting >= LEAST_CONTRADICTIONS;
    boolean silent =
        now.reading() == DateReading.AMBIGUOUS
            && Math.pow(before.ambiguousShare(), (double) now.ambiguous()) < UNLIKELY;
    return turned || silent
        ? Optional.of(
            new DateOrderChange(
                known, now.reading(), now.dayFirst(), now.monthFirst(), now.ambiguous()))
        : Optional.empty();
  }
}
