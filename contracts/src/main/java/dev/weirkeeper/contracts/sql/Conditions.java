package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Expr.Truth;
import dev.weirkeeper.contracts.Fields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes expressions as conditions of a dialect, NULL standing for UNKNOWN, with their exact
 * meaning or not at all. For one query: what looks at other rows becomes columns of the relation
 * that the query reads.
 */
final class Conditions {
  private final Dialect dialect;
  private final Operands operands;
  private final Comparisons comparisons;
  private final Map<Expr, String> windows = new LinkedHashMap<>();
  private final List<String> computed = new ArrayList<>();
  private final List<String> order;

  /**
   * @param order SQL by which the rows of the data are in order; empty if they have none
   */
  Conditions(Dialect dialect, Fields fields, List<String> order) {
    this.dialect = dialect;
    this.operands = new Operands(dialect, fields);
    this.comparisons = new Comparisons(dialect, operands);
    this.order = List.copyOf(order);
  }

  /** The columns that were written so far. */
  Set<String> used() {
    return operands.used();
  }

  Operands operands() {
    return operands;
  }

  /** SQL of columns to compute beside those of the data, each with its alias. */
  List<String> computed() {
    return List.copyOf(computed);
  }

  /**
   * @throws InexactException if the dialect cannot say it exactly
   */
  String of(Expr expr) {
    if (expr instanceof Expr.Always always) {
      return always.answer() == Truth.UNKNOWN
          ? "CAST(NULL AS " + dialect.say(Phrase.TYPE_TRUTH) + ")"
          : always.answer().name();
    }
    if (expr instanceof Expr.Compare compare) {
      return comparisons.compare(
          operands.of(compare.left()), compare.how(), operands.of(compare.right()));
    }
    if (expr instanceof Expr.In in) {
      return comparisons.in(operands.of(in.value()), in.members());
    }
    if (expr instanceof Expr.IsNull isNull) {
      return isNull(operands.of(isNull.value()));
    }
    if (expr instanceof Expr.IsMissing missing) {
      Typed value = operands.of(missing.value());
      return value.kind() == Typed.Kind.DOUBLE
          ? "(" + isNull(value) + " OR " + dialect.say(Phrase.IS_NAN, value.sql()) + ")"
          : isNull(value);
    }
    if (expr instanceof Expr.Same same) {
      return comparisons.same(operands.of(same.left()), operands.of(same.right()));
    }
    if (expr instanceof Expr.Matches matches) {
      String text = operands.text(operands.of(matches.value()));
      String pattern = SharedRegex.of(matches.regex(), dialect.bounds().repeats());
      return dialect.say(Phrase.FOUND, text, dialect.text(pattern));
    }
    if (expr instanceof Expr.Like like) {
      String text = operands.text(operands.of(like.value()));
      return "(" + dialect.say(Phrase.LIKE, text, dialect.text(like.pattern())) + ")";
    }
    if (expr instanceof Expr.Refers refers) {
      return refers(refers);
    }
    if (expr instanceof Expr.Not not) {
      return "(NOT " + of(not.of()) + ")";
    }
    if (expr instanceof Expr.And and) {
      return joined(and.parts(), " AND ", "TRUE");
    }
    if (expr instanceof Expr.Or or) {
      return joined(or.parts(), " OR ", "FALSE");
    }
    if (expr instanceof Expr.IsTrue isTrue) {
      return dialect.say(Phrase.IS_TRUE, of(isTrue.of()));
    }
    if (expr instanceof Expr.Repeated || expr instanceof Expr.OutOfOrder) {
      return window(expr);
    }
    throw new InexactException("a test that only Java makes");
  }

  private static String isNull(Typed value) {
    return value.literal().isPresent() ? "FALSE" : "(" + value.sql() + " IS NULL)";
  }

  private String joined(List<Expr> parts, String by, String empty) {
    if (parts.isEmpty()) {
      return empty;
    }
    List<String> all = new ArrayList<>();
    parts.forEach(part -> all.add(of(part)));
    return all.size() == 1 ? all.get(0) : "(" + String.join(by, all) + ")";
  }

  private String refers(Expr.Refers refers) {
    if (refers.columns().size() != refers.keys().size() || refers.columns().isEmpty()) {
      throw new IllegalArgumentException("A reference needs as many keys as columns");
    }
    List<String> equal = new ArrayList<>();
    for (int i = 0; i < refers.columns().size(); i++) {
      operands.column(refers.columns().get(i));
      equal.add(
          "r."
              + dialect.name(refers.keys().get(i))
              + " = "
              + Operands.ROW
              + "."
              + dialect.name(refers.columns().get(i)));
    }
    return "(EXISTS (SELECT 1 FROM "
        + dialect.referred(refers.table())
        + " AS r WHERE "
        + String.join(" AND ", equal)
        + "))";
  }

  private String window(Expr expr) {
    String known = windows.get(expr);
    if (known != null) {
      return known;
    }
    int before = computed.size();
    String sql =
        expr instanceof Expr.Repeated repeated
            ? repeated(repeated)
            : outOfOrder((Expr.OutOfOrder) expr);
    if (computed.size() != before) {
      throw new InexactException("a question about other rows within another one");
    }
    String alias = "wk_window_" + windows.size();
    computed.add(sql + " AS " + dialect.name(alias));
    String column = Operands.ROW + "." + dialect.name(alias);
    windows.put(expr, column);
    return column;
  }

  private String repeated(Expr.Repeated repeated) {
    List<String> keys = new ArrayList<>();
    StringBuilder present = new StringBuilder();
    String within = flag(of(repeated.within()));
    keys.add(within);
    for (String column : repeated.columns()) {
      String key = key(column);
      keys.add(key);
      if (repeated.nulls() == Expr.Nulls.DISTINCT) {
        present.append(" AND ").append(key).append(" IS NOT NULL");
      }
    }
    return "("
        + within
        + " = 1"
        + present
        + " AND COUNT(*) OVER (PARTITION BY "
        + String.join(", ", keys)
        + ") > 1)";
  }

  /** The value of a column by which equal values are found. */
  String key(String column) {
    return operands.ordered(operands.column(column));
  }

  private String outOfOrder(Expr.OutOfOrder question) {
    if (order.isEmpty()) {
      throw new NoOrderException();
    }
    Typed value = operands.column(question.column());
    String current = operands.ordered(value);
    String within = flag("(" + of(question.within()) + " AND " + value.sql() + " IS NOT NULL)");
    String before =
        "LAG("
            + value.sql()
            + ") OVER (PARTITION BY "
            + within
            + " ORDER BY "
            + String.join(", ", order)
            + ")";
    boolean up = question.direction() == Expr.Direction.INCREASING;
    Comparison how =
        question.strictness() == Expr.Strictness.STRICT
            ? up ? Comparison.AT_MOST : Comparison.AT_LEAST
            : up ? Comparison.LESS : Comparison.MORE;
    return "("
        + within
        + " = 1 AND "
        + dialect.say(Phrase.IS_TRUE, Comparisons.said(current, how, before))
        + ")";
  }

  private static String flag(String condition) {
    return "(CASE WHEN " + condition + " THEN 1 ELSE 0 END)";
  }
}
