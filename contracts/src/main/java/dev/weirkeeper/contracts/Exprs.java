package dev.weirkeeper.contracts;

import dev.weirkeeper.contracts.Expr.Truth;
import java.util.ArrayList;
import java.util.List;

/** Makes expressions without parts that say nothing. */
final class Exprs {
  static final Expr TRUE = new Expr.Always(Truth.TRUE);
  static final Expr FALSE = new Expr.Always(Truth.FALSE);
  static final Expr UNKNOWN = new Expr.Always(Truth.UNKNOWN);

  private Exprs() {}

  static Expr not(Expr of) {
    if (of instanceof Expr.Not twice) {
      return twice.of();
    }
    if (of instanceof Expr.Always always) {
      return switch (always.answer()) {
        case TRUE -> FALSE;
        case FALSE -> TRUE;
        case UNKNOWN -> UNKNOWN;
      };
    }
    return new Expr.Not(of);
  }

  static Expr all(Expr... parts) {
    return all(List.of(parts));
  }

  static Expr all(List<Expr> parts) {
    List<Expr> some = new ArrayList<>();
    for (Expr part : parts) {
      if (part.equals(FALSE)) {
        return FALSE;
      }
      if (part instanceof Expr.And more) {
        some.addAll(more.parts());
      } else if (!part.equals(TRUE)) {
        some.add(part);
      }
    }
    return some.isEmpty() ? TRUE : some.size() == 1 ? some.get(0) : new Expr.And(some);
  }

  static Expr any(Expr... parts) {
    return any(List.of(parts));
  }

  static Expr any(List<Expr> parts) {
    List<Expr> some = new ArrayList<>();
    for (Expr part : parts) {
      if (part.equals(TRUE)) {
        return TRUE;
      }
      if (part instanceof Expr.Or more) {
        some.addAll(more.parts());
      } else if (!part.equals(FALSE)) {
        some.add(part);
      }
    }
    return some.isEmpty() ? FALSE : some.size() == 1 ? some.get(0) : new Expr.Or(some);
  }

  static Expr isTrue(Expr of) {
    boolean never =
        of instanceof Expr.IsTrue
            || of instanceof Expr.IsNull
            || of instanceof Expr.IsMissing
            || of instanceof Expr.Same
            || of.equals(TRUE)
            || of.equals(FALSE);
    return never ? of : new Expr.IsTrue(of);
  }
}
