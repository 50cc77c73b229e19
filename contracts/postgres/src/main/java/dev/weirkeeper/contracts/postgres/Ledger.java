package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Transaction.Origin;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts the rows of one batch by asset and origin, and writes them down. */
final class Ledger {
  private record Line(Asset asset, int id, Origin origin) {}

  private static final class Tally {
    long published;
    long quarantined;
    long spooled;
  }

  private final Map<Line, Tally> lines = new LinkedHashMap<>();

  private Tally tally(Asset asset, int id, Origin origin) {
    return lines.computeIfAbsent(new Line(asset, id, origin), line -> new Tally());
  }

  void published(Asset asset, int id, Origin origin, long rows) {
    tally(asset, id, origin).published += rows;
  }

  void quarantined(Asset asset, int id, Origin origin, long rows) {
    tally(asset, id, origin).quarantined += rows;
  }

  void spooled(Asset asset, int id, long rows) {
    tally(asset, id, Origin.STREAM).spooled += rows;
  }

  /** All rows that were counted for an asset and origin. */
  long counted(Asset asset, int id, Origin origin) {
    Tally tally = tally(asset, id, origin);
    return tally.published + tally.quarantined + tally.spooled;
  }

  Map<Asset, Counts> counts() {
    Map<Asset, Counts> counts = new HashMap<>();
    lines.forEach(
        (line, tally) -> {
          Counts more = Counts.of(tally.published, tally.quarantined, tally.spooled);
          if (more.in() > 0) {
            counts.merge(line.asset, more, Counts::plus);
          }
        });
    return counts;
  }

  void write(Session session, Batch batch, Instant now) throws SQLException {
    if (lines.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        session.prepare(
            "INSERT INTO weirkeeper.ledger (batch, asset, origin, position_from, position_to, n_in,"
                + " n_published, n_quarantined, n_spooled, at) VALUES (?,?,?,?,?,?,?,?,?,?)")) {
      for (Map.Entry<Line, Tally> entry : lines.entrySet()) {
        Line line = entry.getKey();
        Tally tally = entry.getValue();
        long in = tally.published + tally.quarantined + tally.spooled;
        if (in == 0) {
          continue;
        }
        insert.setString(1, batch.id().hex());
        insert.setInt(2, line.id);
        insert.setString(3, line.origin.name());
        insert.setString(4, batch.expected().text());
        insert.setString(5, batch.next().text());
        insert.setLong(6, in);
        insert.setLong(7, tally.published);
        insert.setLong(8, tally.quarantined);
        insert.setLong(9, tally.spooled);
        insert.setObject(10, now.atOffset(ZoneOffset.UTC));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }
}
