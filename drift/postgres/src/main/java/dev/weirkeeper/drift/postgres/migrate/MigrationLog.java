package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.JournalException;
import dev.weirkeeper.Migrated;
import java.nio.file.Path;
import java.util.List;

/**
 * Where runs of migrations are written down, so that the next run knows what the last one began.
 * Safe to share between threads.
 */
public interface MigrationLog {
  /**
   * Returns once it is durable.
   *
   * @throws JournalException if it is not; the runner then does nothing that it was to announce
   */
  void write(Migrated body);

  /** What was written of a migration, oldest first. */
  List<Migrated> read(Hash migration);

  /** One file for each migration. */
  static MigrationLog inFolder(Path folder) {
    return new FolderLog(folder);
  }

  /** Nothing outlives the process: for servers that do not, either. */
  static MigrationLog inMemory() {
    return new MemoryLog();
  }

  /**
   * Writes to the journal as well, as evidence.
   *
   * @param database the asset that its records are about
   */
  static MigrationLog journalled(MigrationLog kept, Journal journal, String actor, Asset database) {
    return new JournalledLog(kept, journal, actor, database);
  }
}
