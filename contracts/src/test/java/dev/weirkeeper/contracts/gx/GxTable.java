package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.PythonText;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A data set of the corpus, with the types that its columns had when Great Expectations judged it.
 *
 * @param rows a value for each column, null where it is NULL; of the class that {@code
 *     dev.weirkeeper.contracts.memory.Frames} takes for the form of the column
 */
public record GxTable(String name, Fields fields, List<List<@Nullable Object>> rows) {

  private static final DateTimeFormatter NAMED =
      DateTimeFormatter.ofPattern("MMM dd yyyy HH:mm:ss", Locale.ENGLISH);

  private static final DateTimeFormatter SLASHED =
      DateTimeFormatter.ofPattern("M/d/yyyy", Locale.ENGLISH);

  /** Whose types the columns have. */
  public enum Types {
    PANDAS,
    SQLITE,
    POSTGRESQL
  }

  /** A column on its way from JSON: what pandas makes of it first. */
  private static final class Loaded {
    private final String name;
    private final List<@Nullable Object> values = new ArrayList<>();
    private String dtype = "object";
    private @Nullable String sqlType;

    Loaded(String name) {
      this.name = name;
    }

    boolean only(Class<?> type) {
      return values.stream().allMatch(value -> value == null || type.isInstance(value));
    }

    boolean full() {
      return !values.contains(null);
    }

    boolean isEmpty() {
      return values.stream().allMatch(value -> value == null);
    }
  }

  static GxTable of(JsonNode dataset, Types system) {
    List<Loaded> columns = new ArrayList<>();
    JsonNode physical = dataset.path("physical_types");
    boolean given = dataset.path("columns").path(0).has("pandas_dtype");
    for (int i = 0; i < dataset.path("columns").size(); i++) {
      JsonNode column = dataset.path("columns").get(i);
      Loaded loaded = new Loaded(column.path("name").asText());
      for (JsonNode row : dataset.path("rows")) {
        loaded.values.add(value(row.get(i)));
      }
      infer(loaded);
      if (given) {
        loaded.dtype = column.path("pandas_dtype").asText();
      }
      String key = system.name().toLowerCase(Locale.ROOT);
      Optional<String> type =
          Optional.ofNullable(physical.path(key).get(loaded.name)).map(JsonNode::asText);
      if (system == Types.PANDAS) {
        type.ifPresent(name -> toPandas(loaded, name));
      } else {
        toDatabase(loaded, type.orElse(""));
      }
      columns.add(loaded);
    }
    return table(dataset.path("name").asText("t"), columns, system);
  }

  private static @Nullable Object value(JsonNode node) {
    if (node.isNull()) {
      return null;
    }
    if (node.isObject() && node.has("$float")) {
      return GxValue.real(node.get("$float").asText());
    }
    if (node.isIntegralNumber()) {
      return node.longValue();
    }
    return node.isNumber()
        ? (Object) node.doubleValue()
        : node.isBoolean() ? (Object) node.booleanValue() : node.asText();
  }

  /** What {@code pandas.DataFrame} makes of a list. */
  private static void infer(Loaded column) {
    if (column.values.isEmpty()) {
      column.dtype = "float64";
    } else if (column.isEmpty()) {
      column.dtype = "object";
    } else if (column.only(Long.class) && column.full()) {
      column.dtype = "int64";
    } else if (column.only(Number.class)) {
      column.dtype = "float64";
    } else if (column.only(Boolean.class) && column.full()) {
      column.dtype = "bool";
    }
  }

  private static void toPandas(Loaded column, String type) {
    switch (type) {
      case "timestamp" -> {
        column.dtype = "datetime64[ns, UTC]";
        column.values.replaceAll(value -> value == null ? null : instant(value.toString()));
      }
      case "datetime", "datetime64", "datetime64[ns]" -> {
        column.dtype = "datetime64[ns]";
        column.values.replaceAll(value -> value == null ? null : local(value.toString()));
      }
      case "str" -> texts(column);
      case "int", "int64" -> {
        column.dtype = "int64";
        column.values.replaceAll(
            value -> value instanceof String text ? (Object) Long.valueOf(text) : value);
      }
      case "Int64Dtype" -> column.dtype = "Int64";
      case "float", "float64" -> column.dtype = "float64";
      case "bool" -> column.dtype = "bool";
      default -> column.dtype = type;
    }
  }

  /** {@code astype(str)}: also what is missing becomes text. */
  private static void texts(Loaded column) {
    boolean real = column.dtype.equals("float64");
    column.values.replaceAll(
        value ->
            value == null
                ? real ? "nan" : "None"
                : PythonText.of(
                    real && value instanceof Long number ? (Object) number.doubleValue() : value));
    column.dtype = "object";
  }

