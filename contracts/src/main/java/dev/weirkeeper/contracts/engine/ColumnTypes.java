package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.RowRules;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rules about the type of a column. The schema answers them, but for columns of pandas that hold
 * objects: there each value has a type of its own.
 */
final class ColumnTypes {
  /** Names of numpy's scalar types, by the name that is shown of them. */
  private static final Map<String, String> NUMPY =
      Map.ofEntries(
          Map.entry("int", "int64"),
          Map.entry("int_", "int64"),
          Map.entry("int64", "int64"),
          Map.entry("intp", "int64"),
          Map.entry("longlong", "int64"),
          Map.entry("i8", "int64"),
          Map.entry("int32", "int32"),
          Map.entry("intc", "int32"),
          Map.entry("i4", "int32"),
          Map.entry("int16", "int16"),
          Map.entry("short", "int16"),
          Map.entry("i2", "int16"),
          Map.entry("int8", "int8"),
          Map.entry("byte", "int8"),
          Map.entry("uint", "uint64"),
          Map.entry("uint64", "uint64"),
          Map.entry("uint32", "uint32"),
          Map.entry("uint16", "uint16"),
          Map.entry("uint8", "uint8"),
          Map.entry("float", "float64"),
          Map.entry("float_", "float64"),
          Map.entry("float64", "float64"),
          Map.entry("double", "float64"),
          Map.entry("f8", "float64"),
          Map.entry("float32", "float32"),
          Map.entry("single", "float32"),
          Map.entry("f4", "float32"),
          Map.entry("float16", "float16"),
          Map.entry("half", "float16"),
          Map.entry("bool", "bool_"),
          Map.entry("bool_", "bool_"),
          Map.entry("bool8", "bool_"),
          Map.entry("str", "str_"),
          Map.entry("str_", "str_"),
          Map.entry("unicode", "str_"),
          Map.entry("U", "str_"),
          Map.entry("bytes", "bytes_"),
          Map.entry("bytes_", "bytes_"),
          Map.entry("S", "bytes_"),
          Map.entry("object", "object_"),
          Map.entry("object_", "object_"),
          Map.entry("O", "object_"),
          Map.entry("complex", "complex128"),
          Map.entry("complex128", "complex128"),
          Map.entry("complex64", "complex64"),
          Map.entry("datetime64", "datetime64"),
          Map.entry("datetime64[ns]", "datetime64"),
          Map.entry("M8[ns]", "datetime64"),
          Map.entry("timedelta64", "timedelta64"),
          Map.entry("timedelta64[ns]", "timedelta64"));

  /** Types of Python, and classes of pandas, that can be asked for by name. */
  private static final Set<String> PYTHON =
      Set.of(
          "int",
          "long",
          "float",
          "bool",
          "str",
          "string_types",
          "unicode",
          "bytes",
          "list",
          "dict",
          "complex",
          "none",
          "None",
          "datetime",
          "date",
          "Timestamp",
          "Timedelta",
          "Interval",
          "Categorical",
          "CategoricalDtype",
          "CategoricalDtypeType",
          "DatetimeTZDtype",
          "StringDtype",
          "BooleanDtype",
          "Int8Dtype",
          "Int16Dtype",
          "Int32Dtype",
          "Int64Dtype",
          "Float32Dtype",
          "Float64Dtype",
          "PeriodDtype",
          "IntervalDtype");

  private static final Set<String> NATIVE =
      Set.of(
          "none",
          "bool",
          "int",
          "long",
          "float",
          "bytes",
          "complex",
          "str",
          "string_types",
          "unicode",
          "list",
          "dict");

  private static final Set<String> OBJECT = Set.of("object", "object_", "O");

  private ColumnTypes() {}

  static Step begin(Rule rule, Fields fields, Options options) {
    List<String> names = rule.terms().as(Terms.TypeNames.class).names();
    String column = rule.columns().get(0);
    Optional<Field> found = fields.find(column);
    if (found.isEmpty() && options.mode() != Mode.STRICT) {
      throw new IllegalArgumentException("list index out of range");
    }
    Field field = fields.the(column);
    return switch (options.mode()) {
      case GX_PANDAS -> ofPandas(rule, field, names, fields, options);
      case GX_SQL ->
          answer(
              names.isEmpty() || names.stream().anyMatch(name -> SqlTypes.is(field.type(), name)),
              SqlTypes.shown(field.type()),
              names);
      case STRICT ->
          answer(
              names.isEmpty()
                  || names.stream().anyMatch(name -> field.type().equalsIgnoreCase(name)),
              field.type(),
              names);
    };
  }

  private static Step answer(boolean holds, String type, List<String> names) {
    return new Step.Done(
        new Judgement(
            holds ? Judgement.Status.PASSED : Judgement.Status.FAILED,
            new Judgement.Observed(Optional.of(Json.of(type)), Optional.empty()),
            holds
                ? Optional.empty()
                : Optional.of("The column has the type " + type + ", not one of " + names)));
  }

  private static Step ofPandas(
      Rule rule, Field field, List<String> names, Fields fields, Options options) {
    String type = field.type().toLowerCase(Locale.ROOT);
    boolean perValue =
        (type.equals("object") || type.equals("object_"))
            && !names.isEmpty()
            && !(names.size() == 1 && OBJECT.contains(names.get(0)));
    if (!perValue) {
      String shown = shown(field.type());
      return answer(
          names.isEmpty() || names.stream().anyMatch(name -> isOfPandas(shown, name, names.size())),
          shown,
          names);
    }
    List<String> known = new ArrayList<>();
    for (String name : names) {
      if (NUMPY.containsKey(name) || PYTHON.contains(name) || NATIVE.contains(nativeName(name))) {
        known.add(name);
      }
    }
    if (known.isEmpty()) {
      throw new IllegalArgumentException(
          names.size() == 1
              ? "Unrecognized numpy/python type: " + names.get(0)
              : "No recognized numpy/python type in list: " + names);
    }
    boolean holds = known.stream().anyMatch(name -> isInstance(field.form(), name));
    Expr good = Expr.always(holds ? Expr.Truth.TRUE : Expr.Truth.FALSE);
    return RowKinds.count(
        rule, RowRules.ofColumn(rule, fields, options.mode(), good), fields, options);
  }

  /** Names of Python's own types, of which the case does not matter. */
  private static String nativeName(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /**
   * Whether a name means the type of a column. In a list a name of Python's type means the type of
   * numpy that equals it; by itself, only a name of numpy does.
   */
  private static boolean isOfPandas(String shown, String name, int names) {
    return shown.equals(NUMPY.get(name))
        || (names > 1 && shown.equals(NUMPY.get(nativeName(name))));
  }

  /** What pandas shows of a type: the class of its scalars. */
  private static String shown(String type) {
    if (type.startsWith("datetime64[ns,")) {
      return "Timestamp";
    }
    return NUMPY.getOrDefault(type, type);
  }

  private static boolean isInstance(Form form, String name) {
    return isOfForm(form, name) || isOfForm(form, nativeName(name));
  }

  private static boolean isOfForm(Form form, String name) {
    return switch (form) {
      case INTEGER -> Set.of("int", "long").contains(name);
      case FLOAT -> Set.of("float").contains(name);
      case TRUTH -> Set.of("bool", "int", "long").contains(name);
      case DATE -> name.equals("date");
      case TIMESTAMP, TIMESTAMP_WITH_ZONE -> Set.of("datetime", "Timestamp").contains(name);
      case DECIMAL -> false;
      default -> Set.of("str", "string_types", "unicode").contains(name);
    };
  }
}
