package dev.weirkeeper.examples.quickstart;

import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Load;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import dev.weirkeeper.spi.Target;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * The steps of a pipeline between which a host may die. Stands between its parts, stops at the n-th
 * passage of one step, says so on standard output and waits there to be killed.
 */
enum Boundary {
  BEFORE_JOURNAL,
  AFTER_JOURNAL,
  BEFORE_ACT,
  AFTER_ACT,
  BEFORE_COMMIT,
  AFTER_COMMIT,
  BEFORE_CONFIRM,
  AFTER_CONFIRM,
  BEFORE_DRAIN,
  AFTER_DRAIN;

  /** Seams that stop at this boundary. */
  GovernedStream.Seams stoppingAt(int passage) {
    AtomicInteger left = new AtomicInteger(passage);
    return new GovernedStream.Seams(
        feed -> new WatchedFeed(feed, this, left),
        target -> new WatchedTarget(target, this, left),
        sink -> new WatchedSink(sink, this, left),
        tools -> watched(tools, this, left),
        UnaryOperator.identity());
  }

  private static void pass(Boundary here, Boundary wanted, AtomicInteger left) {
    if (here == wanted && left.decrementAndGet() == 0) {
      System.out.println("AT " + here);
      System.out.flush();
      while (true) {
        java.util.concurrent.locks.LockSupport.park();
      }
    }
  }

  private static ToolRegistry watched(ToolRegistry registry, Boundary wanted, AtomicInteger left) {
    return () -> {
      List<Tool<?, ?>> watched = new java.util.ArrayList<>();
      for (Tool<?, ?> tool : registry.tools()) {
        watched.add(watched(tool, wanted, left));
      }
      return watched;
    };
  }

  private static <I extends Record, O extends Record> Tool<I, O> watched(
      Tool<I, O> tool, Boundary wanted, AtomicInteger left) {
    Tool<I, O> copy =
        Tool.of(
            tool.spec(),
            tool.input(),
            (input, call) -> {
              pass(BEFORE_ACT, wanted, left);
              Outcome outcome = tool.handler().call(input, call);
              pass(AFTER_ACT, wanted, left);
              return outcome;
            });
    if (tool.fingerprint().isPresent()) {
      copy = copy.observing(tool.fingerprint().get());
    }
    return tool.check().isPresent() ? copy.verifying(tool.check().get()) : copy;
  }

  private record WatchedSink(AuditSink sink, Boundary wanted, AtomicInteger left)
      implements AuditSink {
    @Override
    public Receipt append(AuditRecord record) throws IOException {
      pass(BEFORE_JOURNAL, wanted, left);
      Receipt receipt = sink.append(record);
      pass(AFTER_JOURNAL, wanted, left);
      return receipt;
    }

    @Override
    public void close() throws IOException {
      sink.close();
    }
  }

  private record WatchedFeed(Feed feed, Boundary wanted, AtomicInteger left) implements Feed {
    @Override
    public String id() {
      return feed.id();
    }

    @Override
    public Stream open(Optional<Position> after, Map<String, Relation> known)
        throws FeedException, IOException {
      return new WatchedStream(feed.open(after, known), wanted, left);
    }
  }

  private record WatchedStream(Feed.Stream stream, Boundary wanted, AtomicInteger left)
      implements Feed.Stream {
    @Override
    public Position start() {
      return stream.start();
    }

    @Override
    public List<Relation> relations() throws IOException {
      return stream.relations();
    }

    @Override
    public Optional<Transaction> next(Duration atMost) throws IOException {
      return stream.next(atMost);
    }

    @Override
    public boolean exhausted() {
      return stream.exhausted();
    }

    @Override
    public void confirm(Position durable) throws IOException {
      pass(BEFORE_CONFIRM, wanted, left);
      stream.confirm(durable);
      pass(AFTER_CONFIRM, wanted, left);
    }

    @Override
    public void keepAlive() throws IOException {
      stream.keepAlive();
    }

    @Override
    public void load(Load from) throws IOException {
      stream.load(from);
    }

    @Override
    public void stopLoad(Asset asset) throws IOException {
      stream.stopLoad(asset);
    }

    @Override
    public Map<String, Probe<String>> health() {
      return stream.health();
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }

  private record WatchedTarget(Target target, Boundary wanted, AtomicInteger left)
      implements Target {
    @Override
    public Capability capability() {
      return target.capability();
    }

    @Override
    public Optional<Resume> resume(String feed) throws IOException {
      return target.resume(feed);
    }

    @Override
    public Commit write(Batch batch, Progress progress) throws IOException {
      boolean drain =
          batch.transactions().stream()
              .anyMatch(waiting -> waiting.origin() == Transaction.Origin.DRAIN);
      pass(drain ? BEFORE_DRAIN : BEFORE_COMMIT, wanted, left);
      Commit commit = target.write(batch, progress);
      pass(drain ? AFTER_DRAIN : AFTER_COMMIT, wanted, left);
      return commit;
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
}
