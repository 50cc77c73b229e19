package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Json;
import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.TableState;
import dev.weirkeeper.spi.Target.Resume;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Positions, table states, relation versions and the ids of assets, in the target database. */
final class Bookkeeping {
  /** The stored position of a feed. */
  record Stored(Position position, String batch, String xact) {}

  /** What became of an attempt to take the position. */
  sealed interface Claim {
    /** The position was as expected and is the next one once this transaction commits. */
    record Taken(String xact) implements Claim {}

    record Found(@Nullable Stored stored) implements Claim {}
  }

  private final Session session;
  private final Memory memory;

  Bookkeeping(Session session, Memory memory) {
    this.session = session;
    this.memory = memory;
  }

  /**
   * Moves the position from the expected one to the next, and holds it until the transaction ends.
   * A batch without transactions only stores states: it may come again, and it leaves the id of the
   * last batch of rows in place.
   */
  Claim claim(Batch batch, Instant now) throws SQLException {
    boolean rows = !batch.transactions().isEmpty();
    String sql =
        rows
            ? "UPDATE weirkeeper.feed SET position = ?, updated_at = ?, batch = ?,"
                + " xact = pg_current_xact_id() WHERE feed = ? AND position = ? AND batch <> ?"
                + " RETURNING xact::text"
            : "UPDATE weirkeeper.feed SET position = ?, updated_at = ?,"
                + " xact = pg_current_xact_id() WHERE feed = ? AND position = ?"
                + " RETURNING xact::text";
    String feed = batch.next().feed();
    try (PreparedStatement update = session.prepare(sql)) {
      int at = 1;
      update.setString(at++, batch.next().text());
      update.setObject(at++, now.atOffset(ZoneOffset.UTC));
      if (rows) {
        update.setString(at++, batch.id().hex());
      }
      update.setString(at++, feed);
      update.setString(at++, batch.expected().text());
      if (rows) {
        update.setString(at++, batch.id().hex());
      }
      try (ResultSet result = update.executeQuery()) {
        if (result.next()) {
          return new Claim.Taken(result.getString(1));
        }
      }
    }
    Stored stored = stored(feed);
    return stored != null ? new Claim.Found(stored) : first(batch, rows, now);
  }

  private Claim first(Batch batch, boolean rows, Instant now) throws SQLException {
    try (PreparedStatement insert =
        session.prepare(
            "INSERT INTO weirkeeper.feed (feed, position, batch, xact, updated_at)"
                + " VALUES (?, ?, ?, pg_current_xact_id(), ?) ON CONFLICT DO NOTHING"
                + " RETURNING xact::text")) {
      insert.setString(1, batch.next().feed());
      insert.setString(2, batch.next().text());
      insert.setString(3, rows ? batch.id().hex() : "");
      insert.setObject(4, now.atOffset(ZoneOffset.UTC));
      try (ResultSet result = insert.executeQuery()) {
        return result.next()
            ? new Claim.Taken(result.getString(1))
            : new Claim.Found(stored(batch.next().feed()));
      }
    }
  }

  /** Where the feed stands, or null if it is new here. */
  @Nullable Stored stored(String feed) throws SQLException {
    try (PreparedStatement select =
        session.prepare("SELECT position, batch, xact::text FROM weirkeeper.feed WHERE feed = ?")) {
      select.setString(1, feed);
      try (ResultSet result = select.executeQuery()) {
        return result.next()
            ? new Stored(
                new Position(feed, result.getString(1)), result.getString(2), result.getString(3))
            : null;
      }
    }
  }

  /** Where a feed stands of which rows wait. */
  Position standing(String feed) throws SQLException {
    Stored stored = stored(feed);
    if (stored == null) {
      throw new IllegalStateException("Rows of feed " + feed + " wait but it has no position");
    }
    return stored.position();
  }

  /** The short id of an asset, made if it is new. */
  int assetId(String feed, Asset asset) throws SQLException {
    Memory.Governed governed = new Memory.Governed(feed, asset);
    Integer known = memory.assets.get(governed);
    if (known != null) {
      return known;
    }
    Optional<Integer> stored = storedAssetId(feed, asset);
    int id = stored.isPresent() ? stored.get() : insertAsset(feed, asset);
    memory.assets.put(governed, id);
    return id;
  }

  private int insertAsset(String feed, Asset asset) throws SQLException {
    try (PreparedStatement insert =
        session.prepare(
            "INSERT INTO weirkeeper.asset (feed, system, name) VALUES (?,?,?) RETURNING id")) {
      insert.setString(1, feed);
      insert.setString(2, asset.system());
      insert.setString(3, asset.name());
      try (ResultSet result = insert.executeQuery()) {
        result.next();
        return result.getInt(1);
      }
    }
  }

  /** The short id of an asset, if the target has met it. */
  Optional<Integer> storedAssetId(String feed, Asset asset) throws SQLException {
    try (PreparedStatement select =
        session.prepare(
            "SELECT id FROM weirkeeper.asset WHERE feed = ? AND system = ? AND name = ?")) {
      select.setString(1, feed);
      select.setString(2, asset.system());
      select.setString(3, asset.name());
      try (ResultSet result = select.executeQuery()) {
        return result.next() ? Optional.of(result.getInt(1)) : Optional.empty();
      }
    }
  }

