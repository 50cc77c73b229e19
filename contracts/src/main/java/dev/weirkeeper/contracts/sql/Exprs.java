package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Truth;
import dev.weirkeeper.contracts.ExprParts;
import dev.weirkeeper.contracts.Operand;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Takes away of an expression what does not change which rows answer TRUE. */
final class Exprs {
  private Exprs() {}

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
      List<Expr> parts = ExprParts.parts(expr);
      return !parts.isEmpty() && parts.stream().allMatch(part -> unknownOnNull(part, value));
    }
    return false;
  }
}
