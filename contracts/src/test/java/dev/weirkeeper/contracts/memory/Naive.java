package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Truth;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.PythonText;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What expressions mean, said as plainly as can be: row by row, boxed, from the definitions alone.
 * The oracle that the memory engine is held against.
 */
record Naive(
    Fields fields,
    List<? extends List<? extends @Nullable Object>> rows,
    Map<String, Naive> tables,
    Map<String, Predicate<Object>> tests) {

  Truth answer(Expr expr, int row) {
    if (expr instanceof Expr.Always always) {
      return always.answer();
    }
    if (expr instanceof Expr.Compare compare) {
      Object left = value(compare.left(), row);
      Object right = value(compare.right(), row);
      return left == null || right == null
          ? Truth.UNKNOWN
          : truth(holds(compare.how(), order(left, right)));
    }
    if (expr instanceof Expr.In in) {
      Object value = value(in.value(), row);
      return value == null
          ? Truth.UNKNOWN
          : truth(in.members().stream().anyMatch(member -> order(value, member) == 0));
    }
    if (expr instanceof Expr.IsNull isNull) {
      return truth(value(isNull.value(), row) == null);
    }
    if (expr instanceof Expr.IsMissing isMissing) {
      Object value = value(isMissing.value(), row);
      return truth(value == null || (value instanceof Double number && number.isNaN()));
    }
    if (expr instanceof Expr.Same same) {
      return truth(same(value(same.left(), row), value(same.right(), row)));
    }
    if (expr instanceof Expr.Matches matches) {
      Object value = value(matches.value(), row);
      return value == null
          ? Truth.UNKNOWN
          : truth(Pattern.compile(matches.regex()).matcher(PythonText.of(value)).find());
    }
    if (expr instanceof Expr.Like like) {
      Object value = value(like.value(), row);
      return value == null
          ? Truth.UNKNOWN
          : truth(asRegex(like.pattern()).matcher(PythonText.of(value)).matches());
    }
    if (expr instanceof Expr.Passes passes) {
      Object value = value(passes.value(), row);
      return value == null ? Truth.UNKNOWN : truth(tests.get(passes.test()).test(value));
    }
    if (expr instanceof Expr.Repeated repeated) {
      return truth(isRepeated(repeated, row));
    }
    if (expr instanceof Expr.OutOfOrder order) {
      return truth(isOutOfOrder(order, row));
    }
    if (expr instanceof Expr.Refers refers) {
      return truth(isFound(refers, row));
    }
    if (expr instanceof Expr.Not not) {
      return negated(answer(not.of(), row));
    }
    if (expr instanceof Expr.And and) {
      List<Truth> parts = and.parts().stream().map(part -> answer(part, row)).toList();
      return parts.contains(Truth.FALSE)
          ? Truth.FALSE
          : parts.contains(Truth.UNKNOWN) ? Truth.UNKNOWN : Truth.TRUE;
    }
    if (expr instanceof Expr.Or or) {
      List<Truth> parts = or.parts().stream().map(part -> answer(part, row)).toList();
      return parts.contains(Truth.TRUE)
          ? Truth.TRUE
          : parts.contains(Truth.UNKNOWN) ? Truth.UNKNOWN : Truth.FALSE;
    }
    return truth(answer(((Expr.IsTrue) expr).of(), row) == Truth.TRUE);
  }

  private static Truth truth(boolean answer) {
    return answer ? Truth.TRUE : Truth.FALSE;
  }

  private static Truth negated(Truth answer) {
    return switch (answer) {
      case TRUE -> Truth.FALSE;
      case FALSE -> Truth.TRUE;
      case UNKNOWN -> Truth.UNKNOWN;
    };
  }

  private static boolean holds(Expr.Comparison how, int order) {
    return switch (how) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case AT_MOST -> order <= 0;
      case MORE -> order > 0;
      case AT_LEAST -> order >= 0;
    };
  }

  private static Pattern asRegex(String like) {
    StringBuilder regex = new StringBuilder();
    like.codePoints()
        .forEach(
            c ->
                regex.append(
                    c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(Character.toString(c))));
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  private boolean isRepeated(Expr.Repeated repeated, int row) {
    if (answer(repeated.within(), row) != Truth.TRUE) {
      return false;
    }
    for (int other = 0; other < rows.size(); other++) {
      if (other != row
          && answer(repeated.within(), other) == Truth.TRUE
          && isCopy(repeated, row, other)) {
        return true;
      }
    }
    return false;
  }

  private boolean isCopy(Expr.Repeated repeated, int row, int other) {
    for (String column : repeated.columns()) {
      Object a = column(column, row);
      Object b = column(column, other);
      if (!same(a, b) || (a == null && repeated.nulls() == Expr.Nulls.DISTINCT)) {
        return false;
      }
    }
    return true;
  }

  private boolean isOutOfOrder(Expr.OutOfOrder order, int row) {
    Object value = column(order.column(), row);
    if (value == null || answer(order.within(), row) != Truth.TRUE) {
      return false;
    }
    for (int before = row - 1; before >= 0; before--) {
      Object last = column(order.column(), before);
      if (last != null && answer(order.within(), before) == Truth.TRUE) {
        int step = order(last, value);
        step = order.direction() == Expr.Direction.INCREASING ? step : -step;
        return order.strictness() == Expr.Strictness.STRICT ? step >= 0 : step > 0;
      }
    }
    return false;
  }

  private boolean isFound(Expr.Refers refers, int row) {
    Naive table = tables.get(refers.table());
    for (int other = 0; other < table.rows().size(); other++) {
      boolean all = true;
      for (int i = 0; i < refers.columns().size(); i++) {
        Object a = column(refers.columns().get(i), row);
        Object b = table.column(refers.keys().get(i), other);
        all &= a != null && b != null && order(a, b) == 0;
      }
      if (all) {
        return true;
      }
    }
    return false;
  }

  static boolean same(@Nullable Object left, @Nullable Object right) {
    return left == null || right == null ? left == right : order(left, right) == 0;
  }

  @Nullable Object column(String name, int row) {
    int index = fields.names().indexOf(name);
    Object value = rows.get(row).get(index);
    return value instanceof String text && fields.all().get(index).form() == Form.PADDED
        ? text.replaceFirst(" +$", "")
        : value;
  }

  private @Nullable Object value(Operand operand, int row) {
    if (operand instanceof Operand.Column column) {
      return column(column.name(), row);
    }
    if (operand instanceof Operand.Constant constant) {
      return constant.value();
    }
    if (operand instanceof Operand.Length length) {
      Object of = value(length.of(), row);
      return of == null ? null : text(of).codePoints().count();
    }
    if (operand instanceof Operand.PythonText text) {
      Object of = value(text.of(), row);
      return of == null ? null : text(of);
    }
    if (operand instanceof Operand.Sum sum) {
      Object total = null;
      for (Operand part : sum.parts()) {
        Object next = value(part, row);
        if (next == null) {
          return null;
        }
        total = total == null ? number(next) : plus(total, number(next));
      }
      return total;
    }
    if (operand instanceof Operand.Minus minus) {
      Object left = value(minus.left(), row);
      Object right = value(minus.right(), row);
      return left == null || right == null
          ? null
          : left instanceof Double || right instanceof Double
              ? (Object) (asDouble(left) - asDouble(right))
              : decimal(left).subtract(decimal(right));
    }
    if (operand instanceof Operand.Over over) {
      Object left = value(over.left(), row);
      Object right = value(over.right(), row);
      return left == null || right == null ? null : (Object) (asDouble(left) / asDouble(right));
    }
    Object of = value(((Operand.Absolute) operand).of(), row);
    return of == null
        ? null
        : of instanceof Double number ? (Object) Math.abs(number) : decimal(of).abs();
  }

  private static String text(Object value) {
    return value instanceof Literal.Text text
        ? text.value()
        : value instanceof Literal.Numeric number
            ? number.decimal().toPlainString()
            : PythonText.of(value);
  }

  private static Object number(Object value) {
    return value instanceof Double ? value : decimal(value);
  }

  private static Object plus(Object left, Object right) {
    return left instanceof Double || right instanceof Double
        ? (Object) (asDouble(left) + asDouble(right))
        : decimal(left).add(decimal(right));
  }

  private static double asDouble(Object value) {
    return value instanceof Double number ? number : decimal(value).doubleValue();
  }

  private static BigDecimal decimal(Object value) {
    return value instanceof Literal.Numeric number
        ? number.decimal()
        : new BigDecimal(value.toString());
  }

  /** The order of two values, neither of them NULL; either may be a constant. */
  static int order(Object left, Object right) {
    if (left instanceof Literal && !(right instanceof Literal)) {
      return -order(right, left);
    }
    if (isMoment(left)) {
      return instant(left).compareTo(instant(right));
    }
    if (left instanceof Double || right instanceof Double) {
      return orderDoubles(left, right);
    }
    if (left instanceof Number || left instanceof Literal.Numeric) {
      return decimal(left).compareTo(decimal(right));
    }
    if (left instanceof Boolean || left instanceof Literal.Truth) {
      return Boolean.compare(truth(left), truth(right));
    }
    return Arrays.compare(text(left).codePoints().toArray(), text(right).codePoints().toArray());
  }

  private static boolean truth(Object value) {
    return value instanceof Literal.Truth truth ? truth.value() : (Boolean) value;
  }

  private static int orderDoubles(Object left, Object right) {
    double a = asDouble(left);
    double b = asDouble(right);
    if (right instanceof Literal && Double.isInfinite(b)) {
      // A constant that no double reaches lies between the greatest one and infinity.
      return Double.isNaN(a) || a == b ? (b > 0 || Double.isNaN(a) ? 1 : -1) : b > 0 ? -1 : 1;
    }
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return Boolean.compare(Double.isNaN(a), Double.isNaN(b));
    }
    return a < b ? -1 : a > b ? 1 : 0;
  }

  private static boolean isMoment(Object value) {
    return value instanceof LocalDate || value instanceof LocalDateTime || value instanceof Instant;
  }

  private static Instant instant(Object value) {
    if (value instanceof LocalDate date) {
      return date.atStartOfDay().toInstant(ZoneOffset.UTC);
    }
    if (value instanceof LocalDateTime time) {
      return time.toInstant(ZoneOffset.UTC);
    }
    if (value instanceof Instant instant) {
      return instant;
    }
    String text = ((Literal.Text) value).value();
    if (text.indexOf('T') < 0) {
      return instant(LocalDate.parse(text));
    }
    return text.endsWith("Z") ? Instant.parse(text) : instant(LocalDateTime.parse(text));
  }
}
