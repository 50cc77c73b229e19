package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a gate publishes: one table with its quarantine, its ledger and its waivers. Passed by the
 * host, never found. Safe to share between threads; each write is confined to one.
 */
public interface GateTarget extends AutoCloseable {
  /** The kind of system, in kebab-case: {@code postgresql}. */
  String id();

  Asset asset();

  Capability capability();

  /** The columns of the table as they are now. */
  List<TargetColumn> columns() throws IOException;

  /** The stored report of a batch that was published. */
  Optional<GateReport> find(Hash batch) throws IOException;

  /**
   * Begins a write. The quarantine takes on columns that the table has got since.
   *
   * @throws GateRefusedException if the plan does not fit the table, or the quarantine cannot be
   *     written
   */
  GateWrite begin(GatePlan plan) throws IOException, GateRefusedException, GateConflictException;

  /** Writes down a batch that was not published. */
  void note(GateReport report) throws IOException;

  /**
   * Settles writes that a crash left between INTENT and DONE: looks for their batch ids in the
   * target. Called when a gate starts.
   *
   * @return the reports of batches that turned out to be published
   */
  List<GateReport> recover() throws IOException;

  /** Waivers that are in force. */
  List<Waiver> waivers(Instant now) throws IOException;

  /** Keeps a waiver. */
  void keep(Waiver waiver) throws IOException;

  /** Rows in quarantine, oldest first. */
  List<QuarantinedRow> quarantined(QuarantineFilter filter, int limit) throws IOException;

  /**
   * Columns with a default that have a value in some row that a replay would take: those are
   * published, not the default.
   */
  default Set<String> given(QuarantineFilter filter) throws IOException {
    return Set.of();
  }

  @Override
  void close() throws IOException;
}
