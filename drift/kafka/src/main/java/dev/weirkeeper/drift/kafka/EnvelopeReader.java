package dev.weirkeeper.drift.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weirkeeper.Asset;
import dev.weirkeeper.RowBatch;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads the records of Debezium: whole envelopes, or what {@code ExtractNewRecordState} has left of
 * them. Used by one thread.
 */
final class EnvelopeReader {
  private static final Set<String> METADATA =
      Set.of(
          "__deleted",
          "__op",
          "__table",
          "__schema",
          "__db",
          "__name",
          "__connector",
          "__lsn",
          "__txId",
          "__ts_ms",
          "__ts_us",
          "__ts_ns",
          "__sequence",
          "__snapshot",
          "__file",
          "__pos",
          "__row",
          "__gtid",
          "__server_id",
          "__commit_lsn",
          "__change_lsn",
          "__event_serial_no");
  private static final List<String> PREFIXES = List.of("__source_", "__transaction_");

  private static final int KEPT = 1000;

  private final String system;
  private final KafkaFeed.Form form;
  private final Map<ConnectSchema, ConnectSchema> kept = new IdentityHashMap<>();

  EnvelopeReader(String system, KafkaFeed.Form form) {
    this.system = system;
    this.form = form;
  }

  /**
   * @param table the table of a topic whose records do not name theirs
   */
  Event read(Optional<Decoded> key, Decoded value, Optional<String> table) {
    JsonNode payload = value.value();
    if (payload.isNull()) {
      return new Event.Nothing();
    }
    if (!payload.isObject()) {
      throw new UnreadableException("it is not an object");
    }
    return form == KafkaFeed.Form.ENVELOPES
        ? envelope(key, payload, value.schema(), table)
        : flattened(key, payload, value.schema(), table);
  }

  private Event envelope(
      Optional<Decoded> key,
      JsonNode payload,
      Optional<ConnectSchema> schema,
      Optional<String> table) {
    String op = payload.path("op").asText("");
    if (op.equals("m")) {
      return new Event.Nothing();
    }
    JsonNode source = payload.path("source");
    if (op.isEmpty() || !source.isObject()) {
      throw new UnreadableException("it is not an envelope of Debezium");
    }
    Event.Origin origin = origin(op, payload, source, payload.path("transaction"));
    Asset asset = asset(source, table);
    JsonNode after = payload.path("after");
    JsonNode before = payload.path("before");
    return switch (op) {
      case "c" ->
          row(
              asset,
              RowBatch.Op.INSERT,
              after,
              Optional.empty(),
              rows(schema, "after"),
              key,
              origin);
      case "r" ->
          row(asset, RowBatch.Op.READ, after, Optional.empty(), rows(schema, "after"), key, origin);
      case "u" ->
          row(
              asset,
              RowBatch.Op.UPDATE,
              after,
              before.isObject() ? Optional.of(before) : Optional.empty(),
              rows(schema, "after"),
              key,
              origin);
      case "d" ->
          row(
              asset,
              RowBatch.Op.DELETE,
              before,
              Optional.empty(),
              rows(schema, "before"),
              key,
              origin);
      case "t" -> new Event.Truncated(asset, origin);
      default -> throw new UnreadableException("it has no operation of Debezium");
    };
  }

  private static Optional<ConnectSchema> rows(Optional<ConnectSchema> envelope, String image) {
    if (envelope.isEmpty()) {
      return Optional.empty();
    }
    ConnectSchema of = envelope.get().fields().get(image);
    if (of == null || !of.type().equals("struct")) {
      throw new UnreadableException("its schema is not that of an envelope");
    }
    return Optional.of(of);
  }

  private static Event.Origin origin(
      String op, JsonNode payload, JsonNode source, JsonNode transaction) {
    Event.Snapshot snapshot =
        switch (source.path("snapshot").asText("false")) {
          case "first", "first_in_data_collection" -> Event.Snapshot.FIRST;
          case "", "false" -> op.equals("r") ? Event.Snapshot.YES : Event.Snapshot.NO;
          default -> Event.Snapshot.YES;
        };
    long millis = source.path("ts_ms").asLong(payload.path("ts_ms").asLong(0));
    JsonNode order = transaction.path("total_order");
    return new Event.Origin(
        snapshot == Event.Snapshot.NO ? SourceOrder.of(source) : Optional.empty(),
        snapshot,
        transaction(source, transaction),
        order.isMissingNode() || order.isNull()
            ? OptionalLong.empty()
            : OptionalLong.of(order.asLong()),
        millis);
  }

