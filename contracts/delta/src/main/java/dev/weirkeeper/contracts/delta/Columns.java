package dev.weirkeeper.contracts.delta;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.gate.CellKind;
import dev.weirkeeper.contracts.gate.TargetColumn;
import dev.weirkeeper.contracts.gate.Typing;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.StructType;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Carries columns between our arrays and Kernel's vectors, value for value. */
final class Columns {
  private Columns() {}

  /**
   * The values of an input as those of a target's column.
   *
   * @param fitting rows whose values are known to fit; of the others, what does not fit becomes
   *     NULL
   */
  static Vec typed(Typing typing, Vec values, int rows, boolean[] fitting) {
    Filling filling = new Filling(typing.column(), rows);
    for (int row = 0; row < rows; row++) {
      if (values.isNull(row) || !(fitting[row] || typing.always() || typing.fits(values, row))) {
        filling.absent(row);
        continue;
      }
      switch (typing.column().kind()) {
        case INT8, INT16, INT32, INT64 -> filling.longs[row] = typing.whole(values, row);
        case FLOAT32, FLOAT64 -> filling.doubles[row] = typing.floating(values, row).orElseThrow();
        case DECIMAL ->
            filling.decimals[row] =
                typing.decimal(values, row).orElseThrow().setScale(typing.column().scale());
        case TRUTH -> filling.truths[row] = typing.truth(values, row).orElseThrow();
        case DATE -> filling.days[row] = typing.day(values, row).orElseThrow();
        case TIMESTAMP, TIMESTAMP_WITH_ZONE -> filling.longs[row] = typing.micros(values, row);
        case TEXT -> filling.texts[row] = typing.text(values, row);
        case UUID, JSON, OTHER ->
            throw new IllegalStateException("A Delta column is never " + typing.column().kind());
      }
    }
    return filling.vec();
  }

  /** Rows of Kernel's vector, in their order. */
  static Vec read(TargetColumn column, ColumnVector from, int[] rows) {
    Filling filling = new Filling(column, rows.length);
    for (int i = 0; i < rows.length; i++) {
      int row = rows[i];
      if (from.isNullAt(row)) {
        filling.absent(i);
        continue;
      }
      switch (column.kind()) {
        case INT8 -> filling.longs[i] = from.getByte(row);
        case INT16 -> filling.longs[i] = from.getShort(row);
        case INT32 -> filling.longs[i] = from.getInt(row);
        case INT64, TIMESTAMP, TIMESTAMP_WITH_ZONE -> filling.longs[i] = from.getLong(row);
        case FLOAT32 -> filling.doubles[i] = from.getFloat(row);
        case FLOAT64 -> filling.doubles[i] = from.getDouble(row);
        case DECIMAL -> filling.decimals[i] = from.getDecimal(row);
        case TRUTH -> filling.truths[i] = from.getBoolean(row);
        case DATE -> filling.days[i] = from.getInt(row);
        case TEXT -> filling.texts[i] = from.getString(row);
        case UUID, JSON, OTHER ->
            throw new IllegalStateException("Column \"" + column.name() + "\" is not readable");
      }
    }
    return filling.vec();
  }

  /** Which rows of a batch count. */
  static int[] selected(FilteredColumnarBatch batch) {
    int size = batch.getData().getSize();
    int[] rows = new int[size];
    int count = 0;
    Optional<ColumnVector> selection = batch.getSelectionVector();
    for (int row = 0; row < size; row++) {
      if (selection.isEmpty()
          || (!selection.get().isNullAt(row) && selection.get().getBoolean(row))) {
        rows[count++] = row;
      }
    }
    return Arrays.copyOf(rows, count);
  }

  /** Rows of our arrays as Kernel takes them; a column that is null has no values. */
  static FilteredColumnarBatch batch(StructType schema, List<Optional<Vec>> columns, int[] rows) {
    return new FilteredColumnarBatch(new Picked(schema, columns, rows), Optional.empty());
  }

  /** Arrays that become a Vec. */
  private static final class Filling {
    final TargetColumn column;
    final long[] nulls;
    long[] longs = {};
    double[] doubles = {};
    boolean[] truths = {};
    int[] days = {};
    @Nullable BigDecimal[] decimals = {};
    @Nullable String[] texts = {};

    Filling(TargetColumn column, int rows) {
      this.column = column;
      nulls = new long[(rows + 63) / 64];
      switch (column.kind()) {
        case INT8, INT16, INT32, INT64, TIMESTAMP, TIMESTAMP_WITH_ZONE -> longs = new long[rows];
        case FLOAT32, FLOAT64 -> doubles = new double[rows];
        case DECIMAL -> decimals = new BigDecimal[rows];
        case TRUTH -> truths = new boolean[rows];
        case DATE -> days = new int[rows];
        case TEXT, UUID, JSON, OTHER -> texts = new String[rows];
      }
    }

