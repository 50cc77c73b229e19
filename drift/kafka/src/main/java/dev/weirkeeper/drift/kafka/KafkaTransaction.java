package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.ChangeBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A transaction over a buffer of its own. */
final class KafkaTransaction implements Transaction {
  private final String id;
  private final Origin origin;
  private final Position position;
  private final Instant committedAt;
  private final List<SchemaChange> schemaChanges;
  private final ChangeBuffer buffer;
  private final Optional<Load> load;

  KafkaTransaction(
      String id,
      Origin origin,
      Position position,
      Instant committedAt,
      List<SchemaChange> schemaChanges,
      ChangeBuffer buffer,
      Optional<Load> load) {
    this.id = id;
    this.origin = origin;
    this.position = position;
    this.committedAt = committedAt;
    this.schemaChanges = List.copyOf(schemaChanges);
    this.buffer = buffer;
    this.load = load;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Origin origin() {
    return origin;
  }

  @Override
  public Position position() {
    return position;
  }

  @Override
  public Instant committedAt() {
    return committedAt;
  }

  @Override
  public List<SchemaChange> schemaChanges() {
    return schemaChanges;
  }

  @Override
  public Map<Relation, Long> rows() {
    return buffer.rows();
  }

  @Override
  public List<Relation> truncated() {
    return buffer.truncated();
  }

  @Override
  public Optional<Load> load() {
    return load;
  }

  @Override
  public Changes changes() {
    return buffer.changes();
  }

  @Override
  public void close() {
    buffer.close();
  }

  @Override
  public String toString() {
    return origin + " " + id;
  }
}
