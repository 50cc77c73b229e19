package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Shows values of the data as Great Expectations writes them into a result. */
final class Shown {
  static final Json NULL = Json.parse("null");

  private static final BigDecimal MAX_EXACT = BigDecimal.valueOf(1L << 53);

  private Shown() {}

  /** A measured value; empty where there is none, which NaN is too. */
  static Json json(Optional<Object> value) {
    return value.map(Shown::json).orElse(NULL);
  }

  /** An integer that JSON's numbers cannot hold is text; so is an infinite number. NaN is null. */
  static Json json(Object value) {
    if (value instanceof Double real) {
      return real.isNaN() ? NULL : real.isInfinite() ? Json.of(real.toString()) : Json.of(real);
    }
    if (value instanceof Float real) {
      return json(real.doubleValue());
    }
    if (value instanceof BigDecimal decimal) {
      boolean whole = decimal.stripTrailingZeros().scale() <= 0;
      return whole && decimal.abs().compareTo(MAX_EXACT) > 0
          ? Json.of(decimal.toPlainString())
          : Json.of(decimal.doubleValue());
    }
    if (value instanceof Number number) {
      return json(new BigDecimal(number.toString()));
    }
    if (value instanceof LocalDateTime time) {
      return Json.of(DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time));
    }
    if (value instanceof Instant instant) {
      return Json.of(
          DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(instant.atOffset(ZoneOffset.UTC))
              + "+00:00");
    }
    if (value instanceof LocalDate date) {
      return Json.of(date.toString());
    }
    if (value instanceof byte[] bytes) {
      return Json.of(HexFormat.of().formatHex(bytes));
    }
    return value instanceof Boolean || value instanceof Json
        ? Json.of(value)
        : Json.of(value.toString());
  }

  static Json list(List<?> values) {
    List<Json> shown = new ArrayList<>();
    for (Object value : values) {
      shown.add(value instanceof Optional<?> optional ? optional(optional) : json(value));
    }
    return Json.of(shown);
  }

  private static Json optional(Optional<?> value) {
    @Nullable Object present = value.orElse(null);
    return present == null ? NULL : json(present);
  }

  static Json object(String name, Object value) {
    return Json.of(Map.of(name, value));
  }
}
