package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.Target;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A target whose host stands still before a write of rows, until it is let go. */
final class BlockedTarget implements Target {
  private final Target target;
  private volatile boolean armed;
  final CountDownLatch reached = new CountDownLatch(1);
  final CountDownLatch go = new CountDownLatch(1);

  BlockedTarget(Target target) {
    this.target = target;
  }

  void arm() {
    armed = true;
  }

  @Override
  public Commit write(Batch batch, Progress progress) throws IOException {
    if (armed && batch.transactions().stream().anyMatch(each -> !each.rows().isEmpty())) {
      reached.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
    return target.write(batch, progress);
  }

  @Override
  public Capability capability() {
    return target.capability();
  }

  @Override
  public Optional<Resume> resume(String feed) throws IOException {
    return target.resume(feed);
  }

  @Override
  public Feed spool(String feed, Asset asset) {
    return target.spool(feed, asset);
  }

  @Override
  public Feed quarantine(String feed, Asset asset, Selection selection) {
    return target.quarantine(feed, asset, selection);
  }

  @Override
  public Map<Asset, Long> spooled(String feed) throws IOException {
    return target.spooled(feed);
  }

  @Override
  public long spooledBytes(String feed, Asset asset) throws IOException {
    return target.spooledBytes(feed, asset);
  }

  @Override
  public List<Quarantined> quarantined(String feed, Asset asset, long afterId, int limit)
      throws IOException {
    return target.quarantined(feed, asset, afterId, limit);
  }

  @Override
  public Map<Asset, Counts> ledger(String feed) throws IOException {
    return target.ledger(feed);
  }

  @Override
  public void close() throws IOException {
    target.close();
  }
}
