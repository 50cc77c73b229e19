package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.Json;
import dev.weirkeeper.drift.taxonomy.AvroSchema.Field;
import dev.weirkeeper.drift.taxonomy.AvroSchema.Kind;
import dev.weirkeeper.drift.taxonomy.AvroSchema.Logical;
import dev.weirkeeper.drift.taxonomy.AvroSchema.Name;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one Avro schema from JSON, with the names it defines. Used once. */
final class AvroParser {
  private static final Map<String, Kind> PRIMITIVES =
      Map.of(
          "null", Kind.NULL,
          "boolean", Kind.BOOLEAN,
          "int", Kind.INT,
          "long", Kind.LONG,
          "float", Kind.FLOAT,
          "double", Kind.DOUBLE,
          "bytes", Kind.BYTES,
          "string", Kind.STRING);

  private final Map<String, AvroSchema> defined = new HashMap<>();

  AvroSchema parse(Json json) {
    return schema(json, "", "");
  }

  private AvroSchema schema(Json json, String namespace, String at) {
    return switch (json.text().charAt(0)) {
      case '"' -> reference(json.as(String.class), namespace, at);
      case '[' -> union(elements(json, at), namespace, at);
      case '{' -> complex(members(json, at), namespace, at);
      default -> throw wrong(at, "a schema is text, an array or an object");
    };
  }

  private AvroSchema reference(String name, String namespace, String at) {
    Kind primitive = PRIMITIVES.get(name);
    if (primitive != null) {
      return AvroSchema.plain(primitive, null);
    }
    AvroSchema known = defined.get(qualified(name, namespace));
    if (known == null) {
      known = defined.get(name);
    }
    if (known == null) {
      throw wrong(at, "a type is named that is not defined before");
    }
    return known;
  }

