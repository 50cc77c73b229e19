package dev.weirkeeper.drift.postgres;

import java.util.List;

/**
 * A Relation message: how the log describes the rows that follow.
 *
 * @param identity {@code relreplident}
 */
record WireRelation(int oid, String schema, String name, char identity, List<WireColumn> columns) {

  /**
   * A column, in the order of attribute numbers, which the message does not tell.
   *
   * @param key whether it is part of the replica identity
   */
  record WireColumn(String name, long typeOid, int typeModifier, boolean key) {}
}
