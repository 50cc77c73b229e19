package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.Type;
import dev.weirkeeper.drift.schema.ColumnTypes;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.DomainType;
import dev.weirkeeper.drift.schema.EnumType;
import dev.weirkeeper.drift.schema.ObjectName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The types behind the names in a schema: the base of a domain, and the labels of an enum. */
final class NamedTypes {
  private static final String ARRAY = "[]";

  private final Map<ObjectName, EnumType> enums = new HashMap<>();
  private final Map<ObjectName, DomainType> domains = new HashMap<>();

  private NamedTypes(DatabaseSchema schema, Predicate<DomainType> asBase) {
    schema.enums().forEach(each -> enums.put(each.name(), each));
    schema.domains().stream().filter(asBase).forEach(each -> domains.put(each.name(), each));
  }

  /** Of values that are there: they are values of the base, whatever else holds for them. */
  static NamedTypes held(DatabaseSchema schema) {
    return new NamedTypes(schema, domain -> true);
  }

  /** Of values to come: a domain with rules of its own takes fewer than its base, and stays. */
  static NamedTypes wanted(DatabaseSchema schema) {
    return new NamedTypes(
        schema,
        domain -> domain.checks().isEmpty() && domain.nullability() == Nullability.OPTIONAL);
  }

  /**
   * @param formatted as {@code format_type} writes it
   */
  Type of(String formatted) {
    boolean array = formatted.endsWith(ARRAY);
    String element =
        array ? formatted.substring(0, formatted.length() - ARRAY.length()) : formatted;
    Optional<ObjectName> name = ObjectName.written(element);
    if (name.map(domains::get).isPresent()) {
      return of(name.map(domains::get).orElseThrow().base() + (array ? ARRAY : ""));
    }
    return name.map(enums::get)
        .map(type -> labelled(type, array ? ARRAY : ""))
        .orElseGet(() -> ColumnTypes.of(formatted));
  }

  static Type labelled(EnumType type, String array) {
    return new Type(
        type.name() + array,
        List.of(),
        type.labels().stream().map(label -> new Type.Label(label.id(), label.name())).toList());
  }
}
