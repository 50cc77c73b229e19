package dev.weirkeeper.testkit;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A target for tools that show a quarantine: it keeps what a test puts there, and is only ever
 * looked at. Confined to one thread.
 */
public final class TestTarget implements Target {
  private final List<Quarantined> entries = new ArrayList<>();
  private final List<Supplier<Transaction>> rows = new ArrayList<>();
  private Optional<String> broken = Optional.empty();

  /** Keeps an entry without its row. */
  public void keep(Asset asset, String rule) {
    entries.add(
        new Quarantined(
            entries.size() + 1L, asset, "0/1", entries.size(), List.of(rule), "not as expected"));
  }

  /** Keeps rows; each look at them gets transactions of its own. */
  public void keep(Supplier<Transaction> transaction) {
    rows.add(transaction);
  }

  /** Fails from now on when its entries are asked for. */
  public void fail(String why) {
    broken = Optional.of(why);
  }

  @Override
  public Capability capability() {
    return Capability.TRANSACTIONAL;
  }

  @Override
  public Optional<Resume> resume(String feed) {
    throw new AssertionError("Nobody resumes here");
  }

  @Override
  public Commit write(Batch batch, Progress progress) {
    throw new AssertionError("A tool that reads has written");
  }

  @Override
  public Feed spool(String feed, Asset asset) {
    throw new AssertionError("Nobody drains here");
  }

  @Override
  public Feed quarantine(String feed, Asset asset, Selection selection) {
    return new Rows(new ArrayDeque<>(rows.stream().map(Supplier::get).toList()));
  }

  @Override
  public Map<Asset, Long> spooled(String feed) {
    return Map.of();
  }

  @Override
  public long spooledBytes(String feed, Asset asset) {
    return 0;
  }

  @Override
  public List<Quarantined> quarantined(String feed, Asset asset, long afterId, int limit)
      throws IOException {
    if (broken.isPresent()) {
      throw new IOException(broken.get());
    }
    return entries.stream()
        .filter(entry -> entry.asset().equals(asset) && entry.id() > afterId)
        .limit(limit)
        .toList();
  }

  @Override
  public Map<Asset, Counts> ledger(String feed) {
    return Map.of();
  }

  @Override
  public void close() {}

  private record Rows(Deque<Transaction> left) implements Feed, Feed.Stream {
    @Override
    public String id() {
      return "quarantine";
    }

    @Override
    public Stream open(Optional<Position> after, Map<String, Relation> known) {
      return this;
    }

    @Override
    public Position start() {
      return new Position(id(), "0");
    }

    @Override
    public List<Relation> relations() {
      return List.of();
    }

    @Override
    public Optional<Transaction> next(Duration atMost) {
      return Optional.ofNullable(left.poll());
    }

    @Override
    public boolean exhausted() {
      return left.isEmpty();
    }

    @Override
    public void confirm(Position durable) {}

    @Override
    public void keepAlive() {}

    @Override
    public void load(Load from) {}

    @Override
    public void stopLoad(Asset asset) {}

    @Override
    public Map<String, Probe<String>> health() {
      return Map.of();
    }

    @Override
    public void close() {}
  }
}
