package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.Feed;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows that wait in the target, as a feed that ends. It reads on the target's own connection,
 * between batches, and never waits: what is not there is not there.
 */
final class StoredFeed implements Feed {
  /** Reads the next transaction, or none if there is no more. */
  @FunctionalInterface
  interface Source {
    Optional<Transaction> next() throws IOException;
  }

  /** Where the feed that the rows came from stands; nowhere if it never was written. */
  @FunctionalInterface
  interface Standing {
    Optional<Position> position() throws IOException;
  }

  /** Begins to read from the first row. */
  @FunctionalInterface
  interface Opening {
    Source open();
  }

  private final String id;
  private final Asset asset;
  private final Standing standing;
  private final Opening opening;

  StoredFeed(String id, Asset asset, Standing standing, Opening opening) {
    this.id = id;
    this.asset = asset;
    this.standing = standing;
    this.opening = opening;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Stream open(Optional<Position> after, Map<String, Relation> known) throws IOException {
    return new Waiting(standing.position(), opening.open());
  }

  private final class Waiting implements Stream {
    private final Optional<Position> start;
    private final Source source;
    private boolean exhausted;

    Waiting(Optional<Position> start, Source source) {
      this.start = start;
      this.source = source;
    }

    @Override
    public Position start() {
      return start.orElseThrow(
          () ->
              new IllegalStateException(
                  "Nothing of " + asset + " was ever written, so nothing waits"));
    }

    @Override
    public List<Relation> relations() {
      return List.of();
    }

    @Override
    public Optional<Transaction> next(Duration atMost) throws IOException {
      Optional<Transaction> next = source.next();
      exhausted = next.isEmpty();
      return next;
    }

    @Override
    public boolean exhausted() {
      return exhausted;
    }

    /** Nothing to do: rows leave the target in the transaction that writes them. */
    @Override
    public void confirm(Position durable) {}

    @Override
    public void keepAlive() {}

    @Override
    public void load(Load from) {
      throw new IllegalStateException(
          "Rows of " + asset + " that wait in the target have no snapshot; ask the source's feed");
    }

    @Override
    public void stopLoad(Asset stopped) {}

    @Override
    public Map<String, Probe<String>> health() {
      return Map.of();
    }

    @Override
    public void close() {}
  }
}
