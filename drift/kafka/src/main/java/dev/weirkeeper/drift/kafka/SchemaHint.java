package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Outside;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the schema change topic of a connector of MySQL or SQL Server says of one table. A hint: it
 * is in no order with the rows, which are believed first.
 *
 * @param change {@code CREATE}, {@code ALTER} or {@code DROP}
 * @param table with its database or schema: {@code inventory.customers}
 * @param columns in their order, as the source writes their types; empty for a DROP
 */
record SchemaHint(String change, String table, List<Column> columns) {

  /**
   * A column of the table.
   *
   * @param type as the source writes it: {@code VARCHAR(20)}
   */
  record Column(String name, String type, Presence presence) {}

  /** Whether a column takes NULL. */
  enum Presence {
    REQUIRED,
    OPTIONAL
  }

  SchemaHint {
    requireNonNull(change, "change");
    requireNonNull(table, "table");
    columns = List.copyOf(columns);
  }

  /** All tables that a record of the topic speaks of. */
  static List<SchemaHint> read(JsonNode record) {
    List<SchemaHint> hints = new ArrayList<>();
    for (JsonNode change : record.path("tableChanges")) {
      String type = change.path("type").asText("");
      String id = change.path("id").asText("").replace("\"", "");
      if (type.isEmpty() || id.isEmpty()) {
        throw new UnreadableException("it is no change of a schema");
      }
      List<Column> columns = new ArrayList<>();
      for (JsonNode column : change.path("table").path("columns")) {
        columns.add(
            new Column(
                column.path("name").asText(""),
                written(column),
                column.path("optional").asBoolean(true) ? Presence.OPTIONAL : Presence.REQUIRED));
      }
      hints.add(new SchemaHint(type, id, columns));
    }
    return hints;
  }

  private static String written(JsonNode column) {
    String type =
        Optional.of(column.path("typeExpression").asText(""))
            .filter(text -> !text.isEmpty())
            .orElse(column.path("typeName").asText("unknown"));
    JsonNode length = column.path("length");
    JsonNode scale = column.path("scale");
    if (!length.isIntegralNumber() || type.indexOf('(') >= 0) {
      return type;
    }
    return type
        + "("
        + length.asText()
        + (scale.isIntegralNumber() ? "," + scale.asText() : "")
        + ")";
  }

  /** For people and agents: names are text from outside, and are cut. */
  String text() {
    StringBuilder text = new StringBuilder(change);
    for (Column column : columns) {
      text.append(text.length() == change.length() ? ": " : ", ")
          .append(column.name())
          .append(' ')
          .append(column.type())
          .append(column.presence() == Presence.REQUIRED ? " not null" : "");
    }
    return Outside.of(text.toString()).text();
  }
}
