package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.ChangeBuffer;
import dev.weirkeeper.spi.Target.Selection;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the open entries of a quarantine, each at most once. */
final class QuarantineReader {
  private static final int SLICE_ROWS = 10_000;
  private static final long SLICE_BYTES = 16L << 20;

  private final PostgresTarget target;
  private final String feed;
  private final Asset asset;
  private final Selection selection;
  private final Clock clock;
  private long after;
  private int left;

  QuarantineReader(
      PostgresTarget target, String feed, Asset asset, Selection selection, Clock clock) {
    this.target = target;
    this.feed = feed;
    this.asset = asset;
    this.selection = selection;
    this.clock = clock;
    this.left = selection.limit();
  }

  private record Open(long id, int attempts, String relationId, String version, byte[] image) {}

  Optional<Transaction> next() throws IOException {
    if (left <= 0) {
      return Optional.empty();
    }
    return target.ask(
        "reading the quarantine",
        (session, bookkeeping) -> {
          Optional<Integer> id = bookkeeping.storedAssetId(feed, asset);
          List<Open> entries = id.isPresent() ? read(session, id.get()) : List.of();
          return entries.isEmpty()
              ? Optional.empty()
              : Optional.of(transaction(entries, bookkeeping));
        });
  }

  private List<Open> read(Session session, int id) throws SQLException {
    List<Open> entries = new ArrayList<>();
    long bytes = 0;
    try (PreparedStatement select =
        session.prepare(
            "SELECT id, attempts, relation_id, version, image FROM weirkeeper.quarantine"
                + " WHERE asset = ? AND status = 'OPEN' AND id > ?"
                + " AND (?::text IS NULL OR ? = ANY (rules)) ORDER BY id LIMIT ?")) {
      select.setInt(1, id);
      select.setLong(2, after);
      select.setString(3, selection.rule().orElse(null));
      select.setString(4, selection.rule().orElse(null));
      select.setInt(5, Math.min(left, SLICE_ROWS));
      select.setFetchSize(500);
      try (ResultSet result = select.executeQuery()) {
        while (bytes < SLICE_BYTES && result.next()) {
          byte[] image = result.getBytes(5);
          entries.add(
              new Open(
                  result.getLong(1),
                  result.getInt(2),
                  result.getString(3),
                  result.getString(4),
                  image));
          bytes += image.length;
        }
      }
    }
    return entries;
  }

  private Transaction transaction(List<Open> entries, Bookkeeping bookkeeping)
      throws SQLException, IOException {
    ChangeBuffer changes = ChangeBuffer.inMemory();
    Versions versions = new Versions(bookkeeping, feed);
    StringBuilder attempts = new StringBuilder();
    for (Open entry : entries) {
      changes.add(versions.of(entry.relationId, entry.version), entry.image);
      attempts.append(entry.id).append(':').append(entry.attempts).append(' ');
    }
    after = entries.get(entries.size() - 1).id;
    left -= entries.size();
    return new StoredTransaction(
        "replay:" + asset + ":" + Hash.of(Bytes.utf8(attempts.toString())).brief(),
        bookkeeping.standing(feed),
        clock.instant(),
        changes,
        new StoredTransaction.Entries(asset, entries.stream().mapToLong(Open::id).toArray()));
  }
}
