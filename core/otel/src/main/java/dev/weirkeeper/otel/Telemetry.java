package dev.weirkeeper.otel;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Pipeline;
import dev.weirkeeper.PipelineEvent;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.RemoteCall;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.spi.CallObserver;
import dev.weirkeeper.spi.JournalListener;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an OpenTelemetry of the host's choice what is called, decided and done, and what becomes of
 * rows: spans and metrics through its API, and nothing about values. The log book is the evidence;
 * this is for dashboards and alarms, and each span says at which place of the log its record is.
 *
 * <pre>{@code
 * Telemetry telemetry = new Telemetry(openTelemetry, Spans.OWN, clock);
 * Journal journal = new Journal(sink, clock, telemetry);
 * Pipeline pipeline = Pipeline.builder()….listener(telemetry::heard).build();
 * telemetry.watch(toolbox);
 * telemetry.watch(pipeline);
 * }</pre>
 *
 * <p>What remote clients send to say what their call belongs to is taken as the parent of its span.
 * It proves nothing, and a client may ask for its call to be sampled: where that matters, the
 * host's sampler decides. Nothing of what goes wrong here reaches whoever is being watched. Safe to
 * share between threads.
 */
public final class Telemetry implements JournalListener, CallObserver, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);

  private final Calls calls;
  private final Acts acts;
  private final Decisions decisions;
  private final Rows rows;
  private final Journaled journaled;
  private final Standing standing;

  /**
   * @param openTelemetry what the host configured; {@code OpenTelemetry.noop()} switches all off
   * @param spans who opens the spans of remote calls
   * @param clock of the journal: records from before now are history, and give no spans
   */
  public Telemetry(OpenTelemetry openTelemetry, Spans spans, Clock clock) {
    Instruments instruments = new Instruments(requireNonNull(openTelemetry, "openTelemetry"));
    calls = new Calls(instruments, requireNonNull(spans, "spans"), clock);
    decisions = new Decisions(instruments);
    acts = new Acts(instruments, decisions);
    rows = new Rows(instruments);
    standing = new Standing(instruments.meter);
    journaled = new Journaled(clock.instant(), acts, decisions, rows);
  }

  @Override
  public void written(AuditRecord record, Receipt receipt) {
    journaled.written(record, receipt);
  }

  @Override
  public Observed begin(RemoteCall call) {
    return calls.begin(call);
  }

  /** Takes what a pipeline tells; for {@code Pipeline.Builder.listener}. Never throws. */
  public void heard(PipelineEvent event) {
    try {
      if (event instanceof PipelineEvent.Met met) {
        decisions.met(met.position(), met.sourceCommit());
      } else if (event instanceof PipelineEvent.Started started) {
        rows.reading(started);
      } else if (event instanceof PipelineEvent.Committed batch) {
        rows.committed(batch);
      }
    } catch (RuntimeException e) {
      LOG.warn(
          "Telemetry did not take a {}: {}",
          event.getClass().getSimpleName(),
          e.getClass().getName());
    }
  }

  /** Measures what is frozen and what is unsettled at a door, and knows its tools from then on. */
  public void watch(Toolbox door) {
    acts.know(door.specs());
    standing.watch(door);
  }

  /** Measures how the tables of a pipeline are routed. */
  public void watch(Pipeline pipeline) {
    standing.watch(pipeline);
  }

  /** Measures nothing more of what is {@link #watch(Toolbox) watched}. */
  @Override
  public void close() {
    standing.close();
    rows.close();
  }
}
