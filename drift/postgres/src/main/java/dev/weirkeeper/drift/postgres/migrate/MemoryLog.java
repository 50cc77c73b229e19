package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Migrated;
import java.util.ArrayList;
import java.util.List;

/** Remembers for as long as it lives. */
final class MemoryLog implements MigrationLog {
  private final List<Migrated> written = new ArrayList<>();

  @Override
  public synchronized void write(Migrated body) {
    written.add(body);
  }

  @Override
  public synchronized List<Migrated> read(Hash migration) {
    return written.stream().filter(body -> body.migration().equals(migration)).toList();
  }
}
