package dev.weirkeeper.drift.taxonomy;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which kind of change a change of type is: the finest that the taxonomy has. */
final class TypeKinds {
  /** By row of the table of targets: the kind, and the case behind a slash. */
  private static final Map<String, String> BY_ROW = new HashMap<>();

  static {
    put("column.length/up", "varchar-up", "varchar-to-text", "char-up", "binary-up", "bits-up");
    put("column.length/down", "varchar-down", "text-to-varchar", "binary-down", "bits-down");
    put("column.precision/up", "decimal-precision-up", "decimal-unconstrain", "time-precision-up");
    put("column.precision/scale-up", "decimal-scale-up");
    put("column.precision/down", "decimal-digits-shrink", "decimal-precision-down");
    put("column.precision/scale-down", "decimal-scale-down", "decimal-constrain");
    put("column.precision/scale-down", "time-precision-down");
    put("column.timezone", "timestamp-to-timestamptz", "timestamptz-to-timestamp");
    put("column.timezone", "date-to-timestamptz");
  }

  private TypeKinds() {}

  private static void put(String kind, String... rows) {
    for (String row : rows) {
      BY_ROW.put(row, kind);
    }
  }

  /** The worst of all differences; empty if the types are one. */
  static Optional<Kind> of(TypeExpr from, TypeExpr to) {
    List<TypeDifference> differences = TypeComparison.between(from, to);
    return differences.stream()
        .map(TypeKinds::of)
        .max(Comparator.comparing(Kind::verdict).thenComparing(Kind::handling));
  }

  private static Kind of(TypeDifference difference) {
    String kind =
        BY_ROW.getOrDefault(
            difference.row(),
            switch (TargetMatrix.standard().loss(difference.row())) {
              case PRESERVING -> "column.type-widened";
              case RERENDERING -> "column.type-widened/rerendered";
              case SEMANTIC -> "column.type-reinterpreted";
              case FITTING -> "column.type-narrowed/fits";
              case ROUNDING -> "column.type-narrowed/rounded";
              case REPLACING -> "column.type-family-changed";
            });
    int slash = kind.indexOf('/');
    return slash < 0
        ? Taxonomy.standard().kind(kind)
        : Taxonomy.standard().kind(kind.substring(0, slash), kind.substring(slash + 1));
  }
}