  private AvroSchema union(List<Json> branches, String namespace, String at) {
    List<AvroSchema> read = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < branches.size(); i++) {
      AvroSchema branch = schema(branches.get(i), namespace, at + "/" + i);
      if (branch.kind() == Kind.UNION) {
        throw wrong(at + "/" + i, "a union lies directly in a union");
      }
      if (!seen.add(branch.kind().named() ? branch.name().full() : branch.kind().name())) {
        throw wrong(at + "/" + i, "a union holds the same type twice");
      }
      read.add(branch);
    }
    AvroSchema union = AvroSchema.plain(Kind.UNION, null);
    union.complete(List.of(), read);
    return union;
  }

  private AvroSchema complex(Map<String, Json> members, String namespace, String at) {
    Json type = members.get("type");
    if (type == null) {
      throw wrong(at, "an object without \"type\"");
    }
    if (type.text().charAt(0) != '"') {
      // {"type": {"type": "array", …}}: the inner one counts.
      return schema(type, namespace, at + "/type");
    }
    String name = type.as(String.class);
    return switch (name) {
      case "record", "error" -> record(members, namespace, at);
      case "enum" -> enumeration(members, namespace, at);
      case "fixed" -> fixed(members, namespace, at);
      case "array" -> container(Kind.ARRAY, members, "items", namespace, at);
      case "map" -> container(Kind.MAP, members, "values", namespace, at);
      default -> {
        Kind primitive = PRIMITIVES.get(name);
        yield primitive == null
            ? reference(name, namespace, at + "/type")
            : AvroSchema.plain(primitive, logical(members, at));
      }
    };
  }

  private AvroSchema container(
      Kind kind, Map<String, Json> members, String member, String namespace, String at) {
    Json element = members.get(member);
    if (element == null) {
      throw wrong(at, "no \"" + member + "\"");
    }
    AvroSchema container = AvroSchema.plain(kind, null);
    container.complete(List.of(), List.of(schema(element, namespace, at + "/" + member)));
    return container;
  }

  private AvroSchema record(Map<String, Json> members, String namespace, String at) {
    Name name = name(members, namespace, at);
    AvroSchema record = new AvroSchema(Kind.RECORD, name, null, List.of(), null, 0);
    define(record, at);
    String inner = namespaceOf(name);
    List<Field> fields = new ArrayList<>();
    Set<String> names = new HashSet<>();
    List<Json> declared = elements(required(members, "fields", at), at + "/fields");
    for (int i = 0; i < declared.size(); i++) {
      String here = at + "/fields/" + i;
      Map<String, Json> field = members(declared.get(i), here);
      String fieldName = text(required(field, "name", here), here + "/name");
      if (!names.add(fieldName)) {
        throw wrong(here, "a record has a field twice");
      }
      Json type = required(field, "type", here);
      AvroSchema read = schema(type, inner, here + "/type");
      // Many writers put the logical type beside the type and not into it; the specification does
      // not know that, so it says nothing here either.
      fields.add(
          new Field(
              fieldName,
              i,
              Set.copyOf(texts(field, "aliases", here)),
              read,
              field.containsKey("default")));
    }
    record.complete(fields, List.of());
    return record;
  }

  private AvroSchema enumeration(Map<String, Json> members, String namespace, String at) {
    Name name = name(members, namespace, at);
    required(members, "symbols", at);
    List<String> symbols = texts(members, "symbols", at);
    String unknown = optionalText(members, "default", at).orElse(null);
    AvroSchema enumeration = new AvroSchema(Kind.ENUM, name, null, symbols, unknown, 0);
    define(enumeration, at);
    return enumeration;
  }

  private AvroSchema fixed(Map<String, Json> members, String namespace, String at) {
    Name name = name(members, namespace, at);
    int size = number(required(members, "size", at), at + "/size");
    AvroSchema fixed =
        new AvroSchema(Kind.FIXED, name, logical(members, at), List.of(), null, size);
    define(fixed, at);
    return fixed;
  }

  private void define(AvroSchema schema, String at) {
    if (defined.put(schema.name().full(), schema) != null) {
      throw wrong(at, "a type is defined twice");
    }
  }

  private Name name(Map<String, Json> members, String namespace, String at) {
    String name = text(required(members, "name", at), at + "/name");
    String own = optionalText(members, "namespace", at).orElse(namespace);
    String full = qualified(name, own);
    Set<String> aliases = new LinkedHashSet<>();
    String within = full.contains(".") ? full.substring(0, full.lastIndexOf('.')) : "";
    texts(members, "aliases", at).forEach(alias -> aliases.add(qualified(alias, within)));
    return new Name(full, aliases);
  }

  private static String namespaceOf(Name name) {
    int dot = name.full().lastIndexOf('.');
    return dot < 0 ? "" : name.full().substring(0, dot);
  }

  private static String qualified(String name, String namespace) {
    return name.contains(".") || namespace.isEmpty() ? name : namespace + "." + name;
  }

  /** A logical type that is not right is none, says the specification. */
  private static @Nullable Logical logical(Map<String, Json> members, String at) {
    Optional<String> name = optionalText(members, "logicalType", at);
    if (name.isEmpty()) {
      return null;
    }
    if (!name.get().equals("decimal")) {
      return new Logical(name.get().toLowerCase(Locale.ROOT), 0, 0);
    }
    Json precision = members.get("precision");
    Json scale = members.get("scale");
    if (precision == null) {
      return null;
    }
    return new Logical(
        "decimal",
        number(precision, at + "/precision"),
        scale == null ? 0 : number(scale, at + "/scale"));
  }

  private static Json required(Map<String, Json> members, String name, String at) {
    Json value = members.get(name);
    if (value == null) {
      throw wrong(at, "no \"" + name + "\"");
    }
    return value;
  }

  private static List<String> texts(Map<String, Json> members, String name, String at) {
    Json list = members.get(name);
    if (list == null) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    for (Json element : elements(list, at + "/" + name)) {
      texts.add(text(element, at + "/" + name));
    }
    return texts;
  }

  private static Optional<String> optionalText(Map<String, Json> members, String name, String at) {
    return Optional.ofNullable(members.get(name)).map(json -> text(json, at + "/" + name));
  }

  private static String text(Json json, String at) {
    if (json.text().charAt(0) != '"') {
      throw wrong(at, "not text");
    }
    return json.as(String.class);
  }

  private static int number(Json json, String at) {
    try {
      return json.as(Integer.class);
    } catch (IllegalArgumentException e) {
      throw wrong(at, "not a whole number");
    }
  }

  @SuppressWarnings("unchecked") // Elements of a raw list are read as Json.
  private static List<Json> elements(Json json, String at) {
    if (json.text().charAt(0) != '[') {
      throw wrong(at, "not an array");
    }
    return (List<Json>) (List<?>) json.as(List.class);
  }

  @SuppressWarnings("unchecked") // Members of a raw map are read as Json.
  private static Map<String, Json> members(Json json, String at) {
    if (json.text().charAt(0) != '{') {
      throw wrong(at, "not an object");
    }
    return (Map<String, Json>) (Map<?, ?>) json.as(Map.class);
  }

  private static IllegalArgumentException wrong(String at, String problem) {
    return new IllegalArgumentException(
        "Not an Avro schema: " + problem + ", at " + (at.isEmpty() ? "its root" : at));
  }
}
