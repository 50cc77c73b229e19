package dev.weirkeeper;

import static dev.weirkeeper.TestDoor.AGENT;
import static dev.weirkeeper.TestDoor.ANA;
import static dev.weirkeeper.TestDoor.BEN;
import static dev.weirkeeper.TestDoor.DELETE;
import static dev.weirkeeper.TestDoor.ORDERS;
import static dev.weirkeeper.TestDoor.on;
import static dev.weirkeeper.TestDoor.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two approvers and two executors at once: each approved act is carried out exactly once. */
@Timeout(120)
class ApprovalRaceTest {
  private final TestDoor one = new TestDoor();
  private final TestDoor two = new TestDoor();

  @Test
  void invariant_1_in_a_folder_that_two_hosts_share_a_thousand_times(@TempDir Path folder)
      throws Exception {
    one.memory = DoorMemory.in(folder);
    two.memory = DoorMemory.in(folder);

    race(1000);
  }

  @Test
  void invariant_1_in_a_folder_that_is_written_anew_all_the_time(@TempDir Path folder)
      throws Exception {
    one.memory = compacting(folder);
    two.memory = compacting(folder);

    race(50);
  }

  @Test
  void invariant_1_in_one_process_a_thousand_times() throws Exception {
    two.memory = one.memory;

    race(1000);
  }

  private static DoorMemory compacting(Path folder) throws IOException {
    return DoorMemory.in(folder, 1);
  }

  private void race(int times) throws Exception {
    for (TestDoor door : List.of(one, two)) {
      door.grants.allow(Grant.to("claude", Effect.READ));
      door.domains = Domains.of(Domain.named("all").owning("*").approvedBy("ana", "ben"));
      door.budgets = Budgets.STANDARD.with(Budget.of("deletes", DELETE));
    }
    Toolbox left = one.open();
    Toolbox right = two.open();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int i = 0; i < times; i++) {
        Action action = on(ORDERS, DELETE, "i-" + i);
        Hash request = one.request(AGENT, action);
        CyclicBarrier start = new CyclicBarrier(4);
        List<Callable<Integer>> racers =
            List.of(
                at(start, () -> approve(left, ANA, request)),
                at(start, () -> approve(right, BEN, request)),
                at(start, () -> execute(left, action)),
                at(start, () -> execute(right, action)));
        int executed = 0;
        for (Future<Integer> racer : threads.invokeAll(racers)) {
          executed += racer.get();
        }
        assertThat(executed).as("round %d", i).isEqualTo(1);
        assertThat(one.called.size() + two.called.size()).as("round %d", i).isEqualTo(i + 1);
      }
    } finally {
      threads.shutdown();
    }
  }

  private static Callable<Integer> at(CyclicBarrier start, Callable<Integer> racer) {
    return () -> {
      start.await();
      return racer.call();
    };
  }

  private static int approve(Toolbox door, Caller person, Hash request) {
    door.approvals().approve(person, request);
    return 0;
  }

  /** Tries until it is done, by this one or by the other. */
  private static int execute(Toolbox door, Action action) {
    while (true) {
      Outcome outcome = door.perform(AGENT, action, List.of());
      if (outcome.isDone()) {
        return 1;
      }
      if (refusal(outcome).orElseThrow().contains("is USED")) {
        return 0;
      }
      assertThat(refusal(outcome).orElseThrow()).contains("is OPEN");
      Thread.onSpinWait();
    }
  }
}
