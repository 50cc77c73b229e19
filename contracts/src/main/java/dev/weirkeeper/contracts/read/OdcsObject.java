package dev.weirkeeper.contracts.read;

import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.read.Drafting.Style;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** Reads one object of an ODCS schema, its properties and their quality. */
final class OdcsObject {
  private final Drafting draft;
  private final Node object;
  private final Map<String, String> tables;
  private final Map<String, String> allColumns;
  private final String standard;

  /** Names of columns by the names and ids of properties. */
  private final Map<String, String> columns = new HashMap<>();

  OdcsObject(
      Drafting draft,
      Node object,
      Map<String, String> tables,
      Map<String, String> allColumns,
      String standard) {
    this.draft = draft;
    this.object = object;
    this.tables = tables;
    this.allColumns = allColumns;
    this.standard = standard;
  }

  void read() {
    List<Node> properties = object.at("properties").items();
    for (Node property : properties) {
      String column = column(property);
      columns.put(property.at("name").word(), column);
      property.at("id").wordIfAny().ifPresent(id -> columns.put(id, column));
    }
    properties.forEach(this::property);
    primaryKey(properties);
    for (Node relationship : object.at("relationships").items()) {
      relationship(relationship, relationship.at("from"));
    }
    OdcsQuality quality = new OdcsQuality(draft, object.at("name").word(), columns);
    object.at("quality").items().forEach(quality::ofTable);
  }

  private static String column(Node property) {
    return property.at("physicalName").wordIfAny().orElse(property.at("name").word());
  }

  private void property(Node property) {
    String column = column(property);
    draft.supported(property, "property", Rule.columnExists(column));
    type(property, column);
    if (property.at("required").truth()) {
      draft.supported(property.at("required"), "required", Rule.notNull(column));
    }
    if (property.at("unique").truth()) {
      draft.supported(property.at("unique"), "unique", Rule.unique(column));
    }
    property
        .at("logicalTypeOptions")
        .members()
        .forEach((name, value) -> option(property, column, name, value));
    for (Node relationship : property.at("relationships").items()) {
      relationship(relationship, property.at("name"));
    }
    nested(property, column);
    OdcsQuality quality = new OdcsQuality(draft, object.at("name").word(), columns);
    property.at("quality").items().forEach(check -> quality.ofColumn(check, column));
  }

  private void type(Node property, String column) {
    Node logical = property.at("logicalType");
    if (!logical.isNothing()) {
      Optional<Form[]> forms = logicalForms(logical);
      if (forms.isPresent()) {
        draft.supported(logical, "logicalType " + logical.word(), Rule.ofForm(column, forms.get()));
      } else {
        draft
            .account()
            .remark(
                logical,
                "logicalType " + logical.word(),
                "values made of other values have no form that is the same in all systems");
      }
    }
    Node physical = property.at("physicalType");
    if (physical.isNothing()) {
      return;
    }
    String name = physical.word();
    OptionalInt longest = TypeNames.longest(name);
    if (longest.isPresent()) {
      draft.approximated(
          physical,
          "physicalType " + name,
          Rule.lengthBetween(column, Range.upTo(longest.getAsInt())),
          Style.PLAIN,
          "the length is judged, not the name that a system gives to the type");
    } else if (logical.isNothing() && TypeNames.forms(name).isPresent()) {
      draft.approximated(
          physical,
          "physicalType " + name,
          Rule.ofForm(column, TypeNames.forms(name).orElseThrow()),
          Style.PLAIN,
          "the form of the values is judged, not the name that a system gives to their type");
    } else {
      draft
          .account()
          .remark(
              physical,
              "physicalType " + name,
              "the name that one system gives to a type; another one, or a file, has other names");
    }
  }

  private Optional<Form[]> logicalForms(Node logical) {
    String type = logical.word();
    if (type.equals("date") && standard.contains("3.0")) {
      // Before 3.1 there was no other type for moments.
      return Optional.of(
          new Form[] {Form.DATE, Form.TIMESTAMP, Form.TIMESTAMP_WITH_ZONE, Form.EXACT});
    }
    boolean known =
        List.of("string", "integer", "number", "boolean", "date", "timestamp", "time")
            .contains(type);
    if (!known && !List.of("object", "array").contains(type)) {
      throw logical.malformed("'" + type + "' is no logical type of ODCS");
    }
    return TypeNames.logical(type);
  }

