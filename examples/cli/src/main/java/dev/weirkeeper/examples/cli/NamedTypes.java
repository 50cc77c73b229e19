package dev.weirkeeper.examples.cli;

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

/** What the types of a schema hold: a domain holds values of its base, an enum has labels. */
final class NamedTypes {
  private static final String ARRAY = "[]";

  private final Map<ObjectName, EnumType> enums = new HashMap<>();
  private final Map<ObjectName, DomainType> domains = new HashMap<>();

  NamedTypes(DatabaseSchema schema) {
    schema.enums().forEach(each -> enums.put(each.name(), each));
    schema.domains().forEach(each -> domains.put(each.name(), each));
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
