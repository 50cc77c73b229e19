package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Vec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The keys of another table, read once, to which rows of the data refer. */
final class References {
  private final FrameSource table;
  private final List<Integer> keyColumns;
  private final List<Boolean> asDoubles;
  private final KeyTable found;
  private final Keys keys = new Keys();
  private boolean loaded;

  /**
   * @param forms of the values that refer
   * @throws IllegalArgumentException if the table has no such columns
   */
  References(List<Form> forms, FrameSource table, List<String> names, MemoryBudget budget) {
    if (forms.size() != names.size() || names.isEmpty()) {
      throw new IllegalArgumentException(
          "A reference names as many columns as keys, not "
              + forms.size()
              + " for "
              + names.size());
    }
    this.table = table;
    this.found = new KeyTable(budget);
    this.keyColumns = new ArrayList<>();
    this.asDoubles = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Form form = table.fields().the(names.get(i)).form();
      keyColumns.add(table.fields().names().indexOf(names.get(i)));
      // A double equals a decimal that reads as it.
      asDoubles.add(form == Form.FLOAT || forms.get(i) == Form.FLOAT);
    }
  }

  /**
   * @throws IOException if the table cannot be read
   * @throws UnansweredException if its keys are too many
   */
  void load(CallControl control) throws IOException {
    if (loaded) {
      return;
    }
    Passes.Progress progress = new Passes.Progress(control, "keys of another table read");
    try (FrameSource.Cursor cursor = table.open()) {
      for (Optional<Frame> next = cursor.next(); next.isPresent(); next = cursor.next()) {
        Frame frame = next.get();
        Batch batch = new Batch(frame, 0, 0);
        List<Column> columns = converted(keyColumns.stream().map(batch::column).toList(), batch);
        for (int row = 0; row < frame.rows(); row++) {
          int length = keys.write(columns, row, Keys.OnNull.LEAVE);
          if (length != Keys.NULL) {
            found.add(keys.bytes(), length);
          }
        }
        progress.read(frame.rows());
      }
    }
    loaded = true;
  }

  void search(List<Column> values, Batch batch, long[] yes) {
    List<Column> columns = converted(values, batch);
    for (int word = 0, row = 0; row < batch.rows(); word++) {
      int end = Math.min(row + 64, batch.rows());
      long bits = 0;
      for (; row < end; row++) {
        int length = keys.write(columns, row, Keys.OnNull.LEAVE);
        if (length != Keys.NULL && found.find(keys.bytes(), length) >= 0) {
          bits |= 1L << row;
        }
      }
      yes[word] = bits;
    }
  }

  private List<Column> converted(List<Column> columns, Batch batch) {
    List<Column> converted = new ArrayList<>(columns);
    for (int i = 0; i < converted.size(); i++) {
      Column column = converted.get(i);
      if (asDoubles.get(i) && Order.isNumber(column.vec())) {
        double[] values = Order.doubles(column.vec(), batch.rows());
        converted.set(i, new Column(new Vec.Doubles(values, column.nulls()), column.nulls()));
      }
    }
    return converted;
  }
}
