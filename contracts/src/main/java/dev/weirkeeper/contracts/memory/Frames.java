package dev.weirkeeper.contracts.memory;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Vec;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Builds frames from rows of objects.
 *
 * <pre>{@code
 * Frames frames = new Frames(fields);
 * frames.add(1L, "a", null);
 * Frame frame = frames.take();
 * }</pre>
 *
 * <p>A value is of the class that fits the form of its column: any whole number for INTEGER, any
 * number for DECIMAL and FLOAT, Boolean for TRUTH, LocalDate, LocalDateTime, and Instant,
 * OffsetDateTime or ZonedDateTime for DATE, TIMESTAMP and TIMESTAMP_WITH_ZONE, text or a UUID for
 * all others. Parts of a microsecond are cut off. Not safe to share between threads.
 */
public final class Frames {
  private final Fields fields;
  private final List<Filling> columns = new ArrayList<>();
  private int rows;

  public Frames(Fields fields) {
    this.fields = requireNonNull(fields, "fields");
    for (Field field : fields.all()) {
      columns.add(new Filling(field));
    }
  }

  /**
   * A source of rows that are in memory.
   *
   * @param rowsPerFrame so many rows are in each frame but the last
   * @throws IllegalArgumentException as {@link #add}
   */
  public static FrameSource source(
      DatasetRef ref,
      Fields fields,
      Iterable<? extends List<? extends @Nullable Object>> rows,
      int rowsPerFrame) {
    if (rowsPerFrame < 1) {
      throw new IllegalArgumentException("A frame has one row or more, not " + rowsPerFrame);
    }
    List<Frame> all = new ArrayList<>();
    Frames frames = new Frames(fields);
    for (List<? extends @Nullable Object> row : rows) {
      frames.add(row.toArray());
      if (frames.rows() == rowsPerFrame) {
        all.add(frames.take());
      }
    }
    if (frames.rows() > 0) {
      all.add(frames.take());
    }
    return FrameSource.of(ref, fields, all);
  }

  /**
   * Adds a row; null is NULL.
   *
   * @throws IllegalArgumentException if a value does not fit its column, or there are more or fewer
   *     values than columns; quotes no values
   */
  public Frames add(@Nullable Object... values) {
    if (values.length != columns.size()) {
      throw new IllegalArgumentException(
          "A row has a value for each column: " + values.length + " for " + columns.size());
    }
    for (int i = 0; i < values.length; i++) {
      columns.get(i).set(rows, values[i]);
    }
    rows++;
    return this;
  }

  /** Rows that were added since the last frame was taken. */
  public int rows() {
    return rows;
  }

  /** The frame of these rows; the next row begins another one. */
  public Frame take() {
    List<Vec> vecs = columns.stream().map(column -> column.take(rows)).toList();
    Frame frame = new Frame(fields, rows, vecs);
    rows = 0;
    return frame;
  }

  /** A column on its way to a Vec. */
  private static final class Filling {
    private static final int FIRST = 16;

    private final Field field;
    private long[] longs = {};
    private int[] ints = {};
    private double[] doubles = {};
    private boolean[] truths = {};
    private @Nullable BigDecimal[] decimals = {};
    private @Nullable String[] texts = {};
    private long[] nulls = {};

    Filling(Field field) {
      this.field = field;
    }

    void set(int row, @Nullable Object value) {
      reserve(row);
      if (value == null) {
        if (nulls.length <= row >> 6) {
          nulls = Arrays.copyOf(nulls, Math.max(2 * nulls.length, (row >> 6) + 1));
        }
        nulls[row >> 6] |= 1L << row;
        return;
      }
      switch (field.form()) {
        case INTEGER -> longs[row] = whole(value);
        case DECIMAL -> decimals[row] = decimal(value);
        case FLOAT -> doubles[row] = number(value).doubleValue();
        case TRUTH -> truths[row] = the(Boolean.class, value);
        case DATE -> ints[row] = Math.toIntExact(the(LocalDate.class, value).toEpochDay());
        case TIMESTAMP ->
            longs[row] = micros(the(LocalDateTime.class, value).toInstant(ZoneOffset.UTC));
        case TIMESTAMP_WITH_ZONE -> longs[row] = micros(instant(value));
        default ->
            texts[row] =
                value instanceof UUID
                    ? value.toString()
                    : the(CharSequence.class, value).toString();
      }
    }

