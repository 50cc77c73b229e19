package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.Vec;
import org.jspecify.annotations.Nullable;

/** A frame under judgement, with what was found out about its columns so far. */
final class Batch {
  private final Frame frame;
  private final int pass;
  private final long first;
  private final int words;
  private final @Nullable Column[] columns;

  /**
   * @param pass which reading of the data this is, counted over the life of an engine
   * @param first rows before it
   */
  Batch(Frame frame, int pass, long first) {
    this.frame = frame;
    this.pass = pass;
    this.first = first;
    this.words = Bits.words(frame.rows());
    this.columns = new Column[frame.columns().size()];
  }

  Frame frame() {
    return frame;
  }

  int rows() {
    return frame.rows();
  }

  int words() {
    return words;
  }

  int pass() {
    return pass;
  }

  long first() {
    return first;
  }

  long valid(int word) {
    return Bits.valid(frame.rows(), word);
  }

  /** The values by which rules judge: padded text without its padding. */
  Column column(int index) {
    Column known = columns[index];
    if (known == null) {
      Vec vec = frame.columns().get(index);
      boolean padded = frame.fields().all().get(index).form() == Form.PADDED;
      known =
          Column.of(padded && vec instanceof Vec.Texts texts ? withoutPadding(texts) : vec, rows());
      columns[index] = known;
    }
    return known;
  }

  private Vec withoutPadding(Vec.Texts texts) {
    @Nullable String[] values = new String[rows()];
    for (int row = 0; row < values.length; row++) {
      String value = texts.values()[row];
      if (value != null) {
        int end = value.length();
        while (end > 0 && value.charAt(end - 1) == ' ') {
          end--;
        }
        values[row] = value.substring(0, end);
      }
    }
    return new Vec.Texts(values);
  }
}
