package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.engine.Vec;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Brings the values of one column of the input into the type of a target's column, exactly or not
 * at all: a value that would be rounded, cut or guessed does not fit. Safe to share.
 */
public final class Typing {
  private static final Pattern UUID_FORM =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final JsonFactory JSON = new JsonFactory();
  private static final long EXACT_DOUBLE = 1L << 53;
  // Numbers of so few digits come back from a double as they were.
  private static final int SURE_DIGITS = 15;
  // What PostgreSQL and DuckDB both can hold.
  private static final LocalDate FIRST_DAY = LocalDate.of(-4712, 1, 1);
  private static final LocalDate LAST_DAY = LocalDate.of(9999, 12, 31);
  private static final long FIRST_MICRO = FIRST_DAY.toEpochDay() * 86_400_000_000L;
  private static final long LAST_MICRO = (LAST_DAY.toEpochDay() + 1) * 86_400_000_000L - 1;

  private final Form form;
  private final TargetColumn column;

  private Typing(Form form, TargetColumn column) {
    this.form = form;
    this.column = column;
  }

  /**
   * @throws IllegalArgumentException if values of the one are never values of the other; names both
   */
  public static Typing of(Field from, TargetColumn to) {
    boolean text = from.form() == Form.TEXT || from.form() == Form.PADDED;
    boolean loose = text || from.form() == Form.EXACT || from.form() == Form.OTHER;
    boolean possible =
        switch (to.kind()) {
          case INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, DECIMAL ->
              text
                  || from.form() == Form.INTEGER
                  || from.form() == Form.DECIMAL
                  || from.form() == Form.FLOAT;
          case TEXT -> true;
          case TRUTH -> text || from.form() == Form.TRUTH;
          case DATE -> text || from.form() == Form.DATE;
          case TIMESTAMP -> text || from.form() == Form.TIMESTAMP || from.form() == Form.DATE;
          case TIMESTAMP_WITH_ZONE -> text || from.form() == Form.TIMESTAMP_WITH_ZONE;
          case UUID -> text || from.form() == Form.UUID;
          case JSON -> loose;
          case OTHER -> false;
        };
    if (!possible) {
      throw new IllegalArgumentException(
          "The column \""
              + from.name()
              + "\" of the input ("
              + from.type()
              + ") cannot go into a column of type "
              + to.type()
              + "; cast it before the gate, or change the target");
    }
    return new Typing(from.form(), to);
  }

  public TargetColumn column() {
    return column;
  }

  /** Whether no value of the input can fail to fit. */
  public boolean always() {
    return switch (column.kind()) {
      case INT64 -> form == Form.INTEGER;
      case FLOAT64 -> form == Form.FLOAT;
      case TRUTH -> form == Form.TRUTH;
      case UUID -> form == Form.UUID;
      default -> false;
    };
  }

  /** Whether the value, which is not NULL, fits. */
  public boolean fits(Vec values, int row) {
    return switch (column.kind()) {
      case INT8, INT16, INT32, INT64 -> fitsWhole(values, row);
      case FLOAT32, FLOAT64 -> floating(values, row).isPresent();
      case DECIMAL -> decimal(values, row).isPresent();
      case TEXT -> fitsText(values, row);
      case TRUTH -> truth(values, row).isPresent();
      case DATE -> day(values, row).isPresent();
      case TIMESTAMP, TIMESTAMP_WITH_ZONE -> fitsMoment(values, row);
      case UUID -> form == Form.UUID || UUID_FORM.matcher(text(values, row)).matches();
      case JSON -> isJson(text(values, row));
      case OTHER -> false;
    };
  }

  private boolean fitsWhole(Vec values, int row) {
    if (values instanceof Vec.Longs longs) {
      return within(longs.values()[row]);
    }
    Long value = parsedWhole(values, row);
    return value != null && within(value);
  }

  private boolean within(long value) {
    return switch (column.kind()) {
      case INT8 -> value == (byte) value;
      case INT16 -> value == (short) value;
      case INT32 -> value == (int) value;
      default -> true;
    };
  }

  private static @Nullable Long parsedWhole(Vec values, int row) {
    try {
      Object value = values.value(row).orElseThrow();
      if (value instanceof Double number) {
        return number == Math.rint(number) && Math.abs(number) <= EXACT_DOUBLE
            ? (Long) number.longValue()
            : null;
      }
      return value instanceof BigDecimal number
          ? (Long) number.longValueExact()
          : (Long) Long.parseLong(value.toString().strip());
    } catch (ArithmeticException | NumberFormatException e) {
      return null;
    }
  }

  /** A value that fits an integer column. */
  public long whole(Vec values, int row) {
    return values instanceof Vec.Longs longs
        ? longs.values()[row]
        : requireNonNull(parsedWhole(values, row), "The value does not fit");
  }

