package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.weirkeeper.Asset;
import dev.weirkeeper.RowBatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What a record of a topic says. */
sealed interface Event {

  /**
   * A change of a row.
   *
   * @param row the new image; for a DELETE the old one
   * @param before the old image of an update, where the log carries one
   * @param schema of the row; empty for records that do not describe themselves
   * @param key names of the key's columns in their order; empty without a key
   * @param keyed the key itself; missing without one
   */
  record Row(
      Asset asset,
      RowBatch.Op op,
      JsonNode row,
      Optional<JsonNode> before,
      Optional<ConnectSchema> schema,
      List<String> key,
      JsonNode keyed,
      Origin origin)
      implements Event {
    public Row {
      requireNonNull(asset, "asset");
      requireNonNull(op, "op");
      requireNonNull(row, "row");
      requireNonNull(before, "before");
      requireNonNull(schema, "schema");
      key = List.copyOf(key);
      requireNonNull(keyed, "keyed");
      requireNonNull(origin, "origin");
    }

    /** Whether the record has a value for a column, be it none. */
    boolean has(String column) {
      return schema.isPresent() ? schema.get().fields().containsKey(column) : row.has(column);
    }

    /** Without the images, which weigh most and are written elsewhere by now. */
    Row light() {
      return new Row(
          asset,
          op,
          schema.isPresent() ? MissingNode.getInstance() : row,
          Optional.empty(),
          schema,
          key,
          keyed,
          origin);
    }
  }

  /** All rows of a table were removed. */
  record Truncated(Asset asset, Origin origin) implements Event {}

  /** A transaction of the source begins. */
  record Begin(String transaction) implements Event {}

  /**
   * A transaction of the source is complete.
   *
   * @param counts events by data collection, {@code public.orders}
   */
  record End(String transaction, Map<String, Long> counts, long millis) implements Event {
    public End {
      requireNonNull(transaction, "transaction");
      counts = Map.copyOf(counts);
    }
  }

  /**
   * A record that cannot be understood.
   *
   * @param reason quotes nothing of it
   */
  record Unreadable(String reason) implements Event {}

  /** A tombstone, a heartbeat, a message: nothing but a place to go on from. */
  record Nothing() implements Event {}

  /**
   * Where an event comes from.
   *
   * @param order place in the source's log; empty for rows of a snapshot
   * @param transaction of the source; empty if the record does not say
   * @param total place among all events of its transaction
   * @param millis when the source changed it, milliseconds since 1970
   */
  record Origin(
      Optional<SourceOrder> order,
      Snapshot snapshot,
      Optional<String> transaction,
      OptionalLong total,
      long millis) {}

  /** Whether a row was read by a snapshot. */
  enum Snapshot {
    NO,
    YES,
    /** The first row of a table in a snapshot that begins anew. */
    FIRST
  }
}
