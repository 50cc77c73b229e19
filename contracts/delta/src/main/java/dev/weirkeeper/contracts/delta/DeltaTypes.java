package dev.weirkeeper.contracts.delta;

import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.gate.CellKind;
import dev.weirkeeper.contracts.gate.TargetColumn;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.ByteType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Types of Delta columns as a gate sees them, and back. */
final class DeltaTypes {
  /** Where Spark keeps the length of a {@code varchar}, which Delta itself does not know. */
  private static final String CHARACTERS = "__CHAR_VARCHAR_TYPE_STRING";

  private static final Pattern LENGTH = Pattern.compile("(?:var)?char\\((\\d{1,9})\\)");

  private DeltaTypes() {}

  static List<TargetColumn> columns(StructType schema) {
    return schema.fields().stream().map(DeltaTypes::column).toList();
  }

  static TargetColumn column(StructField field) {
    DataType type = field.getDataType();
    int precision = 0;
    int scale = 0;
    if (type instanceof DecimalType decimal) {
      precision = decimal.getPrecision();
      scale = decimal.getScale();
    } else if (type instanceof StringType) {
      precision = characters(field);
    }
    return new TargetColumn(
        field.getName(),
        type.toString(),
        kind(type),
        precision,
        scale,
        field.isNullable() ? TargetColumn.Absence.NULLABLE : TargetColumn.Absence.REQUIRED);
  }

  private static int characters(StructField field) {
    if (!(field.getMetadata().getEntries().get(CHARACTERS) instanceof String declared)) {
      return 0;
    }
    Matcher length = LENGTH.matcher(declared);
    return length.matches() ? Integer.parseInt(length.group(1)) : 0;
  }

  static CellKind kind(DataType type) {
    if (type instanceof ByteType) {
      return CellKind.INT8;
    } else if (type instanceof ShortType) {
      return CellKind.INT16;
    } else if (type instanceof IntegerType) {
      return CellKind.INT32;
    } else if (type instanceof LongType) {
      return CellKind.INT64;
    } else if (type instanceof FloatType) {
      return CellKind.FLOAT32;
    } else if (type instanceof DoubleType) {
      return CellKind.FLOAT64;
    } else if (type instanceof DecimalType) {
      return CellKind.DECIMAL;
    } else if (type instanceof StringType text) {
      // Under another collation equal texts may have other bytes.
      return text.isUTF8BinaryCollated() ? CellKind.TEXT : CellKind.OTHER;
    } else if (type instanceof BooleanType) {
      return CellKind.TRUTH;
    } else if (type instanceof DateType) {
      return CellKind.DATE;
    } else if (type instanceof TimestampNTZType) {
      return CellKind.TIMESTAMP;
    } else if (type instanceof TimestampType) {
      return CellKind.TIMESTAMP_WITH_ZONE;
    }
    return CellKind.OTHER;
  }

  /**
   * @throws IllegalArgumentException if Delta has no such type; names the column
   */
  static StructType schema(List<TargetColumn> columns) {
    StructType schema = new StructType();
    for (TargetColumn column : columns) {
      schema =
          schema.add(
              column.name(), type(column), column.absence() == TargetColumn.Absence.NULLABLE);
    }
    return schema;
  }

  private static DataType type(TargetColumn column) {
    return switch (column.kind()) {
      case INT8 -> ByteType.BYTE;
      case INT16 -> ShortType.SHORT;
      case INT32 -> IntegerType.INTEGER;
      case INT64 -> LongType.LONG;
      case FLOAT32 -> FloatType.FLOAT;
      case FLOAT64 -> DoubleType.DOUBLE;
      case DECIMAL -> {
        if (column.precision() < 1 || column.precision() > 38) {
          throw new IllegalArgumentException(
              "Column \""
                  + column.name()
                  + "\": a decimal of Delta has 1 to 38 digits, not "
                  + column.precision());
        }
        yield new DecimalType(column.precision(), column.scale());
      }
      case TEXT -> StringType.STRING;
      case TRUTH -> BooleanType.BOOLEAN;
      case DATE -> DateType.DATE;
      case TIMESTAMP -> TimestampNTZType.TIMESTAMP_NTZ;
      case TIMESTAMP_WITH_ZONE -> TimestampType.TIMESTAMP;
      case UUID, JSON, OTHER ->
          throw new IllegalArgumentException(
              "Column \""
                  + column.name()
                  + "\": Delta has no type for "
                  + column.kind()
                  + "; make it a text");
    };
  }

  /** Columns as those of a data set that rules are asked of. */
  static Fields fields(List<TargetColumn> columns) {
    return new Fields(
        columns.stream()
            .map(column -> new Field(column.name(), form(column.kind()), column.type()))
            .toList());
  }

  private static Form form(CellKind kind) {
    return switch (kind) {
      case INT8, INT16, INT32, INT64 -> Form.INTEGER;
      case FLOAT32, FLOAT64 -> Form.FLOAT;
      case DECIMAL -> Form.DECIMAL;
      case TEXT -> Form.TEXT;
      case TRUTH -> Form.TRUTH;
      case DATE -> Form.DATE;
      case TIMESTAMP -> Form.TIMESTAMP;
      case TIMESTAMP_WITH_ZONE -> Form.TIMESTAMP_WITH_ZONE;
      case UUID -> Form.UUID;
      case JSON, OTHER -> Form.OTHER;
    };
  }
}
