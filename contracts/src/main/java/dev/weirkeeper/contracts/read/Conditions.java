package dev.weirkeeper.contracts.read;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.ExprParts;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import net.sf.jsqlparser.JSQLParserException;
import net.sf.jsqlparser.expression.BooleanValue;
import net.sf.jsqlparser.expression.DateTimeLiteralExpression;
import net.sf.jsqlparser.expression.DoubleValue;
import net.sf.jsqlparser.expression.Expression;
import net.sf.jsqlparser.expression.Function;
import net.sf.jsqlparser.expression.LongValue;
import net.sf.jsqlparser.expression.NotExpression;
import net.sf.jsqlparser.expression.SignedExpression;
import net.sf.jsqlparser.expression.StringValue;
import net.sf.jsqlparser.expression.operators.arithmetic.Addition;
import net.sf.jsqlparser.expression.operators.arithmetic.Division;
import net.sf.jsqlparser.expression.operators.arithmetic.Subtraction;
import net.sf.jsqlparser.expression.operators.conditional.AndExpression;
import net.sf.jsqlparser.expression.operators.conditional.OrExpression;
import net.sf.jsqlparser.expression.operators.relational.Between;
import net.sf.jsqlparser.expression.operators.relational.ComparisonOperator;
import net.sf.jsqlparser.expression.operators.relational.ExpressionList;
import net.sf.jsqlparser.expression.operators.relational.InExpression;
import net.sf.jsqlparser.expression.operators.relational.IsBooleanExpression;
import net.sf.jsqlparser.expression.operators.relational.IsDistinctExpression;
import net.sf.jsqlparser.expression.operators.relational.IsNullExpression;
import net.sf.jsqlparser.expression.operators.relational.LikeExpression;
import net.sf.jsqlparser.expression.operators.relational.ParenthesedExpressionList;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import net.sf.jsqlparser.schema.Column;
import org.jspecify.annotations.Nullable;

/**
 * Conditions about a row as people write them, in SQL: {@code amount > 0 AND status IN ('a', 'b')}.
 * Beyond SQL there is {@code matches(column, 'pattern')}, with a pattern of Python.
 */
final class Conditions {
  private static final int LONGEST = 8_000;

  /** The parser's time grows fast with it. */
  private static final int DEEPEST = 8;

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Names that SQL reads as something else. */
  private static final Set<String> WORDS =
      Set.of(
          ("all and any array as asc between by case cast check collate column constraint create"
                  + " cross current_date current_time current_timestamp default desc distinct else"
                  + " end except exists false fetch for foreign from full group having if ilike in"
                  + " inner interval intersect into is join key left like limit matches natural not"
                  + " null offset on or order outer primary references right select set similar"
                  + " some table then to true union unique unknown update user using value values"
                  + " when where with date time timestamp abs length")
              .split(" "));

  private Conditions() {}

  /**
   * @throws IllegalArgumentException if it is no condition, or has a part that no expression says;
   *     tells which
   */
  static Expr read(String condition) {
    requireHarmless(condition);
    try {
      return expr(CCJSqlParserUtil.parseCondExpression(condition, false));
    } catch (JSQLParserException e) {
      throw new IllegalArgumentException("the condition cannot be parsed as SQL", e);
    }
  }

  /** What would keep the parser busy, or be read differently by others. */
  private static void requireHarmless(String condition) {
    if (condition.length() > LONGEST) {
      throw new IllegalArgumentException("the condition is longer than " + LONGEST + " characters");
    }
    int depth = 0;
    char within = 0;
    for (int at = 0; at < condition.length(); at++) {
      char c = condition.charAt(at);
      if (within != 0) {
        if (c == '\\' && at + 1 < condition.length() && condition.charAt(at + 1) == within) {
          throw new IllegalArgumentException("a backslash stands before a quote");
        }
        within = c == within ? 0 : within;
      } else if (c == '\'' || c == '"') {
        within = c;
      } else if (c == ';' || condition.startsWith("--", at) || condition.startsWith("/*", at)) {
        throw new IllegalArgumentException("a condition has no semicolons and no comments");
      } else {
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      }
      if (depth > DEEPEST) {
        throw new IllegalArgumentException("parentheses nest deeper than " + DEEPEST + " levels");
      }
    }
  }

  private static IllegalArgumentException unknown(Expression part) {
    return new IllegalArgumentException(
        "no rule can say this part of a condition: " + part.getClass().getSimpleName());
  }

  /** A connective between two terms. */
  private enum Connective {
    AND,
    OR
  }

