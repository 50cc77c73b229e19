package dev.weirkeeper.contracts.gx;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes the query by which a person finds bad rows again. It is for reading and for pasting into a
 * client; nothing here runs it. Unlike that of Great Expectations it knows the row condition.
 */
final class IndexQuery {
  private static final String SIMPLE = "[A-Za-z_][A-Za-z0-9_]*";

  private final String table;

  private IndexQuery(String table) {
    this.table = table;
  }

  static String of(List<String> columns, String table, Expr bad) {
    IndexQuery query = new IndexQuery(name(table));
    return "SELECT "
        + columns.stream().map(IndexQuery::name).collect(Collectors.joining(", "))
        + " \nFROM "
        + query.table
        + " \nWHERE "
        + query.expr(bad)
        + ";";
  }

  private static String name(String name) {
    boolean simple = true;
    for (String part : name.split("\\.", -1)) {
      simple &= part.matches(SIMPLE);
    }
    return simple ? name : '"' + name.replace("\"", "\"\"") + '"';
  }

  private static String text(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  private static String literal(Literal value) {
    return value instanceof Literal.Text text ? text(text.value()) : value.toString();
  }

  private String expr(Expr expr) {
    if (expr instanceof Expr.Always always) {
      return switch (always.answer()) {
        case TRUE -> "1 = 1";
        case FALSE -> "1 = 0";
        case UNKNOWN -> "NULL";
      };
    }
    if (expr instanceof Expr.Compare compare) {
      return operand(compare.left()) + symbol(compare.how()) + operand(compare.right());
    }
    if (expr instanceof Expr.In in) {
      return in.members().isEmpty()
          ? "1 = 0"
          : operand(in.value())
              + " IN ("
              + in.members().stream().map(IndexQuery::literal).collect(Collectors.joining(", "))
              + ")";
    }
    if (expr instanceof Expr.IsNull isNull) {
      return operand(isNull.value()) + " IS NULL";
    }
    if (expr instanceof Expr.IsMissing isMissing) {
      String value = operand(isMissing.value());
      return "(" + value + " IS NULL OR " + value + " = 'NaN')";
    }
    if (expr instanceof Expr.Same same) {
      String left = operand(same.left());
      String right = operand(same.right());
      return "(" + left + " = " + right + " OR " + left + " IS NULL AND " + right + " IS NULL)";
    }
    if (expr instanceof Expr.Matches matches) {
      return operand(matches.value()) + " REGEXP " + text(matches.regex());
    }
    if (expr instanceof Expr.Like like) {
      return operand(like.value()) + " LIKE " + text(like.pattern());
    }
    if (expr instanceof Expr.Not not) {
      return not.of() instanceof Expr.IsNull isNull
          ? operand(isNull.value()) + " IS NOT NULL"
          : "NOT (" + expr(not.of()) + ")";
    }
    if (expr instanceof Expr.And and) {
      return and.parts().isEmpty() ? "1 = 1" : joined(and.parts(), " AND ");
    }
    if (expr instanceof Expr.Or or) {
      return or.parts().isEmpty() ? "1 = 0" : joined(or.parts(), " OR ");
    }
    if (expr instanceof Expr.IsTrue isTrue) {
      return "(" + expr(isTrue.of()) + ") IS TRUE";
    }
    if (expr instanceof Expr.Repeated repeated) {
      String columns =
          repeated.columns().stream().map(IndexQuery::name).collect(Collectors.joining(", "));
      return "("
          + columns
          + ") IN (SELECT "
          + columns
          + " FROM "
          + table
          + " WHERE "
          + expr(repeated.within())
          + " GROUP BY "
          + columns
          + " HAVING count(*) > 1)";
    }
    // A test that SQL cannot make: the rows are among these.
    return "1 = 1";
  }

  private String joined(List<Expr> parts, String by) {
    return parts.stream()
        .map(part -> part instanceof Expr.Or ? "(" + expr(part) + ")" : expr(part))
        .collect(Collectors.joining(by));
  }

  private static String symbol(Expr.Comparison how) {
    return switch (how) {
      case EQUAL -> " = ";
      case NOT_EQUAL -> " != ";
      case LESS -> " < ";
      case AT_MOST -> " <= ";
      case MORE -> " > ";
      case AT_LEAST -> " >= ";
    };
  }

  private String operand(Operand operand) {
    if (operand instanceof Operand.Column column) {
      return name(column.name());
    }
    if (operand instanceof Operand.Constant constant) {
      return literal(constant.value());
    }
    if (operand instanceof Operand.Length length) {
      return "length(" + operand(length.of()) + ")";
    }
    if (operand instanceof Operand.PythonText text) {
      return "CAST(" + operand(text.of()) + " AS VARCHAR)";
    }
    if (operand instanceof Operand.Sum sum) {
      return sum.parts().stream().map(this::operand).collect(Collectors.joining(" + "));
    }
    if (operand instanceof Operand.Minus minus) {
      return operand(minus.left()) + " - (" + operand(minus.right()) + ")";
    }
    if (operand instanceof Operand.Over over) {
      return "(" + operand(over.left()) + ") / (" + operand(over.right()) + ")";
    }
    return "abs(" + operand(((Operand.Absolute) operand).of()) + ")";
  }
}
