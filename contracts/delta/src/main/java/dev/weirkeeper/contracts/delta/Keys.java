package dev.weirkeeper.contracts.delta;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.gate.CellKind;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;

/**
 * Makes values of some columns comparable: equal values have equal keys, whatever number types they
 * have. A key is half a SHA-256, so that unequal values do not meet. Not safe to share.
 */
final class Keys {
  private static final BigDecimal MIN = BigDecimal.valueOf(Long.MIN_VALUE);
  private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final long MICROS_OF_DAY = 86_400_000_000L;

  /** What can equal each other. */
  enum Family {
    NUMBER,
    /** Against other numbers they would have to be rounded, so they equal only each other. */
    FLOATING,
    TEXT,
    TRUTH,
    MOMENT
  }

  /** The values of a row. */
  record Key(long high, long low) {}

  private final MessageDigest digest;
  private final byte[] bytes = new byte[9];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes);

  Keys() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  static Family family(CellKind kind) {
    return switch (kind) {
      case INT8, INT16, INT32, INT64, DECIMAL -> Family.NUMBER;
      case FLOAT32, FLOAT64 -> Family.FLOATING;
      case TEXT, UUID, JSON, OTHER -> Family.TEXT;
      case TRUTH -> Family.TRUTH;
      case DATE, TIMESTAMP, TIMESTAMP_WITH_ZONE -> Family.MOMENT;
    };
  }

  /** Empty if a value is NULL and NULL equals nothing. */
  Optional<Key> of(List<Vec> columns, int row, Expr.Nulls nulls) {
    digest.reset();
    for (Vec column : columns) {
      if (column.isNull(row)) {
        if (nulls == Expr.Nulls.DISTINCT) {
          return Optional.empty();
        }
        put(0, 0);
      } else {
        add(column, row);
      }
    }
    ByteBuffer hash = ByteBuffer.wrap(digest.digest());
    return Optional.of(new Key(hash.getLong(), hash.getLong()));
  }

  private void put(int kind, long value) {
    buffer.clear();
    buffer.put((byte) kind).putLong(value);
    digest.update(bytes, 0, 9);
  }

  private void add(Vec column, int row) {
    if (column instanceof Vec.Longs longs) {
      put(1, longs.values()[row]);
    } else if (column instanceof Vec.Decimals decimals) {
      number(requireNonNull(decimals.values()[row]));
    } else if (column instanceof Vec.Doubles doubles) {
      double value = doubles.values()[row];
      if (Double.isFinite(value)) {
        number(new BigDecimal(value));
      } else {
        put(2, Double.doubleToLongBits(value));
      }
    } else if (column instanceof Vec.Truths truths) {
      put(3, truths.values()[row] ? 1 : 0);
    } else if (column instanceof Vec.Days days) {
      put(4, days.values()[row] * MICROS_OF_DAY);
    } else if (column instanceof Vec.Micros micros) {
      put(4, micros.values()[row]);
    } else {
      text(5, requireNonNull(((Vec.Texts) column).values()[row]));
    }
  }

  private void number(BigDecimal value) {
    BigDecimal plain = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
    if (plain.scale() <= 0 && plain.compareTo(MIN) >= 0 && plain.compareTo(MAX) <= 0) {
      put(1, plain.longValueExact());
    } else {
      text(6, plain.toString());
    }
  }

  private void text(int kind, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    put(kind, utf8.length);
    digest.update(utf8);
  }
}