    void absent(int row) {
      nulls[row >> 6] |= 1L << row;
    }

    Vec vec() {
      return switch (column.kind()) {
        case INT8, INT16, INT32, INT64 -> new Vec.Longs(longs, nulls);
        case FLOAT32, FLOAT64 -> new Vec.Doubles(doubles, nulls);
        case DECIMAL -> new Vec.Decimals(decimals);
        case TRUTH -> new Vec.Truths(truths, nulls);
        case DATE -> new Vec.Days(days, nulls);
        case TIMESTAMP -> new Vec.Micros(longs, nulls, Vec.Micros.Zone.LOCAL);
        case TIMESTAMP_WITH_ZONE -> new Vec.Micros(longs, nulls, Vec.Micros.Zone.UTC);
        case TEXT, UUID, JSON, OTHER -> new Vec.Texts(texts);
      };
    }
  }

  /** Some rows of some arrays. */
  private static final class Picked implements ColumnarBatch {
    private final StructType schema;
    private final List<Optional<Vec>> columns;
    private final int[] rows;

    Picked(StructType schema, List<Optional<Vec>> columns, int[] rows) {
      this.schema = schema;
      this.columns = columns;
      this.rows = rows;
    }

    @Override
    public StructType getSchema() {
      return schema;
    }

    @Override
    public ColumnVector getColumnVector(int ordinal) {
      DataType type = schema.at(ordinal).getDataType();
      Optional<Vec> values = columns.get(ordinal);
      return values.isPresent()
          ? new PickedVector(type, values.get(), rows)
          : new AbsentVector(type, rows.length);
    }

    @Override
    public int getSize() {
      return rows.length;
    }

    @Override
    public ColumnarBatch withDeletedColumnAt(int ordinal) {
      List<io.delta.kernel.types.StructField> fields = new java.util.ArrayList<>(schema.fields());
      fields.remove(ordinal);
      List<Optional<Vec>> left = new java.util.ArrayList<>(columns);
      left.remove(ordinal);
      return new Picked(new StructType(fields), left, rows);
    }

    @Override
    public ColumnarBatch withNewSchema(StructType other) {
      return new Picked(other, columns, rows);
    }
  }

  /** A column without values. */
  private record AbsentVector(DataType type, int size) implements ColumnVector {
    @Override
    public DataType getDataType() {
      return type;
    }

    @Override
    public int getSize() {
      return size;
    }

    @Override
    public boolean isNullAt(int row) {
      return true;
    }

    @Override
    public void close() {}
  }

  /** A column whose rows are picked from an array. */
  private static final class PickedVector implements ColumnVector {
    private final DataType type;
    private final Vec values;
    private final int[] rows;

    PickedVector(DataType type, Vec values, int[] rows) {
      this.type = type;
      this.values = values;
      this.rows = rows;
    }

    @Override
    public DataType getDataType() {
      return type;
    }

    @Override
    public int getSize() {
      return rows.length;
    }

    @Override
    public boolean isNullAt(int row) {
      return values.isNull(rows[row]);
    }

    @Override
    public boolean getBoolean(int row) {
      return ((Vec.Truths) values).values()[rows[row]];
    }

    @Override
    public byte getByte(int row) {
      return (byte) getLong(row);
    }

    @Override
    public short getShort(int row) {
      return (short) getLong(row);
    }

    @Override
    public int getInt(int row) {
      return values instanceof Vec.Days days ? days.values()[rows[row]] : (int) getLong(row);
    }

    @Override
    public long getLong(int row) {
      return values instanceof Vec.Micros micros
          ? micros.values()[rows[row]]
          : ((Vec.Longs) values).values()[rows[row]];
    }

    @Override
    public float getFloat(int row) {
      return (float) getDouble(row);
    }

    @Override
    public double getDouble(int row) {
      return ((Vec.Doubles) values).values()[rows[row]];
    }

    @Override
    public String getString(int row) {
      return requireNonNull(((Vec.Texts) values).values()[rows[row]]);
    }

    @Override
    public BigDecimal getDecimal(int row) {
      return requireNonNull(((Vec.Decimals) values).values()[rows[row]])
          .setScale(((DecimalType) type).getScale());
    }

    @Override
    public void close() {}
  }

  /** Whether a column of this kind is written and read by this class. */
  static boolean carries(CellKind kind) {
    return switch (kind) {
      case UUID, JSON, OTHER -> false;
      default -> true;
    };
  }
}