  /** The value of a float column, if it fits. */
  public Optional<Double> floating(Vec values, int row) {
    Optional<Double> value = Optional.empty();
    if (values instanceof Vec.Doubles doubles) {
      value = Optional.of(doubles.values()[row]);
    } else if (values instanceof Vec.Longs longs) {
      long whole = longs.values()[row];
      value = Math.abs(whole) <= EXACT_DOUBLE ? Optional.of((double) whole) : Optional.empty();
    } else {
      try {
        value = nearest(values.value(row).orElseThrow().toString().strip());
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
    return column.kind() == CellKind.FLOAT64
        ? value
        : value.filter(number -> number.isNaN() || (double) number.floatValue() == number);
  }

  /** The float that is written so, if it is no other number than what is written. */
  private static Optional<Double> nearest(String text) {
    BigDecimal written = new BigDecimal(text);
    double parsed = Double.parseDouble(text);
    if (!Double.isFinite(parsed) || Math.abs((long) written.scale()) >= 10_000) {
      return Optional.empty();
    }
    boolean few = written.precision() <= SURE_DIGITS && (parsed != 0 || written.signum() == 0);
    return few
            || new BigDecimal(Double.toString(parsed)).compareTo(written) == 0
            || new BigDecimal(parsed).compareTo(written) == 0
        ? Optional.of(parsed)
        : Optional.empty();
  }

  /** The value of a decimal column, if it fits. */
  public Optional<BigDecimal> decimal(Vec values, int row) {
    BigDecimal value;
    if (values instanceof Vec.Decimals decimals) {
      value = requireNonNull(decimals.values()[row]);
    } else if (values instanceof Vec.Longs longs) {
      value = BigDecimal.valueOf(longs.values()[row]);
    } else {
      try {
        value = new BigDecimal(values.value(row).orElseThrow().toString().strip());
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
    if (column.precision() == 0) {
      return Math.abs((long) value.scale()) < 10_000 && value.precision() < 10_000
          ? Optional.of(value)
          : Optional.empty();
    }
    if (value.scale() > column.scale()) {
      value = value.stripTrailingZeros();
    }
    boolean fits =
        value.signum() == 0
            || (value.scale() <= column.scale()
                && value.precision() - (long) value.scale() <= column.precision() - column.scale());
    return fits ? Optional.of(value) : Optional.empty();
  }

  private boolean fitsText(Vec values, int row) {
    String text = text(values, row);
    return text.indexOf('\0') < 0
        && (column.precision() == 0
            || text.length() <= column.precision()
            || text.codePointCount(0, text.length()) <= column.precision())
        && isUnicode(text);
  }

  /** Half a surrogate pair has no UTF-8. */
  static boolean isUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /** The value as text, for a column of text or for a quarantine. */
  public String text(Vec values, int row) {
    if (values instanceof Vec.Texts texts) {
      return requireNonNull(texts.values()[row]);
    }
    Object value = values.value(row).orElseThrow();
    return value instanceof BigDecimal number ? number.toPlainString() : value.toString();
  }

  public Optional<Boolean> truth(Vec values, int row) {
    if (values instanceof Vec.Truths truths) {
      return Optional.of(truths.values()[row]);
    }
    return switch (text(values, row).strip().toLowerCase(Locale.ROOT)) {
      case "true", "t" -> Optional.of(true);
      case "false", "f" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  /** Days since 1970-01-01, if it fits. */
  public Optional<Integer> day(Vec values, int row) {
    LocalDate date;
    if (values instanceof Vec.Days days) {
      int day = days.values()[row];
      return day >= FIRST_DAY.toEpochDay() && day <= LAST_DAY.toEpochDay()
          ? Optional.of(day)
          : Optional.empty();
    }
    try {
      date = LocalDate.parse(text(values, row).strip());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
    return date.isBefore(FIRST_DAY) || date.isAfter(LAST_DAY)
        ? Optional.empty()
        : Optional.of((int) date.toEpochDay());
  }

  private boolean fitsMoment(Vec values, int row) {
    if (values instanceof Vec.Micros micros) {
      return fitsMicros(micros.values()[row]);
    }
    Long parsed = parsedMicros(values, row);
    return parsed != null && fitsMicros(parsed);
  }

  private static boolean fitsMicros(long micros) {
    return micros >= FIRST_MICRO && micros <= LAST_MICRO;
  }

  /** Microseconds since 1970-01-01T00:00 of a value that fits. */
  public long micros(Vec values, int row) {
    return values instanceof Vec.Micros micros
        ? micros.values()[row]
        : requireNonNull(parsedMicros(values, row), "The value does not fit");
  }

  private @Nullable Long parsedMicros(Vec values, int row) {
    if (values instanceof Vec.Days days) {
      return days.values()[row] * 86_400_000_000L;
    }
    String text = text(values, row).strip().replace(' ', 'T');
    try {
      Instant instant =
          column.kind() == CellKind.TIMESTAMP_WITH_ZONE
              ? OffsetDateTime.parse(text).toInstant()
              : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
      if (!instant.truncatedTo(ChronoUnit.MICROS).equals(instant)) {
        return null;
      }
      return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    } catch (DateTimeException | ArithmeticException e) {
      return null;
    }
  }

  /** What databases that take JSON apart can hold: no half of a pair, and no number without end. */
  private static boolean isStorable(JsonToken token, String text) {
    if (!token.isNumeric()) {
      return isUnicode(text);
    }
    BigDecimal number = new BigDecimal(text);
    return Math.abs((long) number.scale()) < 10_000 && number.precision() < 10_000;
  }

  private static boolean isJson(String text) {
    if (text.indexOf('\0') >= 0 || text.contains("\\u0000") || !isUnicode(text)) {
      return false;
    }
    try (JsonParser parser = JSON.createParser(text)) {
      int depth = 0;
      int values = 0;
      JsonToken token;
      while ((token = parser.nextToken()) != null) {
        if ((token.isScalarValue() || token == JsonToken.FIELD_NAME)
            && !isStorable(token, parser.getText())) {
          return false;
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth == 0) {
          values++;
        }
      }
      return values == 1;
    } catch (IOException | NumberFormatException e) {
      return false;
    }
  }
}
