package dev.weirkeeper.spi;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Relation;

/** The contracts in force. Passed by the host by hand; no agent can change them. */
public interface Judges {
  /** Digest of all contracts in force: part of the identity of each batch. */
  Hash digest();

  /** MUST answer for every relation; one without a contract gets a judge that lets rows pass. */
  RowJudge on(Relation relation);
}
