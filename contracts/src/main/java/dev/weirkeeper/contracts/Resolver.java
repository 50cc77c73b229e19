package dev.weirkeeper.contracts;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr.Comparison;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gives an expression the types of a data set, so that engines are only asked for comparisons that
 * make sense. What others mean is up to the mode: Great Expectations on pandas refuses an order
 * between types and finds nothing equal, SQLite has an order of its own, STRICT refuses both.
 */
final class Resolver {

  /** Values that can be compared with each other. */
  enum Sort {
    NUMBER,
    TEXT,
    TRUTH,
    MOMENT,
    /** Equal values have equal text; no order is known. */
    EXACT,
    /** Values of several types, or of a type that is not known. */
    OTHER
  }

  private static final String ORDER_OF_TYPES =
      "Values of different types are compared, which have no order; compare with the column's type";

  private final Fields fields;
  private final Mode mode;

  Resolver(Fields fields, Mode mode) {
    this.fields = fields;
    this.mode = mode;
  }

  static Sort sort(Form form) {
    return switch (form) {
      case INTEGER, DECIMAL, FLOAT -> Sort.NUMBER;
      case TEXT, PADDED -> Sort.TEXT;
      case TRUTH -> Sort.TRUTH;
      case DATE, TIMESTAMP, TIMESTAMP_WITH_ZONE -> Sort.MOMENT;
      case UUID, EXACT -> Sort.EXACT;
      case OTHER -> Sort.OTHER;
    };
  }

