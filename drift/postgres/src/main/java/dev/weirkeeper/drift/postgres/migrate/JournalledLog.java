package dev.weirkeeper.drift.postgres.migrate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Migrated;
import java.util.List;
import java.util.Optional;

/** Writes into a journal first and then where it is read back from. */
final class JournalledLog implements MigrationLog {
  private final MigrationLog kept;
  private final Journal journal;
  private final String actor;
  private final Asset database;

  JournalledLog(MigrationLog kept, Journal journal, String actor, Asset database) {
    this.kept = requireNonNull(kept, "kept");
    this.journal = requireNonNull(journal, "journal");
    this.actor = requireNonNull(actor, "actor");
    this.database = requireNonNull(database, "database");
  }

  @Override
  public void write(Migrated body) {
    journal.write(
        Bodies.kind(body), actor, Optional.of(database), (Record) body, List.of(body.migration()));
    kept.write(body);
  }

  @Override
  public List<Migrated> read(Hash migration) {
    return kept.read(migration);
  }
}
