package dev.weirkeeper.contracts.delta;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.gate.Gate;
import dev.weirkeeper.contracts.gate.GatePolicy;
import dev.weirkeeper.contracts.gate.GateReport;
import dev.weirkeeper.contracts.gate.GateStep;
import dev.weirkeeper.contracts.memory.Frames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A process that writes one batch and dies on the way. */
final class DeltaCrashChild {
  static final int ROWS = 300;

  /** How it dies. */
  enum Death {
    HALT,
    /** Says that it is there, and waits for a kill -9. */
    KILLED
  }

  private static final Fields FIELDS =
      new Fields(
          List.of(new Field("id", Form.INTEGER, "int64"), new Field("name", Form.TEXT, "text")));

  private static final Contract CONTRACT =
      Contract.of("items", "1", DeltaFixture.ITEMS.name(), Rule.notNull("name"), Rule.unique("id"));

  private DeltaCrashChild() {}

  /** Rows of the batch of this number: a third has no name, ids are those of no other batch. */
  static FrameSource batch(int number) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add(Arrays.asList(number * 10_000L + i, i % 3 == 0 ? null : "n" + i));
    }
    return Frames.source(
        new DatasetRef(DeltaFixture.ITEMS, Integer.toString(number)), FIELDS, rows, 100);
  }

  static Gate gate(String table, Consumer<GateStep> steps) throws IOException {
    return Gate.to(DeltaGateTarget.of(DeltaFixture.ITEMS, table).steps(steps).build())
        .contract(CONTRACT)
        .policy(GatePolicy.STANDARD.quarantining(ROWS, 1))
        .retries(100)
        .open();
  }

  static GateReport write(String table, int number, Consumer<GateStep> steps) throws IOException {
    return gate(table, steps).write(batch(number), CallControl.NONE);
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length > 3) {
      for (int i = 1; i < arguments.length; i++) {
        write(arguments[0], Integer.parseInt(arguments[i]), any -> {});
      }
      return;
    }
    GateStep last = GateStep.valueOf(arguments[1]);
    Death death = Death.valueOf(arguments[2]);
    write(
        arguments[0],
        1,
        step -> {
          if (step != last) {
            return;
          }
          if (death == Death.HALT) {
            Runtime.getRuntime().halt(137);
          }
          System.out.println("at " + step);
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    System.out.println("never died");
  }
}