  /**
   * @throws IllegalArgumentException if there is no such column, in the words of the mode
   */
  Field field(String name) {
    if (mode == Mode.STRICT) {
      return fields.the(name);
    }
    return fields
        .find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Error: The column \"" + name + "\" in BatchData does not exist."));
  }

  /** NULL, and on pandas NaN: what the mode takes for no value. */
  Expr missing(String column) {
    Form form = field(column).form();
    Operand operand = new Operand.Column(column);
    return mode == Mode.GX_PANDAS && form == Form.FLOAT
        ? new Expr.IsMissing(operand)
        : new Expr.IsNull(operand);
  }

  Sort sort(Operand operand) {
    if (operand instanceof Operand.Column column) {
      return sort(field(column.name()).form());
    }
    if (operand instanceof Operand.Constant constant) {
      return constant.value() instanceof Literal.Numeric
          ? Sort.NUMBER
          : constant.value() instanceof Literal.Truth ? Sort.TRUTH : Sort.TEXT;
    }
    return operand instanceof Operand.PythonText ? Sort.TEXT : Sort.NUMBER;
  }

  /** The operand as text: itself if it is, else as Python writes it. */
  Operand text(Operand operand) {
    Sort sort = sort(operand);
    if (sort == Sort.TEXT || sort == Sort.EXACT || sort == Sort.OTHER) {
      return operand;
    }
    if (mode == Mode.STRICT && operand instanceof Operand.Column column) {
      Form form = field(column.name()).form();
      if (form == Form.FLOAT || form == Form.TRUTH) {
        throw new IllegalArgumentException(
            "Values of type " + field(column.name()).type() + " have no one text form");
      }
    }
    return new Operand.PythonText(operand);
  }

  Expr resolve(Expr expr) {
    if (expr instanceof Expr.Compare compare) {
      Expr resolved = compare(check(compare.left()), compare.how(), check(compare.right()));
      return mode == Mode.GX_PANDAS ? asPandas(compare.how(), resolved) : resolved;
    }
    if (expr instanceof Expr.In in) {
      Expr resolved = in(check(in.value()), in.members());
      return mode == Mode.GX_PANDAS ? Exprs.isTrue(resolved) : resolved;
    }
    if (expr instanceof Expr.IsNull isNull) {
      return isNull(isNull.value());
    }
    if (expr instanceof Expr.IsMissing isMissing) {
      return new Expr.IsMissing(check(isMissing.value()));
    }
    if (expr instanceof Expr.Same same) {
      return same(check(same.left()), check(same.right()));
    }
    if (expr instanceof Expr.Matches matches) {
      return new Expr.Matches(text(check(matches.value())), matches.regex());
    }
    if (expr instanceof Expr.Like like) {
      return like(check(like.value()), like.pattern());
    }
    if (expr instanceof Expr.Passes passes) {
      return new Expr.Passes(check(passes.value()), passes.test(), passes.terms());
    }
    if (expr instanceof Expr.Repeated repeated) {
      repeated.columns().forEach(this::field);
      return new Expr.Repeated(repeated.columns(), repeated.nulls(), resolve(repeated.within()));
    }
    if (expr instanceof Expr.OutOfOrder order) {
      field(order.column());
      return new Expr.OutOfOrder(
          order.column(), order.direction(), order.strictness(), resolve(order.within()));
    }
    if (expr instanceof Expr.Refers refers) {
      refers.columns().forEach(this::field);
      return refers;
    }
    if (expr instanceof Expr.Not not) {
      return Exprs.not(resolve(not.of()));
    }
    if (expr instanceof Expr.And and) {
      return Exprs.all(and.parts().stream().map(this::resolve).toList());
    }
    if (expr instanceof Expr.Or or) {
      return Exprs.any(or.parts().stream().map(this::resolve).toList());
    }
    if (expr instanceof Expr.IsTrue isTrue) {
      return Exprs.isTrue(resolve(isTrue.of()));
    }
    return expr;
  }

  /** In pandas each comparison is true or false, and only "not equal" is true of no value. */
  private static Expr asPandas(Comparison how, Expr resolved) {
    return how == Comparison.NOT_EQUAL
        ? Exprs.not(Exprs.isTrue(Exprs.not(resolved)))
        : Exprs.isTrue(resolved);
  }

  private Expr isNull(Operand value) {
    return mode == Mode.GX_PANDAS && value instanceof Operand.Column column
        ? missing(column.name())
        : new Expr.IsNull(check(value));
  }

  private Operand check(Operand operand) {
    if (operand instanceof Operand.Column column) {
      field(column.name());
    } else if (operand instanceof Operand.Length length) {
      return new Operand.Length(text(check(length.of())));
    } else if (operand instanceof Operand.PythonText text) {
      return text(check(text.of()));
    } else if (operand instanceof Operand.Sum sum) {
      return new Operand.Sum(sum.parts().stream().map(this::number).toList());
    } else if (operand instanceof Operand.Minus minus) {
      return new Operand.Minus(number(minus.left()), number(minus.right()));
    } else if (operand instanceof Operand.Over over) {
      return new Operand.Over(number(over.left()), number(over.right()));
    } else if (operand instanceof Operand.Absolute absolute) {
      return new Operand.Absolute(number(absolute.of()));
    }
    return operand;
  }

  Operand number(Operand operand) {
    Operand checked = check(operand);
    if (sort(checked) != Sort.NUMBER) {
      throw new IllegalArgumentException(
          (checked instanceof Operand.Column column
                  ? "The column \"" + column.name() + "\" holds no numbers"
                  : "What is calculated with is no number")
              + "; nothing can be calculated with it");
    }
    return checked;
  }

  // Comparisons.

  Expr compare(Operand left, Comparison how, Operand right) {
    if (left instanceof Operand.Constant constant && !(right instanceof Operand.Constant)) {
      return withConstant(right, how.turned(), constant.value());
    }
    if (right instanceof Operand.Constant constant) {
      return withConstant(left, how, constant.value());
    }
    Sort a = sort(left);
    Sort b = sort(right);
    if (a == Sort.OTHER || b == Sort.OTHER) {
      requireMixed();
      if (isEquality(how)) {
        return new Expr.Compare(text(left), how, text(right));
      }
      return a == b ? new Expr.Compare(left, how, right) : mismatch(left, how, right, 0);
    }
    if (a == Sort.EXACT && b == Sort.EXACT) {
      requireOrder(how);
    }
    // SQLite reads the text as a number there.
    boolean numberWithText =
        mode == Mode.GX_SQL
            && isEquality(how)
            && ((a == Sort.NUMBER && b == Sort.TEXT) || (a == Sort.TEXT && b == Sort.NUMBER));
    if (numberWithText) {
      return new Expr.Compare(text(left), how, text(right));
    }
    if (a == b || (isTextual(a) && isTextual(b))) {
      return new Expr.Compare(left, how, right);
    }
    return mismatch(left, how, right, Integer.compare(storageClass(a), storageClass(b)));
  }

  private Expr withConstant(Operand left, Comparison how, Literal value) {
    return switch (sort(left)) {
      case NUMBER -> numberWith(left, how, value);
      case TEXT ->
          value instanceof Literal.Text
              ? new Expr.Compare(left, how, new Operand.Constant(value))
              : mismatch(left, how, left, 1);
      case TRUTH -> truthWith(left, how, value);
      case MOMENT -> momentWith(left, how, value);
      case EXACT -> {
        requireOrder(how);
        yield value instanceof Literal.Text
            ? new Expr.Compare(left, how, new Operand.Constant(value))
            : mismatch(left, how, left, 1);
      }
      case OTHER -> {
        requireMixed();
        if (isEquality(how)) {
          yield new Expr.Compare(left, how, new Operand.Constant(new Literal.Text(textOf(value))));
        }
        yield value instanceof Literal.Text
            ? new Expr.Compare(left, how, new Operand.Constant(value))
            : mismatch(left, how, left, 1);
      }
    };
  }

  /** What a value that is compared with values of several types is as text. */
  private static String textOf(Literal literal) {
    if (literal instanceof Literal.Numeric number) {
      return number.decimal().toPlainString();
    }
    return literal instanceof Literal.Text text
        ? text.value()
        : PythonText.of(((Literal.Truth) literal).value());
  }

  private Expr numberWith(Operand left, Comparison how, Literal value) {
    Optional<Literal> number = asNumber(left, value);
    return number.isPresent()
        ? new Expr.Compare(left, how, new Operand.Constant(number.get()))
        : mismatch(left, how, left, -1);
  }

  /** What the value is where numbers are expected; empty if it is none. */
  private Optional<Literal> asNumber(Operand left, Literal value) {
    if (value instanceof Literal.Numeric) {
      return Optional.of(value);
    }
    if (mode != Mode.STRICT && value instanceof Literal.Truth truth) {
      return Optional.of(new Literal.Numeric(truth.value() ? "1" : "0"));
    }
    // SQLite reads text as a number where it meets a column of numbers.
    if (mode == Mode.GX_SQL
        && left instanceof Operand.Column
        && value instanceof Literal.Text text) {
      try {
        return Optional.of(new Literal.Numeric(new BigDecimal(text.value().trim()).toString()));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private Expr truthWith(Operand left, Comparison how, Literal value) {
    Optional<Literal.Truth> truth = asTruth(value);
    if (truth.isPresent() && isEquality(how)) {
      return new Expr.Compare(left, how, new Operand.Constant(truth.get()));
    }
    return mismatch(left, how, left, -1);
  }

  private Optional<Literal.Truth> asTruth(Literal value) {
    if (value instanceof Literal.Truth truth) {
      return Optional.of(truth);
    }
    if (mode != Mode.STRICT && value instanceof Literal.Numeric number) {
      return number.value().equals("0")
          ? Optional.of(new Literal.Truth(false))
          : number.value().equals("1") ? Optional.of(new Literal.Truth(true)) : Optional.empty();
    }
    return Optional.empty();
  }

  private Expr momentWith(Operand left, Comparison how, Literal value) {
    Form form = left instanceof Operand.Column column ? field(column.name()).form() : Form.DATE;
    Optional<DateText> moment =
        value instanceof Literal.Text text ? moment(text, form) : Optional.empty();
    if (moment.isEmpty()) {
      return mismatch(left, how, left, -1);
    }
    if (form == Form.DATE && !moment.get().local().toLocalTime().equals(LocalTime.MIDNIGHT)) {
      LocalDate day = moment.get().local().toLocalDate();
      return switch (how) {
        case EQUAL -> constant(Exprs.FALSE, left);
        case NOT_EQUAL -> constant(Exprs.TRUE, left);
        case LESS, AT_MOST -> new Expr.Compare(left, Comparison.AT_MOST, Operand.constant(day));
        case MORE, AT_LEAST -> new Expr.Compare(left, Comparison.MORE, Operand.constant(day));
      };
    }
    return new Expr.Compare(left, how, new Operand.Constant(literal(moment.get(), form)));
  }

  /** Text as a moment: ISO in STRICT, whatever Python's dateutil reads in the other modes. */
  private Optional<DateText> moment(Literal.Text text, Form form) {
    Optional<DateText> moment =
        mode == Mode.STRICT ? DateText.iso(text.value()) : DateText.any(text.value());
    if (mode == Mode.STRICT && moment.isEmpty()) {
      throw MomentText.notReadable(text, form);
    }
    if (form != Form.TIMESTAMP_WITH_ZONE && moment.isPresent() && moment.get().zone().isPresent()) {
      if (mode == Mode.STRICT) {
        throw MomentText.notReadable(text, form);
      }
      return Optional.of(new DateText(moment.get().local(), Optional.empty()));
    }
    return moment;
  }

  private static Literal literal(DateText moment, Form form) {
    LocalDateTime local = moment.local();
    return switch (form) {
      case DATE -> Literal.of(local.toLocalDate());
      case TIMESTAMP -> Literal.of(local);
      default -> Literal.of(local.toInstant(moment.zone().orElse(ZoneOffset.UTC)));
    };
  }

  Expr in(Operand value, List<Literal> members) {
    Sort sort = sort(value);
    if (sort == Sort.OTHER) {
      requireMixed();
    }
    List<Literal> comparable = new ArrayList<>();
    for (Literal member : members) {
      Optional<Literal> fitting = member(value, sort, member);
      if (fitting.isPresent()) {
        comparable.add(fitting.get());
      } else if (mode == Mode.STRICT) {
        throw new IllegalArgumentException(
            "The member " + member + " cannot be compared with the values; take it out");
      }
    }
    return new Expr.In(value, comparable.stream().distinct().toList());
  }

  private Optional<Literal> member(Operand value, Sort sort, Literal member) {
    return switch (sort) {
      case NUMBER -> asNumber(value, member);
      case TEXT, EXACT -> Optional.of(member).filter(Literal.Text.class::isInstance);
      case TRUTH -> asTruth(member).map(Literal.class::cast);
      case MOMENT -> {
        Form form =
            value instanceof Operand.Column column ? field(column.name()).form() : Form.DATE;
        Optional<DateText> moment =
            member instanceof Literal.Text text ? moment(text, form) : Optional.empty();
        boolean within =
            moment.isPresent()
                && (form != Form.DATE
                    || moment.get().local().toLocalTime().equals(LocalTime.MIDNIGHT));
        yield within ? Optional.of(literal(moment.get(), form)) : Optional.empty();
      }
      case OTHER -> Optional.of(new Literal.Text(textOf(member)));
    };
  }

  Expr same(Operand left, Operand right) {
    Sort a = sort(left);
    Sort b = sort(right);
    if (a == b && a != Sort.OTHER) {
      return new Expr.Same(left, right);
    }
    if (mode == Mode.STRICT) {
      throw new IllegalArgumentException(
          "Values of different types are compared, which are never the same");
    }
    if (a == Sort.OTHER || b == Sort.OTHER) {
      return new Expr.Same(text(left), text(right));
    }
    return Exprs.all(new Expr.IsNull(left), new Expr.IsNull(right));
  }

  /** LIKE; that of SQLite, which the mode for SQL follows, makes no difference of ASCII case. */
  Expr like(Operand value, String pattern) {
    Operand text = text(value);
    return mode == Mode.GX_SQL
        ? new Expr.Matches(text, LikePatterns.anyCase(pattern))
        : new Expr.Like(text, pattern);
  }

  /**
   * @param order of the left against the right, by the storage classes of SQLite
   */
  private Expr mismatch(Operand left, Comparison how, Operand right, int order) {
    if (mode == Mode.STRICT) {
      throw new IllegalArgumentException(ORDER_OF_TYPES);
    }
    if (mode == Mode.GX_PANDAS && !isEquality(how)) {
      return refused(left, "'" + symbol(how) + "' is not supported between values of these types");
    }
    boolean holds =
        switch (how) {
          case EQUAL -> false;
          case NOT_EQUAL -> true;
          case LESS, AT_MOST -> order < 0;
          case MORE, AT_LEAST -> order > 0;
        };
    return constant(holds ? Exprs.TRUE : Exprs.FALSE, left, right);
  }

  private static String symbol(Comparison how) {
    return switch (how) {
      case EQUAL -> "==";
      case NOT_EQUAL -> "!=";
      case LESS -> "<";
      case AT_MOST -> "<=";
      case MORE -> ">";
      case AT_LEAST -> ">=";
    };
  }

  /** The answer where none of the operands is NULL, else UNKNOWN. */
  static Expr constant(Expr answer, Operand... operands) {
    List<Expr> nulls = new ArrayList<>();
    for (Operand operand : operands) {
      Expr isNull = new Expr.IsNull(operand);
      if (!nulls.contains(isNull)) {
        nulls.add(isNull);
      }
    }
    Expr anyNull = Exprs.any(nulls);
    return answer.equals(Exprs.TRUE)
        ? Exprs.any(Exprs.not(anyNull), Exprs.UNKNOWN)
        : Exprs.all(anyNull, Exprs.UNKNOWN);
  }

  /** An error as soon as there is a value; none where there are no values at all, as in pandas. */
  static Expr refused(Operand value, String reason) {
    return new Expr.Passes(value, ValueTests.REFUSED, Json.of(Map.of("reason", reason)));
  }

  private void requireMixed() {
    if (mode == Mode.STRICT) {
      throw new IllegalArgumentException(
          "Neither equality nor order is known for values of this column's type");
    }
  }

  private void requireOrder(Comparison how) {
    if (mode == Mode.STRICT && !isEquality(how)) {
      throw new IllegalArgumentException("No order is known for values of this column's type");
    }
  }

  private static boolean isTextual(Sort sort) {
    return sort == Sort.TEXT || sort == Sort.EXACT;
  }

  private static int storageClass(Sort sort) {
    return sort == Sort.NUMBER || sort == Sort.TRUTH ? 0 : 1;
  }

  private static boolean isEquality(Comparison how) {
    return how == Comparison.EQUAL || how == Comparison.NOT_EQUAL;
  }
}
