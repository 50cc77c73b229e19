package dev.weirkeeper.drift.impact;

import static dev.weirkeeper.drift.impact.Changes.ORDERS;
import static dev.weirkeeper.drift.impact.Changes.between;
import static dev.weirkeeper.drift.impact.Changes.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Decision;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Position;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Situation;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.TestCall;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UpstreamToolsTest extends ToolRegistryKit {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-25T00:00:00Z"), ZoneOffset.UTC);
  private static final Incident INCIDENT =
      new Incident(
          ORDERS,
          new Position("shop", "0/1"),
          between(
              table("1 id int8!", "2 note text"),
              table("1 id int8!", "3 more text", "4 two_words text")));

  private final LogBook book = LogBook.standard();

  private UpstreamTools tools() {
    Situation situation =
        new Situation(
            List.of(),
            Autonomy.PROPOSE,
            Tolerance.STANDARD,
            Optional.empty(),
            List.of(),
            List.of(),
            Map.of(),
            CLOCK.instant(),
            "playbook");
    AuditRecord record =
        new AuditRecord(
            Decided.KIND,
            CLOCK.instant(),
            "policy:playbook",
            Optional.of(ORDERS),
            Json.of(new Decided(INCIDENT, situation, new Decision.Abstain("no opinion"))),
            List.of(),
            Map.of());
    book.written(record, new Receipt(0, record.id()));
    return new UpstreamTools("shop", book);
  }

  @Override
  protected Clock clock() {
    return CLOCK;
  }

  @Override
  protected ToolRegistry registry() {
    return tools();
  }

  private static Action of(Hash incident, Optional<String> table) {
    return new Action(
        UpstreamTools.UPSTREAM,
        Json.of(new UpstreamTools.AskUpstream(incident, table)),
        new Asset("shop", table.orElse("*")));
  }

  @Override
  protected List<Action> accepted() {
    return List.of(
        of(INCIDENT.id(), Optional.of(ORDERS.name())), of(INCIDENT.id(), Optional.empty()));
  }

  @Override
  protected List<Action> refused() {
    return List.of(
        of(Hash.of(new byte[] {1}), Optional.empty()),
        of(INCIDENT.id(), Optional.of("public.lines")));
  }

  @Test
  void proposals_come_with_their_steps_marked_as_text_from_outside() throws Exception {
    Tool<?, ?> tool = tools().tools().get(0);
    Action action = accepted().get(0);
    Outcome outcome =
        TestCall.of(tool, action, CLOCK.instant().plusSeconds(60)).perform(tool, action);

    UpstreamTools.Upstream answer =
        ((Outcome.Done) outcome).result().as(UpstreamTools.Upstream.class);
    assertThat(answer.proposals())
        .extracting(UpstreamProposal::kind)
        .containsExactly("column.removed");
    assertThat(answer.others()).isEqualTo(2);
    assertThat(outcome.toString()).contains("\"text\":{\"is\":\"outside\"");
  }
}
