package dev.weirkeeper.drift.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the records of a connector's transaction topic ({@code provide.transaction.metadata}),
 * which say where the transactions of the source begin and end. Pure.
 */
final class Boundaries {
  private Boundaries() {}

  static Event read(JsonNode boundary) {
    String id = boundary.path("id").asText("");
    if (id.isEmpty()) {
      throw new UnreadableException("it is no boundary of a transaction");
    }
    return switch (boundary.path("status").asText("")) {
      case "BEGIN" -> new Event.Begin(TransactionId.of(id));
      case "END" -> {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (JsonNode collection : boundary.path("data_collections")) {
          JsonNode count = collection.path("event_count");
          if (!count.isIntegralNumber()) {
            throw new UnreadableException("it does not say how many events it has");
          }
          counts.merge(collection.path("data_collection").asText(""), count.longValue(), Long::sum);
        }
        yield new Event.End(TransactionId.of(id), counts, boundary.path("ts_ms").asLong(0));
      }
      default -> throw new UnreadableException("it is no boundary of a transaction");
    };
  }
}
