package dev.weirkeeper.contracts.gx;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the part of pandas' {@code DataFrame.query} that chooses rows by their values: comparisons
 * (also chained), {@code in} and {@code not in}, {@code isnull()} and {@code notnull()}, {@code
 * and}, {@code or}, {@code not} and their signs, parentheses. As in pandas, {@code &} and {@code |}
 * bind like {@code and} and {@code or}.
 */
final class PandasQuery {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final int MAX_DEPTH = 64;

  private final List<String> tokens = new ArrayList<>();
  private int at;
  private int depth;

  PandasQuery(String query) throws UnsupportedException {
    tokenize(query);
  }

  Expr read() throws UnsupportedException {
    Expr expr = or();
    if (at < tokens.size()) {
      throw notRead("it goes on behind a whole condition");
    }
    return expr;
  }

  private static UnsupportedException notRead(String why) {
    return new UnsupportedException(
        "'row_condition' is no query of pandas that is evaluated here: "
            + why
            + "; use comparisons, in, isnull(), notnull(), and, or, not");
  }

  private void tokenize(String query) throws UnsupportedException {
    int i = 0;
    while (i < query.length()) {
      char c = query.charAt(i);
      int end = i + 1;
      if (Character.isWhitespace(c)) {
        i++;
        continue;
      }
      if (c == '"' || c == '\'' || c == '`') {
        while (end < query.length() && query.charAt(end) != c) {
          end += query.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= query.length()) {
          throw notRead("a quotation does not end");
        }
        end++;
      } else if (Character.isLetter(c) || c == '_') {
        while (end < query.length()
            && (Character.isLetterOrDigit(query.charAt(end)) || query.charAt(end) == '_')) {
          end++;
        }
      } else if (Character.isDigit(c) || (c == '.' && isDigit(query, i + 1))) {
        end = endOfNumber(query, i);
      } else if (end < query.length() && COMPARISONS.contains(query.substring(i, end + 1))) {
        end++;
      } else if ("<>()[],.&|~-".indexOf(c) < 0) {
        throw notRead("the sign " + c);
      }
      tokens.add(query.substring(i, end));
      i = end;
    }
  }

  private static boolean isDigit(String text, int at) {
    return at < text.length() && Character.isDigit(text.charAt(at));
  }

  private static int endOfNumber(String text, int from) {
    int end = from;
    while (end < text.length()) {
      char c = text.charAt(end);
      boolean exponentSign =
          (c == '-' || c == '+') && end > from && (text.charAt(end - 1) | 0x20) == 'e';
      if (!Character.isDigit(c) && c != '.' && (c | 0x20) != 'e' && !exponentSign) {
        break;
      }
      end++;
    }
    return end;
  }

  private String peek() {
    return at < tokens.size() ? tokens.get(at) : "";
  }

  private boolean take(String... any) {
    for (String token : any) {
      if (peek().equals(token)) {
        at++;
        return true;
      }
    }
    return false;
  }

  private void need(String token) throws UnsupportedException {
    if (!take(token)) {
      throw notRead("a " + token + " is missing");
    }
  }

  private Expr or() throws UnsupportedException {
    List<Expr> parts = new ArrayList<>(List.of(and()));
    while (take("or", "|")) {
      parts.add(and());
    }
    return parts.size() == 1 ? parts.get(0) : new Expr.Or(parts);
  }

  private Expr and() throws UnsupportedException {
    List<Expr> parts = new ArrayList<>(List.of(not()));
    while (take("and", "&")) {
      parts.add(not());
    }
    return parts.size() == 1 ? parts.get(0) : new Expr.And(parts);
  }

  private Expr not() throws UnsupportedException {
    if (take("not", "~")) {
      if (++depth > MAX_DEPTH) {
        throw notRead("it nests too deeply");
      }
      Expr of = not();
      depth--;
      return Expr.not(of);
    }
    if (peek().equals("(")) {
      if (++depth > MAX_DEPTH) {
        throw notRead("it nests too deeply");
      }
      at++;
      Expr inner = or();
      need(")");
      depth--;
      return inner;
    }
    return condition();
  }

