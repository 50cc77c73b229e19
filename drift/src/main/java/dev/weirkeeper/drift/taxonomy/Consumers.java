package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * All who read the changed data, as the host registered them: one change in, one verdict for each
 * out. Pure and immutable, so safe to share between threads.
 */
public final class Consumers {
  private final TargetMatrix targets;
  private final List<Consumer> registered;

  private Consumers(TargetMatrix targets, List<Consumer> registered) {
    this.targets = targets;
    this.registered = registered;
  }

  /**
   * @throws IllegalArgumentException if two have one id, or a dialect is in no table
   */
  public static Consumers of(List<Consumer> registered) {
    return of(TargetMatrix.standard(), registered);
  }

  /**
   * @param targets with those that the host added
   * @throws IllegalArgumentException if two have one id, or a dialect is in no table
   */
  public static Consumers of(TargetMatrix targets, List<Consumer> registered) {
    requireNonNull(targets, "targets");
    Set<String> ids = new HashSet<>();
    for (Consumer consumer : registered) {
      if (!ids.add(consumer.id())) {
        throw new IllegalArgumentException("Two consumers are called " + consumer.id());
      }
      if (!consumer.dialect().equals(Consumer.AVRO)
          && !targets.dialects().contains(consumer.dialect())) {
        throw new IllegalArgumentException(
            "Consumer "
                + consumer.id()
                + ": the table of targets does not know "
                + consumer.dialect()
                + ", it knows "
                + targets.dialects()
                + ". Add it by TargetMatrix.with");
      }
    }
    return new Consumers(targets, List.copyOf(registered));
  }

  public List<Consumer> registered() {
    return registered;
  }

  public List<Judgement> judge(List<Change> changes) {
    return changes.stream().map(this::judge).toList();
  }

  public Judgement judge(Change change) {
    return new Judgement(
        change, registered.stream().map(consumer -> verdict(change, consumer)).toList());
  }

  private ConsumerVerdict verdict(Change change, Consumer consumer) {
    if (consumer.registry().isPresent()) {
      return SubjectJudge.verdict(change, consumer, consumer.registry().get());
    }
    return switch (change.kind().operation()) {
      case Kind.NONE ->
          new ConsumerVerdict(
              consumer,
              change.verdict(),
              Way.NOTHING_TO_DO,
              List.of(change.kind().note()),
              change.path());
      case Kind.TYPE -> typeVerdict(change, consumer);
      default -> operationVerdict(change, consumer);
    };
  }

  private ConsumerVerdict operationVerdict(Change change, Consumer consumer) {
    String row = change.kind().operation();
    TargetAnswer answer = targets.ask(row, consumer.dialect(), consumer.traits());
    // What need not be done there cannot fail there.
    boolean needed =
        change.kind().handling().altersTarget() && change.verdict().worseThan(Verdict.METADATA);
    boolean impossible = answer.way() == Way.REFUSED || answer.way() == Way.UNKNOWN;
    return new ConsumerVerdict(
        consumer,
        needed && impossible ? Verdict.BREAKING : change.verdict(),
        answer.way(),
        List.of(reason("", row, answer), change.kind().note()),
        change.path());
  }

  private ConsumerVerdict typeVerdict(Change change, Consumer consumer) {
    if (change.from().isEmpty() || change.to().isEmpty()) {
      return unknown(change, consumer, "The two types are not known here, so nothing follows.");
    }
    List<TypeDifference> differences =
        TypeComparison.between(change.from().get(), change.to().get());
    Verdict verdict = Verdict.NOOP;
    Way way = Way.NOTHING_TO_DO;
    String path = change.path();
    List<String> reasons = new ArrayList<>();
    for (TypeDifference difference : differences) {
      TargetAnswer answer = targets.ask(difference, consumer.dialect(), consumer.traits());
      Verdict here = verdictOf(targets.loss(difference.row()), answer.way());
      if (reasons.isEmpty() || here.worseThan(verdict)) {
        path = change.path() + difference.path();
      }
      verdict = verdict.join(here);
      way = way.worst(answer.way());
      reasons.add(reason(difference.path(), difference.row(), answer));
    }
    if (differences.isEmpty()) {
      reasons.add("both are one type there");
    }
    return new ConsumerVerdict(consumer, verdict, way, reasons, path);
  }

  static ConsumerVerdict unknown(Change change, Consumer consumer, String reason) {
    return new ConsumerVerdict(
        consumer, Verdict.BREAKING, Way.UNKNOWN, List.of(reason), change.path());
  }

  /**
   * A target that has one type for both keeps its values, which are wrong if the source changed its
   * own. A target that refuses to narrow can stay as wide as it is; one that refuses to widen
   * cannot take the values that come.
   */
  private static Verdict verdictOf(Loss loss, Way way) {
    return switch (way) {
      case NOTHING_TO_DO -> loss.rewritesValues() ? loss.verdict() : Verdict.NOOP;
      case METADATA_ONLY, INDEX_REBUILD, REWRITE, ALTER_ONLY -> loss.verdict();
      case IF_VALUES_FIT -> loss.verdict().join(Verdict.LOSSY);
      case REFUSED ->
          loss == Loss.FITTING || loss == Loss.ROUNDING ? loss.verdict() : Verdict.BREAKING;
      case UNKNOWN -> Verdict.BREAKING;
    };
  }

  private String reason(String path, String row, TargetAnswer answer) {
    StringBuilder text = new StringBuilder();
    if (!path.isEmpty()) {
      text.append(path).append(": ");
    }
    text.append(targets.change(row))
        .append(" (")
        .append(targets.loss(row).name().toLowerCase(Locale.ROOT))
        .append("): ");
    text.append(
        String.join(
            ", ",
            answer.ways().stream()
                .sorted()
                .map(way -> way.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .toList()));
    answer.notes().forEach(note -> text.append("; ").append(note));
    return text.toString();
  }
}
