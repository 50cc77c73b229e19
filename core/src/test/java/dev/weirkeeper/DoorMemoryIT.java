package dev.weirkeeper;

import static dev.weirkeeper.TestDoor.AGENT;
import static dev.weirkeeper.TestDoor.ANA;
import static dev.weirkeeper.TestDoor.BEN;
import static dev.weirkeeper.TestDoor.DELETE;
import static dev.weirkeeper.TestDoor.ORDERS;
import static dev.weirkeeper.TestDoor.WRITE;
import static dev.weirkeeper.TestDoor.on;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the door remembers, in the hands of processes that are killed and of two at once. */
@Timeout(300)
class DoorMemoryIT {
  private static final int KILLS = Integer.getInteger("kills", 10);

  /** Small, so that the file is written anew again and again while the process may be killed. */
  private static final long LARGE = 10_000;

  @TempDir Path folder;

  /** Draws on a budget for ever, and says so each time it is durable. */
  static final class Spender {
    public static void main(String[] arguments) throws Exception {
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      DoorMemory memory = DoorMemory.in(Path.of(arguments[0]), LARGE);
      for (int thread = 0; thread < 2; thread++) {
        String name = arguments[1] + "-" + thread;
        new Thread(
                () -> {
                  for (int i = 0; ; i++) {
                    String act = name + "-" + i;
                    out.println(spend(memory, act) + " " + act + " acknowledged");
                  }
                })
            .start();
      }
    }

    private static long spend(DoorMemory memory, String act) {
      return memory.update(
          state -> {
            DoorEvent.Spent spent =
                new DoorEvent.Spent(
                    state.nextNumber(),
                    new TestClock().instant(),
                    Hash.of(Json.of(act)),
                    WRITE,
                    ORDERS,
                    "writes",
                    0,
                    "ana",
                    Optional.empty());
            return new DoorMemory.Change<>(List.of(spent), spent.number());
          });
    }
  }

  @Test
  void invariant_2_what_was_acknowledged_survives_kill_9_and_nothing_is_there_twice()
      throws Exception {
    long seed = 3;
    Random random = new Random(seed);
    Map<Long, String> acknowledged = new LinkedHashMap<>();
    for (int round = 0; round < KILLS; round++) {
      Process host = start(Spender.class, folder.toString(), "r" + round);
      int killAfter = 1 + random.nextInt(100);
      int heard = 0;
      try (BufferedReader said = output(host)) {
        for (String line = said.readLine(); line != null; line = said.readLine()) {
          if (line.endsWith("acknowledged")) { // The kill may cut the last line.
            String[] words = line.split(" ");
            acknowledged.put(Long.parseLong(words[0]), words[1]);
          }
          if (++heard == killAfter) {
            // By its handle, since Process would close the pipe and lose what is in it.
            host.toHandle().destroyForcibly();
          }
        }
      }
      host.waitFor();
      assertThat(heard).as("seed %d, round %d", seed, round).isGreaterThanOrEqualTo(killAfter);
      DoorMemory.in(folder);
    }

    List<DoorEvent.Spent> spent =
        DoorMemory.in(folder)
            .look(state -> state.unsettled().stream().map(DoorState.Call::spent).toList());
    for (int i = 0; i < spent.size(); i++) {
      assertThat(spent.get(i).number()).as("seed %d", seed).isEqualTo(i + 1);
    }
    assertThat(spent).extracting(DoorEvent.Spent::action).doesNotHaveDuplicates();
    acknowledged.forEach(
        (number, act) ->
            assertThat(spent.get((int) (number - 1)).action())
                .as("seed %d, call %d", seed, number)
                .isEqualTo(Hash.of(Json.of(act))));
    System.out.printf(
        "%d kills, %d calls acknowledged, %d remembered%n",
        KILLS, acknowledged.size(), spent.size());
  }

  /** Tries two hundred acts and all approved ones, and says how many were let through. */
  static final class Host {
    public static void main(String[] arguments) throws Exception {
      TestDoor door = door(Path.of(arguments[0]));
      Toolbox open = door.open();
      System.out.println("ready");
      if (System.in.read() < 0) {
        throw new IOException("nobody said go");
      }
      for (int i = 0; i < 200; i++) {
        open.perform(ANA, on(ORDERS, WRITE, "i-" + i), List.of());
        if (i < 20) {
          open.perform(AGENT, on(ORDERS, DELETE, "i-" + i), List.of());
        }
      }
      System.out.println(let(door, WRITE) + " " + let(door, DELETE));
    }

    private static long let(TestDoor door, String tool) {
      return door.called.stream().filter(call -> call.startsWith(tool)).count();
    }
  }

  private static TestDoor door(Path folder) throws IOException {
    TestDoor door = new TestDoor();
    door.memory = DoorMemory.in(folder, LARGE);
    door.grants.allow(Grant.to("ana", Effect.WRITE));
    door.grants.allow(Grant.to("claude", Effect.READ));
    door.domains = Domains.of(Domain.named("all").owning("*").approvedBy("ana", "ben"));
    door.budgets =
        Budgets.STANDARD
            .with(Budget.of("writes", WRITE).acts(150))
            .with(Budget.of("deletes", DELETE));
    return door;
  }

  @Test
  void invariant_1_two_processes_at_once_do_no_more_than_one_budget_and_each_approved_act_once()
      throws Exception {
    TestDoor door = door(folder);
    for (int i = 0; i < 20; i++) {
      Hash request = door.request(AGENT, on(ORDERS, DELETE, "i-" + i));
      door.open().approvals().approve(ANA, request);
      door.open().approvals().approve(BEN, request);
    }

    List<Process> hosts = new ArrayList<>();
    List<BufferedReader> outputs = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      hosts.add(start(Host.class, folder.toString()));
      outputs.add(output(hosts.get(i)));
      assertThat(outputs.get(i).readLine()).isEqualTo("ready");
    }
    for (Process host : hosts) {
      host.getOutputStream().write('\n');
      host.getOutputStream().flush();
    }
    long writes = 0;
    long deletes = 0;
    for (BufferedReader output : outputs) {
      String[] let = output.readLine().split(" ");
      System.out.printf("let through by one of two: %s writes, %s deletes%n", let[0], let[1]);
      writes += Long.parseLong(let[0]);
      deletes += Long.parseLong(let[1]);
    }

    assertThat(writes).isEqualTo(150);
    assertThat(deletes).isEqualTo(20);
    for (Process host : hosts) {
      assertThat(host.waitFor()).isZero();
    }
  }

  private static Process start(Class<?> main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }
}