  private void primaryKey(List<Node> properties) {
    TreeMap<Integer, List<Node>> keys = new TreeMap<>();
    for (Node property : properties) {
      if (property.at("primaryKey").truth()) {
        Node position = property.at("primaryKeyPosition");
        int place = position.isNothing() ? Integer.MAX_VALUE : position.number().intValue();
        keys.computeIfAbsent(place, at -> new ArrayList<>()).add(property);
      }
    }
    List<Node> key = keys.values().stream().flatMap(List::stream).toList();
    for (Node property : key) {
      if (!property.at("required").truth()) {
        draft.keep(property.at("primaryKey"), Rule.notNull(column(property)), Style.PLAIN);
      }
    }
    if (key.size() == 1) {
      Node only = key.get(0);
      if (!only.at("unique").truth()) {
        draft.supported(only.at("primaryKey"), "primaryKey", Rule.unique(column(only)));
      }
    } else if (key.size() > 1) {
      String[] names = key.stream().map(OdcsObject::column).toArray(String[]::new);
      Rule rule = Rule.compoundUnique(Terms.Ignore.ANY, names);
      draft.supported(object.at("properties"), "primaryKey", rule);
    }
  }

  private void nested(Node property, String column) {
    for (String part : List.of("items", "properties")) {
      if (property.has(part)) {
        draft
            .account()
            .remark(
                property.at(part),
                part + " of " + column,
                "rules are about columns; what lies within their values is described, not judged");
      }
    }
  }

  private void option(Node property, String column, String name, Node value) {
    String type = property.at("logicalType").wordIfAny().orElse("string");
    String asked = "logicalTypeOptions." + name;
    try {
      switch (name) {
        case "minimum" -> bound(property, column, value, asked, Range.atLeast(limit(value)));
        case "maximum" -> bound(property, column, value, asked, Range.upTo(limit(value)));
        case "exclusiveMinimum" ->
            bound(property, column, value, asked, Range.moreThan(limit(value)));
        case "exclusiveMaximum" -> bound(property, column, value, asked, Range.below(limit(value)));
        case "minLength" ->
            draft.supported(value, asked, Rule.lengthBetween(column, Range.atLeast(count(value))));
        case "maxLength" ->
            draft.supported(value, asked, Rule.lengthBetween(column, Range.upTo(count(value))));
        case "pattern" ->
            draft.supported(value, asked, Rule.matches(column, EcmaPattern.inPython(value.word())));
        case "format" -> format(property, column, type, value, asked);
        case "timezone", "defaultTimezone" ->
            draft
                .account()
                .remark(value, asked, "tells how times are shown, not which values are good");
        default -> throw new UnsaidException("no rule can say " + name);
      }
    } catch (UnsaidException e) {
      draft.unsupported(value, asked, List.of(column), e.reason());
    } catch (IllegalArgumentException e) {
      if (e.getMessage() != null && e.getMessage().startsWith("line ")) {
        throw e;
      }
      draft.unsupported(value, asked, List.of(column), String.valueOf(e.getMessage()));
    }
  }

  private void bound(Node property, String column, Node value, String asked, Range range) {
    if (property.at("logicalType").wordIfAny().filter("time"::equals).isPresent()) {
      throw new UnsaidException("times of a day have no order that all systems share");
    }
    draft.supported(value, asked, Rule.between(column, range));
  }

  private static Literal limit(Node value) {
    return value
        .literal()
        .filter(literal -> !(literal instanceof Literal.Truth))
        .orElseThrow(() -> value.malformed("this should be a number or a moment"));
  }

  private static BigDecimal count(Node value) {
    BigDecimal count = value.number();
    if (count.signum() < 0 || count.stripTrailingZeros().scale() > 0) {
      throw value.malformed("this should be a whole number of 0 or more");
    }
    return count;
  }

