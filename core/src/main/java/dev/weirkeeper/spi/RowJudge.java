package dev.weirkeeper.spi;

import dev.weirkeeper.Labels;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.Violation;
import java.util.List;

/**
 * A contract compiled against one version of a relation. MUST be pure and MUST label a row the same
 * way each time it is asked; a rule whose answer is unknown (NULL in a comparison, a value that was
 * not sent) follows the contract's policy for unknowns, never chance. MUST be safe to call from
 * many threads, and MUST leave the rows as they are. A violation MUST name its rule and MUST NOT
 * quote a value.
 */
public interface RowJudge {
  /** Stands for a number of rows that nobody knows; rules about the number do not apply then. */
  long ROWS_UNKNOWN = -1;

  /**
   * What forbids any row of the transaction to be published: a rule about the table that the
   * relation breaks, a rule that cannot run here, a row count out of bounds. Empty: go on. Rules
   * about the number of rows MUST NOT block where nobody knows it.
   *
   * @param rows row changes of the relation in the transaction, or {@link #ROWS_UNKNOWN} for rows
   *     that have lost their transaction: those of a spool or a quarantine
   */
  List<Violation> block(long rows);

  /**
   * Labels INSERT, UPDATE and READ rows by their new image and nothing else: which of them it was
   * MUST NOT matter. A DELETE is always good.
   */
  Labels label(RowBatch batch);
}
