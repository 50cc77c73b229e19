package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the {@code row_condition} of an expectation, in each of its forms: the text of Great
 * Expectations itself, a query of pandas, the objects of 1.9 and later.
 *
 * <p>Great Expectations takes one form on each engine and fails on others, and so do its modes
 * here; STRICT takes all of them.
 */
final class GxConditions {
  private static final Set<String> OWN =
      Set.of("great_expectations", "great_expectations__experimental__");
  private static final Set<String> PARSERS =
      Set.of("great_expectations", "great_expectations__experimental__", "pandas", "spark");
  private static final int MOST = 100;

  private static final Pattern NOT_NULL =
      Pattern.compile(
          "\\s*col\\(\\s*(?:\"([^\"]+)\"|'([^']+)')\\s*\\)\\s*\\.\\s*notNull\\(\\s*\\)\\s*",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern COMPARISON =
      Pattern.compile(
          "\\s*col\\(\\s*(?:\"([^\"]+)\"|'([^']+)')\\s*\\)\\s*(<=|>=|==|!=|<|>)\\s*(.+?)\\s*",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern DATE =
      Pattern.compile("date\\(\\s*(?:\"([^\"]*)\"|'([^']*)')\\s*\\)", Pattern.CASE_INSENSITIVE);

  private GxConditions() {}

  /** The condition of an expectation; empty if it has none. */
  static Optional<Expr> read(Kwargs kwargs) throws UnsupportedException {
    Optional<JsonNode> condition = kwargs.value("row_condition");
    Optional<String> parser = kwargs.textIfGiven("condition_parser");
    if (parser.isPresent() && !PARSERS.contains(parser.get())) {
      throw new UnsupportedException(
          "condition_parser: value is not a valid enumeration member; permitted:"
              + " 'great_expectations', 'great_expectations__experimental__', 'pandas', 'spark'");
    }
    if (condition.isEmpty()) {
      return Optional.empty();
    }
    if (condition.get().isObject()) {
      return Optional.of(object(condition.get(), kwargs, Within.NOTHING));
    }
    String text = kwargs.text("row_condition");
    if (text.isBlank()) {
      return Optional.empty();
    }
    return Optional.of(text(text, parser, kwargs.mode()));
  }

  private static Expr text(String text, Optional<String> parser, Mode mode)
      throws UnsupportedException {
    switch (mode) {
      case GX_PANDAS -> {
        if (!parser.equals(Optional.of("pandas"))) {
          throw new UnsupportedException(
              "condition_parser for Pandas is required when setting a row_condition.");
        }
        return new PandasQuery(text).read();
      }
      case GX_SQL -> {
        if (parser.isEmpty() || !OWN.contains(parser.get())) {
          throw new UnsupportedException(
              "SqlAlchemyExecutionEngine only supports the great_expectations condition_parser.");
        }
        return own(text);
      }
      case STRICT -> {
        if (parser.equals(Optional.of("spark"))) {
          throw new UnsupportedException(
              "'row_condition' is SQL of Spark, which is not evaluated; write it for the"
                  + " condition_parser great_expectations");
        }
        boolean isOwn = parser.isPresent() ? OWN.contains(parser.get()) : isOwn(text);
        return isOwn ? own(text) : new PandasQuery(text).read();
      }
    }
    throw new IllegalStateException("No condition in mode " + mode);
  }

  private static boolean isOwn(String text) {
    return NOT_NULL.matcher(text).matches() || COMPARISON.matcher(text).matches();
  }

  // The text of Great Expectations: one comparison.

  private static Expr own(String text) throws UnsupportedException {
    Matcher notNull = NOT_NULL.matcher(text);
    if (notNull.matches()) {
      return Expr.not(new Expr.IsNull(Operand.column(either(notNull, 1))));
    }
    Matcher comparison = COMPARISON.matcher(text);
    if (!comparison.matches()) {
      throw new UnsupportedException(
          "unable to parse condition: 'row_condition' is neither col(\"name\").notNull() nor"
              + " col(\"name\") followed by one comparison");
    }
    return new Expr.Compare(
        Operand.column(either(comparison, 1)),
        comparison(comparison.group(3)),
        new Operand.Constant(value(comparison.group(4))));
  }

  private static String either(Matcher matcher, int group) {
    String first = matcher.group(group);
    return first != null ? first : matcher.group(group + 1);
  }

  private static Literal value(String text) throws UnsupportedException {
    Matcher date = DATE.matcher(text);
    if (date.matches()) {
      return new Literal.Text(either(date, 1));
    }
    char first = text.charAt(0);
    if ((first == '"' || first == '\'')
        && text.length() > 1
        && text.charAt(text.length() - 1) == first) {
      String inner = text.substring(1, text.length() - 1);
      if (inner.indexOf(first) < 0) {
        return new Literal.Text(inner);
      }
    }
    try {
      return new Literal.Numeric(text);
    } catch (IllegalArgumentException e) {
      throw new UnsupportedException(
          "unable to parse condition: the value compared with is no number, text or date");
    }
  }

  static Comparison comparison(String operator) throws UnsupportedException {
    return switch (operator) {
      case "==" -> Comparison.EQUAL;
      case "!=" -> Comparison.NOT_EQUAL;
      case "<" -> Comparison.LESS;
      case "<=" -> Comparison.AT_MOST;
      case ">" -> Comparison.MORE;
      case ">=" -> Comparison.AT_LEAST;
      default -> throw new UnsupportedException("'row_condition' has an operator not known here");
    };
  }

  // The objects of 1.9.

  private enum Within {
    NOTHING,
    AND,
    OR
  }

  private static Expr object(JsonNode node, Kwargs kwargs, Within within)
      throws UnsupportedException {
    String type = node.path("type").asText();
    return switch (type) {
      case "comparison" -> comparison(node, kwargs);
      case "nullity" -> {
        if (!node.path("is_null").isBoolean()) {
          throw kwargs.malformed("row_condition", "is_null is not true or false");
        }
        Expr isNull = new Expr.IsNull(column(node, kwargs));
        yield node.path("is_null").booleanValue() ? isNull : Expr.not(isNull);
      }
      case "and" -> new Expr.And(parts(node, kwargs, Within.AND));
      case "or" -> {
        if (within != Within.NOTHING) {
          throw kwargs.malformed("row_condition", "an or lies within another condition");
        }
        yield new Expr.Or(parts(node, kwargs, Within.OR));
      }
      case "pass_through" -> {
        if (kwargs.mode() != Mode.GX_PANDAS && kwargs.mode() != Mode.STRICT) {
          throw new UnsupportedException(
              "'row_condition' passes text through to the engine, which is not evaluated");
        }
        yield new PandasQuery(node.path("pass_through_filter").asText()).read();
      }
      default -> throw kwargs.malformed("row_condition", "a condition of a type that is not known");
    };
  }

  private static List<Expr> parts(JsonNode node, Kwargs kwargs, Within within)
      throws UnsupportedException {
    JsonNode conditions = node.path("conditions");
    if (!conditions.isArray() || conditions.isEmpty() || conditions.size() > MOST) {
      throw kwargs.malformed("row_condition", "conditions are no array of 1 to " + MOST);
    }
    List<Expr> parts = new ArrayList<>();
    for (JsonNode condition : conditions) {
      parts.add(object(condition, kwargs, within));
    }
    return parts;
  }

  private static Operand column(JsonNode node, Kwargs kwargs) {
    JsonNode name = node.path("column").path("name");
    if (!name.isTextual()) {
      throw kwargs.malformed("row_condition", "a column without a name");
    }
    return Operand.column(name.textValue());
  }

  private static Expr comparison(JsonNode node, Kwargs kwargs) throws UnsupportedException {
    Operand column = column(node, kwargs);
    JsonNode parameter = node.path("parameter");
    String operator = node.path("operator").asText();
    if (operator.equals("IN") || operator.equals("NOT_IN")) {
      if (!parameter.isArray()) {
        throw kwargs.malformed("row_condition", "the parameter of " + operator + " is no array");
      }
      List<Literal> members = new ArrayList<>();
      for (JsonNode member : parameter) {
        members.add(kwargs.literal(member, "row_condition"));
      }
      requireOneType(members, kwargs);
      Expr in = new Expr.In(column, members);
      return operator.equals("IN") ? in : Expr.not(in);
    }
    if (parameter.isNull() || parameter.isMissingNode()) {
      throw kwargs.malformed("row_condition", "a comparison with nothing; use nullity");
    }
    return new Expr.Compare(
        column,
        comparison(operator),
        new Operand.Constant(kwargs.literal(parameter, "row_condition")));
  }

  private static void requireOneType(List<Literal> members, Kwargs kwargs) {
    if (members.stream().map(Object::getClass).distinct().count() > 1) {
      throw kwargs.malformed("row_condition", "members of different types");
    }
  }
}
