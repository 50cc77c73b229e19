package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.TableChange;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How one kind of change becomes SQL, and how it is read back. Pure. */
interface Rendering<C extends TableChange> {
  /** How the table is held while it is changed. */
  enum Lock {
    /** Nothing to hold: the table does not exist, or its type is changed and not the table. */
    NONE(""),
    SHARE_UPDATE_EXCLUSIVE("SHARE UPDATE EXCLUSIVE"),
    ACCESS_EXCLUSIVE("ACCESS EXCLUSIVE");

    final String sql;

    Lock(String sql) {
      this.sql = sql;
    }
  }

  Lock lock();

  /** Types in the table's schema that the change depends on. */
  default Set<String> types(C change, TableName table) throws Refusal {
    return Set.of();
  }

  /**
   * The statements that carry the change out on a table of this image.
   *
   * @throws Refusal if a precondition does not hold
   */
  List<String> statements(C change, TableImage now) throws Refusal;

  /** What is not as it should be after the change; empty if it is there. */
  Optional<String> problem(C change, TableImage now) throws Refusal;
}
