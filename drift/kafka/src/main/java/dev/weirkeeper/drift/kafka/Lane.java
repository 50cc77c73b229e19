package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Some of the tables of a connector, which one host of a group reads at a time. Its feed has an id,
 * and so a position at the target, of its own.
 *
 * <p>Whoever is given the lane writes its claim into that position before anything else. A host
 * that lost the lane and does not know it yet holds the position without the claim, so whatever it
 * still writes is a conflict and leaves nothing.
 *
 * <p>Safe to share between threads.
 */
public final class Lane {
  private final int number;
  private final KafkaFeed.Options options;

  /** Whose it is; empty while it is another host's. */
  private @Nullable String claim;

  private boolean closed;
  private int streams;
  private final Map<TopicPartition, Long> durable = new HashMap<>();

  Lane(int number, KafkaFeed.Options options) {
    this.number = number;
    this.options = options;
  }

  public int number() {
    return number;
  }

  /** Reads the tables of the lane while it is this host's. */
  public Feed feed() {
    return new OwnedFeed();
  }

  /**
   * Waits until the lane is this host's.
   *
   * @return whether it is: not if the group was left, or if it took too long
   */
  public synchronized boolean await(Duration atMost) throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    while (claim == null && !closed) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      wait(Math.max(1, Math.min(left / 1_000_000, 1000)));
    }
    return !closed;
  }

  synchronized boolean isOwned() {
    return claim != null;
  }

  synchronized void give(String to) {
    claim = to;
    notifyAll();
  }

  /** Takes the lane away and waits for its streams to end: what is open is dropped. */
  synchronized void take(Duration atMost) {
    claim = null;
    notifyAll();
    long until = System.nanoTime() + atMost.toNanos();
    boolean interrupted = false;
    while (streams > 0 && System.nanoTime() < until) {
      try {
        wait(Math.max(1, (until - System.nanoTime()) / 1_000_000));
      } catch (InterruptedException e) {
        interrupted = true;
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  synchronized void close() {
    closed = true;
    claim = null;
    notifyAll();
  }

  /** What became durable since it was asked last. */
  synchronized Map<TopicPartition, Long> durable() {
    Map<TopicPartition, Long> since = new HashMap<>(durable);
    durable.clear();
    return since;
  }

  private synchronized Owned begin() throws LaneMovedException {
    if (claim == null) {
      throw new LaneMovedException(
          "Lane " + number + " is read by another host of the group; wait for it with await(…)");
    }
    streams++;
    return new Owned(claim);
  }

  private synchronized void ended() {
    streams--;
    notifyAll();
  }

  private final class Owned implements Ownership {
    private final String mine;

    Owned(String mine) {
      this.mine = mine;
    }

    @Override
    public String claim() {
      return mine;
    }

    @Override
    public void check() throws IOException {
      synchronized (Lane.this) {
        if (!mine.equals(claim)) {
          throw new LaneMovedException(
              "Lane "
                  + number
                  + " went to another host of the group. What was not committed was dropped and is"
                  + " read there; wait for the lane with await(…), then run its pipeline again");
        }
      }
    }

    @Override
    public void durable(Map<TopicPartition, Long> next) {
      synchronized (Lane.this) {
        if (mine.equals(claim)) {
          durable.putAll(next);
        }
      }
    }

    @Override
    public void ended() {
      Lane.this.ended();
    }
  }

  private final class OwnedFeed implements Feed {
    @Override
    public String id() {
      return options.id();
    }

    @Override
    public Stream open(Optional<Position> after, Map<String, Relation> known)
        throws FeedException, IOException {
      Owned owned = begin();
      boolean made = false;
      try {
        Stream stream = Opening.open(options, owned, after, known);
        made = true;
        return stream;
      } finally {
        if (!made) {
          owned.ended();
        }
      }
    }
  }
}
