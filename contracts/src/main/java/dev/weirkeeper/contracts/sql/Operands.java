package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.sql.Typed.Exact;
import dev.weirkeeper.contracts.sql.Typed.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes values of rows as SQL of a dialect. Remembers which columns that takes. */
final class Operands {
  /** What a row is called in all queries. */
  static final String ROW = "t";

  /** A decimal of more digits may become another double than the nearest one. */
  private static final int EXACT_IN_DOUBLE = 15;

  private static final Pattern DIGITS = Pattern.compile(".*\\((\\d+), *(\\d+)\\)");

  private final Dialect dialect;
  private final Fields fields;
  private final Set<String> used = new TreeSet<>();

  Operands(Dialect dialect, Fields fields) {
    this.dialect = dialect;
    this.fields = fields;
  }

  /** The columns that were written so far. */
  Set<String> used() {
    return Set.copyOf(used);
  }

  Typed of(Operand operand) {
    if (operand instanceof Operand.Column column) {
      return column(column.name());
    }
    if (operand instanceof Operand.Constant constant) {
      return Typed.constant(constant.value());
    }
    if (operand instanceof Operand.Length length) {
      String text = text(of(length.of()));
      return Typed.of(dialect.say(Phrase.LENGTH, text), Exact.of(10, 0));
    }
    if (operand instanceof Operand.PythonText text) {
      return Typed.of(text(of(text.of())), Kind.TEXT);
    }
    if (operand instanceof Operand.Sum sum) {
      return sum(sum.parts());
    }
    if (operand instanceof Operand.Minus minus) {
      return plus(of(minus.left()), " - ", of(minus.right()));
    }
    if (operand instanceof Operand.Over over) {
      return Typed.of(
          dialect.say(Phrase.DIVIDED, asDouble(of(over.left())), asDouble(of(over.right()))),
          Kind.DOUBLE);
    }
    Operand.Absolute absolute = (Operand.Absolute) operand;
    return absolute(of(absolute.of()));
  }

  /** The column's value as rules see it. */
  Typed column(String name) {
    Field field = fields.the(name);
    used.add(name);
    String sql = ROW + "." + dialect.name(name);
    return switch (field.form()) {
      case INTEGER -> Typed.of(sql, whole(field.type()));
      case DECIMAL -> new Typed(sql, Kind.EXACT, decimal(field.type()), Optional.empty());
      case FLOAT ->
          Typed.of(
              isSingle(field.type()) ? dialect.cast(sql, Phrase.TYPE_DOUBLE) : sql, Kind.DOUBLE);
      case TEXT -> Typed.of(sql, Kind.TEXT);
      case PADDED, UUID, EXACT, OTHER -> Typed.of(dialect.cast(sql, Phrase.TYPE_TEXT), Kind.TEXT);
      case TRUTH -> Typed.of(sql, Kind.TRUTH);
      case DATE -> Typed.of(sql, Kind.DATE);
      case TIMESTAMP ->
          Typed.of(
              isMicros(field.type()) ? sql : dialect.cast(sql, Phrase.TYPE_TIMESTAMP),
              Kind.TIMESTAMP);
      case TIMESTAMP_WITH_ZONE -> Typed.of(sql, Kind.INSTANT);
    };
  }

  private static boolean isSingle(String type) {
    return type.equalsIgnoreCase("float4")
        || type.equalsIgnoreCase("real")
        || type.equalsIgnoreCase("float");
  }

  /** Others are read as microseconds: that is what all engines compare. */
  private static boolean isMicros(String type) {
    return type.toLowerCase(Locale.ROOT).equals("timestamp");
  }

  private static Exact whole(String type) {
    return switch (type.toUpperCase(Locale.ROOT)) {
      case "TINYINT" -> bits(7, 1);
      case "SMALLINT", "INT2", "SMALLSERIAL" -> bits(15, 1);
      case "INTEGER", "INT4", "SERIAL" -> bits(31, 1);
      case "UTINYINT" -> bits(8, 0);
      case "USMALLINT" -> bits(16, 0);
      case "UINTEGER", "OID" -> bits(32, 0);
      default -> bits(63, 1);
    };
  }

  private static Exact bits(int bits, int signed) {
    BigInteger size = BigInteger.ONE.shiftLeft(bits);
    return new Exact(
        new BigDecimal(size.multiply(BigInteger.valueOf(-signed))),
        new BigDecimal(size.subtract(BigInteger.ONE)),
        0);
  }

  private static Optional<Exact> decimal(String type) {
    Matcher digits = DIGITS.matcher(type);
    if (digits.matches()) {
      int precision = Integer.parseInt(digits.group(1));
      int scale = Integer.parseInt(digits.group(2));
      return Optional.of(Exact.of(precision, scale));
    }
    return switch (type.toUpperCase(Locale.ROOT)) {
      case "UBIGINT" -> Optional.of(bits(64, 0));
      case "HUGEINT" -> Optional.of(bits(127, 1));
      case "UHUGEINT" -> Optional.of(bits(128, 0));
      default -> Optional.empty();
    };
  }

