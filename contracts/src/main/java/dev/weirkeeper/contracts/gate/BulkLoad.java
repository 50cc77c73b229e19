package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.contracts.engine.Vec;
import java.sql.SQLException;

/** Sends rows to a table, cell by cell in the order of its columns. Confined to one thread. */
public interface BulkLoad {
  /** The next cell: NULL or a value that fits. */
  void cell(Typing typing, Vec values, int row);

  /** The next cell, of a bigint column. */
  void number(long value);

  /** The next cell, of a text column. */
  void text(String value);

  /** The next cell, NULL. */
  void absent();

  void endRow() throws SQLException;

  /** Sends what is left. */
  void finish() throws SQLException;
}
