package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Truth;
import dev.weirkeeper.contracts.Operand;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Looks into expressions, and takes away what does not change which rows answer TRUE. */
final class Exprs {
  private Exprs() {}

  /** The expression and all parts of it. */
  static void walk(Expr expr, Consumer<Expr> visitor) {
    visitor.accept(expr);
    parts(expr).forEach(part -> walk(part, visitor));
  }

  static boolean has(Expr expr, Predicate<Expr> what) {
    return what.test(expr) || parts(expr).stream().anyMatch(part -> has(part, what));
  }

  /** Whether the answer depends on other rows than the one that is asked about. */
  static boolean looksAround(Expr expr) {
    return has(expr, part -> part instanceof Expr.Repeated || part instanceof Expr.OutOfOrder);
  }

  static List<Expr> parts(Expr expr) {
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
  static Set<String> columns(Expr expr) {
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

  /**
   * What must be TRUE all together for the expression to be TRUE, without what follows from the
   * rest. None: it is TRUE of every row.
   */
  static List<Expr> conjuncts(Expr expr) {
    Set<Expr> all = new LinkedHashSet<>();
    flatten(expr, all);
    List<Expr> kept = new ArrayList<>();
    for (Expr part : all) {
      boolean implied =
          part instanceof Expr.Not not
              && not.of() instanceof Expr.IsNull isNull
              && all.stream()
                  .anyMatch(other -> other != part && rejectsNull(other, isNull.value()));
      if (!implied) {
        kept.add(part);
      }
    }
    return kept;
  }

  private static void flatten(Expr expr, Set<Expr> all) {
    if (expr instanceof Expr.And and) {
      and.parts().forEach(part -> flatten(part, all));
    } else if (expr instanceof Expr.IsTrue isTrue) {
      flatten(isTrue.of(), all);
    } else if (!(expr instanceof Expr.Always always && always.answer() == Truth.TRUE)) {
      all.add(expr);
    }
  }

  /** Whether the expression is TRUE of no row in which the value is NULL. */
  private static boolean rejectsNull(Expr expr, Operand value) {
    if (expr instanceof Expr.Not not) {
      return unknownOnNull(not.of(), value)
          || (not.of() instanceof Expr.IsMissing missing && missing.value().equals(value));
    }
    if (expr instanceof Expr.And and) {
      return and.parts().stream().anyMatch(part -> rejectsNull(part, value));
    }
    if (expr instanceof Expr.Or or) {
      return !or.parts().isEmpty()
          && or.parts().stream().allMatch(part -> rejectsNull(part, value));
    }
    if (expr instanceof Expr.IsTrue isTrue) {
      return rejectsNull(isTrue.of(), value);
    }
    return unknownOnNull(expr, value);
  }

  /** Whether the expression is UNKNOWN of every row in which the value is NULL. */
  private static boolean unknownOnNull(Expr expr, Operand value) {
    if (expr instanceof Expr.Compare compare) {
      return compare.left().equals(value) || compare.right().equals(value);
    }
    if (expr instanceof Expr.In in) {
      return in.value().equals(value);
    }
    if (expr instanceof Expr.Matches matches) {
      return matches.value().equals(value);
    }
    if (expr instanceof Expr.Like like) {
      return like.value().equals(value);
    }
    if (expr instanceof Expr.Passes passes) {
      return passes.value().equals(value);
    }
    if (expr instanceof Expr.Not not) {
      return unknownOnNull(not.of(), value);
    }
    if (expr instanceof Expr.And || expr instanceof Expr.Or) {
      List<Expr> parts = parts(expr);
      return !parts.isEmpty() && parts.stream().allMatch(part -> unknownOnNull(part, value));
    }
    return false;
  }
}
