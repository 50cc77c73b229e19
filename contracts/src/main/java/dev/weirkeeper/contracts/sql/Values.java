package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.contracts.Form;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Reads values of results in the classes that answers have. */
final class Values {
  private Values() {}

  static Optional<Object> read(ResultSet row, int column, Form form) throws SQLException {
    Object value =
        switch (form) {
          case INTEGER -> row.getLong(column);
          case DECIMAL -> decimal(row.getObject(column));
          case FLOAT -> row.getDouble(column);
          case TRUTH -> row.getBoolean(column);
          case DATE -> row.getObject(column, LocalDate.class);
          case TIMESTAMP -> row.getObject(column, LocalDateTime.class);
          case TIMESTAMP_WITH_ZONE -> instant(row.getObject(column, OffsetDateTime.class));
          default -> row.getString(column);
        };
    return row.wasNull() ? Optional.empty() : Optional.ofNullable(value);
  }

  private static Object instant(Object value) {
    return value instanceof OffsetDateTime time ? time.toInstant() : value;
  }

  private static Object decimal(Object value) throws SQLException {
    if (value == null || value instanceof BigDecimal) {
      return value;
    }
    if (value instanceof BigInteger whole) {
      return new BigDecimal(whole);
    }
    if (value instanceof Double) {
      throw new SQLException("A numeric NaN or infinity has no exact value; clean or cast it");
    }
    return new BigDecimal(value.toString());
  }

  /** A sum of whole numbers: a Long if it is one. */
  static Object whole(BigDecimal sum) {
    boolean fits = sum.precision() - sum.scale() <= 18;
    return fits ? (Object) sum.longValueExact() : sum;
  }

  static long count(ResultSet row, int column) throws SQLException {
    return row.getLong(column);
  }
}
