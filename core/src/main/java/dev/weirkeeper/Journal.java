package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.JournalListener;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log book of a host: everything seen, decided and done goes through here before it counts. */
public final class Journal {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  private final AuditSink sink;
  private final Clock clock;
  private final List<JournalListener> listeners;

  /**
   * @param listeners hear of each record once it is durable
   */
  public Journal(AuditSink sink, Clock clock, JournalListener... listeners) {
    this.sink = requireNonNull(sink, "sink");
    this.clock = requireNonNull(clock, "clock");
    this.listeners = List.of(listeners);
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
    Receipt receipt;
    try {
      receipt = sink.append(record);
    } catch (IOException e) {
      throw new JournalException(
          "The journal cannot be written, so nothing is done: "
              + Redaction.redacted(String.valueOf(e.getMessage()))
              + ". Free the disk or mend the sink, then start again",
          Redaction.withheld(e));
    }
    listeners.forEach(listener -> tell(listener, record, receipt));
    return receipt.record();
  }

  private static void tell(JournalListener listener, AuditRecord record, Receipt receipt) {
    try {
      listener.written(record, receipt);
    } catch (RuntimeException e) {
      LOG.warn(
          "{} did not take record {}: {}",
          listener.getClass().getName(),
          receipt.sequence(),
          e.getClass().getName());
    }
  }
}
