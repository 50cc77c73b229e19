package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Labels;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowBatch.Op;
import dev.weirkeeper.Tuples;
import dev.weirkeeper.Tuples.State;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.ExprParts;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.RowTest;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.MetricException;
import dev.weirkeeper.contracts.memory.Frames;
import dev.weirkeeper.contracts.memory.MemoryBudget;
import dev.weirkeeper.contracts.memory.RowLabeller;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A rule in the form that all engines judge by, asked of a chunk by the memory engine. For kinds
 * that have no loop of their own over the bytes of a chunk.
 */
final class FrameCheck implements Check {
  /** Its frames live for one call and have no name outside. */
  private static final DatasetRef CHUNK = new DatasetRef(new Asset("stream", "chunk"), "");

  private final RowTest test;
  private final Fields fields;
  private final int[] columns;
  private final Verdicts verdicts;

  /**
   * @param fields all columns of the relation, in its order
   * @throws IllegalArgumentException if the rule needs rows that a chunk does not hold
   */
  FrameCheck(RowTest test, Fields fields, Verdicts verdicts) {
    this.test = test;
    this.verdicts = verdicts;
    Expr whole = Expr.all(test.applies(), test.considered(), test.bad());
    if (ExprParts.looksAround(whole) || ExprParts.has(whole, Expr.Refers.class::isInstance)) {
      throw new IllegalArgumentException(
          "it compares rows with other rows, of which a stream shows some at a time;"
              + " check it at a gate for batches");
    }
    Set<String> used = ExprParts.columns(whole);
    List<Field> asked = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < fields.all().size(); i++) {
      if (used.contains(fields.all().get(i).name())) {
        asked.add(fields.all().get(i));
        places.add(i);
      }
    }
    this.fields = new Fields(asked);
    this.columns = places.stream().mapToInt(Integer::intValue).toArray();
    try {
      // What the engine refuses, it refuses of an empty chunk too: when the judge is made.
      run(new Frames(this.fields).take(), labelled -> {});
    } catch (MetricException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  @Override
  public void label(RowBatch rows, Labels labels) {
    Frames frames = new Frames(fields);
    List<Integer> judged = new ArrayList<>();
    @Nullable Object[] values = new Object[columns.length];
    for (int row = 0; row < rows.rows(); row++) {
      if (rows.op(row) != Op.DELETE && read(rows, row, values, labels)) {
        frames.add(values);
        judged.add(row);
      }
    }
    if (judged.isEmpty()) {
      return;
    }
    try {
      run(
          frames.take(),
          labelled -> {
            for (int i = 0; i < judged.size(); i++) {
              if (labelled.isBad(i)) {
                verdicts.broken(rows, judged.get(i), labels);
              }
            }
          });
    } catch (MetricException e) {
      // Some value cannot be compared or tested; which of them, the engine does not say.
      judged.forEach(row -> verdicts.unknown(rows, row, labels));
    }
  }

  /** Whether all values are there and readable; labels the row otherwise. */
  private boolean read(RowBatch rows, int row, @Nullable Object[] values, Labels labels) {
    Tuples after = rows.after();
    for (int i = 0; i < columns.length; i++) {
      State state = after.state(row, columns[i]);
      if (state == State.NULL) {
        values[i] = null;
        continue;
      }
      if (state != State.VALUE) {
        notSent(rows, row, labels);
        return false;
      }
      Optional<Object> value =
          CellText.read(after.text(row, columns[i]), fields.all().get(i).form());
      if (value.isEmpty()) {
        verdicts.unknown(rows, row, labels);
        return false;
      }
      values[i] = value.get();
    }
    return true;
  }

  /**
   * A row that was judged as a whole when it was written passes; one of which some values are new
   * and others not sent cannot be judged.
   */
  private void notSent(RowBatch rows, int row, Labels labels) {
    State state = State.UNCHANGED;
    for (int column : columns) {
      if (rows.after().state(row, column) != State.UNCHANGED) {
        state = State.ABSENT;
      }
    }
    verdicts.notSent(rows, row, state, labels);
  }

  private void run(Frame frame, RowLabeller.Sink sink) {
    try (FrameSource source = FrameSource.of(CHUNK, fields, List.of(frame))) {
      new RowLabeller(
              source, Map.of("rule", test), Map.of(), ValueTests::of, MemoryBudget.standard())
          .label(sink, CallControl.NONE);
    } catch (IOException e) {
      throw new IllegalStateException("Frames in memory are read without a disk", e);
    }
  }
}
