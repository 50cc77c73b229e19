package dev.weirkeeper.healing;

import dev.weirkeeper.Action;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tools that show incidents, plans and the quarantine. */
class ReadingToolsKitTest extends ToolRegistryKit {
  @Override
  protected Clock clock() {
    return PausedOrders.CLOCK;
  }

  @Override
  protected ToolRegistry registry() {
    PausedOrders scene = new PausedOrders();
    scene.proposed();
    scene.acted(new Outcome.Failed("no"));
    scene.target.keep(PausedOrders.ORDERS, "r1");
    scene.running();
    List<Tool<?, ?>> all = new ArrayList<>();
    all.addAll(new IncidentTools("shop", scene.book, scene.mailbox).tools());
    all.addAll(new PlanTools("shop", scene.book, scene.mailbox).tools());
    all.addAll(
        new QuarantineTools("shop", scene.mailbox, Masking.with(new byte[16]), PausedOrders.CLOCK)
            .tools());
    return () -> all;
  }

  @Override
  protected List<Action> accepted() {
    Optional<String> table = Optional.of("public.orders");
    Hash incident = new PausedOrders().incident.id();
    return List.of(
        call(
            IncidentTools.LIST,
            new IncidentTools.ListIncidents(
                Optional.of(true), table, Optional.of("9"), Optional.of(5))),
        call(IncidentTools.EXPLAIN, new IncidentTools.ExplainIncident(incident, table)),
        call(PlanTools.SHOW, new PlanTools.ShowPlan(table, Optional.empty())),
        call(PlanTools.PROPOSE, new PlanTools.ProposePlan("public.orders")),
        call(
            QuarantineTools.LIST,
            new QuarantineTools.ListEntries(
                "public.orders", Optional.of("r1"), Optional.of("0"), Optional.of(5))),
        call(
            QuarantineTools.SAMPLE,
            new QuarantineTools.SampleEntries("public.orders", Optional.of("r1"), Optional.of(5))));
  }

  @Override
  protected List<Action> refused() {
    Hash nothing = Hash.of(new byte[] {9});
    return List.of(
        call(IncidentTools.EXPLAIN, new IncidentTools.ExplainIncident(nothing, Optional.empty())),
        call(
            PlanTools.SHOW,
            new PlanTools.ShowPlan(Optional.of("public.nowhere"), Optional.empty())),
        call(PlanTools.PROPOSE, new PlanTools.ProposePlan("public.lines")),
        call(
            QuarantineTools.SAMPLE,
            new QuarantineTools.SampleEntries(
                "public.nowhere", Optional.empty(), Optional.empty())));
  }

  private Action call(String tool, Record input) {
    return Calls.to(registry(), tool, input);
  }
}
