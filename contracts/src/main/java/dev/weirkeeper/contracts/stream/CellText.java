package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.MomentText;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the text form of a source's value as what frames hold. */
final class CellText {
  private CellText() {}

  /**
   * The value; empty if no frame can hold it: infinity of a date, NaN of an exact number, text that
   * is not of the form.
   */
  static Optional<Object> read(String text, Form form) {
    try {
      return switch (form) {
        case INTEGER -> Optional.of(Long.valueOf(text));
        case DECIMAL -> Optional.of(new BigDecimal(text));
        case FLOAT -> Optional.of(Double.valueOf(text));
        case TRUTH -> truth(text);
        case DATE, TIMESTAMP, TIMESTAMP_WITH_ZONE -> moment(text, form);
        case PADDED -> Optional.of(text.stripTrailing());
        default -> Optional.of(text);
      };
    } catch (NumberFormatException e) {
      // Not an error: a rule that meets it is unanswered, and says so.
      return Optional.empty();
    }
  }

  private static Optional<Object> truth(String text) {
    return switch (text) {
      case "t", "true" -> Optional.of(true);
      case "f", "false" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  private static Optional<Object> moment(String text, Form form) {
    OptionalLong micros = MomentText.micros(text);
    if (micros.isEmpty()
        || micros.getAsLong() == Long.MAX_VALUE
        || micros.getAsLong() == Long.MIN_VALUE) {
      return Optional.empty();
    }
    Instant instant = Instant.EPOCH.plus(micros.getAsLong(), ChronoUnit.MICROS);
    if (form == Form.TIMESTAMP_WITH_ZONE) {
      return Optional.of(instant);
    }
    LocalDateTime time = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    return Optional.of(form == Form.DATE ? LocalDate.from(time) : time);
  }
}
