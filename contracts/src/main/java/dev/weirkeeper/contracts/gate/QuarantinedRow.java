package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.contracts.Rule;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A row in quarantine, without its values.
 *
 * @param number its place in the batch, from 0
 * @param digest of its content
 * @param attempts how often it was judged
 * @param replayedBy the batch that published it
 */
public record QuarantinedRow(
    Hash batch,
    long number,
    Hash digest,
    List<String> rules,
    Rule.Severity severity,
    Instant firstSeen,
    int attempts,
    Status status,
    Optional<Hash> replayedBy) {

  /** What became of it. */
  public enum Status {
    OPEN,
    /** A person has mended it: it waits for a replay. */
    FIXED,
    REPLAYED,
    /** It stays out for good, or the target has something newer. */
    WAIVED
  }

  public QuarantinedRow {
    requireNonNull(batch, "batch");
    requireNonNull(digest, "digest");
    rules = List.copyOf(rules);
    requireNonNull(severity, "severity");
    requireNonNull(firstSeen, "firstSeen");
    requireNonNull(status, "status");
    requireNonNull(replayedBy, "replayedBy");
  }
}
