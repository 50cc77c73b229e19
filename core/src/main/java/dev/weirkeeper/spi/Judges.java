package dev.weirkeeper.spi;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Relation;

/**
 * The contracts in force. Passed by the host by hand; no agent can change them. MUST be safe to
 * call from many threads.
 */
public interface Judges {
  /**
   * Digest of all contracts in force: part of the identity of each batch. MUST be the same for the
   * same contracts.
   */
  Hash digest();

  /**
   * MUST answer for every relation; one without a contract gets a judge that lets rows pass. Each
   * version of a relation has a judge of its own.
   */
  RowJudge on(Relation relation);
}
