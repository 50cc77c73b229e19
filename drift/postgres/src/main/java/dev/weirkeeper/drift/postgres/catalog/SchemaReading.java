package dev.weirkeeper.drift.postgres.catalog;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.drift.schema.DatabaseSchema;

/**
 * A database as it was in one snapshot, and which snapshot that was.
 *
 * @param snapshot as {@code pg_current_snapshot()} writes it
 * @param systemIdentifier of the server
 * @param timeline of its log
 * @param lsn where its log stood right after the snapshot was taken; that of a replica is what it
 *     had replayed
 * @param databaseOid of the database in its server
 */
public record SchemaReading(
    DatabaseSchema schema,
    String snapshot,
    String systemIdentifier,
    int timeline,
    String lsn,
    String databaseOid) {
  public SchemaReading {
    requireNonNull(schema, "schema");
    requireNonNull(snapshot, "snapshot");
    requireNonNull(systemIdentifier, "systemIdentifier");
    requireNonNull(lsn, "lsn");
    requireNonNull(databaseOid, "databaseOid");
  }

  /** The same for all readings of one database: their ids can be compared. */
  public String database() {
    return systemIdentifier + "/" + databaseOid;
  }
}
