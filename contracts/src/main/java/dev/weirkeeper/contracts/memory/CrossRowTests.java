package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.Expr.Direction;
import dev.weirkeeper.contracts.Expr.Nulls;
import dev.weirkeeper.contracts.Expr.Strictness;
import dev.weirkeeper.contracts.engine.Vec;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Questions about a row that other rows answer. */
final class CrossRowTests {
  private CrossRowTests() {}

  /** Whether another row has the same values: one pass gathers them, the next one answers. */
  static final class Repeated implements Node.Gathering {
    private final List<Value> values;
    private final Node within;
    private final Nulls nulls;
    private final Seen seen;
    private boolean complete;

    Repeated(List<Value> values, Nulls nulls, Node within, MemoryBudget budget) {
      this.values = values;
      this.within = within;
      this.nulls = nulls;
      this.seen = new Seen(budget, nulls == Nulls.EQUAL ? Keys.OnNull.WRITE : Keys.OnNull.LEAVE);
    }

    @Override
    public void gather(Batch batch) {
      seen.add(columns(values, batch), within.yes(batch), batch.words());
    }

    @Override
    public boolean isComplete() {
      return complete;
    }

    @Override
    public void complete() {
      complete = true;
    }

    @Override
    public void fill(Batch batch, long[] yes, long[] no) {
      Arrays.fill(yes, 0, batch.words(), 0);
      if (seen.hasRepeated()) {
        search(batch, yes);
      }
      for (int word = 0; word < batch.words(); word++) {
        no[word] = ~yes[word] & batch.valid(word);
      }
    }

    private void search(Batch batch, long[] yes) {
      List<Column> columns = columns(values, batch);
      long[] rows = within.yes(batch);
      for (int word = 0; word < batch.words(); word++) {
        long left = rows[word];
        if (nulls == Nulls.DISTINCT) {
          for (Column column : columns) {
            left &= ~column.nulls(word);
          }
        }
        while (left != 0) {
          int row = (word << 6) + Long.numberOfTrailingZeros(left);
          left &= left - 1;
          if (seen.isRepeated(columns, row)) {
            yes[word] |= 1L << row;
          }
        }
      }
    }
  }

  /** Whether a value is out of order against the one before it; sees every frame of a pass. */
  static final class OutOfOrder implements Test {
    private final Value value;
    private final Direction direction;
    private final Strictness strictness;
    private final Node within;
    private int pass = -1;
    private @Nullable Vec before;
    private int beforeRow;

    OutOfOrder(Value value, Direction direction, Strictness strictness, Node within) {
      this.value = value;
      this.direction = direction;
      this.strictness = strictness;
      this.within = within;
    }

    @Override
    public void fill(Batch batch, long[] yes, long[] no) {
      if (pass != batch.pass()) {
        pass = batch.pass();
        before = null;
      }
      Column column = value.in(batch);
      long[] rows = within.yes(batch);
      Order.Between order = Order.within(column.vec());
      int last = -1;
      for (int word = 0; word < batch.words(); word++) {
        long bad = 0;
        long left = rows[word] & ~column.nulls(word);
        while (left != 0) {
          int row = (word << 6) + Long.numberOfTrailingZeros(left);
          left &= left - 1;
          if (last >= 0) {
            bad |= isBad(order.compare(last, row)) ? 1L << row : 0;
          } else if (before != null) {
            int first = Order.between(before, column.vec()).compare(beforeRow, row);
            bad |= isBad(first) ? 1L << row : 0;
          }
          last = row;
        }
        yes[word] = bad;
        no[word] = ~bad & batch.valid(word);
      }
      if (last >= 0) {
        before = Lone.of(column.vec(), last);
        beforeRow = 0;
      }
    }

    private boolean isBad(int order) {
      int step = direction == Direction.INCREASING ? order : -order;
      return strictness == Strictness.STRICT ? step >= 0 : step > 0;
    }
  }

  /** Whether the values are a key of another table. */
  static final class Refers implements Test {
    private final List<Value> values;
    private final References references;

    Refers(List<Value> values, References references) {
      this.values = values;
      this.references = references;
    }

    @Override
    public void fill(Batch batch, long[] yes, long[] no) {
      references.search(columns(values, batch), batch, yes);
      for (int word = 0; word < batch.words(); word++) {
        no[word] = ~yes[word] & batch.valid(word);
      }
    }
  }

  static List<Column> columns(List<Value> values, Batch batch) {
    return values.stream().map(value -> value.in(batch)).toList();
  }
}
