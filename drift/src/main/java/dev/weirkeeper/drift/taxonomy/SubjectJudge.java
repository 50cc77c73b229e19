package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.Verdict;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a change means for the Avro subject that carries the rows. */
final class SubjectJudge {
  /** Both ends of a topic: an old schema may be on either. */
  private static final Set<Axis> WIRE = EnumSet.of(Axis.NEW_READS_OLD, Axis.OLD_READS_NEW);

  private SubjectJudge() {}

  static ConsumerVerdict verdict(Change change, Consumer consumer, RegistryMode mode) {
    return change.kind().operation().equals(Kind.TYPE)
        ? ofTypes(change, consumer, mode)
        : ofKind(change, consumer, mode);
  }

  /** A break counts where the registry demands the axis; other data counts whatever it demands. */
  private static ConsumerVerdict ofKind(Change change, Consumer consumer, RegistryMode mode) {
    Verdict verdict =
        change.verdict().worseThan(Verdict.COMPATIBLE) ? Verdict.COMPATIBLE : change.verdict();
    boolean refused = false;
    List<String> reasons = new ArrayList<>();
    for (Axis axis : WIRE) {
      Compatibility comes = change.kind().on(axis);
      boolean demanded = mode.axes().contains(axis);
      boolean counts = comes == Compatibility.DATA || comes == Compatibility.SEMANTIC || demanded;
      if (counts && comes != Compatibility.OK) {
        verdict = verdict.join(comes.verdict());
        refused |= demanded && comes == Compatibility.BREAK;
        reasons.add(word(axis) + ": " + comes.name().toLowerCase(java.util.Locale.ROOT));
      }
    }
    reasons.add(change.kind().note());
    Way way =
        change.kind().operation().equals(Kind.NONE)
            ? Way.NOTHING_TO_DO
            : refused ? Way.REFUSED : Way.METADATA_ONLY;
    return new ConsumerVerdict(consumer, verdict, way, reasons, change.path());
  }

  private static ConsumerVerdict ofTypes(Change change, Consumer consumer, RegistryMode mode) {
    Optional<AvroSchema> before = change.from().flatMap(AvroTypes::of);
    Optional<AvroSchema> after = change.to().flatMap(AvroTypes::of);
    if (before.isEmpty() || after.isEmpty()) {
      return Consumers.unknown(
          change, consumer, "How this type is written in Avro is not known here.");
    }
    Verdict verdict = Verdict.NOOP;
    boolean refused = false;
    boolean differs = false;
    List<String> reasons = new ArrayList<>();
    for (Axis axis : WIRE) {
      List<Incompatibility> found =
          axis == Axis.NEW_READS_OLD
              ? AvroCompatibility.between(after.get(), before.get())
              : AvroCompatibility.between(before.get(), after.get());
      for (Incompatibility reason : found) {
        differs = true;
        boolean fails = reason.kind().fails();
        if (fails && !mode.axes().contains(axis)) {
          continue;
        }
        refused |= fails;
        verdict = verdict.join(fails ? Verdict.BREAKING : Verdict.SEMANTIC);
        reasons.add(word(axis) + ": " + reason.path() + " " + reason.message());
      }
    }
    boolean rewritten = differences(change).anyMatch(loss -> loss.rewritesValues());
    if (rewritten) {
      verdict = verdict.join(change.verdict());
      reasons.add("stored values became other values, and no event says so");
    } else if (differs) {
      verdict = verdict.join(Verdict.COMPATIBLE);
    }
    if (reasons.isEmpty()) {
      reasons.add(differs ? "allowed by " + mode : "both are written in one form");
    }
    return new ConsumerVerdict(
        consumer,
        verdict,
        refused ? Way.REFUSED : differs ? Way.METADATA_ONLY : Way.NOTHING_TO_DO,
        reasons,
        change.path());
  }

  private static java.util.stream.Stream<Loss> differences(Change change) {
    return TypeComparison.between(change.from().orElseThrow(), change.to().orElseThrow()).stream()
        .map(difference -> TargetMatrix.standard().loss(difference.row()));
  }

  private static String word(Axis axis) {
    return axis == Axis.NEW_READS_OLD ? "new reads old" : "old reads new";
  }
}
