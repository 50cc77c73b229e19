package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.gate.BulkLoad;
import dev.weirkeeper.contracts.gate.GateDialect;
import dev.weirkeeper.contracts.gate.Typing;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** Rows on their way by COPY in its binary form, which the server need not parse. */
final class CopyLoad implements BulkLoad {
  private static final int SEND = 1 << 16;
  private static final int EPOCH_2000_DAYS = 10_957;
  private static final long EPOCH_2000_MICROS = EPOCH_2000_DAYS * 86_400_000_000L;
  private static final int NUMERIC_NEGATIVE = 0x4000;
  private static final int NUMERIC_BASE_DIGITS = 4;
  private static final int NUMERIC_BASE = 10_000;

  private final Session session;
  private final String sql;
  private final int width;
  private final boolean[] jsonb;
  private final Bytes bytes = new Bytes(2 * SEND);
  private final short[] groups = new short[8192];
  private int column;
  private long rows;

  CopyLoad(Session session, String table, List<GateDialect.Load> columns) {
    this.session = session;
    width = columns.size();
    jsonb = new boolean[width];
    for (int i = 0; i < width; i++) {
      jsonb[i] = columns.get(i).column().type().equals("jsonb");
    }
    sql =
        "COPY "
            + table
            + columns.stream()
                .map(load -> Sql.quoted(load.name()))
                .collect(Collectors.joining(", ", " (", ")"))
            + " FROM STDIN (FORMAT binary)";
  }

  private void begin() {
    if (column == 0) {
      bytes.putInt16(width);
    }
  }

  @Override
  public void cell(Typing typing, Vec values, int row) {
    begin();
    if (values.isNull(row)) {
      bytes.putNullField();
      column++;
      return;
    }
    switch (typing.column().kind()) {
      case INT8, INT16 -> {
        bytes.putInt32(2);
        bytes.putInt16((int) typing.whole(values, row));
      }
      case INT32 -> {
        bytes.putInt32(4);
        bytes.putInt32((int) typing.whole(values, row));
      }
      case INT64 -> {
        bytes.putInt32(8);
        bytes.putInt64(typing.whole(values, row));
      }
      case FLOAT32 -> {
        bytes.putInt32(4);
        bytes.putInt32(
            Float.floatToIntBits(typing.floating(values, row).orElseThrow().floatValue()));
      }
      case FLOAT64 -> {
        bytes.putInt32(8);
        bytes.putInt64(
            Double.doubleToLongBits(
                values instanceof Vec.Doubles doubles
                    ? doubles.values()[row]
                    : typing.floating(values, row).orElseThrow()));
      }
      case DECIMAL -> numeric(typing.decimal(values, row).orElseThrow());
      case TRUTH -> {
        bytes.putInt32(1);
        bytes.put(typing.truth(values, row).orElseThrow() ? 1 : 0);
      }
      case DATE -> {
        bytes.putInt32(4);
        bytes.putInt32(typing.day(values, row).orElseThrow() - EPOCH_2000_DAYS);
      }
      case TIMESTAMP, TIMESTAMP_WITH_ZONE -> {
        bytes.putInt32(8);
        bytes.putInt64(typing.micros(values, row) - EPOCH_2000_MICROS);
      }
      case UUID -> uuid(typing.text(values, row));
      case TEXT -> bytes.putField(typing.text(values, row));
      case JSON -> json(typing.text(values, row));
      case OTHER -> throw new IllegalStateException("No typing leads to such a column");
    }
    column++;
  }

  private void json(String text) {
    byte[] utf8 = Bytes.utf8(text);
    if (jsonb[column]) {
      bytes.putInt32(utf8.length + 1);
      bytes.put(1);
      bytes.put(utf8);
    } else {
      bytes.putField(utf8);
    }
  }

  private void uuid(String text) {
    String digits = text.replace("-", "");
    bytes.putInt32(16);
    bytes.putInt64(Long.parseUnsignedLong(digits, 0, 16, 16));
    bytes.putInt64(Long.parseUnsignedLong(digits, 16, 32, 16));
  }

  /** A number in groups of four decimal digits. */
  private void numeric(BigDecimal number) {
    BigDecimal value = number.scale() < 0 ? number.setScale(0) : number;
    int scale = value.scale();
    int padding = (NUMERIC_BASE_DIGITS - scale % NUMERIC_BASE_DIGITS) % NUMERIC_BASE_DIGITS;
    int count = 0;
    BigDecimal padded = padding == 0 ? value : value.setScale(scale + padding);
    if (padded.precision() <= 18) {
      long rest = Math.abs(padded.unscaledValue().longValue());
      while (rest > 0) {
        groups[count++] = (short) (rest % NUMERIC_BASE);
        rest /= NUMERIC_BASE;
      }
    } else {
      BigInteger rest = padded.unscaledValue().abs();
      BigInteger base = BigInteger.valueOf(NUMERIC_BASE);
      while (rest.signum() > 0) {
        BigInteger[] parts = rest.divideAndRemainder(base);
        groups[count++] = parts[1].shortValue();
        rest = parts[0];
      }
    }
    int weight = count - (scale + padding) / NUMERIC_BASE_DIGITS - 1;
    int first = 0;
    while (first < count && groups[first] == 0) {
      first++;
    }
    int digits = count - first;
    bytes.putInt32(8 + 2 * digits);
    bytes.putInt16(digits);
    bytes.putInt16(digits == 0 ? 0 : weight);
    bytes.putInt16(value.signum() < 0 ? NUMERIC_NEGATIVE : 0);
    bytes.putInt16(scale);
    for (int i = count - 1; i >= first; i--) {
      bytes.putInt16(groups[i]);
    }
  }

  @Override
  public void number(long value) {
    begin();
    bytes.putInt32(8);
    bytes.putInt64(value);
    column++;
  }

  @Override
  public void text(String value) {
    begin();
    bytes.putField(value);
    column++;
  }

  @Override
  public void absent() {
    begin();
    bytes.putNullField();
    column++;
  }

  @Override
  public void endRow() throws SQLException {
    if (column != width) {
      throw new IllegalStateException("A row of " + column + " cells for " + width + " columns");
    }
    column = 0;
    rows++;
    if (bytes.length() >= SEND) {
      send();
    }
  }

  private void send() throws SQLException {
    session.copy(sql, Session.Format.BINARY, bytes, rows);
    bytes.clear();
    rows = 0;
  }

  @Override
  public void finish() throws SQLException {
    if (rows > 0) {
      send();
    }
  }
}
