package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.MomentText;
import dev.weirkeeper.contracts.sql.Typed.Exact;
import dev.weirkeeper.contracts.sql.Typed.Kind;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Writes comparisons so that a column is compared with constants of its own type: no system then
 * converts the column, rounds the constant or refuses it.
 */
final class Comparisons {
  private static final long MICROS_PER_DAY = 86_400_000_000L;
  private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuu-MM-dd");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");

  private final Dialect dialect;
  private final Operands operands;

  Comparisons(Dialect dialect, Operands operands) {
    this.dialect = dialect;
    this.operands = operands;
  }

  String compare(Typed left, Comparison how, Typed right) {
    if (right.literal().isPresent()) {
      return left.literal().isPresent()
          ? constants(left.literal().get(), how, right.literal().get())
          : with(left, how, right.literal().get());
    }
    if (left.literal().isPresent()) {
      return with(right, how.turned(), left.literal().get());
    }
    if (left.isNumber() && right.isNumber()) {
      if (left.kind() == Kind.DOUBLE || right.kind() == Kind.DOUBLE) {
        return said(operands.asDouble(left), how, operands.asDouble(right));
      }
      requireCommonDecimal(left, right);
      return said(left.sql(), how, right.sql());
    }
    if (left.isMoment() && right.isMoment()) {
      return moments(left, how, right);
    }
    if (left.kind() != right.kind()) {
      throw new InexactException("values of different kinds do not compare");
    }
    return said(operands.ordered(left), how, operands.ordered(right));
  }

  /** Of two columns or results; NULL equals NULL. */
  String same(Typed left, Typed right) {
    if (left.literal().isPresent() || right.literal().isPresent()) {
      return dialect.say(Phrase.IS_TRUE, compare(left, Comparison.EQUAL, right));
    }
    if (left.isNumber() && right.isNumber()) {
      if (left.kind() == Kind.DOUBLE || right.kind() == Kind.DOUBLE) {
        return dialect.say(Phrase.SAME, operands.asDouble(left), operands.asDouble(right));
      }
      requireCommonDecimal(left, right);
    } else if (left.kind() != right.kind()) {
      if (!left.isMoment() || !right.isMoment()) {
        throw new InexactException("values of different kinds do not compare");
      }
      Phrase type = common(left, right);
      return dialect.say(Phrase.SAME, as(left, type), as(right, type));
    }
    return dialect.say(Phrase.SAME, operands.ordered(left), operands.ordered(right));
  }

  /** The value is one of the members; UNKNOWN if it is NULL. */
  String in(Typed value, List<Literal> members) {
    if (value.literal().isPresent()) {
      List<String> any = new ArrayList<>();
      for (Literal member : members) {
        any.add(constants(value.literal().get(), Comparison.EQUAL, member));
      }
      return any.isEmpty() ? "FALSE" : "(" + String.join(" OR ", any) + ")";
    }
    List<String> list = new ArrayList<>();
    String subject = operands.ordered(value);
    for (Literal member : members) {
      equal(value, member).ifPresent(list::add);
    }
    return list.isEmpty()
        ? decided(value, false)
        : "(" + subject + " IN (" + String.join(", ", list) + "))";
  }

  /** The constant as one of the column's type, if it can hold it. */
  private Optional<String> equal(Typed value, Literal member) {
    switch (value.kind()) {
      case EXACT -> {
        BigDecimal number = number(member);
        Optional<Exact> exact = value.exact();
        if (exact.isEmpty()) {
          return Optional.of(operands.exact(number));
        }
        return number.scale() > exact.get().scale() || outside(number, exact.get()) != 0
            ? Optional.empty()
            : Optional.of(operands.exact(number.setScale(exact.get().scale())));
      }
      case DOUBLE -> {
        double number = number(member).doubleValue();
        return Double.isInfinite(number) ? Optional.empty() : Optional.of(dialect.number(number));
      }
      case DATE -> {
        long micros = micros(member);
        return isInfinite(micros) || Math.floorMod(micros, MICROS_PER_DAY) == 0
            ? Optional.of(date(micros))
            : Optional.empty();
      }
      case TIMESTAMP, INSTANT -> {
        return Optional.of(time(value.kind(), micros(member)));
      }
      case TEXT -> {
        if (member instanceof Literal.Text text) {
          return Optional.of(dialect.text(text.value()));
        }
      }
      case TRUTH -> {
        if (member instanceof Literal.Truth truth) {
          return Optional.of(truth.value() ? "TRUE" : "FALSE");
        }
      }
    }
    throw new InexactException("values of different kinds do not compare");
  }

  /** The same for every value that is not NULL. */
  String decided(Typed value, boolean answer) {
    String result = answer ? "TRUE" : "FALSE";
    return "(CASE WHEN " + value.sql() + " IS NOT NULL THEN " + result + " END)";
  }

  private String with(Typed value, Comparison how, Literal constant) {
    switch (value.kind()) {
      case EXACT -> {
        return exact(value, how, number(constant));
      }
      case DOUBLE -> {
        return doubles(value, how, number(constant).doubleValue());
      }
      case DATE -> {
        return dates(value, how, micros(constant));
      }
      case TIMESTAMP, INSTANT -> {
        return said(value.sql(), how, time(value.kind(), micros(constant)));
      }
      default -> {
        return said(operands.ordered(value), how, equal(value, constant).orElseThrow());
      }
    }
  }

  private String exact(Typed value, Comparison how, BigDecimal number) {
    if (value.exact().isEmpty()) {
      return said(value.sql(), how, operands.exact(number));
    }
    Exact exact = value.exact().get();
    int outside = outside(number, exact);
    if (outside != 0) {
      return decided(value, how.holds(-outside));
    }
    if (number.scale() <= exact.scale()) {
      return said(value.sql(), how, operands.exact(number.setScale(exact.scale())));
    }
    BigDecimal below = number.setScale(exact.scale(), RoundingMode.FLOOR);
    BigDecimal above = number.setScale(exact.scale(), RoundingMode.CEILING);
    return switch (how) {
      case EQUAL -> decided(value, false);
      case NOT_EQUAL -> decided(value, true);
      case LESS, AT_MOST -> said(value.sql(), Comparison.AT_MOST, operands.exact(below));
      case MORE, AT_LEAST -> said(value.sql(), Comparison.AT_LEAST, operands.exact(above));
    };
  }

  /** -1 below all, 1 above all, 0 among those that the column can hold. */
  private static int outside(BigDecimal number, Exact exact) {
    return number.compareTo(exact.low()) < 0 ? -1 : number.compareTo(exact.high()) > 0 ? 1 : 0;
  }

  private String doubles(Typed value, Comparison how, double number) {
    if (!Double.isInfinite(number)) {
      return said(value.sql(), how, dialect.number(number));
    }
    // The constant lies beyond all doubles but the infinite ones.
    String infinite = dialect.number(number);
    return switch (how) {
      case EQUAL -> decided(value, false);
      case NOT_EQUAL -> decided(value, true);
      case LESS, AT_MOST ->
          said(value.sql(), number > 0 ? Comparison.LESS : Comparison.AT_MOST, infinite);
      case MORE, AT_LEAST ->
          said(value.sql(), number > 0 ? Comparison.AT_LEAST : Comparison.MORE, infinite);
    };
  }

  private String dates(Typed value, Comparison how, long micros) {
    if (isInfinite(micros) || Math.floorMod(micros, MICROS_PER_DAY) == 0) {
      return said(value.sql(), how, date(micros));
    }
    String below = date(micros);
    return switch (how) {
      case EQUAL -> decided(value, false);
      case NOT_EQUAL -> decided(value, true);
      case LESS, AT_MOST -> said(value.sql(), Comparison.AT_MOST, below);
      case MORE, AT_LEAST -> said(value.sql(), Comparison.MORE, below);
    };
  }

  private String moments(Typed left, Comparison how, Typed right) {
    if (left.kind() == right.kind()) {
      return said(left.sql(), how, right.sql());
    }
    Phrase type = common(left, right);
    return said(as(left, type), how, as(right, type));
  }

  private static Phrase common(Typed left, Typed right) {
    return left.kind() == Kind.INSTANT || right.kind() == Kind.INSTANT
        ? Phrase.TYPE_INSTANT
        : Phrase.TYPE_TIMESTAMP;
  }

  private String as(Typed moment, Phrase type) {
    boolean already =
        moment.kind() == (type == Phrase.TYPE_INSTANT ? Kind.INSTANT : Kind.TIMESTAMP);
    return already ? moment.sql() : dialect.cast(moment.sql(), type);
  }

  private void requireCommonDecimal(Typed left, Typed right) {
    int most = dialect.bounds().decimalDigits();
    if (most == 0) {
      return;
    }
    boolean common =
        left.exact()
            .flatMap(
                a ->
                    right
                        .exact()
                        .map(
                            b -> {
                              int scale = Math.max(a.scale(), b.scale());
                              int whole =
                                  Math.max(a.precision() - a.scale(), b.precision() - b.scale());
                              return scale == 0 || whole + scale <= most;
                            }))
            .orElse(false);
    if (!common) {
      throw new InexactException("numbers of more digits than " + dialect.id() + " compares");
    }
  }

  private String constants(Literal left, Comparison how, Literal right) {
    if (left instanceof Literal.Numeric a && right instanceof Literal.Numeric b) {
      return how.holds(a.decimal().compareTo(b.decimal())) ? "TRUE" : "FALSE";
    }
    if (left instanceof Literal.Text a && right instanceof Literal.Text b) {
      return said(
          dialect.say(Phrase.CODE_POINTS, dialect.cast(dialect.text(a.value()), Phrase.TYPE_TEXT)),
          how,
          dialect.text(b.value()));
    }
    if (left instanceof Literal.Truth a && right instanceof Literal.Truth b) {
      return how.holds(Boolean.compare(a.value(), b.value())) ? "TRUE" : "FALSE";
    }
    throw new InexactException("values of different kinds do not compare");
  }

  private static BigDecimal number(Literal literal) {
    if (literal instanceof Literal.Numeric number) {
      return number.decimal();
    }
    throw new InexactException("values of different kinds do not compare");
  }

  private static long micros(Literal literal) {
    if (literal instanceof Literal.Text text) {
      OptionalLong micros = MomentText.micros(text.value());
      if (micros.isPresent()) {
        return micros.getAsLong();
      }
    }
    throw new InexactException("values of different kinds do not compare");
  }

  private static boolean isInfinite(long micros) {
    return micros == Long.MIN_VALUE || micros == Long.MAX_VALUE;
  }

  private String date(long micros) {
    return dialect.cast("'" + text(micros, DATE) + "'", Phrase.TYPE_DATE);
  }

  private String time(Kind kind, long micros) {
    if (kind == Kind.INSTANT) {
      String zone = isInfinite(micros) ? "" : "+00";
      return dialect.cast("'" + text(micros, TIME) + zone + "'", Phrase.TYPE_INSTANT);
    }
    return dialect.cast("'" + text(micros, TIME) + "'", Phrase.TYPE_TIMESTAMP);
  }

  private static String text(long micros, DateTimeFormatter format) {
    if (isInfinite(micros)) {
      return micros > 0 ? "infinity" : "-infinity";
    }
    LocalDateTime time =
        LocalDateTime.ofInstant(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), ZoneOffset.UTC);
    if (time.getYear() < 1 || time.getYear() > 9999) {
      throw new InexactException("a time beyond the years 1 to 9999");
    }
    return format.format(time);
  }

  static String said(String left, Comparison how, String right) {
    String sign =
        switch (how) {
          case EQUAL -> " = ";
          case NOT_EQUAL -> " <> ";
          case LESS -> " < ";
          case AT_MOST -> " <= ";
          case MORE -> " > ";
          case AT_LEAST -> " >= ";
        };
    return "(" + left + sign + right + ")";
  }
}
