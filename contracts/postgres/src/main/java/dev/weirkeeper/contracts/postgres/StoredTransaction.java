package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
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

/** Rows that waited in the target: a slice of a spool, or entries of a quarantine. */
final class StoredTransaction implements Transaction {
  /** What is taken out of where it waited when the transaction is written. */
  sealed interface Origins {
    Asset asset();
  }

  /** A place in a spool. */
  record Place(long seq, boolean marker) {
    @Override
    public String toString() {
      return marker ? seq + "t" : String.valueOf(seq);
    }
  }

  /** Entries of a spool from the first to the last. */
  record Slice(Asset asset, Place first, Place last, long entries) implements Origins {}

  /** Entries of a quarantine by the ordinal of their row. */
  record Entries(Asset asset, long[] ids) implements Origins {}

  private final String id;
  private final Position position;
  private final Instant readAt;
  private final ChangeBuffer changes;
  private final Origins origins;

  StoredTransaction(
      String id, Position position, Instant readAt, ChangeBuffer changes, Origins origins) {
    this.id = id;
    this.position = position;
    this.readAt = readAt;
    this.changes = changes;
    this.origins = origins;
  }

  Origins origins() {
    return origins;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Origin origin() {
    return origins instanceof Slice ? Origin.DRAIN : Origin.REPLAY;
  }

  @Override
  public Position position() {
    return position;
  }

  /** When it was read: the rows are of many transactions. */
  @Override
  public Instant committedAt() {
    return readAt;
  }

  @Override
  public List<SchemaChange> schemaChanges() {
    return List.of();
  }

  @Override
  public Map<Relation, Long> rows() {
    return changes.rows();
  }

  @Override
  public List<Relation> truncated() {
    return changes.truncated();
  }

  @Override
  public Optional<Load> load() {
    return Optional.empty();
  }

  @Override
  public Changes changes() {
    return changes.changes();
  }

  @Override
  public void close() {
    changes.close();
  }
}
