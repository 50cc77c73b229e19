package dev.weirkeeper.drift.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Records as the PostgreSQL connector of Debezium 3 writes them, made by hand from its documented
 * format: envelopes, keys, boundaries of transactions, heartbeats.
 */
final class Debezium {
  static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Whether the converter writes the schema beside the payload. */
  enum Schemas {
    YES,
    NO
  }

  /** A column: its Connect schema without the field's name. */
  record Col(String name, ObjectNode schema) {}

  /** A table: its name with its schema, its columns and its key. */
  record Table(String name, List<Col> columns, List<String> key) {
    Table with(Col more) {
      List<Col> all = new ArrayList<>(columns);
      all.add(more);
      return new Table(name, all, key);
    }

    Table without(String column) {
      return new Table(
          name, columns.stream().filter(col -> !col.name().equals(column)).toList(), key);
    }

    String schemaName() {
      return name.substring(0, name.indexOf('.'));
    }

    String tableName() {
      return name.substring(name.indexOf('.') + 1);
    }
  }

  /** What a record holds for the broker. */
  record Sent(byte[] key, byte[] value) {}

  /**
   * Where an event stands in the source.
   *
   * @param total place within its transaction; 0 if the connector does not provide it
   */
  record At(long commit, long lsn, long txId, long millis, String snapshot, long total) {
    static At of(long txId, long lsn) {
      return new At(txId * 1000, lsn, txId, 1_700_000_000_000L + txId, "false", 0);
    }

    static At snapshot(String marker) {
      return new At(1, 1, 1, 1_700_000_000_000L, marker, 0);
    }

    At at(long place) {
      return new At(commit, lsn, txId, millis, snapshot, place);
    }
  }

  private final String prefix;
  private final Schemas schemas;

  Debezium(String prefix, Schemas schemas) {
    this.prefix = prefix;
    this.schemas = schemas;
  }

  String topic(Table table) {
    return prefix + "." + table.name();
  }

  static Col col(String name, String type) {
    return new Col(name, NODES.objectNode().put("type", type).put("optional", true));
  }

  static Col required(String name, String type) {
    return new Col(name, NODES.objectNode().put("type", type).put("optional", false));
  }

  static Col named(String name, String type, String meaning, Map<String, String> parameters) {
    ObjectNode schema =
        NODES.objectNode().put("type", type).put("optional", true).put("name", meaning);
    schema.put("version", 1);
    if (!parameters.isEmpty()) {
      ObjectNode object = schema.putObject("parameters");
      parameters.forEach(object::put);
    }
    return new Col(name, schema);
  }

  static Col sourced(String name, String type, String source) {
    ObjectNode schema = NODES.objectNode().put("type", type).put("optional", true);
    schema.putObject("parameters").put("__debezium.source.column.type", source);
    return new Col(name, schema);
  }

