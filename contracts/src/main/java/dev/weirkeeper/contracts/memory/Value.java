package dev.weirkeeper.contracts.memory;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An operand in the graph of all that are asked: computed once for each frame. */
final class Value {
  private final Function<Batch, Column> compute;
  private @Nullable Batch done;
  private @Nullable Column column;

  Value(Function<Batch, Column> compute) {
    this.compute = compute;
  }

  /**
   * @throws UnansweredException if it cannot be computed
   */
  Column in(Batch batch) {
    Column known = column;
    if (known == null || done != batch) {
      known = compute.apply(batch);
      column = known;
      done = batch;
    }
    return known;
  }
}