  /** Keeps a relation version, so that what refers to its hash can be read. */
  void keep(String feed, Relation relation) throws SQLException {
    Memory.Stored stored = new Memory.Stored(feed, relation.id(), relation.version().hex());
    if (memory.relations.contains(stored)) {
      return;
    }
    try (PreparedStatement insert =
        session.prepare(
            "INSERT INTO weirkeeper.relation (feed, relation_id, version, content)"
                + " VALUES (?,?,?,?) ON CONFLICT DO NOTHING")) {
      insert.setString(1, feed);
      insert.setString(2, relation.id());
      insert.setString(3, relation.version().hex());
      insert.setString(4, Json.of(relation).text());
      insert.executeUpdate();
    }
    memory.relations.add(stored);
  }

  Relation relation(String feed, String relationId, String version) throws SQLException {
    try (PreparedStatement select =
        session.prepare(
            "SELECT content FROM weirkeeper.relation"
                + " WHERE feed = ? AND relation_id = ? AND version = ?")) {
      select.setString(1, feed);
      select.setString(2, relationId);
      select.setString(3, version);
      try (ResultSet result = select.executeQuery()) {
        if (!result.next()) {
          throw new IllegalStateException(
              "The target's bookkeeping names version "
                  + version
                  + " of relation "
                  + relationId
                  + " but does not hold it");
        }
        return Json.parse(result.getString(1)).as(Relation.class);
      }
    }
  }

  void store(String feed, TableState state) throws SQLException {
    int asset = assetId(feed, state.asset());
    keep(feed, state.latest());
    if (state.accepted().isPresent()) {
      keep(feed, state.accepted().get());
    }
    if (state.goal().isPresent()) {
      keep(feed, state.goal().get());
    }
    try (PreparedStatement delete =
        session.prepare(
            "DELETE FROM weirkeeper.table_state WHERE feed = ? AND relation_id = ?"
                + " AND asset <> ?")) {
      delete.setString(1, feed);
      delete.setString(2, state.relationId());
      delete.setInt(3, asset);
      delete.executeUpdate();
    }
    try (PreparedStatement insert =
        session.prepare(
            "INSERT INTO weirkeeper.table_state"
                + " (asset, feed, relation_id, mode, accepted, latest, reason, load, goal, settings)"
                + " VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (asset) DO UPDATE SET"
                + " relation_id = EXCLUDED.relation_id, mode = EXCLUDED.mode,"
                + " accepted = EXCLUDED.accepted, latest = EXCLUDED.latest,"
                + " reason = EXCLUDED.reason, load = EXCLUDED.load, goal = EXCLUDED.goal,"
                + " settings = EXCLUDED.settings")) {
      insert.setInt(1, asset);
      insert.setString(2, feed);
      insert.setString(3, state.relationId());
      insert.setString(4, state.mode().name());
      insert.setString(5, state.accepted().map(relation -> relation.version().hex()).orElse(null));
      insert.setString(6, state.latest().version().hex());
      insert.setString(7, state.reason().orElse(null));
      insert.setString(8, state.load().map(load -> Json.of(load).text()).orElse(null));
      insert.setString(9, state.goal().map(relation -> relation.version().hex()).orElse(null));
      insert.setString(10, state.settings().map(settings -> Json.of(settings).text()).orElse(null));
      insert.executeUpdate();
    }
  }

  Optional<Resume> resume(String feed) throws SQLException {
    Stored stored = stored(feed);
    return stored == null
        ? Optional.empty()
        : Optional.of(new Resume(stored.position(), states(feed)));
  }

  Map<Asset, TableState> states(String feed) throws SQLException {
    record Row(
        Asset asset,
        String relationId,
        TableState.Mode mode,
        Optional<String> accepted,
        String latest,
        Optional<String> reason,
        Optional<Load> load,
        Optional<String> goal,
        Optional<Facet.Settings> settings) {}
    Map<Asset, Row> rows = new LinkedHashMap<>();
    try (PreparedStatement select =
        session.prepare(
            "SELECT a.system, a.name, s.relation_id, s.mode, s.accepted, s.latest, s.reason,"
                + " s.load, s.goal, s.settings FROM weirkeeper.table_state s JOIN weirkeeper.asset a ON a.id = s.asset"
                + " WHERE s.feed = ?")) {
      select.setString(1, feed);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          Asset asset = new Asset(result.getString(1), result.getString(2));
          rows.put(
              asset,
              new Row(
                  asset,
                  result.getString(3),
                  TableState.Mode.valueOf(result.getString(4)),
                  Optional.ofNullable(result.getString(5)),
                  result.getString(6),
                  Optional.ofNullable(result.getString(7)),
                  Optional.ofNullable(result.getString(8))
                      .map(text -> Json.parse(text).as(Load.class)),
                  Optional.ofNullable(result.getString(9)),
                  Optional.ofNullable(result.getString(10))
                      .map(text -> Json.parse(text).as(Facet.Settings.class))));
        }
      }
    }
    Map<Asset, TableState> states = new HashMap<>();
    for (Row row : rows.values()) {
      Optional<Relation> accepted =
          row.accepted.isPresent()
              ? Optional.of(relation(feed, row.relationId, row.accepted.get()))
              : Optional.empty();
      Optional<Relation> goal =
          row.goal.isPresent()
              ? Optional.of(relation(feed, row.relationId, row.goal.get()))
              : Optional.empty();
      states.put(
          row.asset,
          new TableState(
              row.asset,
              row.relationId,
              row.mode,
              accepted,
              relation(feed, row.relationId, row.latest),
              row.reason,
              row.load,
              goal,
              row.settings));
    }
    return states;
  }
}
