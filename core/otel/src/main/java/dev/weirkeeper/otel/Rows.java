package dev.weirkeeper.otel;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Counts;
import dev.weirkeeper.LedgerAnchored;
import dev.weirkeeper.PipelineEvent;
import dev.weirkeeper.PipelineStarted;
import dev.weirkeeper.Transaction;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.ObservableLongGauge;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Rows by what became of them. What batches say is held against what the ledger says of the same
 * range: two counts of the same rows that have to be one.
 */
final class Rows implements AutoCloseable {
  private final Instruments instruments;

  /** By feed, then by asset: what batches said since the ledger was last anchored. */
  private final Map<String, Map<String, Counts>> heard = new HashMap<>();

  /** By asset, since the host began. */
  private final Map<String, Long> differences = new HashMap<>();

  private final ObservableLongGauge conservation;

  Rows(Instruments instruments) {
    this.instruments = instruments;
    conservation =
        instruments
            .meter
            .gaugeBuilder(Names.DIFFERENCE)
            .ofLongs()
            .setUnit("{row}")
            .setDescription(
                "Rows that batches and ledger do not agree upon; 0 unless something broke.")
            .buildWithCallback(
                gauge ->
                    differences()
                        .forEach(
                            (asset, rows) ->
                                gauge.record(rows, Attributes.of(Names.ASSET, asset))));
  }

  @Override
  public void close() {
    conservation.close();
  }

  private synchronized Map<String, Long> differences() {
    return Map.copyOf(differences);
  }

  /** A run begins: what an earlier one did not anchor is counted in the target's ledger. */
  synchronized void begun(PipelineStarted started) {
    heard.remove(started.position().feed());
  }

  /** From here on batches of the feed are heard, and not only its ledger. */
  synchronized void reading(PipelineEvent.Started started) {
    heard.put(started.position().feed(), new HashMap<>());
  }

  void committed(PipelineEvent.Committed batch) {
    Transaction.Origin origin = batch.origin();
    boolean waited = origin == Transaction.Origin.DRAIN || origin == Transaction.Origin.REPLAY;
    batch.counts().forEach((asset, counts) -> count(origin, waited, asset, counts));
    if (!waited) {
      note(batch);
    }
    if (origin == Transaction.Origin.STREAM) {
      instruments.lag.record(
          Elapsed.seconds(Elapsed.between(batch.sourceCommit(), batch.durable())),
          Attributes.of(Names.FEED, batch.position().feed()));
    }
  }

  private void count(Transaction.Origin origin, boolean waited, Asset asset, Counts counts) {
    Attributes labels =
        Attributes.of(
            Names.ASSET, asset.toString(), Names.ORIGIN, origin.name().toLowerCase(Locale.ROOT));
    if (!waited) {
      instruments.intake.add(counts.in(), labels);
    }
    add(waited, labels, "published", counts.published());
    add(waited, labels, "quarantined", counts.quarantined());
    add(waited, labels, "spooled", counts.spooled());
  }

  private void add(boolean waited, Attributes labels, String outcome, long rows) {
    (waited ? instruments.waited : instruments.rows)
        .add(rows, labels.toBuilder().put(Names.ROWS_OUTCOME, outcome).build());
  }

  private synchronized void note(PipelineEvent.Committed batch) {
    Map<String, Counts> since = heard.get(batch.position().feed());
    if (since != null) {
      batch.counts().forEach((asset, more) -> since.merge(asset.toString(), more, Counts::plus));
    }
  }

  synchronized void anchored(LedgerAnchored anchored) {
    Map<String, Counts> since = heard.get(anchored.to().feed());
    if (since == null) {
      return;
    }
    Set<String> assets = new HashSet<>(since.keySet());
    assets.addAll(anchored.counts().keySet());
    for (String asset : assets) {
      Counts told = since.getOrDefault(asset, Counts.ZERO);
      Counts written = anchored.counts().getOrDefault(asset, Counts.ZERO);
      differences.merge(asset, difference(told, written), Long::sum);
    }
    since.clear();
  }

  private static long difference(Counts one, Counts other) {
    return Math.abs(one.published() - other.published())
        + Math.abs(one.quarantined() - other.quarantined())
        + Math.abs(one.spooled() - other.spooled());
  }
}
