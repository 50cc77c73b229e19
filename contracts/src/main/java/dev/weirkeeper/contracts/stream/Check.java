package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.Labels;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.Tuples;
import dev.weirkeeper.Tuples.State;
import dev.weirkeeper.Violation;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.ValueTest;

/** A rule compiled for one relation: labels the rows that do not keep it. Pure, safe to share. */
interface Check {
  void label(RowBatch rows, Labels labels);

  /** Whether one value keeps a rule. */
  @FunctionalInterface
  interface ValueTest {
    boolean holds(byte[] data, int offset, int length);
  }

  /**
   * What to label with, and when a row without a value is labelled.
   *
   * @param broken the value does not keep the rule
   * @param unknown the rule cannot be answered
   */
  record Verdicts(Violation broken, Violation unknown, Rule.Answer onUnknown) {

    void broken(RowBatch rows, int row, Labels labels) {
      if (rows.op(row) != RowBatch.Op.DELETE) {
        labels.add(row, broken);
      }
    }

    void unknown(RowBatch rows, int row, Labels labels) {
      if (onUnknown == Rule.Answer.FAIL && rows.op(row) != RowBatch.Op.DELETE) {
        labels.add(row, unknown);
      }
    }

    /** For a cell that is neither a value nor NULL. */
    void notSent(RowBatch rows, int row, State state, Labels labels) {
      boolean judgedWhenWritten = state == State.UNCHANGED && rows.op(row) == RowBatch.Op.UPDATE;
      if (!judgedWhenWritten) {
        unknown(rows, row, labels);
      }
    }
  }

  /** A test of each value by itself; NULL passes. */
  record OfValue(int column, ValueTest test, Verdicts verdicts) implements Check {
    @Override
    public void label(RowBatch rows, Labels labels) {
      Tuples after = rows.after();
      byte[] data = after.data();
      int count = rows.rows();
      for (int row = 0; row < count; row++) {
        int length = after.length(row, column);
        if (length >= 0) {
          if (!test.holds(data, after.offset(row, column), length)) {
            verdicts.broken(rows, row, labels);
          }
        } else {
          State state = after.state(row, column);
          if (state != State.NULL) {
            verdicts.notSent(rows, row, state, labels);
          }
        }
      }
    }
  }

  /** The column is not NULL. */
  record NotNull(int column, Verdicts verdicts) implements Check {
    @Override
    public void label(RowBatch rows, Labels labels) {
      Tuples after = rows.after();
      int count = rows.rows();
      for (int row = 0; row < count; row++) {
        if (!after.isValue(row, column)) {
          State state = after.state(row, column);
          if (state == State.NULL) {
            verdicts.broken(rows, row, labels);
          } else {
            verdicts.notSent(rows, row, state, labels);
          }
        }
      }
    }
  }

  /** The column is NULL. */
  record Null(int column, Verdicts verdicts) implements Check {
    @Override
    public void label(RowBatch rows, Labels labels) {
      Tuples after = rows.after();
      int count = rows.rows();
      for (int row = 0; row < count; row++) {
        State state = after.state(row, column);
        if (state == State.VALUE) {
          verdicts.broken(rows, row, labels);
        } else if (state != State.NULL) {
          verdicts.notSent(rows, row, state, labels);
        }
      }
    }
  }
}