    private void reserve(int row) {
      switch (field.form()) {
        case INTEGER, TIMESTAMP, TIMESTAMP_WITH_ZONE ->
            longs = row < longs.length ? longs : Arrays.copyOf(longs, more(row));
        case DECIMAL ->
            decimals = row < decimals.length ? decimals : Arrays.copyOf(decimals, more(row));
        case FLOAT -> doubles = row < doubles.length ? doubles : Arrays.copyOf(doubles, more(row));
        case TRUTH -> truths = row < truths.length ? truths : Arrays.copyOf(truths, more(row));
        case DATE -> ints = row < ints.length ? ints : Arrays.copyOf(ints, more(row));
        default -> texts = row < texts.length ? texts : Arrays.copyOf(texts, more(row));
      }
    }

    private static int more(int row) {
      return Math.max(FIRST, 2 * row);
    }

    Vec take(int rows) {
      reserve(Math.max(rows - 1, 0));
      long[] missing = nulls;
      nulls = new long[0];
      switch (field.form()) {
        case INTEGER, TIMESTAMP, TIMESTAMP_WITH_ZONE -> {
          long[] taken = longs;
          longs = new long[0];
          return field.form() == Form.INTEGER
              ? new Vec.Longs(taken, missing)
              : new Vec.Micros(
                  taken,
                  missing,
                  field.form() == Form.TIMESTAMP ? Vec.Micros.Zone.LOCAL : Vec.Micros.Zone.UTC);
        }
        case DECIMAL -> {
          @Nullable BigDecimal[] taken = decimals;
          decimals = new BigDecimal[0];
          return new Vec.Decimals(taken);
        }
        case FLOAT -> {
          double[] taken = doubles;
          doubles = new double[0];
          return new Vec.Doubles(taken, missing);
        }
        case TRUTH -> {
          boolean[] taken = truths;
          truths = new boolean[0];
          return new Vec.Truths(taken, missing);
        }
        case DATE -> {
          int[] taken = ints;
          ints = new int[0];
          return new Vec.Days(taken, missing);
        }
        default -> {
          @Nullable String[] taken = texts;
          texts = new String[0];
          return new Vec.Texts(taken);
        }
      }
    }

    private Number number(Object value) {
      return the(Number.class, value);
    }

    private long whole(Object value) {
      if (value instanceof Long
          || value instanceof Integer
          || value instanceof Short
          || value instanceof Byte) {
        return ((Number) value).longValue();
      }
      if (value instanceof BigInteger big && big.bitLength() < 64) {
        return big.longValue();
      }
      throw unfit(value);
    }

    private BigDecimal decimal(Object value) {
      try {
        return new BigDecimal(number(value).toString());
      } catch (NumberFormatException e) {
        // Infinite, or no number: no decimal either.
        throw unfit(value);
      }
    }

    private Instant instant(Object value) {
      if (value instanceof OffsetDateTime time) {
        return time.toInstant();
      }
      return value instanceof ZonedDateTime time ? time.toInstant() : the(Instant.class, value);
    }

    private static long micros(Instant instant) {
      try {
        return Math.addExact(
            Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException("A moment beyond what 64 bits of microseconds hold", e);
      }
    }

    private <T> T the(Class<T> type, Object value) {
      if (!type.isInstance(value)) {
        throw unfit(value);
      }
      return type.cast(value);
    }

    private IllegalArgumentException unfit(Object value) {
      return new IllegalArgumentException(
          "The column \""
              + field.name()
              + "\" holds "
              + field.form()
              + ", which this "
              + value.getClass().getSimpleName()
              + " does not fit");
    }
  }
}