  private static Expr expr(@Nullable Expression sql) {
    List<Expression> terms = new ArrayList<>();
    List<Connective> between = new ArrayList<>();
    unfold(sql, terms, between);
    List<Expr> alternatives = new ArrayList<>();
    List<Expr> together = new ArrayList<>();
    for (int i = 0; i < terms.size(); i++) {
      together.add(term(terms.get(i)));
      if (i == between.size() || between.get(i) == Connective.OR) {
        alternatives.add(together.size() == 1 ? together.get(0) : new Expr.And(together));
        together = new ArrayList<>();
      }
    }
    return alternatives.size() == 1 ? alternatives.get(0) : new Expr.Or(alternatives);
  }

  /**
   * The terms of one level in the order of the text. The parser hangs what follows {@code a IN (1)}
   * below the IN, so that only the order can be trusted.
   */
  private static void unfold(
      @Nullable Expression sql, List<Expression> terms, List<Connective> between) {
    if (sql == null) {
      throw new IllegalArgumentException("the condition is empty");
    }
    int first = terms.size();
    if (sql instanceof AndExpression and) {
      unfold(and.getLeftExpression(), terms, between);
      between.add(Connective.AND);
      unfold(and.getRightExpression(), terms, between);
    } else if (sql instanceof OrExpression or) {
      unfold(or.getLeftExpression(), terms, between);
      between.add(Connective.OR);
      unfold(or.getRightExpression(), terms, between);
    } else if (sql instanceof InExpression in && isConnected(in.getRightExpression())) {
      unfold(in.getRightExpression(), terms, between);
      InExpression alone = new InExpression(in.getLeftExpression(), terms.get(first));
      alone.setNot(in.isNot());
      terms.set(first, alone);
    } else if (sql instanceof NotExpression not) {
      unfold(not.getExpression(), terms, between);
      terms.set(first, new NotExpression(terms.get(first)));
    } else {
      terms.add(sql);
    }
  }

  private static boolean isConnected(Expression sql) {
    return sql instanceof AndExpression || sql instanceof OrExpression;
  }

  private static Expr term(Expression sql) {
    if (sql instanceof NotExpression not) {
      return new Expr.Not(term(not.getExpression()));
    }
    if (sql instanceof ParenthesedExpressionList<?> list && list.size() == 1) {
      return expr(list.get(0));
    }
    if (sql instanceof ComparisonOperator compare) {
      return new Expr.Compare(
          operand(compare.getLeftExpression()),
          comparison(compare.getStringExpression()),
          operand(compare.getRightExpression()));
    }
    if (sql instanceof InExpression in) {
      return negated(in.isNot(), new Expr.In(operand(in.getLeftExpression()), members(in)));
    }
    if (sql instanceof IsNullExpression test) {
      return negated(
          test.isNot() || test.isUseNotNull(), new Expr.IsNull(operand(test.getLeftExpression())));
    }
    if (sql instanceof Between between) {
      Operand value = operand(between.getLeftExpression());
      return negated(
          between.isNot(),
          Expr.all(
              new Expr.Compare(
                  value, Comparison.AT_LEAST, operand(between.getBetweenExpressionStart())),
              new Expr.Compare(
                  value, Comparison.AT_MOST, operand(between.getBetweenExpressionEnd()))));
    }
    return otherExpr(sql);
  }

  private static Expr otherExpr(Expression sql) {
    if (sql instanceof LikeExpression like
        && like.getLikeKeyWord() == LikeExpression.KeyWord.LIKE
        && like.getEscape() == null
        && !like.isUseBinary()) {
      return negated(
          like.isNot(),
          new Expr.Like(operand(like.getLeftExpression()), text(like.getRightExpression())));
    }
    if (sql instanceof IsDistinctExpression distinct) {
      Expr same =
          new Expr.Same(
              operand(distinct.getLeftExpression()), operand(distinct.getRightExpression()));
      return negated(!distinct.isNot(), same);
    }
    if (sql instanceof IsBooleanExpression test) {
      Expr value = new Expr.IsTrue(truth(test.getLeftExpression(), test.isTrue()));
      return negated(test.isNot(), value);
    }
    if (sql instanceof Column || sql instanceof BooleanValue) {
      return truth(sql, true);
    }
    if (sql instanceof Function function
        && function.getName().equalsIgnoreCase("matches")
        && arguments(function) == 2) {
      return new Expr.Matches(
          operand(function.getParameters().get(0)), text(function.getParameters().get(1)));
    }
    throw unknown(sql);
  }

  private static int arguments(Function function) {
    return function.getParameters() == null ? 0 : function.getParameters().size();
  }

  /** A boolean value as a question. */
  private static Expr truth(Expression sql, boolean wanted) {
    return new Expr.Compare(operand(sql), Comparison.EQUAL, Operand.constant(wanted));
  }

