package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.engine.FrameSource;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One batch on its way into a target: {@link #accept} all rows, {@link #check}, {@link #route},
 * {@link #commit}; check, route and commit again after a conflict that left the rows. Closing it
 * before MUST leave no trace. Confined to one thread.
 */
public interface GateWrite extends AutoCloseable {
  /** The version of the target that the checks are about; empty if the target has none. */
  Optional<String> version();

  /**
   * The rows to replay, in their order; they are frozen until the write ends.
   *
   * @throws IllegalStateException if the plan is no replay
   */
  FrameSource replayed();

  /** Takes the next rows; it holds no more than a few frames in memory. */
  void accept(LabelledFrame rows) throws IOException, GateConflictException, GateRefusedException;

  /**
   * Answers the checks of the plan against target and batch as they are now. Rows that break a rule
   * about single rows take part, as what they are: rows of the batch.
   *
   * @return for each check, the rows that break it, among those it is about
   */
  List<Long> check(CallControl control)
      throws IOException, GateConflictException, GateRefusedException;

  /**
   * Says which checks send the rows that break them to quarantine.
   *
   * @param checks by their index in the plan
   * @return what will become of all rows
   */
  GateTally route(Set<Integer> checks)
      throws IOException, GateConflictException, GateRefusedException;

  /**
   * Publishes good rows and keeps bad ones, with the report in the ledger.
   *
   * <p>MUST do all of it or nothing, across crashes too; where the target is not {@link
   * Capability#TRANSACTIONAL}, in this order: quarantine, ledger INTENT, publication with the batch
   * id in the commit's metadata, ledger DONE, so that {@link GateTarget#recover} can settle it.
   * MUST NOT publish a batch that the ledger has: it answers with the stored report. MUST count
   * what it stored and undo it if that is not the tally. MUST fail with a conflict if the target's
   * version is not {@link #version}.
   *
   * @return the report with the versions of the target before and after
   * @throws IOException if the batch is not published, or it cannot be known whether it is; the
   *     same batch again settles it
   */
  GateReport commit(GateReport report)
      throws IOException, GateConflictException, GateRefusedException;

  @Override
  void close() throws IOException;
}
