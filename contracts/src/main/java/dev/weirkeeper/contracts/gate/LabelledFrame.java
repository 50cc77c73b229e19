package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.engine.Frame;

/**
 * Rows with what rules about single rows said of them, each asked once. The arrays are not copied.
 *
 * @param firstRow place of the first row in the batch, from 0
 * @param considered for each row a bit for each check of the plan: whether it is about the row;
 *     empty if the plan has no checks
 * @param broken for each row that goes to quarantine the rules that it breaks, ascending; an empty
 *     array for each other row
 */
public record LabelledFrame(Frame frame, long firstRow, long[] considered, int[][] broken) {
  public static final int[] GOOD = {};

  public LabelledFrame {
    requireNonNull(frame, "frame");
    if (broken.length < frame.rows()) {
      throw new IllegalArgumentException("Each row has a label");
    }
  }

  public boolean isGood(int row) {
    return broken[row].length == 0;
  }

  /** Digest of the content of a row, as hexadecimal digits: what a quarantine knows it by. */
  public String digest(int row) {
    return InputDigest.ofRow(frame, row, InputDigest.sha256());
  }
}