  private static Expr negated(boolean not, Expr expr) {
    return not ? new Expr.Not(expr) : expr;
  }

  private static Comparison comparison(String sign) {
    return switch (sign) {
      case "=", "==" -> Comparison.EQUAL;
      case "<>", "!=" -> Comparison.NOT_EQUAL;
      case "<" -> Comparison.LESS;
      case "<=" -> Comparison.AT_MOST;
      case ">" -> Comparison.MORE;
      case ">=" -> Comparison.AT_LEAST;
      default -> throw new IllegalArgumentException("no rule can say the comparison " + sign);
    };
  }

  private static List<Literal> members(InExpression in) {
    if (!(in.getRightExpression() instanceof ExpressionList<?> list)) {
      throw unknown(in.getRightExpression());
    }
    List<Literal> members = new ArrayList<>();
    for (Expression item : list) {
      if (!(operand(item) instanceof Operand.Constant constant)) {
        throw new IllegalArgumentException("the members of a set are constants");
      }
      members.add(constant.value());
    }
    return members;
  }

  private static String text(Expression sql) {
    if (operand(sql) instanceof Operand.Constant constant
        && constant.value() instanceof Literal.Text text) {
      return text.value();
    }
    throw new IllegalArgumentException("a pattern is a text");
  }

  private static Operand operand(Expression sql) {
    if (sql instanceof Column column) {
      return column(column);
    }
    if (sql instanceof LongValue number) {
      return new Operand.Constant(new Literal.Numeric(number.getStringValue()));
    }
    if (sql instanceof DoubleValue number) {
      return new Operand.Constant(new Literal.Numeric(number.toString()));
    }
    if (sql instanceof StringValue text && text.getPrefix() == null) {
      return Operand.constant(text.getNotExcapedValue());
    }
    if (sql instanceof BooleanValue truth) {
      return Operand.constant(truth.getValue());
    }
    if (sql instanceof DateTimeLiteralExpression moment) {
      String quoted = moment.getValue();
      return Operand.constant(quoted.substring(1, quoted.length() - 1));
    }
    if (sql instanceof SignedExpression signed && signed.getSign() == '-') {
      return negative(signed);
    }
    if (sql instanceof ParenthesedExpressionList<?> list && list.size() == 1) {
      return operand(list.get(0));
    }
    if (sql instanceof Addition sum) {
      List<Operand> parts = new ArrayList<>();
      summands(sum, parts);
      return new Operand.Sum(parts);
    }
    if (sql instanceof Subtraction less) {
      return new Operand.Minus(
          operand(less.getLeftExpression()), operand(less.getRightExpression()));
    }
    if (sql instanceof Division over) {
      return new Operand.Over(
          operand(over.getLeftExpression()), operand(over.getRightExpression()));
    }
    if (sql instanceof Function function && arguments(function) == 1) {
      return function(function);
    }
    throw unknown(sql);
  }

  private static Operand negative(SignedExpression signed) {
    if (operand(signed.getExpression()) instanceof Operand.Constant constant
        && constant.value() instanceof Literal.Numeric number) {
      return Operand.constant(new BigDecimal(number.value()).negate());
    }
    throw unknown(signed);
  }

  private static void summands(Expression sql, List<Operand> parts) {
    if (sql instanceof Addition sum) {
      summands(sum.getLeftExpression(), parts);
      summands(sum.getRightExpression(), parts);
    } else {
      parts.add(operand(sql));
    }
  }

  private static Operand column(Column column) {
    if (column.getTable() != null) {
      throw new IllegalArgumentException(
          "a condition names columns of one table, without its name");
    }
    String name = column.getColumnName();
    if (name.startsWith("\"") || name.startsWith("`")) {
      return Operand.column(name.substring(1, name.length() - 1).replace("\"\"", "\""));
    }
    String low = name.toLowerCase(Locale.ROOT);
    if (low.equals("true") || low.equals("false")) {
      return Operand.constant(low.equals("true"));
    }
    if (low.startsWith("current_")) {
      throw new IllegalArgumentException("a condition does not ask for the time");
    }
    return Operand.column(name);
  }

  private static Operand function(Function function) {
    Operand of = operand(function.getParameters().get(0));
    return switch (function.getName().toLowerCase(Locale.ROOT)) {
      case "abs" -> new Operand.Absolute(of);
      case "length", "len", "char_length", "character_length" -> new Operand.Length(of);
      default ->
          throw new IllegalArgumentException("no rule can say the function " + function.getName());
    };
  }

