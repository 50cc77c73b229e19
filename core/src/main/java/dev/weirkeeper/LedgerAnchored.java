package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * A range of the target's ledger that can no longer be changed without the journal telling: the
 * body of the journal's records of that kind.
 *
 * @param from where the target stood before the first batch of the range
 * @param to where it stood after the last
 * @param batches how many batches the range holds
 * @param chain hash over the ids of all batches since the run began
 * @param counts what became of the rows of the range, by asset: {@code shop/public.orders}
 */
public record LedgerAnchored(
    Position from, Position to, int batches, Hash chain, Map<String, Counts> counts) {
  public static final String KIND = "ledger.anchored";

  public LedgerAnchored {
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    requireNonNull(chain, "chain");
    counts = Map.copyOf(counts);
    if (batches < 1) {
      throw new IllegalArgumentException("An anchored range has at least one batch");
    }
  }
}
