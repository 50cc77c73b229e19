package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.Approval;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Domain;
import dev.weirkeeper.Domains;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Undo;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.Tool;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApprovalsCommandTest {
  private static final Caller AGENT = new Caller("claude", Caller.Kind.AGENT);
  private static final Asset ORDERS = new Asset("warehouse", "public.orders");

  private record Input(String table) {}

  private record Result(String table) {}

  private record Listed(List<Approval> approvals) {}

  @TempDir Path folder;
  private final List<String> called = new ArrayList<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String me = "";

  @BeforeEach
  void askWhoIAm() throws Exception {
    me = Person.atThisTerminal(folder).principal();
  }

  private Toolbox door(String approver) throws Exception {
    AuditSink sink =
        new AuditSink() {
          private long records;

          @Override
          public synchronized Receipt append(AuditRecord record) {
            return new Receipt(records++, record.id());
          }

          @Override
          public void close() {}
        };
    return Toolbox.builder()
        .journal(new Journal(sink, Clock.systemUTC()))
        .clock(Clock.systemUTC())
        .memory(DoorMemory.in(folder))
        .limit(Effect.WRITE)
        .grant("claude", Effect.READ)
        .domains(Domains.of(Domain.named("sales").owning("warehouse:*").approvedBy(approver)))
        .tools(
            () ->
                List.of(
                    Tool.write(
                        "thing_write",
                        "For tests",
                        Input.class,
                        Result.class,
                        Repeat.SAFE,
                        Undo.EXACT,
                        (input, call) -> {
                          called.add(input.table());
                          return new Outcome.Done(
                              Json.of(new Result(input.table())), Outcome.Verification.NOT_NEEDED);
                        })))
        .build();
  }

  private static final Action WRITE =
      new Action("thing_write", Json.of(new Input("orders")), ORDERS);

  private static Hash ask(Toolbox door) {
    Outcome asked =
        door.request(AGENT, WRITE, "please\u001b[2J approve", Duration.ofHours(1), List.of());
    return ((Outcome.Done) asked).result().as(Approval.Request.class).id();
  }

  private Terminal terminal() {
    return Terminal.plain(new PrintWriter(out, true), new PrintWriter(err, true), Map.of());
  }

  private int run(String... words) {
    List<String> all = new ArrayList<>(List.of("approvals", "--door", folder.toString()));
    all.addAll(List.of(words));
    return Cli.run(terminal(), all.toArray(String[]::new));
  }

  @Test
  void a_person_in_another_process_approves_one_act_once() throws Exception {
    Toolbox door = door(me);
    Hash request = ask(door);
    assertThat(door.perform(AGENT, WRITE, List.of()).isDone()).isFalse();

    assertThat(run("list")).isZero();
    assertThat(run("show", request.brief())).isZero();
    assertThat(run("approve", request.brief())).isZero();

    assertThat(out.toString())
        .contains(request.brief(), "{\"table\":\"orders\"}", "is APPROVED (1 of 1)")
        .doesNotContain("\u001b");
    assertThat(door.perform(AGENT, WRITE, List.of()).isDone()).isTrue();
    assertThat(door.perform(AGENT, WRITE, List.of()).isDone()).isFalse();
    assertThat(called).containsExactly("orders");
  }

  @Test
  void a_denied_request_stays_denied() throws Exception {
    Toolbox door = door(me);
    Hash request = ask(door);

    assertThat(run("deny", request.hex())).isZero();

    assertThat(run("approve", request.hex())).isEqualTo(1);
    assertThat(err.toString()).contains("is DENIED");
    assertThat(door.perform(AGENT, WRITE, List.of()).isDone()).isFalse();
  }

  @Test
  void an_approval_is_taken_back_before_it_is_used() throws Exception {
    Toolbox door = door(me);
    Hash request = ask(door);

    assertThat(run("approve", request.hex())).isZero();
    assertThat(run("revoke", request.hex())).isZero();

    assertThat(door.perform(AGENT, WRITE, List.of()).isDone()).isFalse();
    assertThat(called).isEmpty();
  }

  @Test
  void who_is_no_approver_is_told_so() throws Exception {
    Toolbox door = door("os:somebody-else");
    Hash request = ask(door);

    assertThat(run("approve", request.hex())).isEqualTo(1);

    assertThat(err.toString()).contains("not among the approvers of domain sales");
    assertThat(door.perform(AGENT, WRITE, List.of()).isDone()).isFalse();
  }

  @Test
  void json_is_one_document() throws Exception {
    Hash request = ask(door(me));

    assertThat(run("--json", "list")).isZero();

    assertThat(Json.parse(out.toString()).as(Listed.class).approvals())
        .singleElement()
        .satisfies(approval -> assertThat(approval.request().id()).isEqualTo(request));
  }

  @Test
  void what_is_no_request_or_no_folder_is_an_error_in_one_line() throws Exception {
    ask(door(me));

    assertThat(run("show", "ffffffffffff")).isEqualTo(1);
    assertThat(run("show", "f")).isEqualTo(1);
    assertThat(
            Cli.run(
                terminal(), "approvals", "--door", folder.resolve("not-there").toString(), "list"))
        .isEqualTo(1);
    assertThat(run("bless")).isEqualTo(2);
    assertThat(err.toString().lines().filter(line -> line.startsWith("weirkeeper:"))).hasSize(4);
  }
}
