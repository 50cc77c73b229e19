package dev.weirkeeper;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A committed transaction of a source, whole. It may be larger than memory: its rows are read from
 * memory or from a spill file, as often as needed. Confined to the thread of its feed.
 */
public interface Transaction extends AutoCloseable {
  /** Where rows come from. */
  enum Origin {
    STREAM,
    SNAPSHOT,
    /** Rows that waited in the spool. */
    DRAIN,
    /** Rows that waited in quarantine. */
    REPLAY
  }

  /** Content of the ledger key; the same when the transaction is read again. */
  String id();

  Origin origin();

  /** Everything up to and including this transaction. */
  Position position();

  Instant committedAt();

  /** Complete before the first row is handed out. */
  List<SchemaChange> schemaChanges();

  /** Row changes per relation (not truncations), known since the transaction is whole. */
  Map<Relation, Long> rows();

  /** Relations that the transaction truncates. */
  List<Relation> truncated();

  /** For a chunk of a snapshot: how far the load of its asset has come with it. */
  Optional<Load> load();

  /** Reads the changes from the first one. Close it before opening another. */
  Changes changes() throws IOException;

  @Override
  void close();

  /** A cursor over the chunks of a transaction. A chunk is valid until the next call. */
  interface Changes extends AutoCloseable {
    Optional<Chunk> next() throws IOException;

    @Override
    void close();
  }
}