  /**
   * The text form of a value, the same in all systems.
   *
   * @throws InexactException if systems write such values differently
   */
  String text(Typed value) {
    if (value.literal().isPresent()) {
      if (value.literal().get() instanceof Literal.Text text) {
        return dialect.text(text.value());
      }
      throw new InexactException("the text form of a constant that is none");
    }
    boolean whole = value.exact().filter(exact -> exact.scale() == 0).isPresent();
    if (value.kind() == Kind.TEXT) {
      return value.sql();
    }
    if (value.kind() == Kind.EXACT && whole) {
      return dialect.cast(value.sql(), Phrase.TYPE_TEXT);
    }
    if (value.kind() == Kind.TRUTH) {
      String sql = value.sql();
      return "(CASE WHEN " + sql + " THEN 'True' WHEN NOT " + sql + " THEN 'False' END)";
    }
    throw new InexactException("systems write the text of numbers and times differently");
  }

  /** A text that compares and sorts by code point. */
  String ordered(Typed value) {
    return value.kind() == Kind.TEXT && value.literal().isEmpty()
        ? dialect.say(Phrase.CODE_POINTS, value.sql())
        : value.sql();
  }

  String asDouble(Typed value) {
    if (value.literal().isPresent()) {
      if (value.literal().get() instanceof Literal.Numeric number) {
        return dialect.number(number.decimal().doubleValue());
      }
      throw new InexactException("arithmetic on what is no number");
    }
    if (value.kind() == Kind.DOUBLE) {
      return value.sql();
    }
    if (value.kind() != Kind.EXACT) {
      throw new InexactException("arithmetic on what is no number");
    }
    boolean near =
        dialect.bounds().decimalDigits() == 0
            || value
                .exact()
                .filter(exact -> exact.scale() == 0 || exact.precision() <= EXACT_IN_DOUBLE)
                .isPresent();
    if (!near) {
      throw new InexactException("a decimal of many digits as a double");
    }
    return dialect.cast(value.sql(), Phrase.TYPE_DOUBLE);
  }

  private Typed sum(List<Operand> parts) {
    if (parts.isEmpty()) {
      return Typed.constant(Literal.of(0));
    }
    List<Typed> values = new ArrayList<>();
    parts.forEach(part -> values.add(of(part)));
    Typed sum = values.get(0);
    if (!sum.isNumber()) {
      throw new InexactException("arithmetic on what is no number");
    }
    for (Typed value : values.subList(1, values.size())) {
      sum = plus(sum, " + ", value);
    }
    return sum;
  }

  private Typed plus(Typed left, String sign, Typed right) {
    if (!left.isNumber() || !right.isNumber()) {
      throw new InexactException("arithmetic on what is no number");
    }
    if (left.kind() == Kind.DOUBLE || right.kind() == Kind.DOUBLE) {
      return Typed.of("(" + asDouble(left) + sign + asDouble(right) + ")", Kind.DOUBLE);
    }
    Optional<Exact> exact =
        left.exact()
            .flatMap(
                a -> right.exact().map(b -> sign.equals(" - ") ? a.plus(b.negated()) : a.plus(b)));
    String sql = "(" + wide(left, exact) + sign + wide(right, exact) + ")";
    return new Typed(sql, Kind.EXACT, exact, Optional.empty());
  }

  /** An exact number as a type that holds what is made of it. */
  private String wide(Typed value, Optional<Exact> result) {
    String sql =
        value.literal().isPresent()
            ? exact(((Literal.Numeric) value.literal().get()).decimal())
            : value.sql();
    if (dialect.bounds().decimalDigits() == 0) {
      return dialect.cast(sql, Phrase.TYPE_WIDE);
    }
    int precision = result.map(Exact::precision).orElse(Integer.MAX_VALUE);
    if (precision > dialect.bounds().decimalDigits()) {
      throw new InexactException("a number of more digits than " + dialect.id() + " has");
    }
    return "CAST("
        + sql
        + " AS "
        + dialect.say(
            Phrase.TYPE_DECIMAL,
            String.valueOf(precision),
            String.valueOf(result.orElseThrow().scale()))
        + ")";
  }

  private Typed absolute(Typed value) {
    if (value.kind() == Kind.DOUBLE) {
      return Typed.of("ABS(" + value.sql() + ")", Kind.DOUBLE);
    }
    if (value.kind() != Kind.EXACT) {
      throw new InexactException("arithmetic on what is no number");
    }
    Optional<Exact> exact = value.exact().map(Exact::absolute);
    return new Typed("ABS(" + wide(value, exact) + ")", Kind.EXACT, exact, Optional.empty());
  }

  /** An exact number as a constant. */
  String exact(BigDecimal value) {
    if (dialect.bounds().decimalDigits() == 0 && Math.abs((long) value.scale()) > 100) {
      return dialect.cast("'" + value + "'", Phrase.TYPE_WIDE);
    }
    String digits = value.toPlainString();
    return value.signum() < 0 ? "(" + digits + ")" : digits;
  }
}
