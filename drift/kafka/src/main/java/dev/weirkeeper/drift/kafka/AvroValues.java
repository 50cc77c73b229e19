package dev.weirkeeper.drift.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.JsonProperties;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;

/**
 * Schemas and values of Avro in the form of Connect. What Connect's converter noted beside a type
 * ({@code connect.name}, {@code connect.parameters}, {@code connect.type}) goes before Avro's own
 * logical types. Pure.
 */
final class AvroValues {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int DEEPEST = 32;

  private AvroValues() {}

  static ConnectSchema connect(Schema schema) {
    return connect(schema, 0);
  }

  private static ConnectSchema connect(Schema schema, int depth) {
    if (depth > DEEPEST) {
      throw new UnreadableException("its schema nests more than " + DEEPEST + " deep");
    }
    ConnectSchema.Nullable no = ConnectSchema.Nullable.NO;
    return switch (schema.getType()) {
      case UNION -> connect(present(schema), depth + 1).with(ConnectSchema.Nullable.YES);
      case RECORD -> {
        Map<String, ConnectSchema> fields = new LinkedHashMap<>();
        for (Schema.Field field : schema.getFields()) {
          fields.put(
              field.name(),
              connect(field.schema(), depth + 1)
                  .called(new ArrayList<>(field.aliases()), Optional.ofNullable(field.doc()))
                  .with(filled(field)));
        }
        yield noted(schema, ConnectSchema.struct(no, fields));
      }
      case ARRAY ->
          noted(
              schema,
              ConnectSchema.of("array", no).withItems(connect(schema.getElementType(), depth + 1)));
      case MAP ->
          noted(
              schema,
              ConnectSchema.of("map", no).withItems(connect(schema.getValueType(), depth + 1)));
      case STRING, ENUM -> noted(schema, ConnectSchema.of("string", no));
      case BYTES, FIXED -> noted(schema, ConnectSchema.of("bytes", no));
      case INT -> noted(schema, ConnectSchema.of("int32", no));
      case LONG -> noted(schema, ConnectSchema.of("int64", no));
      case FLOAT -> noted(schema, ConnectSchema.of("float32", no));
      case DOUBLE -> noted(schema, ConnectSchema.of("float64", no));
      case BOOLEAN -> noted(schema, ConnectSchema.of("boolean", no));
      case NULL -> ConnectSchema.of("string", ConnectSchema.Nullable.YES);
    };
  }

  private static ConnectSchema.Filled filled(Schema.Field field) {
    Schema type = field.schema().isUnion() ? present(field.schema()) : field.schema();
    boolean given =
        field.hasDefaultValue() && field.defaultVal() != JsonProperties.NULL_VALUE
            || type.getObjectProp("connect.default") != null;
    return given ? ConnectSchema.Filled.YES : ConnectSchema.Filled.NO;
  }

  /** The one type of a union that is not null. */
  private static Schema present(Schema union) {
    List<Schema> types = new ArrayList<>(union.getTypes());
    types.removeIf(type -> type.getType() == Schema.Type.NULL);
    if (types.size() != 1 || types.size() == union.getTypes().size()) {
      throw new UnreadableException("its schema has a union of other than null and one type");
    }
    return types.get(0);
  }

  private static ConnectSchema noted(Schema schema, ConnectSchema plain) {
    ConnectSchema typed = plain;
    String type = schema.getProp("connect.type");
    if (type != null) {
      typed =
          new ConnectSchema(
              type,
              plain.name(),
              plain.nullable(),
              plain.parameters(),
              plain.fields(),
              plain.items(),
              plain.aliases(),
              plain.comment(),
              plain.filled());
    }
    Map<String, String> parameters = parameters(schema);
    String name = schema.getProp("connect.name");
    if (name != null && schema.getType() != Schema.Type.RECORD
        || name != null && name.startsWith("io.debezium.data.")) {
      return typed.named(name, parameters);
    }
    return logical(schema, typed.withParameters(parameters));
  }

  private static Map<String, String> parameters(Schema schema) {
    Map<String, String> parameters = new HashMap<>();
    Object noted = schema.getObjectProp("connect.parameters");
    if (noted instanceof Map<?, ?> map) {
      map.forEach(
          (key, value) -> {
            if (value != JsonProperties.NULL_VALUE) {
              parameters.put(String.valueOf(key), String.valueOf(value));
            }
          });
    }
    return parameters;
  }

  private static ConnectSchema logical(Schema schema, ConnectSchema plain) {
    LogicalType logical = schema.getLogicalType();
    if (logical == null) {
      return plain;
    }
    if (logical instanceof LogicalTypes.Decimal decimal) {
      Map<String, String> parameters = new HashMap<>(plain.parameters());
      parameters.put("scale", Integer.toString(decimal.getScale()));
      parameters.put("connect.decimal.precision", Integer.toString(decimal.getPrecision()));
      return plain.named("org.apache.kafka.connect.data.Decimal", parameters);
    }
    Optional<String> name =
        switch (logical.getName()) {
          case "date" -> Optional.of("io.debezium.time.Date");
          case "time-millis" -> Optional.of("io.debezium.time.Time");
          case "time-micros" -> Optional.of("io.debezium.time.MicroTime");
          case "local-timestamp-millis" -> Optional.of("io.debezium.time.Timestamp");
          case "local-timestamp-micros" -> Optional.of("io.debezium.time.MicroTimestamp");
          case "local-timestamp-nanos" -> Optional.of("io.debezium.time.NanoTimestamp");
          case "timestamp-millis", "timestamp-micros", "timestamp-nanos" ->
              Optional.of(logical.getName());
          case "uuid" -> Optional.of("io.debezium.data.Uuid");
          default -> Optional.empty();
        };
    return name.map(found -> plain.named(found, plain.parameters())).orElse(plain);
  }

  static JsonNode tree(Schema schema, Object value) {
    if (value == null) {
      return NODES.nullNode();
    }
    return switch (schema.getType()) {
      case UNION -> tree(present(schema), value);
      case RECORD -> {
        ObjectNode object = NODES.objectNode();
        IndexedRecord record = (IndexedRecord) value;
        for (Schema.Field field : schema.getFields()) {
          object.set(field.name(), tree(field.schema(), record.get(field.pos())));
        }
        yield object;
      }
      case ARRAY -> {
        ArrayNode array = NODES.arrayNode();
        for (Object item : (Iterable<?>) value) {
          array.add(tree(schema.getElementType(), item));
        }
        yield array;
      }
      case MAP -> {
        ObjectNode object = NODES.objectNode();
        ((Map<?, ?>) value)
            .forEach(
                (key, item) -> object.set(String.valueOf(key), tree(schema.getValueType(), item)));
        yield object;
      }
      case STRING, ENUM -> NODES.textNode(value.toString());
      case BYTES -> {
        ByteBuffer buffer = ((ByteBuffer) value).duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        yield NODES.binaryNode(bytes);
      }
      case FIXED -> NODES.binaryNode(((GenericFixed) value).bytes());
      case INT -> NODES.numberNode((Integer) value);
      case LONG -> NODES.numberNode((Long) value);
      case FLOAT -> NODES.numberNode((Float) value);
      case DOUBLE -> NODES.numberNode((Double) value);
      case BOOLEAN -> NODES.booleanNode((Boolean) value);
      case NULL -> NODES.nullNode();
    };
  }
}
