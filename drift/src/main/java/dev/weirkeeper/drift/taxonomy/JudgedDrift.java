package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Finding;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A detector whose findings also say what they are to each registered consumer, so that a {@code
 * Tolerance} can say what each bears. It finds what the detector behind it finds. Pure, as that one
 * is.
 */
public final class JudgedDrift implements DriftDetector {
  private final DriftDetector detector;
  private final Consumers consumers;

  /**
   * @param consumers those that tolerances may name
   * @throws IllegalArgumentException if one has an id that no tolerance can name
   */
  public JudgedDrift(DriftDetector detector, Consumers consumers) {
    this.detector = requireNonNull(detector, "detector");
    this.consumers = requireNonNull(consumers, "consumers");
    for (Consumer consumer : consumers.registered()) {
      Tolerance.STANDARD.bornBy(consumer.id(), Verdict.NOOP);
    }
  }

  /** That of the detector behind it: what is found is the same. */
  @Override
  public String id() {
    return detector.id();
  }

  @Override
  public Detection detect(Observation baseline, Observation current) {
    Detection detection = detector.detect(baseline, current);
    List<Finding> judged = detection.findings().stream().map(this::judged).toList();
    return new Detection(judged, detection.nextBaseline());
  }

  /**
   * What a finding is to each consumer: the verdict, and the way by which the consumer takes the
   * change as its reason.
   */
  Finding judged(Finding finding) {
    Map<String, Finding.Judged> all = new LinkedHashMap<>();
    for (ConsumerVerdict verdict : consumers.judge(Change.of(finding)).verdicts()) {
      String way = verdict.way().name().toLowerCase(Locale.ROOT).replace('_', '-');
      all.put(verdict.consumer().id(), new Finding.Judged(verdict.verdict(), way));
    }
    return finding.judgedFor(all);
  }
}
