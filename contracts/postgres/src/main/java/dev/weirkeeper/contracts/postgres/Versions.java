package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Relation;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Stored relation versions, each read once. */
final class Versions {
  private record Version(String relationId, String hash) {}

  private final Bookkeeping bookkeeping;
  private final String feed;
  private final Map<Version, Relation> read = new HashMap<>();

  Versions(Bookkeeping bookkeeping, String feed) {
    this.bookkeeping = bookkeeping;
    this.feed = feed;
  }

  Relation of(String relationId, String hash) throws SQLException {
    Version version = new Version(relationId, hash);
    Relation relation = read.get(version);
    if (relation == null) {
      relation = bookkeeping.relation(feed, relationId, hash);
      read.put(version, relation);
    }
    return relation;
  }
}
