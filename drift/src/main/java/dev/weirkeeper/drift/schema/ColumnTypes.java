package dev.weirkeeper.drift.schema;

import dev.weirkeeper.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the types of columns, which a catalog gives as {@code format_type} writes them, as the
 * types that detectors and consumers know: {@code integer} is {@code int4}, and an enum has its
 * labels.
 */
public final class ColumnTypes {
  private static final String ARRAY = "[]";
  private static final Pattern ARGUMENTS = Pattern.compile("\\((-?\\d{1,9}(?:,-?\\d{1,9})*)\\)");

  private static final Map<String, String> INTERNAL =
      Map.ofEntries(
          Map.entry("smallint", "int2"),
          Map.entry("integer", "int4"),
          Map.entry("bigint", "int8"),
          Map.entry("real", "float4"),
          Map.entry("double precision", "float8"),
          Map.entry("boolean", "bool"),
          Map.entry("character varying", "varchar"),
          Map.entry("character", "bpchar"),
          Map.entry("timestamp without time zone", "timestamp"),
          Map.entry("timestamp with time zone", "timestamptz"),
          Map.entry("time without time zone", "time"),
          Map.entry("time with time zone", "timetz"),
          Map.entry("bit varying", "varbit"));

  private final Map<ObjectName, EnumType> enums = new HashMap<>();

  private ColumnTypes(DatabaseSchema schema) {
    for (EnumType type : schema.enums()) {
      enums.put(type.name(), type);
    }
  }

  public static ColumnTypes in(DatabaseSchema schema) {
    return new ColumnTypes(schema);
  }

  /** The type of a column of that schema. */
  public Type of(TableColumn column) {
    String formatted = column.type();
    boolean array = formatted.endsWith(ARRAY);
    return ObjectName.written(array ? element(formatted) : formatted)
        .map(enums::get)
        .map(type -> labelled(type, array ? ARRAY : ""))
        .orElseGet(() -> of(formatted));
  }

  private static Type labelled(EnumType type, String array) {
    return new Type(
        type.name() + array,
        List.of(),
        type.labels().stream().map(label -> new Type.Label(label.id(), label.name())).toList());
  }

  private static String element(String array) {
    return array.substring(0, array.length() - ARRAY.length());
  }

  /** A type as {@code format_type} writes it, without the labels that it may have. */
  public static Type of(String formatted) {
    boolean array = formatted.endsWith(ARRAY);
    String element = array ? element(formatted) : formatted;
    List<Integer> arguments = new ArrayList<>();
    Matcher matcher = ARGUMENTS.matcher(element);
    if (!element.startsWith("\"") && !element.contains(".") && matcher.find()) {
      for (String argument : matcher.group(1).split(",")) {
        arguments.add(Integer.valueOf(argument));
      }
      element = matcher.replaceFirst("");
    }
    String name = INTERNAL.getOrDefault(element, element);
    // A scale that is not written is 0.
    if (name.equals("numeric") && arguments.size() == 1) {
      arguments.add(0);
    }
    return new Type(array ? name + ARRAY : name, arguments, List.of());
  }
}
