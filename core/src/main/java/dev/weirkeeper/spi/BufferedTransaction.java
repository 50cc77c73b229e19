package dev.weirkeeper.spi;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A transaction of a feed whose rows are in a buffer of its own: closing it frees them. Confined to
 * the thread of its feed.
 */
public final class BufferedTransaction implements Transaction {
  private final String id;
  private final Origin origin;
  private final Position position;
  private final Instant committedAt;
  private final List<SchemaChange> schemaChanges;
  private final ChangeBuffer buffer;
  private final Optional<Load> load;

  /**
   * @param buffer complete; the transaction closes it
   */
  public BufferedTransaction(
      String id,
      Origin origin,
      Position position,
      Instant committedAt,
      List<SchemaChange> schemaChanges,
      ChangeBuffer buffer,
      Optional<Load> load) {
    this.id = requireNonNull(id, "id");
    this.origin = requireNonNull(origin, "origin");
    this.position = requireNonNull(position, "position");
    this.committedAt = requireNonNull(committedAt, "committedAt");
    this.schemaChanges = List.copyOf(schemaChanges);
    this.buffer = requireNonNull(buffer, "buffer");
    this.load = requireNonNull(load, "load");
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
