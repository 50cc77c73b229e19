package dev.weirkeeper.drift.profile;

import dev.weirkeeper.Facet;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is remembered of a table: for each slot of the season, its columns. Immutable. */
final class TableHistory {
  static final String FACET = "profile-history";

  private static final int FORM = 1;

  private record Body(String history) {}

  /**
   * The windows of one slot.
   *
   * @param until when the last one ended: what is not later was counted already
   */
  record Slot(Instant until, Map<String, ColumnHistory> columns) {
    Slot {
      columns = Map.copyOf(columns);
    }
  }

  static final TableHistory NONE = new TableHistory(Map.of());

  private final SortedMap<String, Slot> slots;

  private TableHistory(Map<String, Slot> slots) {
    this.slots = new TreeMap<>(slots);
  }

  Optional<Slot> slot(String name) {
    return Optional.ofNullable(slots.get(name));
  }

  TableHistory with(String name, Slot slot) {
    Map<String, Slot> more = new TreeMap<>(slots);
    more.put(name, slot);
    return new TableHistory(more);
  }

  /**
   * The history that an observation carries; none if it carries none.
   *
   * @throws IllegalArgumentException if it is damaged
   */
  static TableHistory in(Observation observation) {
    return Facets.body(observation, FACET)
        .map(body -> decoded(Facets.bytes(body.as(Body.class).history)))
        .orElse(NONE);
  }

  Facet facet() {
    return new Facet.Extension(
        FACET, Json.of(new Body(Base64.getEncoder().encodeToString(encoded()))));
  }

  private byte[] encoded() {
    ByteWriter out = new ByteWriter();
    out.int8(FORM);
    out.int32(slots.size());
    slots.forEach(
        (name, slot) -> {
          out.text(name);
          out.moment(slot.until());
          out.int32(slot.columns().size());
          new TreeMap<>(slot.columns())
              .forEach(
                  (id, column) -> {
                    out.text(id);
                    column.write(out);
                  });
        });
    return out.toBytes();
  }

  private static TableHistory decoded(byte[] bytes) {
    ByteParser in = new ByteParser(bytes);
    if (in.int8() != FORM) {
      throw ByteParser.malformed("it is a history of a form that this version does not know");
    }
    Map<String, Slot> slots = new TreeMap<>();
    for (int left = in.size(12); left > 0; left--) {
      String name = in.text();
      Instant until = in.moment();
      Map<String, ColumnHistory> columns = new TreeMap<>();
      for (int each = in.size(8); each > 0; each--) {
        columns.put(in.text(), ColumnHistory.read(in));
      }
      slots.put(name, new Slot(until, columns));
    }
    in.requireEnd();
    return new TableHistory(slots);
  }
}