  private static void toDatabase(Loaded column, String type) {
    switch (type) {
      case "INTEGER", "SMALLINT", "BIGINT" -> {
        column.sqlType = type;
        column.values.replaceAll(
            value ->
                value instanceof String text
                    ? (Object) Long.valueOf(text)
                    : value instanceof Double real ? (Object) real.longValue() : value);
        column.dtype = "int64";
      }
      case "FLOAT", "DOUBLE", "DOUBLE_PRECISION" -> {
        column.sqlType = type;
        column.dtype = "float64";
      }
      case "DATETIME", "TIMESTAMP", "DATE" -> {
        column.sqlType = type;
        column.dtype = "datetime64[ns]";
        column.values.replaceAll(
            value ->
                value == null
                    ? null
                    : LocalDateTime.ofInstant(instant(value.toString()), ZoneOffset.UTC));
      }
      case "VARCHAR", "STRING", "TEXT" -> {
        texts(column);
        column.sqlType = type;
      }
      default -> {
        if (column.dtype.equals("object") && !column.isEmpty() && column.only(Boolean.class)) {
          column.sqlType = "BOOLEAN";
        } else if (column.dtype.equals("object")) {
          column.values.replaceAll(value -> value == null ? null : PythonText.of(value));
        }
        if (!type.isEmpty()) {
          column.sqlType = type;
        }
      }
    }
  }

  private static Instant instant(String text) {
    String iso = text.replace(' ', 'T');
    boolean offset = iso.length() > 10 && iso.substring(10).matches(".*(Z|[+-]\\d\\d:?\\d\\d)");
    if (offset) {
      return OffsetDateTime.parse(iso).toInstant();
    }
    return local(text).toInstant(ZoneOffset.UTC);
  }

  private static LocalDateTime local(String text) {
    if (text.matches("[A-Z][a-z]{2} .*")) {
      return LocalDateTime.parse(text, NAMED);
    }
    if (text.matches("\\d{1,2}/\\d{1,2}/\\d{4}")) {
      return LocalDate.parse(text, SLASHED).atStartOfDay();
    }
    String iso = text.replace(' ', 'T');
    if (iso.length() > 10 && iso.substring(10).matches(".*(Z|[+-]\\d\\d:?\\d\\d)")) {
      return LocalDateTime.ofInstant(OffsetDateTime.parse(iso).toInstant(), ZoneOffset.UTC);
    }
    return LocalDateTime.parse(iso.length() <= 10 ? iso + "T00:00:00" : iso);
  }

  private static GxTable table(String name, List<Loaded> columns, Types system) {
    List<Field> fields = new ArrayList<>();
    List<List<@Nullable Object>> values = new ArrayList<>();
    for (Loaded column : columns) {
      Form form = form(column);
      String type =
          switch (system) {
            case PANDAS -> column.dtype;
            case SQLITE -> sqlType(column);
            case POSTGRESQL -> catalogued(sqlType(column));
          };
      fields.add(new Field(column.name, form, type));
      List<@Nullable Object> fitted = new ArrayList<>();
      for (Object value : column.values) {
        fitted.add(value == null ? null : fitted(form, value));
      }
      values.add(fitted);
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    int size = values.isEmpty() ? 0 : values.get(0).size();
    for (int row = 0; row < size; row++) {
      List<@Nullable Object> cells = new ArrayList<>();
      for (List<@Nullable Object> column : values) {
        cells.add(column.get(row));
      }
      rows.add(cells);
    }
    return new GxTable(name, new Fields(fields), rows);
  }

  private static Form form(Loaded column) {
    return switch (column.dtype) {
      case "int64", "Int64" -> Form.INTEGER;
      case "float64" -> Form.FLOAT;
      case "bool" -> Form.TRUTH;
      case "datetime64[ns]" -> Form.TIMESTAMP;
      case "datetime64[ns, UTC]" -> Form.TIMESTAMP_WITH_ZONE;
      default -> {
        if (column.isEmpty() || column.only(String.class)) {
          yield Form.TEXT;
        }
        if (column.only(Boolean.class)) {
          yield Form.TRUTH;
        }
        yield column.only(Number.class) ? Form.FLOAT : Form.OTHER;
      }
    };
  }

  private static String sqlType(Loaded column) {
    if (column.sqlType != null) {
      return column.sqlType;
    }
    Map<String, String> types = new HashMap<>();
    types.put("int64", "BIGINT");
    types.put("float64", "FLOAT");
    types.put("bool", "BOOLEAN");
    types.put("datetime64[ns]", "DATETIME");
    types.put("datetime64[ns, UTC]", "TIMESTAMP");
    return types.getOrDefault(column.dtype, "TEXT");
  }

  /** What the catalogue of PostgreSQL calls a type. */
  private static String catalogued(String type) {
    return switch (type) {
      case "SMALLINT" -> "int2";
      case "INTEGER" -> "int4";
      case "BIGINT" -> "int8";
      case "FLOAT", "DOUBLE_PRECISION" -> "float8";
      case "BOOLEAN" -> "bool";
      case "DATETIME" -> "timestamp";
      default -> type.toLowerCase(Locale.ROOT);
    };
  }

  private static Object fitted(Form form, Object value) {
    return switch (form) {
      case INTEGER -> value instanceof Boolean truth ? (Object) (truth ? 1L : 0L) : value;
      case FLOAT -> value instanceof Boolean truth ? (Object) (truth ? 1.0 : 0.0) : value;
      case OTHER -> PythonText.of(value);
      default -> value;
    };
  }
}
