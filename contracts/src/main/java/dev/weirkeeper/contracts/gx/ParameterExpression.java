package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.weirkeeper.Json;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Evaluates the expression of a suite parameter: one name, whose value is taken as it is, or
 * arithmetic ({@code + - * / ^}, {@code PI}, {@code E}, {@code sin cos tan exp abs trunc round sgn
 * now datetime timedelta}).
 */
final class ParameterExpression {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(\\d+\\.?\\d*(?:[eE][+-]?\\d+)?|\\.\\d+)|([A-Za-z_$][\\w$.]*)|([-+*/^(),=])|(\\S))");
  private static final int MAX_DEPTH = 64;

  private final List<String> tokens = new ArrayList<>();
  private final SuiteParameters parameters;
  private int at;
  private int depth;

  private ParameterExpression(String text, SuiteParameters parameters) throws UnsupportedException {
    this.parameters = parameters;
    Matcher matcher = TOKEN.matcher(text.strip());
    int end = 0;
    while (matcher.find() && matcher.start() == end) {
      if (matcher.group(4) != null) {
        throw notEvaluated("a sign that is not known");
      }
      tokens.add(matcher.group().strip());
      end = matcher.end();
    }
  }

  /** The value of the expression, as JSON: a number, a time as ISO text, or any given value. */
  static JsonNode evaluate(String text, SuiteParameters parameters) throws UnsupportedException {
    Json given = parameters.values().get(text.strip());
    if (given != null) {
      return Located.read(given.text()).root();
    }
    ParameterExpression expression = new ParameterExpression(text, parameters);
    Object value;
    try {
      value = expression.sum();
    } catch (DateTimeException | ArithmeticException e) {
      throw notEvaluated("a time or a number that there is not");
    }
    if (expression.at < expression.tokens.size()) {
      throw notEvaluated("it goes on behind a whole expression");
    }
    return node(value);
  }

  private static UnsupportedException notEvaluated(String why) {
    return new UnsupportedException("a suite parameter cannot be evaluated: " + why);
  }

  private static JsonNode node(Object value) throws UnsupportedException {
    if (value instanceof LocalDateTime time) {
      return TextNode.valueOf(time.toString());
    }
    if (value instanceof Double number) {
      if (!Double.isFinite(number)) {
        throw notEvaluated("the result is no number");
      }
      boolean whole = number == Math.rint(number) && Math.abs(number) < 1L << 53;
      return whole ? LongNode.valueOf(number.longValue()) : DoubleNode.valueOf(number);
    }
    if (value instanceof JsonNode node) {
      return node;
    }
    throw notEvaluated("the result is neither a number nor a time");
  }

  private String peek() {
    return at < tokens.size() ? tokens.get(at) : "";
  }

  private boolean take(String token) {
    if (peek().equals(token)) {
      at++;
      return true;
    }
    return false;
  }

  private void need(String token) throws UnsupportedException {
    if (!take(token)) {
      throw notEvaluated("a " + token + " is missing");
    }
  }

  private Object sum() throws UnsupportedException {
    Object value = product();
    while (peek().equals("+") || peek().equals("-")) {
      value = tokens.get(at++).equals("+") ? plus(value, product()) : minus(value, product());
    }
    return value;
  }

  private static Object plus(Object a, Object b) throws UnsupportedException {
    if (a instanceof LocalDateTime time && b instanceof Duration by) {
      return time.plus(by);
    }
    if (a instanceof Duration one && b instanceof Duration two) {
      return one.plus(two);
    }
    if (a instanceof Duration by && b instanceof LocalDateTime time) {
      return time.plus(by);
    }
    return number(a) + number(b);
  }

  private static Object minus(Object a, Object b) throws UnsupportedException {
    if (a instanceof LocalDateTime time && b instanceof Duration by) {
      return time.minus(by);
    }
    if (a instanceof Duration one && b instanceof Duration two) {
      return one.minus(two);
    }
    return number(a) - number(b);
  }

  private Object product() throws UnsupportedException {
    Object value = power();
    while (peek().equals("*") || peek().equals("/")) {
      boolean times = tokens.get(at++).equals("*");
      double right = number(power());
      if (!times && right == 0) {
        throw notEvaluated("a division by zero");
      }
      value =
          value instanceof Duration duration && times
              ? seconds(duration.toMillis() / 1000.0 * right)
              : times ? (Object) (number(value) * right) : (Object) (number(value) / right);
    }
    return value;
  }

  private Object power() throws UnsupportedException {
    Object value = atom();
    if (take("^")) {
      return Math.pow(number(value), number(power()));
    }
    return value;
  }

  private Object atom() throws UnsupportedException {
    if (++depth > MAX_DEPTH) {
      throw notEvaluated("it nests too deeply");
    }
    try {
      if (take("-")) {
        return -number(atom());
      }
      if (take("+")) {
        return atom();
      }
      if (take("(")) {
        Object value = sum();
        need(")");
        return value;
      }
      String token = peek();
      if (token.isEmpty()) {
        throw notEvaluated("it ends too early");
      }
      at++;
      char first = token.charAt(0);
      if (Character.isDigit(first) || first == '.') {
        return Double.parseDouble(token);
      }
      if (!Character.isLetter(first) && first != '_' && first != '$') {
        throw notEvaluated("a value is missing");
      }
      return take("(") ? call(token) : named(token);
    } finally {
      depth--;
    }
  }

  private Object named(String name) throws UnsupportedException {
    if (name.equals("PI")) {
      return Math.PI;
    }
    if (name.equals("E")) {
      return Math.E;
    }
    Json value = parameters.values().get(name);
    if (value == null) {
      throw new UnsupportedException(
          "No value found for $PARAMETER " + name + "; give the suite its parameters");
    }
    JsonNode node = Located.read(value.text()).root();
    return node.isNumber() ? (Object) node.doubleValue() : node;
  }

  private Object call(String function) throws UnsupportedException {
    List<Double> places = new ArrayList<>();
    Map<String, Double> names = new LinkedHashMap<>();
    while (!take(")")) {
      if (!places.isEmpty() || !names.isEmpty()) {
        need(",");
      }
      if (at + 1 < tokens.size() && tokens.get(at + 1).equals("=")) {
        String name = tokens.get(at);
        at += 2;
        names.put(name, number(sum()));
      } else {
        places.add(number(sum()));
      }
    }
    return switch (function) {
      case "now" ->
          parameters
              .now()
              .map(now -> LocalDateTime.ofInstant(now, ZoneOffset.UTC))
              .orElseThrow(() -> notEvaluated("now() is a parameter that was not given a time"));
      case "datetime" -> datetime(places, names);
      case "timedelta" -> timedelta(places, names);
      default -> of(function, places);
    };
  }

  private static double of(String function, List<Double> places) throws UnsupportedException {
    if (places.isEmpty()) {
      throw notEvaluated("the function " + function + " without an argument");
    }
    double value = places.get(0);
    return switch (function) {
      case "sin" -> Math.sin(value);
      case "cos" -> Math.cos(value);
      case "tan" -> Math.tan(value);
      case "exp" -> Math.exp(value);
      case "abs" -> Math.abs(value);
      case "trunc" -> value < 0 ? Math.ceil(value) : Math.floor(value);
      case "round" -> Math.rint(value);
      case "sgn" -> Math.abs(value) <= 1e-12 ? 0 : Math.signum(value);
      default -> throw notEvaluated("the function " + function + " is not known");
    };
  }

  private static LocalDateTime datetime(List<Double> places, Map<String, Double> names)
      throws UnsupportedException {
    String[] parts = {"year", "month", "day", "hour", "minute", "second", "microsecond"};
    int[] values = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      Optional<Double> value =
          i < places.size() ? Optional.of(places.get(i)) : Optional.ofNullable(names.get(parts[i]));
      if (value.isEmpty() && i < 3) {
        throw notEvaluated("a datetime without its " + parts[i]);
      }
      values[i] = value.orElse(0.0).intValue();
    }
    return LocalDateTime.of(
        values[0], values[1], values[2], values[3], values[4], values[5], values[6] * 1000);
  }

  private static Duration timedelta(List<Double> places, Map<String, Double> names)
      throws UnsupportedException {
    double seconds = places.isEmpty() ? 0 : places.get(0) * 86_400;
    for (Map.Entry<String, Double> part : names.entrySet()) {
      double unit =
          switch (part.getKey()) {
            case "weeks" -> 604_800;
            case "days" -> 86_400;
            case "hours" -> 3_600;
            case "minutes" -> 60;
            case "seconds" -> 1;
            case "milliseconds" -> 1e-3;
            case "microseconds" -> 1e-6;
            default -> throw notEvaluated("a timedelta of " + part.getKey());
          };
      seconds += part.getValue() * unit;
    }
    return seconds(seconds);
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e6) * 1000);
  }

  private static double number(Object value) throws UnsupportedException {
    if (value instanceof Double number) {
      return number;
    }
    if (value instanceof JsonNode node && node.isNumber()) {
      return node.doubleValue();
    }
    throw notEvaluated("it calculates with what is no number");
  }
}