  static ObjectNode row(Object... namesAndValues) {
    ObjectNode row = NODES.objectNode();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      row.set((String) namesAndValues[i], MAPPER.valueToTree(namesAndValues[i + 1]));
    }
    return row;
  }

  Sent insert(Table table, At at, ObjectNode after) {
    return change(table, at, "c", null, after);
  }

  Sent read(Table table, At at, ObjectNode after) {
    return change(table, at, "r", null, after);
  }

  Sent update(Table table, At at, ObjectNode before, ObjectNode after) {
    return change(table, at, "u", before, after);
  }

  /** With the old image that REPLICA IDENTITY DEFAULT leaves: the key, and NULL for all else. */
  Sent delete(Table table, At at, ObjectNode key) {
    ObjectNode before = NODES.objectNode();
    for (Col column : table.columns()) {
      before.set(column.name(), key.has(column.name()) ? key.get(column.name()) : NODES.nullNode());
    }
    return change(table, at, "d", before, null);
  }

  Sent tombstone(Table table, ObjectNode row) {
    return new Sent(key(table, row), null);
  }

  Sent truncate(Table table, At at) {
    ObjectNode payload = NODES.objectNode();
    payload.set("source", source(table, at));
    payload.put("op", "t").put("ts_ms", at.millis());
    return new Sent(null, written(envelopeSchema(table), payload));
  }

  private Sent change(Table table, At at, String op, ObjectNode before, ObjectNode after) {
    return new Sent(
        key(table, after == null ? before : after), value(table, at, op, before, after));
  }

  byte[] key(Table table, ObjectNode row) {
    if (table.key().isEmpty()) {
      return null;
    }
    ObjectNode key = NODES.objectNode();
    ArrayNode fields = NODES.arrayNode();
    for (Col column : table.columns()) {
      if (table.key().contains(column.name())) {
        key.set(column.name(), row.get(column.name()));
        fields.add(field(column));
      }
    }
    ObjectNode schema = struct(fields, prefix + "." + table.name() + ".Key", false);
    return written(schema, key);
  }

  private byte[] value(Table table, At at, String op, ObjectNode before, ObjectNode after) {
    ObjectNode payload = NODES.objectNode();
    payload.set("before", before == null ? NODES.nullNode() : before);
    payload.set("after", after == null ? NODES.nullNode() : after);
    payload.set("source", source(table, at));
    if (at.total() > 0) {
      payload
          .putObject("transaction")
          .put("id", at.txId() + ":" + at.lsn())
          .put("total_order", at.total())
          .put("data_collection_order", at.total());
    } else {
      payload.putNull("transaction");
    }
    payload
        .put("op", op)
        .put("ts_ms", at.millis() + 5)
        .put("ts_us", (at.millis() + 5) * 1000)
        .put("ts_ns", (at.millis() + 5) * 1_000_000);
    return written(envelopeSchema(table), payload);
  }

  private ObjectNode source(Table table, At at) {
    ObjectNode source = NODES.objectNode();
    source
        .put("version", "3.6.1.Final")
        .put("connector", "postgresql")
        .put("name", prefix)
        .put("ts_ms", at.millis())
        .put("snapshot", at.snapshot())
        .put("db", "shop")
        .put("sequence", "[\"" + at.commit() + "\",\"" + at.lsn() + "\"]")
        .put("ts_us", at.millis() * 1000)
        .put("ts_ns", at.millis() * 1_000_000)
        .put("schema", table.schemaName())
        .put("table", table.tableName())
        .put("txId", at.txId())
        .put("lsn", at.lsn())
        .putNull("xmin");
    return source;
  }

  private ObjectNode envelopeSchema(Table table) {
    ArrayNode columns = NODES.arrayNode();
    table.columns().forEach(column -> columns.add(field(column)));
    ArrayNode fields = NODES.arrayNode();
    String value = prefix + "." + table.name() + ".Value";
    fields.add(struct(columns, value, true).put("field", "before"));
    fields.add(struct(columns.deepCopy(), value, true).put("field", "after"));
    ArrayNode source = NODES.arrayNode();
    Map<String, String> types = new LinkedHashMap<>();
    for (String text : List.of("version", "connector", "name", "snapshot", "db", "sequence")) {
      types.put(text, "string");
    }
    types.put("schema", "string");
    types.put("table", "string");
    for (String number : List.of("ts_ms", "ts_us", "ts_ns", "txId", "lsn", "xmin")) {
      types.put(number, "int64");
    }
    types.forEach(
        (name, type) ->
            source.add(
                NODES.objectNode().put("type", type).put("optional", true).put("field", name)));
    fields.add(
        struct(source, "io.debezium.connector.postgresql.Source", false).put("field", "source"));
    ArrayNode block = NODES.arrayNode();
    block.add(NODES.objectNode().put("type", "string").put("optional", false).put("field", "id"));
    for (String order : List.of("total_order", "data_collection_order")) {
      block.add(NODES.objectNode().put("type", "int64").put("optional", false).put("field", order));
    }
    fields.add(struct(block, "event.block", true).put("field", "transaction"));
    fields.add(NODES.objectNode().put("type", "string").put("optional", false).put("field", "op"));
    for (String time : List.of("ts_ms", "ts_us", "ts_ns")) {
      fields.add(NODES.objectNode().put("type", "int64").put("optional", true).put("field", time));
    }
    return struct(fields, prefix + "." + table.name() + ".Envelope", false);
  }

  private static ObjectNode field(Col column) {
    return column.schema().deepCopy().put("field", column.name());
  }

  private static ObjectNode struct(ArrayNode fields, String name, boolean optional) {
    ObjectNode schema = NODES.objectNode().put("type", "struct");
    schema.set("fields", fields);
    return schema.put("optional", optional).put("name", name);
  }

  private byte[] written(ObjectNode schema, JsonNode payload) {
    if (schemas == Schemas.NO) {
      return bytes(payload);
    }
    ObjectNode whole = NODES.objectNode();
    whole.set("schema", schema);
    whole.set("payload", payload);
    return bytes(whole);
  }

  static byte[] bytes(JsonNode tree) {
    return tree.toString().getBytes(StandardCharsets.UTF_8);
  }

  Sent begin(long txId, long lsn) {
    ObjectNode begin = NODES.objectNode().put("status", "BEGIN").put("id", txId + ":" + lsn);
    begin.putNull("event_count").putNull("data_collections");
    begin.put("ts_ms", 1_700_000_000_000L + txId);
    return boundary(txId, begin);
  }

  Sent end(long txId, long lsn, Map<String, Integer> counts) {
    ObjectNode end = NODES.objectNode().put("status", "END").put("id", txId + ":" + lsn);
    end.put("event_count", counts.values().stream().mapToInt(Integer::intValue).sum());
    ArrayNode collections = end.putArray("data_collections");
    counts.forEach(
        (collection, count) ->
            collections.addObject().put("data_collection", collection).put("event_count", count));
    end.put("ts_ms", 1_700_000_000_000L + txId);
    return boundary(txId, end);
  }

  private Sent boundary(long txId, ObjectNode boundary) {
    ArrayNode fields = NODES.arrayNode();
    fields.add(
        NODES.objectNode().put("type", "string").put("optional", false).put("field", "status"));
    fields.add(NODES.objectNode().put("type", "string").put("optional", false).put("field", "id"));
    ObjectNode schema =
        struct(fields, "io.debezium.connector.common.TransactionMetadataValue", false);
    return new Sent(
        bytes(NODES.objectNode().put("id", Long.toString(txId))), written(schema, boundary));
  }

  Sent heartbeat(long millis) {
    ObjectNode schema = struct(NODES.arrayNode(), "io.debezium.connector.common.Heartbeat", false);
    return new Sent(
        bytes(NODES.objectNode().put("serverName", prefix)),
        written(schema, NODES.objectNode().put("ts_ms", millis)));
  }
}