  private static Optional<String> transaction(JsonNode source, JsonNode transaction) {
    String id = transaction.path("id").asText("");
    if (!id.isEmpty()) {
      return Optional.of(TransactionId.of(id));
    }
    for (String name : List.of("txId", "gtid", "commit_lsn")) {
      String text = source.path(name).asText("");
      if (!text.isEmpty() && !text.equals("null")) {
        return Optional.of(name + " " + text);
      }
    }
    return Optional.empty();
  }

  private Event flattened(
      Optional<Decoded> key,
      JsonNode payload,
      Optional<ConnectSchema> schema,
      Optional<String> table) {
    ObjectNode source = JsonNodeFactory.instance.objectNode();
    ObjectNode transaction = JsonNodeFactory.instance.objectNode();
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    payload
        .properties()
        .forEach(
            field -> {
              String name = field.getKey();
              if (name.startsWith("__source_")) {
                source.set(name.substring("__source_".length()), field.getValue());
              } else if (name.startsWith("__transaction_")) {
                transaction.set(name.substring("__transaction_".length()), field.getValue());
              } else if (METADATA.contains(name)) {
                source.putIfAbsent(name.substring(2), field.getValue());
              } else {
                row.set(name, field.getValue());
              }
            });
    String op = source.path("op").asText("");
    boolean deleted = payload.path("__deleted").asText("").equals("true") || op.equals("d");
    RowBatch.Op kind =
        deleted
            ? RowBatch.Op.DELETE
            : switch (op) {
              case "c" -> RowBatch.Op.INSERT;
              case "r" -> RowBatch.Op.READ;
              case "u" -> RowBatch.Op.UPDATE;
              case "" ->
                  throw new UnreadableException(
                      "it does not say what happened to the row; set add.fields=op,… at the"
                          + " connector's ExtractNewRecordState");
              case "t" -> throw new UnreadableException("a removal of all rows lost its envelope");
              default -> throw new UnreadableException("it has no operation of Debezium");
            };
    return row(
        asset(source, table),
        kind,
        row,
        Optional.empty(),
        schema.map(this::columns),
        key,
        origin(op, payload, source, transaction));
  }

  /** Of one schema always the same: comparing them costs more than reading rows. */
  private ConnectSchema columns(ConnectSchema record) {
    if (kept.size() > KEPT) {
      kept.clear();
    }
    return kept.computeIfAbsent(
        record,
        whole -> {
          Map<String, ConnectSchema> columns = new LinkedHashMap<>(whole.fields());
          columns
              .keySet()
              .removeIf(
                  name -> METADATA.contains(name) || PREFIXES.stream().anyMatch(name::startsWith));
          return whole.withFields(columns);
        });
  }

  private Asset asset(JsonNode source, Optional<String> table) {
    String name = source.path("table").asText("");
    if (name.isBlank()) {
      return new Asset(
          system,
          table.orElseThrow(
              () ->
                  new UnreadableException(
                      "it does not say which table it is of; name it with table(topic, …)")));
    }
    String schema = source.path("schema").asText("");
    String database = source.path("db").asText("");
    // Where there are no schemas (MySQL), the database is what qualifies a table.
    String qualifier = schema.isBlank() || schema.equals("null") ? database : schema;
    return new Asset(
        system, qualifier.isBlank() || qualifier.equals("null") ? name : qualifier + "." + name);
  }

  private static Event row(
      Asset asset,
      RowBatch.Op op,
      JsonNode row,
      Optional<JsonNode> before,
      Optional<ConnectSchema> schema,
      Optional<Decoded> key,
      Event.Origin origin) {
    JsonNode keyed = key.map(Decoded::value).orElse(MissingNode.getInstance());
    List<String> names =
        key.flatMap(Decoded::schema)
            .map(of -> List.copyOf(of.fields().keySet()))
            .orElseGet(() -> names(keyed));
    if (!row.isObject() && !(op == RowBatch.Op.DELETE && keyed.isObject())) {
      throw new UnreadableException("the image of its row is missing");
    }
    return new Event.Row(
        asset,
        op,
        row.isObject() ? row : JsonNodeFactory.instance.objectNode(),
        before,
        schema,
        names,
        keyed,
        origin);
  }

  private static List<String> names(JsonNode keyed) {
    return keyed.properties().stream().map(Map.Entry::getKey).toList();
  }
}
