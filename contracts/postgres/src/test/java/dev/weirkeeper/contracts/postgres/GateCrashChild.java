package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
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
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** A process that writes one batch and dies on the way. */
final class GateCrashChild {
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

  private GateCrashChild() {}

  /** Rows of the batch of this number: a third has no name, ids are those of no other batch. */
  static FrameSource batch(int number) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add(Arrays.asList(number * 10_000L + i, i % 3 == 0 ? null : "n" + i));
    }
    return Frames.source(
        new DatasetRef(new Asset("crash", "batch"), Integer.toString(number)), FIELDS, rows, 100);
  }

  /** With a rule of uniqueness rows are staged, without they are copied into the table. */
  static Contract contract(boolean staged) {
    Rule named = Rule.notNull("name");
    return staged
        ? Contract.of("items", "1", "public.items", named, Rule.unique("id"))
        : Contract.of("items", "1", "public.items", named);
  }

  static GateReport write(DataSource login, boolean staged, int number, Consumer<GateStep> steps)
      throws IOException {
    return Gate.to(PostgresGateTarget.of(GateFixture.ITEMS, login).steps(steps).build())
        .contract(contract(staged))
        .policy(GatePolicy.STANDARD.quarantining(ROWS, 1))
        .open()
        .write(batch(number), CallControl.NONE);
  }

  public static void main(String[] arguments) throws Exception {
    PGSimpleDataSource login = new PGSimpleDataSource();
    login.setURL(arguments[0]);
    boolean staged = Boolean.parseBoolean(arguments[1]);
    int number = Integer.parseInt(arguments[2]);
    GateStep last = GateStep.valueOf(arguments[3]);
    Death death = Death.valueOf(arguments[4]);
    write(
        login,
        staged,
        number,
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
