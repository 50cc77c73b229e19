package dev.weirkeeper.drift.plan;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Verdict;
import dev.weirkeeper.drift.plan.SchemaChange.Altered;
import dev.weirkeeper.drift.plan.SchemaChange.Property;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.taxonomy.Bump;
import dev.weirkeeper.drift.taxonomy.Change;
import dev.weirkeeper.drift.taxonomy.Compatibility;
import dev.weirkeeper.drift.taxonomy.Consumers;
import dev.weirkeeper.drift.taxonomy.Handling;
import dev.weirkeeper.drift.taxonomy.Judgement;
import dev.weirkeeper.drift.taxonomy.Kind;
import dev.weirkeeper.drift.taxonomy.Taxonomy;
import dev.weirkeeper.drift.taxonomy.TypeExpr;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A difference between two schemas with what the taxonomy and each consumer say of it. */
public record JudgedChange(SchemaChange change, Judgement judgement) {
  /** Worse where they happen to what a row is found by. */
  private static final Set<String> KEYED = Set.of("column.collation", "column.nullability-relaxed");

  public JudgedChange {
    requireNonNull(change, "change");
    requireNonNull(judgement, "judgement");
  }

  /** Judges all that a comparison found, in its order. */
  public static List<JudgedChange> of(SchemaComparison comparison, Consumers consumers) {
    KnownColumns before = new KnownColumns(comparison.from());
    KnownColumns after = new KnownColumns(comparison.to());
    return comparison.changes().stream()
        .map(change -> new JudgedChange(change, consumers.judge(neutral(before, after, change))))
        .toList();
  }

  /** The worst of the change itself and of all consumers. */
  public Verdict verdict() {
    return judgement.verdict();
  }

  private static Change neutral(KnownColumns before, KnownColumns after, SchemaChange change) {
    Kind kind = kind(before, after, change);
    String path = path(change);
    if (change instanceof Altered altered
        && altered.property() == Property.TYPE
        && change.subject().kind() == Item.Kind.COLUMN) {
      Optional<TypeExpr> from = before.type(altered.former());
      Optional<TypeExpr> to = after.type(change.subject());
      if (from.isPresent() && to.isPresent()) {
        return Change.retyped(path, from.get(), to.get())
            .orElseGet(() -> Change.ofType(kind, path, from.get(), to.get()));
      }
    }
    return Change.of(kind, path);
  }

  private static Optional<String> circumstance(
      KnownColumns before, KnownColumns after, SchemaChange change) {
    if (change instanceof SchemaChange.Added added) {
      return added.circumstance();
    } else if (change instanceof SchemaChange.Removed removed) {
      return removed.circumstance();
    } else if (change instanceof Altered altered) {
      boolean key =
          KEYED.contains(change.kind())
              && (before.isKey(altered.former()) || after.isKey(change.subject()));
      return key ? Optional.of("key") : altered.circumstance();
    } else if (change instanceof SchemaChange.Renamed renamed
        && change.kind().equals("column.renamed")
        && before.type(Item.column(renamed.former().name(), path(change))).isPresent()) {
      return Optional.of("over");
    }
    return Optional.empty();
  }

  private static String path(SchemaChange change) {
    return change.subject().part();
  }

  /** The entry of the taxonomy; of several cases that it may be the worst. */
  private static Kind kind(KnownColumns before, KnownColumns after, SchemaChange change) {
    List<Kind> cases = Taxonomy.standard().cases(change.kind());
    Optional<String> circumstance = circumstance(before, after, change);
    return cases.stream()
        .filter(kind -> kind.caseName().equals(circumstance))
        .findFirst()
        .or(() -> cases.stream().max(Comparator.comparing(Kind::verdict)))
        .orElseGet(() -> unknown(change.kind()));
  }

  /** Of what is not modelled it is known that it changed, and not what that means. */
  private static Kind unknown(String id) {
    return new Kind(
        id,
        Optional.empty(),
        Verdict.SEMANTIC,
        Set.of(),
        Compatibility.UNKNOWN,
        Compatibility.UNKNOWN,
        Compatibility.UNKNOWN,
        Handling.PAUSE_TABLE,
        Kind.NONE,
        Bump.MINOR,
        "It changed; what that means for readers nobody has said.");
  }
}
