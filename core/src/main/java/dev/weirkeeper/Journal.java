package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.AuditSink;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The log book of a host: everything seen, decided and done goes through here before it counts. */
public final class Journal {
  private final AuditSink sink;
  private final Clock clock;

  public Journal(AuditSink sink, Clock clock) {
    this.sink = requireNonNull(sink, "sink");
    this.clock = requireNonNull(clock, "clock");
  }

  /**
   * Writes a record and returns once it is durable.
   *
   * @param causes content hashes of the records that led to this one
   * @return the content hash of the record, for those that follow from it
   * @throws JournalException if it is not durable; do nothing that it was to announce
   */
  public Hash write(
      String kind, String actor, Optional<Asset> asset, Record body, List<Hash> causes) {
    return write(kind, actor, asset, body, causes, Map.of());
  }

  /**
   * Writes a record that commits to values which are kept elsewhere. See {@link #write(String,
   * String, Optional, Record, List)}.
   *
   * @param commitments by name, as {@link Commitments} makes them
   */
  public Hash write(
      String kind,
      String actor,
      Optional<Asset> asset,
      Record body,
      List<Hash> causes,
      Map<String, Hash> commitments) {
    AuditRecord record =
        new AuditRecord(kind, clock.instant(), actor, asset, Json.of(body), causes, commitments);
    try {
      return sink.append(record).record();
    } catch (IOException e) {
      throw new JournalException(
          "The journal cannot be written, so nothing is done: "
              + Redaction.redacted(String.valueOf(e.getMessage()))
              + ". Free the disk or mend the sink, then start again",
          Redaction.withheld(e));
    }
  }
}
