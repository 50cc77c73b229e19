package dev.weirkeeper.drift.plan;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Verdict;
import dev.weirkeeper.drift.plan.SchemaChange.Altered;
import dev.weirkeeper.drift.plan.SchemaChange.Property;
import dev.weirkeeper.drift.schema.ColumnTypes;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.TableColumn;
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
  public JudgedChange {
    requireNonNull(change, "change");
    requireNonNull(judgement, "judgement");
  }

  /** Judges all that a comparison found, in its order. */
  public static List<JudgedChange> of(SchemaComparison comparison, Consumers consumers) {
    ColumnTypes before = ColumnTypes.in(comparison.from());
    ColumnTypes after = ColumnTypes.in(comparison.to());
    return comparison.changes().stream()
        .map(
            change ->
                new JudgedChange(
                    change, consumers.judge(neutral(comparison, before, after, change))))
        .toList();
  }

  /** The worst of the change itself and of all consumers. */
  public Verdict verdict() {
    return judgement.verdict();
  }

  private static Change neutral(
      SchemaComparison comparison, ColumnTypes before, ColumnTypes after, SchemaChange change) {
    String path = change.subject().part();
    if (change instanceof Altered altered
        && altered.property() == Property.TYPE
        && change.subject().kind() == Item.Kind.COLUMN) {
      Optional<TypeExpr> from =
          comparison
              .from()
              .table(altered.former().name())
              .flatMap(table -> table.column(altered.former().part()))
              .map(column -> type(before, column));
      Optional<TypeExpr> to =
          comparison
              .to()
              .table(change.subject().name())
              .flatMap(table -> table.column(path))
              .map(column -> type(after, column));
      if (from.isPresent() && to.isPresent()) {
        return Change.retyped(path, from.get(), to.get())
            .orElseGet(() -> Change.ofType(kind(change), path, from.get(), to.get()));
      }
    }
    return Change.of(kind(change), path);
  }

  private static TypeExpr type(ColumnTypes types, TableColumn column) {
    return TypeExpr.of(types.of(column));
  }

  private static Optional<String> circumstance(SchemaChange change) {
    if (change instanceof SchemaChange.Added added) {
      return added.circumstance();
    } else if (change instanceof SchemaChange.Removed removed) {
      return removed.circumstance();
    } else if (change instanceof Altered altered) {
      return altered.circumstance();
    }
    return Optional.empty();
  }

  /** The entry of the taxonomy; of several cases that it may be the worst. */
  private static Kind kind(SchemaChange change) {
    List<Kind> cases = Taxonomy.standard().cases(change.kind());
    Optional<String> circumstance = circumstance(change);
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
