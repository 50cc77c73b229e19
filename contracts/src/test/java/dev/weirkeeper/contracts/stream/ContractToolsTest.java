package dev.weirkeeper.contracts.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Json;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.OpenMailbox;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.PipelineView;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Type;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.TestCall;
import dev.weirkeeper.testkit.TestTarget;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ContractToolsTest extends ToolRegistryKit {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-25T00:00:00Z"), ZoneOffset.UTC);
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Contract CONTRACT =
      Contract.of(
          "orders",
          "2",
          ORDERS.name(),
          Rule.notNull("id"),
          Rule.between("amount", 0, 99).graded(Rule.Severity.WARNING));

  private final TestTarget target = new TestTarget();
  private Mailbox mailbox = new Mailbox(CLOCK);
  private Contracts contracts = Contracts.of(CONTRACT);

  private void running() {
    mailbox = new Mailbox(CLOCK);
    Relation relation =
        Relation.of(
            ORDERS,
            "1",
            new RowIdentity.Key(List.of("1")),
            List.of(Column.of("1", "id", Type.of("int8"))));
    OpenMailbox.showing(
        mailbox,
        new PipelineView(
            "shop",
            new Position("shop", "0/1"),
            List.of(
                new PipelineView.Table(
                    TableState.unseen(relation, ""),
                    Counts.ZERO,
                    Optional.empty(),
                    new Probe.Empty<>())),
            Map.of()),
        target);
  }

  @Override
  protected Clock clock() {
    return CLOCK;
  }

  @Override
  protected ToolRegistry registry() {
    running();
    return tools();
  }

  private ContractTools tools() {
    return new ContractTools("shop", contracts, mailbox, CLOCK);
  }

  @Override
  protected List<Action> accepted() {
    return List.of(
        list(Optional.of("0"), Optional.of(5)),
        new Action(
            ContractTools.EXPLAIN,
            Json.of(new ContractTools.ExplainContract(ORDERS.name())),
            ORDERS));
  }

  private static Action list(Optional<String> cursor, Optional<Integer> limit) {
    return new Action(
        ContractTools.LIST,
        Json.of(new ContractTools.ListContracts(cursor, limit)),
        new Asset("shop", "*"));
  }

  @Override
  protected List<Action> refused() {
    return List.of(
        new Action(
            ContractTools.EXPLAIN,
            Json.of(new ContractTools.ExplainContract("public.nowhere")),
            new Asset("shop", "public.nowhere")));
  }

  @Test
  void invariant_8_a_quarantine_that_cannot_be_read_has_unknown_violations() {
    target.fail("no");
    running();

    assertThat(explained().violations()).isInstanceOf(Probe.Unknown.class);
  }

  private <T> T answer(Action action, Class<T> type) {
    Tool<?, ?> tool =
        tools().tools().stream()
            .filter(known -> known.spec().name().equals(action.tool()))
            .findFirst()
            .orElseThrow();
    try {
      Outcome outcome =
          TestCall.of(tool, action, CLOCK.instant().plusSeconds(60)).perform(tool, action);
      return ((Outcome.Done) outcome).result().as(type);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private ContractTools.Explained explained() {
    return answer(accepted().get(1), ContractTools.Explained.class);
  }

  @Test
  void what_a_stream_sees_less_of_is_said() {
    contracts =
        Contracts.of(
            Contract.of(
                "orders",
                "3",
                ORDERS.name(),
                Rule.unique("id"),
                Rule.rowCountBetween(Range.of(1, 9)),
                Rule.columnExists("id"),
                Rule.refers(List.of("id"), "other", List.of("id")),
                Rule.notNull("amount").mostly(0.9),
                TableRules.meanBetween("amount", Range.of(1, 2)),
                Rule.about("id", "of-the-future", Json.empty()),
                Rule.unsupported(
                    "expect_more",
                    List.of("id"),
                    new Terms.Unsupported("expect_more", "unknown", Json.empty()))));

    assertThat(explained().contract().orElseThrow().rules())
        .extracting(ContractTools.RuleView::stream)
        .satisfiesExactly(
            unique -> assertThat(unique).contains("within a chunk"),
            count -> assertThat(count).contains("of a transaction"),
            column -> assertThat(column).contains("that the source sends"),
            refers -> assertThat(refers).contains("compares rows", "lets nothing pass"),
            share -> assertThat(share).contains("no total of which a share", "lets nothing pass"),
            mean -> assertThat(mean).contains("a stream never shows", "lets nothing pass"),
            future -> assertThat(future).contains("not installed", "lets nothing pass"),
            unsupported -> assertThat(unsupported).contains("lets nothing pass"));
  }

  @Test
  void a_contract_is_explained_rule_by_rule_with_what_broke_them() {
    target.keep(ORDERS, "not-null.id");
    target.keep(ORDERS, "not-null.id");
    running();

    ContractTools.Explained explained = explained();

    ContractTools.InForce contract = explained.contract().orElseThrow();
    assertThat(contract.digest()).isEqualTo(CONTRACT.digest());
    assertThat(contract.rules())
        .extracting(ContractTools.RuleView::words)
        .extracting(Outside::text)
        .containsExactly("id is never missing.", "amount is at least 0 and at most 99.");
    assertThat(contract.rules())
        .extracting(ContractTools.RuleView::stream)
        .containsOnly("Each row is judged by itself");
    assertThat(contract.rules().get(1).severity()).isEqualTo(Rule.Severity.WARNING);
    assertThat(contract.rules().get(1).terms().text()).contains("99");
    assertThat(explained.violations())
        .isEqualTo(
            new Probe.Value<>(
                new ContractTools.Violations(
                    List.of(new ContractTools.Broken(Outside.of("not-null.id"), 2)),
                    2,
                    ContractTools.Extent.ALL)));
  }

  @Test
  void invariant_8_without_a_pipeline_violations_are_unknown_and_not_none() {
    assertThat(explained().violations()).isInstanceOf(Probe.Unknown.class);
    assertThat(explained().contract()).isPresent();
  }

  @Test
  void more_entries_than_are_counted_are_said_to_be_at_least_so_many() {
    for (int i = 0; i < 1_500; i++) {
      target.keep(ORDERS, "not-null.id");
    }
    running();

    ContractTools.Violations violations =
        ((Probe.Value<ContractTools.Violations>) explained().violations()).value();

    assertThat(violations.counted()).isEqualTo(1_000);
    assertThat(violations.extent()).isEqualTo(ContractTools.Extent.AT_LEAST);
  }

  @Test
  void a_table_without_a_contract_is_said_to_pass_unjudged() {
    contracts = Contracts.none();
    running();

    assertThat(explained().contract()).isEmpty();
    assertThat(explained().next()).contains("unjudged");
    assertThat(
            answer(list(Optional.empty(), Optional.empty()), ContractTools.Listed.class).advice())
        .contains("No contract is in force");
  }

  @Test
  void each_kind_of_rule_is_put_into_words() {
    contracts =
        Contracts.of(
            Contract.of(
                "all",
                "1",
                ORDERS.name(),
                Rule.isNull("a"),
                Rule.inSet("a", 1),
                Rule.notInSet("a", 1),
                Rule.lengthBetween("a", 1, 2),
                Rule.matches("a", "x"),
                Rule.notMatches("a", "x"),
                Rule.unique("a"),
                Rule.columnExists("a"),
                Rule.columnsAre("a"),
                Rule.rowCountBetween(Range.of(1, 2)),
                new Rule(
                    "own",
                    "freshness",
                    List.of(),
                    Json.empty(),
                    Rule.Severity.INFO,
                    Rule.Answer.FAIL,
                    Rule.Answer.PASS)));
    running();

    assertThat(explained().contract().orElseThrow().rules())
        .extracting(ContractTools.RuleView::words)
        .doesNotHaveDuplicates()
        .last()
        .isEqualTo(Outside.of("Rule freshness."));
  }

  @Test
  void contracts_are_listed_page_by_page() {
    List<Contract> many = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      many.add(Contract.of("c" + i, "1", "public.t" + i, Rule.notNull("id")));
    }
    contracts = Contracts.of(many);
    List<String> seen = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      ContractTools.Listed page = answer(list(cursor, Optional.of(2)), ContractTools.Listed.class);
      page.contracts().forEach(line -> seen.add(line.table()));
      cursor = page.next();
    } while (cursor.isPresent());

    assertThat(seen)
        .containsExactly("public.t0", "public.t1", "public.t2", "public.t3", "public.t4");
  }
}
