package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Evidence;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.BufferedTransaction;
import dev.weirkeeper.spi.ChangeBuffer;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Makes a transaction of entries, in their order. Used by one thread, once. */
final class Building {
  private final Versions versions;
  private final ChangeBuffer buffer;
  private final Map<String, SchemaChange> changes = new LinkedHashMap<>();
  private long millis = Long.MIN_VALUE;

  Building(Versions versions, ChangeBuffer buffer) {
    this.versions = versions;
    this.buffer = buffer;
  }

  void add(Entry entry) throws IOException {
    if (entry.event() instanceof Event.Row row) {
      Relation relation = entry.relation().orElseThrow();
      versions.meet(relation, row.origin().order()).ifPresent(this::changed);
      buffer.add(relation, entry.encoded());
      millis = Math.max(millis, row.origin().millis());
    } else if (entry.event() instanceof Event.Truncated truncated) {
      Optional<Relation> known = versions.known(Layouts.relationId(truncated.asset()));
      if (known.isPresent()) {
        buffer.addTruncate(known.get());
      }
      millis = Math.max(millis, truncated.origin().millis());
    }
  }

  void changed(SchemaChange change) {
    changes.merge(
        change.relationId(),
        change,
        (first, last) ->
            new SchemaChange(
                last.asset(), last.relationId(), first.before(), last.after(), Evidence.NAMES));
  }

  boolean isEmpty() {
    return buffer.size() == 0 && changes.isEmpty();
  }

  void drop() {
    buffer.close();
  }

  Transaction done(String id, Position position, Instant now) {
    changes.values().removeIf(change -> change.before().equals(change.after()));
    return new BufferedTransaction(
        id,
        Transaction.Origin.STREAM,
        position,
        millis == Long.MIN_VALUE ? now : Instant.ofEpochMilli(millis),
        java.util.List.copyOf(changes.values()),
        buffer,
        Optional.empty());
  }
}
