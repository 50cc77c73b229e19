package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Column;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.drift.ChangeKind;
import dev.weirkeeper.drift.DriftDetail;
import dev.weirkeeper.drift.RelationChange;
import dev.weirkeeper.drift.SchemaDrift;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A change as consumers judge it.
 *
 * @param path what it happened to: the name of the column; empty for the table. A name from
 *     outside.
 * @param verdict that of the kind, or a worse one
 * @param from the type before, where the kind speaks of types and both are known
 * @param to the type after, with {@code from}
 */
public record Change(
    Kind kind, String path, Verdict verdict, Optional<TypeExpr> from, Optional<TypeExpr> to) {

  public Change {
    requireNonNull(kind, "kind");
    requireNonNull(path, "path");
    verdict = kind.verdict().join(verdict);
    if (from.isPresent() != to.isPresent()) {
      throw new IllegalArgumentException("A change has two types or none");
    }
  }

  /** A change that no two types belong to. */
  public static Change of(Kind kind, String path) {
    return new Change(kind, path, kind.verdict(), Optional.empty(), Optional.empty());
  }

  /** A change of the type of a column. */
  public static Change ofType(Kind kind, String path, TypeExpr from, TypeExpr to) {
    return new Change(kind, path, kind.verdict(), Optional.of(from), Optional.of(to));
  }

  /**
   * A change of the type of a column, by the finest kind that its types show: of several
   * differences the worst. Empty if they are one type.
   */
  public static Optional<Change> retyped(String path, TypeExpr from, TypeExpr to) {
    return TypeKinds.of(from, to).map(kind -> ofType(kind, path, from, to));
  }

  /**
   * All changes between two versions of a relation.
   *
   * @param from empty where nothing was known before
   * @throws IllegalArgumentException if the two lie in different systems
   */
  public static List<Change> between(Optional<Relation> from, Relation to) {
    return SchemaDrift.changes(from, to).stream().map(change -> of(change, from, to)).toList();
  }

  private static Change of(RelationChange change, Optional<Relation> from, Relation to) {
    Optional<TypeExpr> before = Optional.empty();
    Optional<TypeExpr> after = Optional.empty();
    if (change.detail() instanceof DriftDetail.TypeChanged) {
      before = from.flatMap(known -> typeOf(known, change.subject()));
      after = before.flatMap(type -> typeOf(to, change.subject()));
    }
    return new Change(
        entry(change.kind()),
        path(change.detail()),
        change.verdict(),
        after.isPresent() ? before : Optional.empty(),
        after);
  }

  private static Optional<TypeExpr> typeOf(Relation relation, String columnId) {
    return relation.column(columnId).map(Column::type).map(TypeExpr::of);
  }

  private static Kind entry(ChangeKind kind) {
    Taxonomy taxonomy = Taxonomy.standard();
    return kind.caseName()
        .map(name -> taxonomy.kind(kind.kind(), name))
        .orElseGet(() -> taxonomy.kind(kind.kind()));
  }

  /**
   * The change that a finding speaks of, whichever detector it comes from. Of a kind that the
   * taxonomy does not know nothing is known, so nothing about it is harmless but what its detector
   * says.
   */
  public static Change of(Finding finding) {
    Kind kind =
        Taxonomy.standard()
            .of(finding)
            .orElseGet(
                () ->
                    new Kind(
                        finding.kind(),
                        Optional.empty(),
                        finding.verdict(),
                        Set.of(),
                        Compatibility.UNKNOWN,
                        Compatibility.UNKNOWN,
                        Compatibility.UNKNOWN,
                        Handling.PAUSE_TABLE,
                        Kind.NONE,
                        Bump.MAJOR,
                        "Only its detector knows what it means."));
    if (!finding.source().equals("schema-drift")) {
      return new Change(
          kind, finding.subject(), finding.verdict(), Optional.empty(), Optional.empty());
    }
    DriftDetail detail = finding.detail().as(DriftDetail.class);
    Optional<TypeExpr> from = Optional.empty();
    Optional<TypeExpr> to = Optional.empty();
    if (detail instanceof DriftDetail.TypeChanged types) {
      from = Optional.of(PostgresTypes.parse(types.from()));
      to = Optional.of(PostgresTypes.parse(types.to()));
    }
    return new Change(kind, path(detail), finding.verdict(), from, to);
  }

  /** The column as it is called now; empty for what happened to the table or to a type. */
  private static String path(DriftDetail detail) {
    if (detail instanceof DriftDetail.Unidentified column) {
      return column.name();
    } else if (detail instanceof DriftDetail.ColumnAdded column) {
      return column.name();
    } else if (detail instanceof DriftDetail.ColumnRemoved column) {
      return column.name();
    } else if (detail instanceof DriftDetail.ColumnReadded column) {
      return column.name();
    } else if (detail instanceof DriftDetail.ColumnRenamed column) {
      return column.to();
    } else if (detail instanceof DriftDetail.TypeChanged column) {
      return column.name();
    } else if (detail instanceof DriftDetail.NullabilityChanged column) {
      return column.name();
    } else if (detail instanceof DriftDetail.DefaultChanged column) {
      return column.name();
    } else if (detail instanceof DriftDetail.CommentChanged column) {
      return column.name();
    }
    return "";
  }
}
