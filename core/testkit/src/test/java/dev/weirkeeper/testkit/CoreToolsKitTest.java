package dev.weirkeeper.testkit;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Column;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Decision;
import dev.weirkeeper.DecisionTools;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.KillSwitch;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.OpenMailbox;
import dev.weirkeeper.PipelineView;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Situation;
import dev.weirkeeper.StatusTools;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.Type;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tools of the core are held to what every tool is. */
class CoreToolsKitTest extends ToolRegistryKit {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-25T00:00:00Z"), ZoneOffset.UTC);
  private static final Asset ORDERS = new Asset("shop", "public.orders");

  @Override
  protected Clock clock() {
    return CLOCK;
  }

  private static AuditRecord decision() {
    Finding finding =
        new Finding(
            "test",
            ORDERS,
            "column.added",
            "1",
            Verdict.ADDITIVE,
            Set.of(),
            Json.empty(),
            Optional.empty(),
            Optional.empty());
    return new AuditRecord(
        Decided.KIND,
        CLOCK.instant(),
        "policy:test",
        Optional.of(ORDERS),
        Json.of(
            new Decided(
                new Incident(ORDERS, new Position("shop", "0/1"), List.of(finding)),
                new Situation(
                    List.of(),
                    Autonomy.PROPOSE,
                    Tolerance.STANDARD,
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    Map.of(),
                    CLOCK.instant(),
                    "test"),
                new Decision.Abstain("no opinion"))),
        List.of(),
        Map.of());
  }

  @Override
  protected ToolRegistry registry() {
    LogBook book = LogBook.standard();
    book.written(decision(), new Receipt(0, decision().id()));
    Relation relation =
        Relation.of(
            ORDERS,
            "1",
            new RowIdentity.Key(List.of("1")),
            List.of(Column.of("1", "id", Type.of("int8"))));
    Mailbox mailbox =
        OpenMailbox.showing(
            new Mailbox(CLOCK),
            new PipelineView(
                "shop",
                new Position("shop", "0/1"),
                List.of(
                    new PipelineView.Table(
                        TableState.unseen(relation, "new"),
                        Counts.ZERO,
                        Optional.empty(),
                        new Probe.Empty<>())),
                Map.of("lag-bytes", new Probe.Value<>("12"))));
    List<Tool<?, ?>> all = new ArrayList<>(new DecisionTools("shop", book).tools());
    all.addAll(
        new StatusTools("shop", mailbox, DoorMemory.inProcess(), KillSwitch.inProcess(), CLOCK)
            .tools());
    return () -> all;
  }

  @Override
  protected List<Action> accepted() {
    Optional<String> table = Optional.of(ORDERS.name());
    return List.of(
        on(
            DecisionTools.LIST,
            new DecisionTools.ListDecisions(table, Optional.of("9"), Optional.of(5))),
        on(DecisionTools.EXPLAIN, new DecisionTools.ExplainDecision(decision().id(), table)),
        on(StatusTools.STATUS, new StatusTools.AskStatus(table, Optional.of("0"), Optional.of(5))));
  }

  @Override
  protected List<Action> refused() {
    return List.of(
        on(
            DecisionTools.EXPLAIN,
            new DecisionTools.ExplainDecision(Hash.of(new byte[] {9}), Optional.of(ORDERS.name()))),
        new Action(
            StatusTools.STATUS,
            Json.parse("{\"table\":\"public.nowhere\"}"),
            new Asset("shop", "public.nowhere")));
  }

  private static Action on(String tool, Record input) {
    return new Action(tool, Json.of(input), ORDERS);
  }
}
