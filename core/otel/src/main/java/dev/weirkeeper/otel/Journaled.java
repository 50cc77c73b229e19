package dev.weirkeeper.otel;

import dev.weirkeeper.Act;
import dev.weirkeeper.Approval;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Decided;
import dev.weirkeeper.LedgerAnchored;
import dev.weirkeeper.PipelineStarted;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.RecordKinds;
import dev.weirkeeper.spi.JournalListener;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** Hands each record to whoever makes something of it. */
final class Journaled implements JournalListener {
  private final Instant since;
  private final Acts acts;
  private final Decisions decisions;
  private final Rows rows;

  /**
   * @param since what was written before is history
   */
  Journaled(Instant since, Acts acts, Decisions decisions, Rows rows) {
    this.since = since;
    this.acts = acts;
    this.decisions = decisions;
    this.rows = rows;
  }

  @Override
  public void written(AuditRecord record, Receipt receipt) {
    if (record.at().isBefore(since)) {
      return;
    }
    Optional<Record> body = RecordKinds.read(record);
    if (body.isEmpty()) {
      return;
    }
    Entry entry = new Entry(record, receipt);
    if (body.get() instanceof Act.Started started) {
      acts.started(entry, started);
    } else if (body.get() instanceof Act.Finished finished) {
      acts.finished(entry, finished);
    } else if (body.get() instanceof Act.Refused refused) {
      acts.refused(entry, refused);
    } else if (body.get() instanceof Decided decided) {
      decisions.decided(entry, decided);
    } else if (body.get() instanceof Approval.Request request) {
      decisions.requested(request);
    } else if (body.get() instanceof Approval.Vote vote) {
      decisions.voted(vote);
    } else if (body.get() instanceof PipelineStarted started) {
      rows.begun(started);
    } else if (body.get() instanceof LedgerAnchored anchored) {
      rows.anchored(anchored);
    }
  }

  /** A record and its place in the log. */
  record Entry(AuditRecord record, Receipt receipt) {
    Instant at() {
      return record.at();
    }
  }

  static String kind(Caller caller) {
    return caller.kind().name().toLowerCase(Locale.ROOT);
  }
}
