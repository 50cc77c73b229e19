package dev.weirkeeper.spi;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Load;
import dev.weirkeeper.Observation;
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
 *
 * <p>Transactions MUST come whole and in the order of their commits, and behind each position the
 * same ones with the same ids and positions whenever they are read. A change of schema that came
 * with rows of its table MUST come with them again: the target may have followed it already. What
 * was not confirmed MUST come again; changes that are lost MUST be refused and never passed over.
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
   *     if it is another source than the one the position is of, if the position is none of this
   *     feed, or if it cannot be read
   */
  Stream open(Optional<Position> after, Map<String, Relation> known)
      throws FeedException, IOException;

  /**
   * An open feed. Confined to one thread. Once closed it MUST give nothing more and let another be
   * opened; closing it twice MUST do no harm.
   */
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

    /**
     * Lets the source forget what is durable, and nothing beyond it. MUST only be called with what
     * a target returned.
     *
     * @throws IllegalArgumentException if the position was not handed out by this stream yet
     */
    void confirm(Position durable) throws IOException;

    /**
     * Tells the source that we are alive; called now and then during a long write. Confirms
     * nothing.
     */
    void keepAlive() throws IOException;

    /**
     * Starts or resumes the snapshot of an asset. Its chunks come as transactions of origin
     * SNAPSHOT between those of the stream; each says how far the load has come, and a load that is
     * resumed from there MUST bring the rest and no row that was behind it.
     */
    void load(Load from) throws IOException;

    /** Stops a snapshot; a chunk that is under way is dropped. Does nothing if there is none. */
    void stopLoad(Asset asset) throws IOException;

    /** Facts about the health of the feed, by name: lag, WAL kept, what it cannot see. */
    Map<String, Probe<String>> health();

    /**
     * What lies around each table at the source now, by relation id: what is published of it, how
     * its rows are identified, who may read it, its partitions and constraints. Each observation
     * has a {@link Facet.Settings}, with what could not be read as unknown. Sees what no row and no
     * message of the stream tells, and may be ahead of the stream. Empty from a feed whose source
     * has no such things.
     */
    default Map<String, Observation> surroundings() {
      return Map.of();
    }

    @Override
    void close() throws IOException;
  }
}
