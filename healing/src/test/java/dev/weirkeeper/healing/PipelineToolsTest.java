package dev.weirkeeper.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Budget;
import dev.weirkeeper.Budgets;
import dev.weirkeeper.Caller;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.OpenMailbox;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.PipelineCommand;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Undo;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.Target;
import dev.weirkeeper.spi.Tool;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PipelineToolsTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-23T00:00:00Z"), ZoneOffset.UTC);
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Caller ANA = new Caller("ana", Caller.Kind.HOST);
  private static final Hash PLAN = Hash.of(new byte[] {1});
  private static final Outcome DONE =
      new Outcome.Done(Json.parse("{\"mode\":\"PAUSED\"}"), Outcome.Verification.VERIFIED);

  private final List<PipelineCommand> commands = new ArrayList<>();
  private final List<AuditRecord> written = new ArrayList<>();
  private final Mailbox mailbox = new Mailbox(CLOCK);
  private final PipelineTools tools = new PipelineTools("shop", mailbox);

  @Test
  void each_tool_sends_its_command_through_the_door() {
    Map<String, Record> inputs = new LinkedHashMap<>();
    inputs.put("table_pause", new PipelineTools.Pause("public.orders", "looks odd"));
    inputs.put("table_resume", new PipelineTools.Resume("public.orders"));
    inputs.put("table_resync", new PipelineTools.Resync("public.orders"));
    inputs.put(
        "quarantine_replay", new PipelineTools.Replay("public.orders", Optional.of("r1"), 10));
    inputs.put("plan_apply", new PipelineTools.Apply("public.orders", PLAN));
    running();

    inputs.forEach(
        (tool, input) ->
            assertThat(door().perform(ANA, new Action(tool, Json.of(input), ORDERS), List.of()))
                .as(tool)
                .isEqualTo(DONE));

    assertThat(commands)
        .containsExactly(
            new PipelineCommand.Pause(ORDERS, "looks odd"),
            new PipelineCommand.Resume(ORDERS),
            new PipelineCommand.Resync(ORDERS),
            new PipelineCommand.Replay(ORDERS, new Target.Selection(Optional.of("r1"), 10)),
            new PipelineCommand.Apply(ORDERS, PLAN));
    assertThat(written).hasSize(10);
  }

  @Test
  void a_plan_is_applied_by_its_newest_rehearsal_and_only_if_that_went_well() {
    running();
    LogBook book = LogBook.standard();
    Toolbox door = builder(new PipelineTools("shop", mailbox, book)).build();
    Hash proven = rehearsed(book, PLAN, "{\"standing\":\"PROVEN\"}");
    Hash other = rehearsed(book, Hash.of(new byte[] {2}), "{\"standing\":\"PARTLY\"}");

    assertThat(apply(door, proven)).isEqualTo(DONE);
    assertThat(apply(door, other)).isInstanceOf(Outcome.Refused.class);
    assertThat(apply(door(), proven)).isInstanceOf(Outcome.Refused.class);
    for (String standing : List.of("EXCEEDED", "FAILED", "UNPROVEN", "anything")) {
      Hash bad = rehearsed(book, PLAN, "{\"standing\":\"" + standing + "\"}");
      assertThat(apply(door, bad).toString()).contains("came to " + standing);
      assertThat(apply(door, proven).toString()).contains("or a newer one");
    }
    assertThat(commands).containsExactly(new PipelineCommand.Apply(ORDERS, PLAN));
  }

  private static Outcome apply(Toolbox door, Hash proof) {
    return door.perform(
        ANA,
        new Action(
            PipelineTools.APPLY,
            Json.of(new PipelineTools.Apply("public.orders", PLAN, Optional.of(proof))),
            ORDERS),
        List.of());
  }

  private static Hash rehearsed(LogBook book, Hash plan, String proof) {
    Json body = Json.parse(proof);
    AuditRecord record =
        new AuditRecord(
            Migrated.Rehearsed.KIND,
            CLOCK.instant(),
            "tool:plan_rehearse",
            Optional.of(ORDERS),
            Json.of(new Migrated.Rehearsed(plan, Hash.of(body), body)),
            List.of(plan),
            Map.of());
    book.written(record, new Receipt(book.size(), record.id()));
    return Hash.of(body);
  }

  @Test
  void without_a_pipeline_nothing_is_done() {
    assertThat(perform(new PipelineTools.Resume("public.orders"), ORDERS))
        .isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void invariant_8_the_table_of_the_input_must_be_the_target_of_the_action() {
    running();

    for (Asset target :
        List.of(new Asset("shop", "public.other"), new Asset("lake", "public.orders"))) {
      assertThat(perform(new PipelineTools.Resume("public.orders"), target))
          .isInstanceOf(Outcome.Refused.class);
    }
    assertThat(commands).isEmpty();
  }

  @Test
  void invariant_8_a_replay_of_nothing_never_means_all() {
    running();

    for (int limit : new int[] {0, -1}) {
      assertThatThrownBy(() -> new PipelineTools.Replay("public.orders", Optional.empty(), limit))
          .isInstanceOf(IllegalArgumentException.class);
      Json input = Json.parse("{\"table\":\"public.orders\",\"limit\":" + limit + "}");
      assertThat(door().perform(ANA, new Action("quarantine_replay", input, ORDERS), List.of()))
          .isInstanceOf(Outcome.Refused.class);
    }
    assertThat(commands).isEmpty();
  }

  @Test
  void a_pause_needs_a_reason_of_some_words() {
    running();

    for (String reason : List.of("", " ", "x".repeat(PipelineTools.MAX_REASON + 1))) {
      assertThat(perform(new PipelineTools.Pause("public.orders", reason), ORDERS))
          .isInstanceOf(Outcome.Refused.class);
    }
    assertThat(commands).isEmpty();
  }

  @Test
  void invariant_4_no_tool_takes_sql_and_none_destroys() {
    assertThat(tools.tools()).hasSize(5);
    for (Tool<?, ?> tool : tools.tools()) {
      ToolSpec spec = tool.spec();
      assertThat(spec.effect()).as(spec.name()).isEqualTo(Effect.WRITE);
      assertThat(spec.inputSchema().text().toLowerCase(Locale.ROOT))
          .as(spec.name())
          .doesNotContain("\"sql\"")
          .doesNotContain("\"statement\"")
          .doesNotContain("\"query\"");
    }
    assertThat(tools.tools().stream().map(tool -> tool.spec().repeat()).toList())
        .containsExactly(Repeat.SAFE, Repeat.SAFE, Repeat.ONCE, Repeat.SAFE, Repeat.SAFE);
    assertThat(tools.tools().stream().map(tool -> tool.spec().undo()).toList())
        .containsExactly(Undo.EXACT, Undo.COMPENSATING, Undo.NONE, Undo.NONE, Undo.NONE);
  }

  @Test
  void a_budget_of_rows_bounds_replays_and_lets_no_resync_through() {
    running();
    Budgets rows =
        Budgets.STANDARD.with(
            Budget.of("rows", PipelineTools.REPLAY, PipelineTools.RESYNC).rows(100));
    Toolbox door = builder().budgets(rows).build();

    assertThat(door.perform(ANA, replay(60), List.of()).isDone()).isTrue();
    assertThat(door.perform(ANA, replay(60), List.of())).isInstanceOf(Outcome.Refused.class);
    assertThat(
            door.perform(
                ANA,
                new Action(
                    PipelineTools.RESYNC,
                    Json.of(new PipelineTools.Resync("public.orders")),
                    ORDERS),
                List.of()))
        .isInstanceOf(Outcome.Refused.class);

    assertThat(commands).hasSize(1);
  }

  private static Action replay(int limit) {
    return new Action(
        PipelineTools.REPLAY,
        Json.of(new PipelineTools.Replay("public.orders", Optional.empty(), limit)),
        ORDERS);
  }

  @Test
  void the_playbooks_pause_is_a_pause() {
    running();
    PlaybookTest.Scene scene = new PlaybookTest.Scene();

    scene.contained().now().forEach(action -> door().perform(ANA, action, List.of()));

    assertThat(commands)
        .containsExactly(new PipelineCommand.Pause(ORDERS, scene.contained().reason()));
  }

  private void running() {
    OpenMailbox.answering(
        mailbox,
        command -> {
          commands.add(command);
          return DONE;
        });
  }

  private Outcome perform(Record input, Asset target) {
    String tool = input instanceof PipelineTools.Pause ? "table_pause" : "table_resume";
    return door().perform(ANA, new Action(tool, Json.of(input), target), List.of());
  }

  private Toolbox door() {
    return builder().build();
  }

  private Toolbox.Builder builder() {
    return builder(tools);
  }

  private Toolbox.Builder builder(PipelineTools registry) {
    AuditSink sink =
        new AuditSink() {
          @Override
          public Receipt append(AuditRecord record) {
            written.add(record);
            return new Receipt(written.size() - 1, record.id());
          }

          @Override
          public void close() {}
        };
    return Toolbox.builder()
        .journal(new Journal(sink, CLOCK))
        .clock(CLOCK)
        .tools(registry)
        .memory(DoorMemory.inProcess())
        .limit(Effect.WRITE)
        .grant("ana", Effect.WRITE);
  }
}
