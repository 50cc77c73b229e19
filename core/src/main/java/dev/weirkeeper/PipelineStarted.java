package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * Where a run of a pipeline begins: the body of the journal's records of that kind.
 *
 * @param position where the target stood
 * @param contracts digest of the contracts in force
 * @param ledger what became of all rows so far, by asset: {@code shop/public.orders}
 */
public record PipelineStarted(Position position, Hash contracts, Map<String, Counts> ledger) {
  public static final String KIND = "pipeline.started";

  public PipelineStarted {
    requireNonNull(position, "position");
    requireNonNull(contracts, "contracts");
    ledger = Map.copyOf(ledger);
  }
}
