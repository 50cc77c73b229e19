package dev.weirkeeper.contracts.read;

import dev.weirkeeper.contracts.Form;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the names of types in SQL dialects say about values. */
final class TypeNames {
  private static final Pattern NAME =
      Pattern.compile(
          "([a-z][a-z0-9_ ]*?)\\s*(?:[(\\[]\\s*(\\d{1,9})\\s*(?:,\\s*\\d+\\s*)?[)\\]])?");

  private static final Form[] INTEGERS = {Form.INTEGER};
  private static final Form[] NUMBERS = {Form.INTEGER, Form.DECIMAL, Form.FLOAT};
  private static final Form[] TEXTS = {Form.TEXT, Form.PADDED};
  private static final Form[] TIMES = {Form.TIMESTAMP, Form.TIMESTAMP_WITH_ZONE};

  private static final Map<String, Form[]> FORMS = forms();

  private TypeNames() {}

  private static Map<String, Form[]> forms() {
    Map<String, Form[]> forms = new HashMap<>();
    put(
        forms,
        INTEGERS,
        "int int2 int4 int8 int16 int32 int64 integer bigint smallint tinyint hugeint long short"
            + " byte byteint serial bigserial smallserial");
    put(
        forms,
        new Form[] {Form.DECIMAL, Form.INTEGER},
        "numeric decimal number dec money bignumeric");
    put(forms, new Form[] {Form.FLOAT}, "float float4 float8 float32 float64 double real");
    put(forms, TEXTS, "text varchar char character string nvarchar nchar bpchar clob name");
    put(forms, new Form[] {Form.TRUTH}, "bool boolean");
    put(forms, new Form[] {Form.DATE}, "date");
    put(forms, TIMES, "timestamp datetime timestamptz timestamp_ntz timestamp_tz timestamp_ltz");
    put(forms, new Form[] {Form.UUID}, "uuid");
    forms.put("double precision", new Form[] {Form.FLOAT});
    forms.put("character varying", TEXTS);
    forms.put("timestamp with time zone", TIMES);
    forms.put("timestamp without time zone", TIMES);
    return Map.copyOf(forms);
  }

  private static void put(Map<String, Form[]> forms, Form[] form, String names) {
    List.of(names.split(" ")).forEach(name -> forms.put(name, form));
  }

  /** The forms that values of a type have; empty if the name is not known. */
  static Optional<Form[]> forms(String type) {
    Matcher name = NAME.matcher(type.strip().toLowerCase(Locale.ROOT));
    return name.matches() ? Optional.ofNullable(FORMS.get(name.group(1))) : Optional.empty();
  }

  /** How many characters a type of text takes. */
  static OptionalInt longest(String type) {
    Matcher name = NAME.matcher(type.strip().toLowerCase(Locale.ROOT));
    boolean text = name.matches() && name.group(2) != null && FORMS.get(name.group(1)) == TEXTS;
    return text ? OptionalInt.of(Integer.parseInt(name.group(2))) : OptionalInt.empty();
  }

  /** The forms of a logical type of ODCS or JSON Schema; empty for objects, arrays and others. */
  static Optional<Form[]> logical(String type) {
    return switch (type) {
      case "string" ->
          Optional.of(new Form[] {Form.TEXT, Form.PADDED, Form.UUID, Form.EXACT, Form.OTHER});
      case "integer" -> Optional.of(INTEGERS);
      case "number" -> Optional.of(NUMBERS);
      case "boolean" -> Optional.of(new Form[] {Form.TRUTH});
      case "date" -> Optional.of(new Form[] {Form.DATE});
      case "timestamp" -> Optional.of(TIMES);
      case "time" -> Optional.of(new Form[] {Form.EXACT, Form.TEXT});
      default -> Optional.empty();
    };
  }
}