  private void format(Node property, String column, String type, Node value, String asked) {
    String format = value.word();
    switch (type) {
      case "string" -> textFormat(column, value, asked, format);
      case "integer" -> {
        BigInteger range = BigInteger.TWO.pow(bits(format));
        boolean signed = format.startsWith("i");
        BigInteger half = range.shiftRight(1);
        draft.supported(
            value,
            asked,
            Rule.between(
                column,
                signed
                    ? Range.of(half.negate(), half.subtract(BigInteger.ONE))
                    : Range.of(0, range.subtract(BigInteger.ONE))));
      }
      case "date", "timestamp", "time" -> momentFormat(property, column, value, asked, format);
      default ->
          draft.account().remark(value, asked, "tells how values are stored, not which are good");
    }
  }

  private static int bits(String format) {
    if (!format.matches("[iu](8|16|32|64|128)")) {
      throw new UnsaidException("the format " + format + " is not known");
    }
    return Integer.parseInt(format.substring(1));
  }

  private void textFormat(String column, Node value, String asked, String format) {
    Optional<String> exact = Formats.exactly(format);
    Optional<String> nearly = Formats.nearly(format);
    if (exact.isPresent()) {
      draft.supported(value, asked, Rule.matches(column, exact.get()));
    } else if (nearly.isPresent()) {
      draft.approximated(
          value,
          asked,
          Rule.matches(column, nearly.get()),
          Style.PLAIN,
          "judged by a pattern that is simpler than the grammar of " + format);
    } else if (List.of("password", "binary").contains(format)) {
      draft.account().remark(value, asked, "tells how values are shown, not which are good");
    } else {
      throw new UnsaidException("the format " + format + " is not known");
    }
  }

  /** A format is about text; a column of moments has none. */
  private void momentFormat(Node property, String column, Node value, String asked, String format) {
    Optional<Form[]> forms = property.at("physicalType").wordIfAny().flatMap(TypeNames::forms);
    boolean text = forms.isPresent() && List.of(forms.get()).contains(Form.TEXT);
    if (!text) {
      draft
          .account()
          .remark(value, asked, "the column holds moments, which have no format of their own");
      return;
    }
    String python =
        Formats.strptime(format)
            .orElseThrow(() -> new UnsaidException("Python has no format like " + format));
    draft.supported(value, asked, Rule.strftime(column, python));
  }

  private void relationship(Node relationship, Node from) {
    String asked = "relationship";
    List<String> here = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    String table = "";
    try {
      for (String name : from.oneOrMore()) {
        here.add(ownColumn(name));
      }
      for (String to : relationship.at("to").oneOrMore()) {
        List<String> parts = target(to);
        if (!table.isEmpty() && !table.equals(parts.get(0))) {
          throw new UnsaidException("the keys lie in several tables");
        }
        table = parts.get(0);
        keys.add(parts.get(1));
      }
      if (here.size() != keys.size() || here.isEmpty()) {
        throw relationship.malformed("'from' and 'to' do not have the same number of columns");
      }
      draft.supported(relationship, asked, Rule.refers(here, table, keys));
    } catch (UnsaidException e) {
      draft.unsupported(relationship, asked, here, e.reason());
    }
  }

  private String ownColumn(String reference) {
    List<String> parts = List.of(reference.split("[./]"));
    String name = parts.get(parts.size() - 1);
    return columns.getOrDefault(name, name);
  }

  /** Table and column: {@code table.column}, or {@code schema/table-id/properties/column-id}. */
  private List<String> target(String reference) {
    if (reference.contains("#") || reference.contains(":")) {
      throw new UnsaidException("it refers to another document; a contract names no files");
    }
    String[] parts = reference.replaceFirst("^/", "").split("/");
    if (parts.length == 4 && parts[0].equals("schema") && parts[2].equals("properties")) {
      return key(parts[1], parts[3]);
    }
    int dot = reference.lastIndexOf('.');
    if (parts.length != 1 || dot < 1 || dot == reference.length() - 1) {
      throw new UnsaidException("it is no reference to a column of a table: write table.column");
    }
    return key(reference.substring(0, dot), reference.substring(dot + 1));
  }

  private List<String> key(String object, String property) {
    String table = tables.getOrDefault(object, object);
    return List.of(table, allColumns.getOrDefault(table + "/" + property, property));
  }
}
