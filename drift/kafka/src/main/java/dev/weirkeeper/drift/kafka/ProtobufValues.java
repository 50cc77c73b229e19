package dev.weirkeeper.drift.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Schemas and messages of Protobuf in the form of Connect. A field without presence cannot tell a
 * missing value from its type's default, and says so ({@link ConnectSchema.Nullable#HIDDEN}). What
 * Connect's converter notes beside a field is read from its option {@code confluent.field_meta}.
 * Pure.
 */
final class ProtobufValues {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int DEEPEST = 32;

  /** Number of the option {@code confluent.field_meta}, and of its members. */
  private static final int META = 1088;

  private static final int META_DOC = 1;
  private static final int META_PARAMS = 2;

  private static final String WRAPPERS = "google.protobuf.";
  private static final String DECIMAL = "confluent.type.Decimal";
  private static final String DATE = "google.type.Date";
  private static final String TIME_OF_DAY = "google.type.TimeOfDay";
  private static final String TIMESTAMP = "google.protobuf.Timestamp";

  private ProtobufValues() {}

  static ConnectSchema connect(Descriptor message) {
    return struct(message, 0);
  }

  private static ConnectSchema struct(Descriptor message, int depth) {
    if (depth > DEEPEST) {
      throw new UnreadableException("its schema nests more than " + DEEPEST + " deep");
    }
    Map<String, ConnectSchema> fields = new LinkedHashMap<>();
    for (FieldDescriptor field : message.getFields()) {
      fields.put(field.getName(), field(field, depth));
    }
    return ConnectSchema.struct(ConnectSchema.Nullable.YES, fields);
  }

  private static ConnectSchema field(FieldDescriptor field, int depth) {
    Noted noted = noted(field);
    if (field.isMapField()) {
      return ConnectSchema.of("map", ConnectSchema.Nullable.HIDDEN)
          .withItems(single(field.getMessageType().findFieldByName("value"), Map.of(), depth + 1));
    }
    ConnectSchema single = single(field, noted.parameters, depth + 1);
    ConnectSchema schema =
        field.isRepeated()
            ? ConnectSchema.of("array", ConnectSchema.Nullable.HIDDEN).withItems(single)
            : single.with(
                field.hasPresence() ? ConnectSchema.Nullable.YES : ConnectSchema.Nullable.HIDDEN);
    return schema.called(List.of(), noted.doc);
  }

  private static ConnectSchema single(
      FieldDescriptor field, Map<String, String> parameters, int depth) {
    ConnectSchema.Nullable no = ConnectSchema.Nullable.NO;
    String type = parameters.getOrDefault("connect.type", "");
    ConnectSchema plain =
        switch (field.getJavaType()) {
          case INT ->
              ConnectSchema.of(
                  type.equals("int8") || type.equals("int16")
                      ? type
                      : isUnsigned(field) ? "int64" : "int32",
                  no);
          case LONG -> ConnectSchema.of("int64", no);
          case FLOAT -> ConnectSchema.of("float32", no);
          case DOUBLE -> ConnectSchema.of("float64", no);
          case BOOLEAN -> ConnectSchema.of("boolean", no);
          case STRING, ENUM -> ConnectSchema.of("string", no);
          case BYTE_STRING -> ConnectSchema.of("bytes", no);
          case MESSAGE -> message(field.getMessageType(), parameters, depth);
        };
    String name = parameters.getOrDefault("connect.name", "");
    if (!name.isEmpty() && plain.name().isEmpty()) {
      return plain.named(name, parameters);
    }
    return plain.name().isEmpty() && plain.parameters().isEmpty()
        ? plain.withParameters(parameters)
        : plain;
  }

  private static boolean isUnsigned(FieldDescriptor field) {
    return field.getType() == FieldDescriptor.Type.UINT32
        || field.getType() == FieldDescriptor.Type.FIXED32;
  }

  private static ConnectSchema message(
      Descriptor message, Map<String, String> parameters, int depth) {
    ConnectSchema.Nullable no = ConnectSchema.Nullable.NO;
    return switch (message.getFullName()) {
      case DATE -> ConnectSchema.of("int32", no).named("io.debezium.time.Date", parameters);
      case TIME_OF_DAY ->
          ConnectSchema.of("int64", no).named("io.debezium.time.NanoTime", parameters);
      case TIMESTAMP ->
          ConnectSchema.of("int64", no).named("io.debezium.time.MicroTimestamp", parameters);
      case DECIMAL ->
          // Written as a number, so that scale and precision are not needed to read it.
          parameters.containsKey("scale")
              ? ConnectSchema.of("bytes", no)
                  .named("org.apache.kafka.connect.data.Decimal", parameters)
              : ConnectSchema.of("float64", no)
                  .withParameters(Map.of("__debezium.source.column.type", "NUMERIC"));
      default ->
          isWrapper(message)
              ? single(message.findFieldByName("value"), parameters, depth)
              : struct(message, depth);
    };
  }

  private static boolean isWrapper(Descriptor message) {
    return message.getFullName().startsWith(WRAPPERS)
        && message.getFullName().endsWith("Value")
        && message.getFields().size() == 1
        && message.findFieldByName("value") != null;
  }

