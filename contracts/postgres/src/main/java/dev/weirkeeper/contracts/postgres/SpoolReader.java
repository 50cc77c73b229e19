package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.ChangeBuffer;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a spool slice by slice, each after the last. A slice is of one relation version: batches
 * are grouped by version, and a version may come back after another.
 */
final class SpoolReader {
  private static final int SLICE_ROWS = 10_000;
  private static final long SLICE_BYTES = 16L << 20;

  private final PostgresTarget target;
  private final String feed;
  private final Asset asset;
  private final Clock clock;
  private StoredTransaction.Place after = new StoredTransaction.Place(-1, false);

  SpoolReader(PostgresTarget target, String feed, Asset asset, Clock clock) {
    this.target = target;
    this.feed = feed;
    this.asset = asset;
    this.clock = clock;
  }

  private record Waiting(
      StoredTransaction.Place place, String relationId, String version, byte[] image) {

    boolean sameVersion(Waiting other) {
      return relationId.equals(other.relationId) && version.equals(other.version);
    }
  }

  Optional<Transaction> next() throws IOException {
    return target.ask(
        "reading the spool",
        (session, bookkeeping) -> {
          Optional<Integer> id = bookkeeping.storedAssetId(feed, asset);
          List<Waiting> rows = id.isPresent() ? read(session, id.get()) : List.of();
          return rows.isEmpty() ? Optional.empty() : Optional.of(transaction(rows, bookkeeping));
        });
  }

  private List<Waiting> read(Session session, int id) throws SQLException {
    List<Waiting> rows = new ArrayList<>();
    long bytes = 0;
    try (PreparedStatement select =
        session.prepare(
            "SELECT seq, marker, relation_id, version, image FROM weirkeeper.spool"
                + " WHERE asset = ? AND (seq, marker) > (?, ?) ORDER BY seq, marker LIMIT ?")) {
      select.setInt(1, id);
      select.setLong(2, after.seq());
      select.setBoolean(3, after.marker());
      select.setInt(4, SLICE_ROWS);
      select.setFetchSize(500);
      try (ResultSet result = select.executeQuery()) {
        while (bytes < SLICE_BYTES && result.next()) {
          Waiting row =
              new Waiting(
                  new StoredTransaction.Place(result.getLong(1), result.getBoolean(2)),
                  result.getString(3),
                  result.getString(4),
                  result.getBytes(5));
          if (!rows.isEmpty() && !rows.get(0).sameVersion(row)) {
            break;
          }
          rows.add(row);
          bytes += row.image.length;
        }
      }
    }
    return rows;
  }

  private Transaction transaction(List<Waiting> rows, Bookkeeping bookkeeping)
      throws SQLException, IOException {
    ChangeBuffer changes = ChangeBuffer.inMemory();
    Relation relation = bookkeeping.relation(feed, rows.get(0).relationId, rows.get(0).version);
    for (Waiting row : rows) {
      if (row.place.marker()) {
        changes.addTruncate(relation);
      } else {
        changes.add(relation, row.image);
      }
    }
    StoredTransaction.Slice slice =
        new StoredTransaction.Slice(
            asset, rows.get(0).place, rows.get(rows.size() - 1).place, rows.size());
    after = slice.last();
    return new StoredTransaction(
        "drain:" + asset + ":" + slice.first() + "-" + slice.last(),
        bookkeeping.standing(feed),
        clock.instant(),
        changes,
        slice);
  }
}
