package dev.weirkeeper.spi;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Transaction;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ordered committed transactions of one source. The WAL of a database, Kafka topics, the spool of a
 * table and the quarantine are all feeds. Holds connections, so it is passed by the host by hand.
 */
public interface Feed {
  /** Kebab-case; part of every position and of the target's bookkeeping. */
  String id();

  /**
   * Begins to read after a position that a target has stored.
   *
   * @param after empty for a source that was never read
   * @param known relation versions as of that position, by relation id
   * @throws FeedException if changes between the position and what the source still has are lost,
   *     if it is another source than the one the position is of, or if it cannot be read
   */
  Stream open(Optional<Position> after, Map<String, Relation> known)
      throws FeedException, IOException;

  /** An open feed. Confined to one thread. */
  interface Stream extends AutoCloseable {
    /** Where this stream began: all that follows is after it. */
    Position start();

    /** Relations that the feed will deliver, as the source describes them now. */
    List<Relation> relations() throws IOException;

    /**
     * The next transaction, waiting for it at most so long. Empty means nothing yet, never the end,
     * except for feeds that end: see {@link #exhausted}.
     */
    Optional<Transaction> next(Duration atMost) throws IOException;

    /** Whether a bounded feed (a spool, a quarantine) has handed out everything it had. */
    boolean exhausted();

    /** Lets the source forget what is durable. MUST only be called with what a target returned. */
    void confirm(Position durable) throws IOException;

    /** Tells the source that we are alive; called now and then during a long write. */
    void keepAlive() throws IOException;

    /**
     * Starts or resumes the snapshot of an asset. Its chunks come as transactions of origin
     * SNAPSHOT between those of the stream.
     */
    void load(Load from) throws IOException;

    /** Stops a snapshot; a chunk that is under way is dropped. Does nothing if there is none. */
    void stopLoad(Asset asset) throws IOException;

    /** Facts about the health of the feed, by name: lag, WAL kept, what it cannot see. */
    Map<String, Probe<String>> health();

    @Override
    void close() throws IOException;
  }
}