  private record Noted(Map<String, String> parameters, Optional<String> doc) {}

  private static Noted noted(FieldDescriptor field) {
    Map<String, String> parameters = new HashMap<>();
    Optional<String> doc = Optional.empty();
    try {
      for (ByteString meta :
          field.getOptions().getUnknownFields().getField(META).getLengthDelimitedList()) {
        UnknownFieldSet members = UnknownFieldSet.parseFrom(meta);
        for (ByteString text : members.getField(META_DOC).getLengthDelimitedList()) {
          doc = Optional.of(text.toStringUtf8());
        }
        for (ByteString pair : members.getField(META_PARAMS).getLengthDelimitedList()) {
          UnknownFieldSet entry = UnknownFieldSet.parseFrom(pair);
          parameters.put(text(entry, 1), text(entry, 2));
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new UnreadableException("what its schema notes beside a field cannot be read");
    }
    return new Noted(parameters, doc);
  }

  private static String text(UnknownFieldSet entry, int member) {
    List<ByteString> texts = entry.getField(member).getLengthDelimitedList();
    return texts.isEmpty() ? "" : texts.get(0).toStringUtf8();
  }

  static JsonNode tree(Message message) {
    ObjectNode object = NODES.objectNode();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      object.set(field.getName(), tree(message, field));
    }
    return object;
  }

  private static JsonNode tree(Message message, FieldDescriptor field) {
    if (field.isMapField()) {
      ObjectNode map = NODES.objectNode();
      for (Object entry : (List<?>) message.getField(field)) {
        Message pair = (Message) entry;
        Descriptor of = pair.getDescriptorForType();
        map.set(
            String.valueOf(pair.getField(of.findFieldByName("key"))),
            tree(pair, of.findFieldByName("value")));
      }
      return map;
    } else if (field.isRepeated()) {
      ArrayNode array = NODES.arrayNode();
      for (Object item : (List<?>) message.getField(field)) {
        array.add(value(field, item));
      }
      return array;
    } else if (field.hasPresence() && !message.hasField(field)) {
      return NODES.nullNode();
    }
    return value(field, message.getField(field));
  }

  private static JsonNode value(FieldDescriptor field, Object value) {
    return switch (field.getJavaType()) {
      case INT ->
          isUnsigned(field)
              ? NODES.numberNode(Integer.toUnsignedLong((Integer) value))
              : NODES.numberNode((Integer) value);
      case LONG ->
          (Long) value < 0
                  && (field.getType() == FieldDescriptor.Type.UINT64
                      || field.getType() == FieldDescriptor.Type.FIXED64)
              ? NODES.numberNode(new BigInteger(Long.toUnsignedString((Long) value)))
              : NODES.numberNode((Long) value);
      case FLOAT -> NODES.numberNode((Float) value);
      case DOUBLE -> NODES.numberNode((Double) value);
      case BOOLEAN -> NODES.booleanNode((Boolean) value);
      case STRING -> NODES.textNode((String) value);
      case ENUM -> NODES.textNode(((EnumValueDescriptor) value).getName());
      case BYTE_STRING -> NODES.binaryNode(((ByteString) value).toByteArray());
      case MESSAGE -> nested((Message) value);
    };
  }

  private static JsonNode nested(Message message) {
    Descriptor of = message.getDescriptorForType();
    return switch (of.getFullName()) {
      case DATE -> NODES.numberNode(day(message));
      case TIME_OF_DAY ->
          NODES.numberNode(
              ((number(message, "hours") * 60 + number(message, "minutes")) * 60
                          + number(message, "seconds"))
                      * 1_000_000_000L
                  + number(message, "nanos"));
      case TIMESTAMP -> NODES.numberNode(micros(message));
      case DECIMAL -> {
        byte[] bytes = ((ByteString) message.getField(of.findFieldByName("value"))).toByteArray();
        if (bytes.length == 0 || bytes.length > Scalars.MOST_DIGITS) {
          throw new UnreadableException("a decimal of it has no digits, or too many");
        }
        yield NODES.numberNode(
            new BigDecimal(new BigInteger(bytes), Math.toIntExact(number(message, "scale"))));
      }
      default ->
          isWrapper(of)
              ? value(of.findFieldByName("value"), message.getField(of.findFieldByName("value")))
              : tree(message);
    };
  }

  private static long day(Message date) {
    try {
      return LocalDate.of(
              Math.toIntExact(number(date, "year")),
              Math.toIntExact(number(date, "month")),
              Math.toIntExact(number(date, "day")))
          .toEpochDay();
    } catch (DateTimeException e) {
      throw new UnreadableException("a date of it is none");
    }
  }

  private static long micros(Message timestamp) {
    try {
      return Math.addExact(
          Math.multiplyExact(number(timestamp, "seconds"), 1_000_000L),
          number(timestamp, "nanos") / 1000);
    } catch (ArithmeticException e) {
      throw new UnreadableException("a timestamp of it is none");
    }
  }

  private static long number(Message message, String field) {
    return ((Number) message.getField(message.getDescriptorForType().findFieldByName(field)))
        .longValue();
  }
}
