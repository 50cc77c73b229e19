package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import dev.weirkeeper.spi.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a target keeps of a feed beside the published rows, to be looked at and not changed: its
 * ledger, its spool and its quarantine. Confined to the pipeline's thread, and to the question that
 * it is handed to.
 */
public final class Backlog {
  private final String feed;
  private final Target target;

  Backlog(String feed, Target target) {
    this.feed = requireNonNull(feed, "feed");
    this.target = requireNonNull(target, "target");
  }

  /** Sums of the ledger per asset. */
  public Map<Asset, Counts> ledger() throws IOException {
    return target.ledger(feed);
  }

  /** Rows in the spool per asset. */
  public Map<Asset, Long> spooled() throws IOException {
    return target.spooled(feed);
  }

  /** Bytes in the spool of an asset. */
  public long spooledBytes(Asset asset) throws IOException {
    return target.spooledBytes(feed, asset);
  }

  /** A page of open quarantine entries in the order they came, without values. */
  public List<Target.Quarantined> quarantined(Asset asset, long afterId, int limit)
      throws IOException {
    return target.quarantined(feed, asset, afterId, limit);
  }

  /** Reads rows that lie in quarantine, one chunk after the other. */
  @FunctionalInterface
  public interface Rows {
    /** A chunk, which is valid until this returns. */
    void read(RowBatch chunk) throws IOException;
  }

  /** Hands out open entries of the quarantine; that removes nothing. */
  public void quarantine(Asset asset, Target.Selection selection, Rows rows) throws IOException {
    try (Feed.Stream entries =
        target.quarantine(feed, asset, selection).open(Optional.empty(), Map.of())) {
      for (Optional<Transaction> next = entries.next(Duration.ZERO);
          next.isPresent();
          next = entries.next(Duration.ZERO)) {
        try (Transaction transaction = next.get();
            Transaction.Changes changes = transaction.changes()) {
          for (Optional<Chunk> chunk = changes.next(); chunk.isPresent(); chunk = changes.next()) {
            if (chunk.get() instanceof Chunk.Rows some) {
              for (RowBatch batch : some.batches()) {
                rows.read(batch);
              }
            }
          }
        }
      }
    } catch (FeedException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
