package dev.weirkeeper.contracts;

import java.util.List;
import java.util.stream.Collectors;

/** Writes a question about rows as a person would write it in SQL. Never run. */
final class ExprText {
  /** Deeper ones are of no use to a reader. */
  private static final int DEEPEST = 12;

  private static final String MORE = "\u2026";

  private ExprText() {}

  static String of(Expr expr) {
    return of(expr, 0);
  }

  private static String of(Expr expr, int depth) {
    if (depth > DEEPEST) {
      return MORE;
    }
    if (expr instanceof Expr.Compare compare) {
      return of(compare.left(), depth) + sign(compare.how()) + of(compare.right(), depth);
    }
    if (expr instanceof Expr.In in) {
      return of(in.value(), depth)
          + " in ("
          + in.members().stream().limit(8).map(RuleText::of).collect(Collectors.joining(", "))
          + (in.members().size() > 8 ? ", " + MORE : "")
          + ")";
    }
    if (expr instanceof Expr.IsNull isNull) {
      return of(isNull.value(), depth) + " is null";
    }
    if (expr instanceof Expr.IsMissing isMissing) {
      return of(isMissing.value(), depth) + " is missing";
    }
    if (expr instanceof Expr.Same same) {
      return of(same.left(), depth) + " is not distinct from " + of(same.right(), depth);
    }
    if (expr instanceof Expr.Matches matches) {
      return of(matches.value(), depth) + " matches " + quoted(matches.regex());
    }
    if (expr instanceof Expr.Like like) {
      return of(like.value(), depth) + " like " + quoted(like.pattern());
    }
    if (expr instanceof Expr.Passes passes) {
      return of(passes.value(), depth) + " passes " + passes.test();
    }
    if (expr instanceof Expr.Not not) {
      return not.of() instanceof Expr.IsNull isNull
          ? of(isNull.value(), depth) + " is not null"
          : "not (" + of(not.of(), depth + 1) + ")";
    }
    if (expr instanceof Expr.And and) {
      return joined(and.parts(), " and ", "true", depth);
    }
    if (expr instanceof Expr.Or or) {
      return joined(or.parts(), " or ", "false", depth);
    }
    if (expr instanceof Expr.IsTrue isTrue) {
      return of(isTrue.of(), depth + 1);
    }
    if (expr instanceof Expr.Repeated repeated) {
      return "(" + String.join(", ", repeated.columns()) + ") is repeated";
    }
    if (expr instanceof Expr.OutOfOrder order) {
      return order.column() + " is out of order";
    }
    if (expr instanceof Expr.Refers refers) {
      return "("
          + String.join(", ", refers.columns())
          + ") is in "
          + refers.table()
          + " ("
          + String.join(", ", refers.keys())
          + ")";
    }
    return expr instanceof Expr.Always always ? always.answer().name() : MORE;
  }

  private static String joined(List<Expr> parts, String word, String none, int depth) {
    return parts.isEmpty()
        ? none
        : parts.stream()
            .map(
                part ->
                    part instanceof Expr.And || part instanceof Expr.Or
                        ? "(" + of(part, depth + 1) + ")"
                        : of(part, depth + 1))
            .collect(Collectors.joining(word));
  }

  private static String sign(Expr.Comparison how) {
    return switch (how) {
      case EQUAL -> " = ";
      case NOT_EQUAL -> " <> ";
      case LESS -> " < ";
      case AT_MOST -> " <= ";
      case MORE -> " > ";
      case AT_LEAST -> " >= ";
    };
  }

  private static String of(Operand operand, int depth) {
    if (depth > DEEPEST) {
      return MORE;
    }
    if (operand instanceof Operand.Column column) {
      return column.name();
    }
    if (operand instanceof Operand.Constant constant) {
      return RuleText.of(constant.value());
    }
    if (operand instanceof Operand.Length length) {
      return "length(" + of(length.of(), depth + 1) + ")";
    }
    if (operand instanceof Operand.PythonText text) {
      return "text(" + of(text.of(), depth + 1) + ")";
    }
    if (operand instanceof Operand.Sum sum) {
      return sum.parts().stream()
          .map(part -> of(part, depth + 1))
          .collect(Collectors.joining(" + "));
    }
    if (operand instanceof Operand.Minus minus) {
      return "(" + of(minus.left(), depth + 1) + " - " + of(minus.right(), depth + 1) + ")";
    }
    if (operand instanceof Operand.Over over) {
      return "(" + of(over.left(), depth + 1) + " / " + of(over.right(), depth + 1) + ")";
    }
    return operand instanceof Operand.Absolute absolute
        ? "abs(" + of(absolute.of(), depth + 1) + ")"
        : MORE;
  }

  private static String quoted(String text) {
    return "'" + text + "'";
  }
}