  private Expr condition() throws UnsupportedException {
    Operand left = operand();
    if (take(".")) {
      return method(left);
    }
    if (peek().equals("in") || peek().equals("not")) {
      boolean negated = take("not");
      need("in");
      Expr in = new Expr.In(left, members("[", "]"));
      return negated ? Expr.not(in) : in;
    }
    List<Expr> chain = new ArrayList<>();
    while (COMPARISONS.contains(peek())) {
      String operator = tokens.get(at++);
      if (peek().equals("[") && (operator.equals("==") || operator.equals("!="))) {
        // In pandas, a comparison with a list is one with its members.
        Expr in = new Expr.In(left, members("[", "]"));
        chain.add(operator.equals("==") ? in : Expr.not(in));
        break;
      }
      Operand right = operand();
      chain.add(new Expr.Compare(left, GxConditions.comparison(operator), right));
      left = right;
    }
    if (chain.isEmpty()) {
      if (left instanceof Operand.Column) {
        return new Expr.Compare(
            left, Expr.Comparison.EQUAL, new Operand.Constant(new Literal.Truth(true)));
      }
      throw notRead("a value stands alone");
    }
    return chain.size() == 1 ? chain.get(0) : new Expr.And(chain);
  }

  private Expr method(Operand of) throws UnsupportedException {
    String name = peek();
    at++;
    switch (name) {
      case "isnull", "isna", "notnull", "notna" -> {
        need("(");
        need(")");
        Expr isNull = new Expr.IsMissing(of);
        return name.startsWith("is") ? isNull : Expr.not(isNull);
      }
      case "isin" -> {
        need("(");
        Expr in = new Expr.In(of, members("[", "]"));
        need(")");
        return in;
      }
      case "between" -> {
        need("(");
        Operand low = operand();
        need(",");
        Operand high = operand();
        need(")");
        return Expr.all(
            new Expr.Compare(of, Expr.Comparison.AT_LEAST, low),
            new Expr.Compare(of, Expr.Comparison.AT_MOST, high));
      }
      default -> throw notRead("the method " + name);
    }
  }

  private List<Literal> members(String open, String close) throws UnsupportedException {
    boolean round = take("(");
    if (!round) {
      need(open);
    }
    String end = round ? ")" : close;
    List<Literal> members = new ArrayList<>();
    while (!take(end)) {
      if (!members.isEmpty()) {
        need(",");
        if (take(end)) {
          break;
        }
      }
      if (!(operand() instanceof Operand.Constant constant)) {
        throw notRead("a list holds something that is no value");
      }
      members.add(constant.value());
    }
    return members;
  }

  private Operand operand() throws UnsupportedException {
    boolean negative = take("-");
    String token = peek();
    if (token.isEmpty()) {
      throw notRead("it ends too early");
    }
    at++;
    char first = token.charAt(0);
    if (Character.isDigit(first) || (first == '.' && token.length() > 1)) {
      try {
        return new Operand.Constant(new Literal.Numeric((negative ? "-" : "") + token));
      } catch (IllegalArgumentException e) {
        throw notRead("a number that cannot be read");
      }
    }
    if (negative) {
      throw notRead("a minus before something that is no number");
    }
    if (first == '"' || first == '\'') {
      return new Operand.Constant(new Literal.Text(unescaped(token)));
    }
    if (first == '`') {
      return Operand.column(token.substring(1, token.length() - 1));
    }
    if (token.equals("True") || token.equals("False")) {
      return new Operand.Constant(
          new Literal.Truth(Boolean.parseBoolean(token.toLowerCase(Locale.ROOT))));
    }
    boolean name = Character.isLetter(first) || first == '_';
    if (!name || Set.of("and", "or", "not", "in", "None").contains(token)) {
      throw notRead("a value is missing");
    }
    return Operand.column(token);
  }

  private static String unescaped(String quoted) throws UnsupportedException {
    StringBuilder out = new StringBuilder();
    for (int i = 1; i < quoted.length() - 1; i++) {
      char c = quoted.charAt(i);
      if (c == '\\') {
        i++;
        c = quoted.charAt(i);
        if (c == 'n') {
          c = '\n';
        } else if (c == 't') {
          c = '\t';
        } else if (c != '\\' && c != '"' && c != '\'') {
          throw notRead("an escape in text");
        }
      }
      out.append(c);
    }
    return out.toString();
  }
}
