package dev.weirkeeper.drift.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.spi.ChangeWriter;
import java.util.List;

/**
 * How the rows of one version of a table are read.
 *
 * @param fields of a record, one for each column of the relation
 * @param hidden for each column whether a missing value cannot be told from the type's default
 */
record Layout(Relation relation, List<String> fields, List<Codec> codecs, List<Boolean> hidden) {
  Layout {
    fields = List.copyOf(fields);
    codecs = List.copyOf(codecs);
    hidden = List.copyOf(hidden);
  }

  /** What a change leaves out. */
  enum Whole {
    YES,
    /** At least one value did not change and was not sent. */
    NO
  }

  /**
   * Writes a change in the neutral form.
   *
   * @return whether all its values are there
   */
  Whole write(Event.Row event, Placeholder placeholder, ChangeWriter into) {
    into.begin(event.op());
    int width = fields.size();
    if (event.op() == RowBatch.Op.DELETE) {
      key(event.keyed(), event.row(), into.after(width));
      return Whole.YES;
    }
    if (event.before().isPresent() && keyChanged(event)) {
      key(event.before().get(), event.before().get(), into.before(width));
    }
    return image(event, placeholder, into.after(width));
  }

  /**
   * Only the key is taken from an old image: PostgreSQL sends NULL for all else, unless the table
   * logs whole rows.
   */
  private void key(JsonNode keyed, JsonNode row, ChangeWriter into) {
    int[] keys = relation.keyIndexes();
    if (keys.length == 0) {
      throw new UnreadableException(
          "a row is to be found again and its record has no key; give the source's table one, or"
              + " set message.key.columns");
    }
    for (int i = 0; i < fields.size(); i++) {
      if (!isKey(keys, i)) {
        into.absent();
        continue;
      }
      JsonNode value = keyed.path(fields.get(i));
      if (value.isMissingNode()) {
        value = row.path(fields.get(i));
      }
      if (value.isMissingNode() || value.isNull()) {
        throw new UnreadableException("a column of its key is missing");
      }
      into.value(encoded(i, value));
    }
  }

  private boolean keyChanged(Event.Row event) {
    for (int key : relation.keyIndexes()) {
      JsonNode before = event.before().orElseThrow().path(fields.get(key));
      if (!before.isMissingNode()
          && !before.isNull()
          && !before.equals(event.row().path(fields.get(key)))) {
        return true;
      }
    }
    return false;
  }

  private Whole image(Event.Row event, Placeholder placeholder, ChangeWriter into) {
    int[] keys = relation.keyIndexes();
    Whole whole = Whole.YES;
    for (int i = 0; i < fields.size(); i++) {
      JsonNode value = event.row().path(fields.get(i));
      if (value.isMissingNode()) {
        into.absent();
      } else if (value.isNull()) {
        if (isKey(keys, i)) {
          throw new UnreadableException("a column of its key is missing");
        }
        into.missing();
      } else if (placeholder.standsFor(value)) {
        if (event.op() != RowBatch.Op.UPDATE) {
          throw new UnreadableException(
              "a new row leaves a value out, as when its key changed and a large value did not;"
                  + " log whole rows at the source (REPLICA IDENTITY FULL)");
        }
        into.unchanged();
        whole = Whole.NO;
      } else {
        into.value(encoded(i, value));
      }
    }
    return whole;
  }

  private byte[] encoded(int column, JsonNode value) {
    if (hidden.get(column) && isDefault(value)) {
      throw new UnreadableException(
          "column "
              + (column + 1)
              + ": a missing value cannot be told from the type's default; set"
              + " optional.for.nullables=true at the connector's Protobuf converter");
    }
    try {
      return codecs.get(column).encode(value);
    } catch (UnreadableException e) {
      throw new UnreadableException("column " + (column + 1) + ": " + e.reason());
    }
  }

  private static boolean isDefault(JsonNode value) {
    if (value.isNumber()) {
      return value.doubleValue() == 0;
    } else if (value.isBinary()) {
      return Scalars.bytes(value).length == 0;
    }
    return value.isTextual() && value.textValue().isEmpty()
        || value.isBoolean() && !value.booleanValue()
        || value.isContainerNode() && value.isEmpty();
  }

  private static boolean isKey(int[] keys, int column) {
    for (int key : keys) {
      if (key == column) {
        return true;
      }
    }
    return false;
  }
}