  /** The condition for people, if SQL can say it so that {@link #read} finds the same again. */
  static Optional<String> written(Expr expr) {
    try {
      String text = sql(expr);
      return text.length() <= LONGEST && read(text).equals(expr)
          ? Optional.of(text)
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static IllegalArgumentException unsaid() {
    return new IllegalArgumentException("SQL does not say this");
  }

  private static String sql(Expr expr) {
    if (expr instanceof Expr.And and) {
      return joined(and.parts(), " AND ");
    }
    if (expr instanceof Expr.Or or) {
      return joined(or.parts(), " OR ");
    }
    if (expr instanceof Expr.Not not) {
      return sqlNot(not.of());
    }
    if (expr instanceof Expr.Compare compare) {
      return sql(compare.left()) + " " + sign(compare.how()) + " " + sql(compare.right());
    }
    if (expr instanceof Expr.In in) {
      return sql(in.value()) + " IN (" + literals(in.members()) + ")";
    }
    if (expr instanceof Expr.IsNull test) {
      return sql(test.value()) + " IS NULL";
    }
    if (expr instanceof Expr.Same same) {
      return sql(same.left()) + " IS NOT DISTINCT FROM " + sql(same.right());
    }
    if (expr instanceof Expr.Like like) {
      return sql(like.value()) + " LIKE " + quoted(like.pattern());
    }
    if (expr instanceof Expr.Matches matches) {
      return "matches(" + sql(matches.value()) + ", " + quoted(matches.regex()) + ")";
    }
    throw unsaid();
  }

  private static String sqlNot(Expr of) {
    if (of instanceof Expr.In in) {
      return sql(in.value()) + " NOT IN (" + literals(in.members()) + ")";
    }
    if (of instanceof Expr.IsNull test) {
      return sql(test.value()) + " IS NOT NULL";
    }
    if (of instanceof Expr.Like like) {
      return sql(like.value()) + " NOT LIKE " + quoted(like.pattern());
    }
    if (of instanceof Expr.Same same) {
      return sql(same.left()) + " IS DISTINCT FROM " + sql(same.right());
    }
    return "NOT (" + sql(of) + ")";
  }

  private static String joined(List<Expr> parts, String between) {
    return parts.stream()
        .map(
            part ->
                part instanceof Expr.And || part instanceof Expr.Or
                    ? "(" + sql(part) + ")"
                    : sql(part))
        .collect(Collectors.joining(between));
  }

  private static String sign(Comparison how) {
    return switch (how) {
      case EQUAL -> "=";
      case NOT_EQUAL -> "<>";
      case LESS -> "<";
      case AT_MOST -> "<=";
      case MORE -> ">";
      case AT_LEAST -> ">=";
    };
  }

  private static String literals(List<Literal> members) {
    return members.stream().map(Conditions::literal).collect(Collectors.joining(", "));
  }

  private static String literal(Literal value) {
    if (value instanceof Literal.Text text) {
      return quoted(text.value());
    }
    if (value instanceof Literal.Numeric number) {
      BigDecimal decimal = new BigDecimal(number.value());
      if (Math.abs(decimal.scale()) > 60) {
        throw unsaid();
      }
      return decimal.toPlainString();
    }
    return value.toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static String sql(Operand operand) {
    if (operand instanceof Operand.Column column) {
      return name(column.name());
    }
    if (operand instanceof Operand.Constant constant) {
      return literal(constant.value());
    }
    if (operand instanceof Operand.Length length) {
      return "length(" + sql(length.of()) + ")";
    }
    if (operand instanceof Operand.Absolute absolute) {
      return "abs(" + sql(absolute.of()) + ")";
    }
    if (operand instanceof Operand.Sum sum) {
      return sum.parts().stream().map(Conditions::part).collect(Collectors.joining(" + "));
    }
    if (operand instanceof Operand.Minus minus) {
      return part(minus.left()) + " - " + part(minus.right());
    }
    if (operand instanceof Operand.Over over) {
      return part(over.left()) + " / " + part(over.right());
    }
    throw unsaid();
  }

  private static String part(Operand operand) {
    boolean compound =
        operand instanceof Operand.Sum
            || operand instanceof Operand.Minus
            || operand instanceof Operand.Over;
    return compound ? "(" + sql(operand) + ")" : sql(operand);
  }

  /** A column as SQL names it. */
  static String name(String column) {
    return PLAIN.matcher(column).matches() && !WORDS.contains(column.toLowerCase(Locale.ROOT))
        ? column
        : "\"" + column.replace("\"", "\"\"") + "\"";
  }

  /** The columns that an expression names, in their order. */
  static List<String> columns(Expr expr) {
    return List.copyOf(ExprParts.columns(expr));
  }
}
