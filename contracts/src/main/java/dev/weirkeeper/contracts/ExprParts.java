package dev.weirkeeper.contracts;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Looks into expressions: of which parts they are made, and which columns they ask. */
public final class ExprParts {
  private ExprParts() {}

  /** The expression and all parts of it. */
  public static void walk(Expr expr, Consumer<Expr> visitor) {
    visitor.accept(expr);
    parts(expr).forEach(part -> walk(part, visitor));
  }

  public static boolean has(Expr expr, Predicate<Expr> what) {
    return what.test(expr) || parts(expr).stream().anyMatch(part -> has(part, what));
  }

  /** Whether the answer depends on other rows than the one that is asked about. */
  public static boolean looksAround(Expr expr) {
    return has(expr, part -> part instanceof Expr.Repeated || part instanceof Expr.OutOfOrder);
  }

  public static List<Expr> parts(Expr expr) {
    if (expr instanceof Expr.And and) {
      return and.parts();
    }
    if (expr instanceof Expr.Or or) {
      return or.parts();
    }
    if (expr instanceof Expr.Not not) {
      return List.of(not.of());
    }
    if (expr instanceof Expr.IsTrue isTrue) {
      return List.of(isTrue.of());
    }
    if (expr instanceof Expr.Repeated repeated) {
      return List.of(repeated.within());
    }
    if (expr instanceof Expr.OutOfOrder outOfOrder) {
      return List.of(outOfOrder.within());
    }
    return List.of();
  }

  /** The columns whose values the answer depends on. */
  public static Set<String> columns(Expr expr) {
    Set<String> names = new LinkedHashSet<>();
    walk(
        expr,
        part -> {
          if (part instanceof Expr.Compare compare) {
            columns(compare.left(), names);
            columns(compare.right(), names);
          } else if (part instanceof Expr.In in) {
            columns(in.value(), names);
          } else if (part instanceof Expr.IsNull isNull) {
            columns(isNull.value(), names);
          } else if (part instanceof Expr.IsMissing missing) {
            columns(missing.value(), names);
          } else if (part instanceof Expr.Same same) {
            columns(same.left(), names);
            columns(same.right(), names);
          } else if (part instanceof Expr.Matches matches) {
            columns(matches.value(), names);
          } else if (part instanceof Expr.Like like) {
            columns(like.value(), names);
          } else if (part instanceof Expr.Passes passes) {
            columns(passes.value(), names);
          } else if (part instanceof Expr.Repeated repeated) {
            names.addAll(repeated.columns());
          } else if (part instanceof Expr.OutOfOrder outOfOrder) {
            names.add(outOfOrder.column());
          } else if (part instanceof Expr.Refers refers) {
            names.addAll(refers.columns());
          }
        });
    return names;
  }

  private static void columns(Operand operand, Set<String> names) {
    if (operand instanceof Operand.Column column) {
      names.add(column.name());
    } else if (operand instanceof Operand.Length length) {
      columns(length.of(), names);
    } else if (operand instanceof Operand.PythonText text) {
      columns(text.of(), names);
    } else if (operand instanceof Operand.Sum sum) {
      sum.parts().forEach(part -> columns(part, names));
    } else if (operand instanceof Operand.Minus minus) {
      columns(minus.left(), names);
      columns(minus.right(), names);
    } else if (operand instanceof Operand.Over over) {
      columns(over.left(), names);
      columns(over.right(), names);
    } else if (operand instanceof Operand.Absolute absolute) {
      columns(absolute.of(), names);
    }
  }
}
