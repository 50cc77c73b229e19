package dev.weirkeeper.contracts.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Domain;
import dev.weirkeeper.Domains;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.memory.Frames;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What each {@link GateTarget} holds to, behind a real gate. It looks at what is published and what
 * is in quarantine, and never at how it comes about.
 *
 * <p>The table has the columns {@code id} (64 bits), {@code name} (text), {@code amount} (decimal
 * of 10 digits, 2 behind the point) and {@code day} (a date), all of which may be NULL.
 */
public abstract class GateTargetKit {
  protected static final String TABLE = "public.items";

  protected static final Fields FIELDS =
      new Fields(
          List.of(
              new Field("id", Form.INTEGER, "int64"),
              new Field("name", Form.TEXT, "text"),
              new Field("amount", Form.DECIMAL, "decimal"),
              new Field("day", Form.DATE, "date")));

  protected static final LocalDate DAY = LocalDate.of(2026, 3, 1);

  private static final Rule POSITIVE = Rule.between("amount", 0, 1000);
  private static final Rule NAMED = Rule.notNull("name");
  private static final Contract PLAIN = Contract.of("items", "1", TABLE, NAMED, POSITIVE);
  private static final Contract UNIQUE =
      Contract.of("items", "2", TABLE, NAMED, POSITIVE, Rule.unique("id"));
  private static final GatePolicy GENEROUS = GatePolicy.STANDARD.quarantining(Long.MAX_VALUE, 1);
  private static final Caller ANA = new Caller("ana", Caller.Kind.HOST);

  /** A clock that a test sets. */
  protected static final class SetClock extends Clock {
    private Instant now = Instant.parse("2026-03-01T08:00:00Z");

    public void advance(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("Nobody asks for another zone");
    }
  }

  protected final SetClock clock = new SetClock();
  private GateTarget target;

  /** A target over the table, which is made anew, empty, for each test. */
  protected abstract GateTarget create() throws Exception;

  /** Another target over the same table, as another process opens it. */
  protected abstract GateTarget again() throws Exception;

  /** Published rows as {@code id|name|amount}, NULL as {@code null}, read apart from any target. */
  protected abstract List<String> published() throws Exception;

  /** Publishes a row past the gate. */
  protected abstract void publishApart(long id, String name) throws Exception;

  /** Gives the table a column {@code note} of text. */
  protected abstract void addNote() throws Exception;

  /** Whether rules that read the target can be asked of it. */
  protected boolean answersChecks() {
    return true;
  }

  /** Whether quarantined rows can be replayed. */
  protected boolean replays() {
    return true;
  }

  /** Whether rows can be replaced by key. */
  protected boolean upserts() {
    return true;
  }

  @BeforeEach
  void open() throws Exception {
    target = create();
  }

  @AfterEach
  void close() throws Exception {
    if (target != null) {
      target.close();
    }
  }

  protected static List<@Nullable Object> row(
      @Nullable Object id, @Nullable Object name, @Nullable Object amount) {
    return Arrays.asList(id, name, amount == null ? null : new BigDecimal(amount.toString()), DAY);
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // the array is copied, and nothing else is done with it
  protected static FrameSource rows(List<@Nullable Object>... rows) {
    return source(FIELDS, List.of(rows), 3);
  }

  protected static FrameSource source(
      Fields fields, List<? extends List<@Nullable Object>> rows, int perFrame) {
    return Frames.source(
        new DatasetRef(new Asset("kit", "input"), "frozen"), fields, rows, perFrame);
  }

  protected Gate gate(Contract contract) throws Exception {
    return builder(contract).open();
  }

  protected Gate.Builder builder(Contract contract) {
    return Gate.to(target).contract(contract).policy(GENEROUS).clock(clock);
  }

  protected List<QuarantinedRow> quarantine() throws Exception {
    return target.quarantined(QuarantineFilter.all(), 10_000);
  }

  private List<QuarantinedRow> quarantine(QuarantinedRow.Status status) throws Exception {
    return quarantine().stream().filter(row -> row.status() == status).toList();
  }

  private static GateReport write(Gate gate, FrameSource input) throws Exception {
    return gate.write(input, CallControl.NONE);
  }

  private static void conserves(GateReport report, int rows) {
    GateTally tally = report.tally();
    assertThat(tally.in()).isEqualTo(rows);
    assertThat(tally.published() + tally.quarantined() + tally.dropped()).isEqualTo(rows);
  }

  @Test
  void good_rows_are_published_and_bad_ones_quarantined_with_the_rules_that_they_break()
      throws Exception {
    GateReport report =
        write(
            gate(PLAIN),
            rows(
                row(1, "a", 5),
                row(2, null, 6),
                row(3, "c", -1),
                row(4, null, -2),
                row(5, "e", 0)));

    assertThat(report.status()).isEqualTo(GateStatus.QUARANTINED);
    assertThat(report.tally()).isEqualTo(GateTally.of(2, 3, 0));
    assertThat(published()).containsExactlyInAnyOrder("1|a|5.00", "5|e|0.00");
    assertThat(quarantine())
        .extracting(QuarantinedRow::number, QuarantinedRow::rules, QuarantinedRow::status)
        .containsExactly(
            tuple(1L, List.of(NAMED.id()), QuarantinedRow.Status.OPEN),
            tuple(2L, List.of(POSITIVE.id()), QuarantinedRow.Status.OPEN),
            tuple(3L, List.of(NAMED.id(), POSITIVE.id()), QuarantinedRow.Status.OPEN));
    assertThat(target.find(report.batch().orElseThrow())).contains(report);
  }

  @Test
  void a_batch_without_a_flaw_passes() throws Exception {
    GateReport report = write(gate(PLAIN), rows(row(1, "a", 5), row(2, "b", 6)));

    assertThat(report.status()).isEqualTo(GateStatus.PASS);
    assertThat(published()).containsExactlyInAnyOrder("1|a|5.00", "2|b|6.00");
    assertThat(quarantine()).isEmpty();
  }

  @Test
  void invariant_6_in_is_published_and_quarantined_whatever_the_rows() throws Exception {
    Random random = new Random(7);
    long before = 0;
    for (int round = 0; round < 4; round++) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      int count = random.nextInt(200);
      for (int i = 0; i < count; i++) {
        rows.add(
            row(
                random.nextInt(10) == 0 ? null : (Object) (long) random.nextInt(150),
                random.nextInt(5) == 0 ? null : "n" + random.nextInt(5),
                random.nextInt(5) == 0 ? null : (Object) (random.nextInt(1200) - 100)));
      }
      Contract contract = answersChecks() ? UNIQUE : PLAIN;

      GateReport report = write(gate(contract), source(FIELDS, rows, 17));

      conserves(report, count);
      assertThat(published())
          .as("seed 7, round " + round)
          .hasSize((int) (before + report.tally().published()));
      before += report.tally().published();
    }
    if (answersChecks()) {
      List<String> ids =
          published().stream()
              .map(text -> text.substring(0, text.indexOf('|')))
              .filter(id -> !id.equals("null"))
              .toList();
      assertThat(ids).doesNotHaveDuplicates();
    }
  }

  @Test
  void a_batch_that_is_delivered_again_writes_nothing_and_gets_the_stored_report()
      throws Exception {
    GateReport first = write(gate(PLAIN), rows(row(1, "a", 5), row(2, null, 6)));
    clock.advance(Duration.ofHours(1));

    GateReport second = write(gate(PLAIN), rows(row(1, "a", 5), row(2, null, 6)));

    assertThat(second).isEqualTo(first);
    assertThat(published()).containsExactly("1|a|5.00");
    assertThat(quarantine()).hasSize(1);
  }

  @Test
  void a_batch_that_is_delivered_again_is_not_a_copy_of_itself() throws Exception {
    assumeThat(answersChecks()).isTrue();
    Gate gate = builder(UNIQUE).policy(GatePolicy.STANDARD).open();
    GateReport first = write(gate, rows(row(1, "a", 5), row(2, "b", 6)));

    GateReport second = write(gate, rows(row(1, "a", 5), row(2, "b", 6)));
    GateVerdict checked = gate.check(rows(row(1, "a", 5), row(2, "b", 6)), CallControl.NONE);

    assertThat(second).isEqualTo(first);
    assertThat(checked.report()).isEqualTo(first);
    assertThat(published()).hasSize(2);
  }

  @Test
  void the_same_rows_in_other_frames_are_the_same_batch() throws Exception {
    List<List<@Nullable Object>> rows = List.of(row(1, "a", 5), row(2, "b", 6), row(3, "c", 7));

    GateReport first = write(gate(PLAIN), source(FIELDS, rows, 1));
    GateReport second = write(gate(PLAIN), source(FIELDS, rows, 3));

    assertThat(second.batch()).isEqualTo(first.batch());
    assertThat(published()).hasSize(3);
  }

  @Test
  void a_write_that_is_not_committed_leaves_no_trace() throws Exception {
    Contract contract = answersChecks() ? UNIQUE : PLAIN;

    GateVerdict verdict =
        gate(contract).check(rows(row(1, "a", 5), row(2, null, 6)), CallControl.NONE);
    GateReport dry = gate(contract).dryRun(rows(row(1, "a", 5)), CallControl.NONE);

    assertThat(verdict.status()).isEqualTo(GateStatus.QUARANTINED);
    assertThat(dry.status()).isEqualTo(GateStatus.PASS);
    assertThat(published()).isEmpty();
    assertThat(quarantine()).isEmpty();
    assertThat(target.find(verdict.report().batch().orElseThrow())).isEmpty();
  }

  @Test
  void what_does_not_fit_a_column_is_quarantined_as_it_came() throws Exception {
    Fields loose =
        new Fields(
            List.of(
                new Field("id", Form.TEXT, "text"),
                new Field("name", Form.TEXT, "text"),
                new Field("amount", Form.DECIMAL, "decimal"),
                new Field("day", Form.TEXT, "text")));

    GateReport report =
        write(
            gate(PLAIN),
            source(
                loose,
                List.of(
                    Arrays.asList("1", "a", new BigDecimal("5"), "2026-03-01"),
                    Arrays.asList("one", "b", new BigDecimal("5"), "2026-03-01"),
                    Arrays.asList("3", "c", new BigDecimal("5.001"), "2026-03-01"),
                    Arrays.asList("4", "d", new BigDecimal("5"), "yesterday"),
                    Arrays.asList("5", "e\0", new BigDecimal("5"), "2026-03-01")),
                2));

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 4, 0));
    assertThat(published()).containsExactly("1|a|5.00");
    assertThat(quarantine())
        .extracting(QuarantinedRow::rules)
        .containsExactly(
            List.of("target-type.id"),
            List.of("target-type.amount"),
            List.of("target-type.day"),
            List.of("target-type.name"));
  }

  @Test
  void an_input_with_a_column_that_the_target_lacks_is_an_error() throws Exception {
    Fields more =
        new Fields(
            List.of(
                new Field("id", Form.INTEGER, "int64"), new Field("colour", Form.TEXT, "text")));
    Contract contract = Contract.of("items", "1", TABLE, Rule.notNull("id"));

    GateReport report = write(gate(contract), source(more, List.of(Arrays.asList(1L, "red")), 1));

    assertThat(report.status()).isEqualTo(GateStatus.ERROR);
    assertThat(report.reason().orElseThrow()).contains("colour");
    assertThat(published()).isEmpty();
  }

  @Test
  void all_copies_in_a_batch_break_uniqueness() throws Exception {
    assumeThat(answersChecks()).isTrue();

    GateReport report =
        write(
            gate(UNIQUE), rows(row(1, "a", 5), row(2, "b", 6), row(1, "c", 7), row(null, "d", 8)));

    assertThat(report.tally()).isEqualTo(GateTally.of(2, 2, 0));
    assertThat(published()).containsExactlyInAnyOrder("2|b|6.00", "null|d|8.00");
    assertThat(quarantine())
        .allSatisfy(row -> assertThat(row.rules()).containsExactly(UNIQUE.rules().get(2).id()));
  }

  @Test
  void the_first_copy_by_a_declared_order_may_stay() throws Exception {
    assumeThat(answersChecks()).isTrue();
    Gate gate = builder(UNIQUE).policy(GENEROUS.with(Duplicates.keepFirst("amount"))).open();

    GateReport report =
        write(
            gate,
            rows(row(1, "late", 9), row(1, "early", 3), row(2, "bad", -5), row(2, "good", 6)));

    assertThat(report.tally()).isEqualTo(GateTally.of(2, 2, 0));
    assertThat(published()).containsExactlyInAnyOrder("1|early|3.00", "2|good|6.00");
  }

  @Test
  void a_value_that_the_target_has_already_breaks_uniqueness() throws Exception {
    assumeThat(answersChecks()).isTrue();
    publishApart(1, "there");

    GateReport report = write(gate(UNIQUE), rows(row(1, "a", 5), row(2, "b", 6)));

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 1, 0));
    assertThat(published()).containsExactlyInAnyOrder("1|there|null", "2|b|6.00");
  }

  @Test
  void a_row_may_refer_to_one_of_its_own_batch_unless_that_one_goes_to_quarantine()
      throws Exception {
    assumeThat(answersChecks()).isTrue();
    // The amount of a row is the id of its parent.
    Contract contract =
        Contract.of(
            "items", "3", TABLE, NAMED, Rule.refers(List.of("amount"), TABLE, List.of("id")));
    publishApart(7, "root");

    GateReport report =
        write(
            gate(contract),
            rows(
                row(1, "child of root", 7),
                row(2, "grandchild", 1),
                row(3, null, 7),
                row(4, "child of a bad one", 3),
                row(5, "child of an orphan", 4),
                row(6, "orphan", 99),
                row(8, "no parent", null)));

    assertThat(published())
        .containsExactlyInAnyOrder(
            "7|root|null", "1|child of root|7.00", "2|grandchild|1.00", "8|no parent|null");
    conserves(report, 7);
  }

  @Test
  void a_row_goes_with_the_one_that_it_refers_to_whichever_rule_that_one_breaks() throws Exception {
    assumeThat(answersChecks()).isTrue();
    for (boolean first : List.of(true, false)) {
      Rule parent = Rule.refers(List.of("amount"), TABLE, List.of("id"));
      Rule unique = Rule.unique("name");
      Contract contract =
          first
              ? Contract.of("items", "3a", TABLE, parent, unique)
              : Contract.of("items", "3b", TABLE, unique, parent);

      GateReport report =
          write(
              gate(contract),
              rows(row(1, "twin", null), row(2, "twin", null), row(3, "child " + first, 1)));

      assertThat(published()).as("parents judged first: " + first).isEmpty();
      conserves(report, 3);
    }
  }

  @Test
  void a_value_is_taken_as_long_as_the_row_that_would_give_it_up_goes_to_quarantine()
      throws Exception {
    assumeThat(upserts()).isTrue();
    for (boolean first : List.of(true, false)) {
      Rule name = Rule.unique("name");
      Rule amount = Rule.unique("amount");
      Contract contract =
          first
              ? Contract.of("items", "2a", TABLE, name, amount)
              : Contract.of("items", "2b", TABLE, amount, name);
      Gate gate = builder(contract).mode(WriteMode.upsert("id")).open();
      write(gate, rows(row(1, "a", 1)));

      GateReport report =
          write(gate, rows(row(1, "b", 7), row(2, "a", 9), row(3, "c", 7), row(4, "d", 8)));

      assertThat(published()).containsExactlyInAnyOrder("1|a|1.00", "4|d|8.00");
      conserves(report, 4);
    }
  }

  @Test
  void a_value_may_move_from_one_row_to_another_in_one_upsert() throws Exception {
    assumeThat(upserts()).isTrue();
    Contract contract = Contract.of("items", "2c", TABLE, Rule.unique("name"));
    Gate gate = builder(contract).mode(WriteMode.upsert("id")).open();
    write(gate, rows(row(1, "a", 1)));

    GateReport report = write(gate, rows(row(1, "b", 7), row(2, "a", 9)));

    assertThat(report.status()).isEqualTo(GateStatus.PASS);
    assertThat(published()).containsExactlyInAnyOrder("1|b|7.00", "2|a|9.00");
  }

  @Test
  void an_upsert_replaces_rows_by_key_and_adds_others() throws Exception {
    assumeThat(upserts()).isTrue();
    Gate gate = builder(UNIQUE).mode(WriteMode.upsert("id")).open();
    write(gate, rows(row(1, "old", 5), row(2, "stays", 6)));

    GateReport report = write(gate, rows(row(1, "new", 7), row(3, "added", 8)));

    assertThat(report.status()).isEqualTo(GateStatus.PASS);
    assertThat(published()).containsExactlyInAnyOrder("1|new|7.00", "2|stays|6.00", "3|added|8.00");
  }

  @Test
  void an_upsert_of_two_rows_with_one_key_publishes_nothing() throws Exception {
    assumeThat(upserts()).isTrue();
    Gate gate = builder(PLAIN).mode(WriteMode.upsert("id")).open();

    GateReport report = write(gate, rows(row(1, "a", 5), row(1, "b", 6)));

    assertThat(report.status()).isEqualTo(GateStatus.ERROR);
    assertThat(report.reason().orElseThrow()).contains("unique");
    assertThat(published()).isEmpty();
  }

  @Test
  void a_blocked_batch_publishes_nothing_and_passes_once_the_reason_is_gone() throws Exception {
    Gate strict = builder(PLAIN).policy(GENEROUS.quarantining(0, 1)).open();

    GateReport blocked = write(strict, rows(row(1, "a", 5), row(2, null, 6)));
    assertThat(published()).isEmpty();
    assertThat(quarantine()).isEmpty();
    GateReport passed = write(gate(PLAIN), rows(row(1, "a", 5), row(2, null, 6)));

    assertThat(blocked.status()).isEqualTo(GateStatus.BLOCKED);
    assertThat(passed.status()).isEqualTo(GateStatus.QUARANTINED);
    assertThat(published()).containsExactly("1|a|5.00");
  }

  @Test
  void a_rule_about_the_batch_blocks_it() throws Exception {
    Contract contract =
        Contract.of("items", "4", TABLE, NAMED, Rule.rowCountBetween(Range.atLeast(3)));

    GateReport report = write(gate(contract), rows(row(1, "a", 5), row(2, "b", 6)));

    assertThat(report.status()).isEqualTo(GateStatus.BLOCKED);
    assertThat(published()).isEmpty();
  }

  @Test
  void a_contract_without_rules_lets_nothing_pass() throws Exception {
    GateReport report =
        write(gate(Contract.of("items", "0", TABLE)), rows(row(1, "a", 5), row(2, "b", 6)));

    assertThat(report.status()).isEqualTo(GateStatus.ERROR);
    assertThat(published()).isEmpty();
  }

  @Test
  void a_rule_that_cannot_be_judged_is_an_error_however_little_it_matters() throws Exception {
    Rule unknownColumn = Rule.notNull("colour").graded(Rule.Severity.INFO);
    Rule unknownKind = Rule.about("name", "no-such-kind", Json.empty()).graded(Rule.Severity.INFO);
    for (Rule rule : List.of(unknownColumn, unknownKind)) {
      GateReport report =
          write(gate(Contract.of("items", "8", TABLE, NAMED, rule)), rows(row(1, "a", 5)));

      assertThat(report.status()).as(rule.id()).isEqualTo(GateStatus.ERROR);
      assertThat(report.rules())
          .filteredOn(tally -> tally.rule().equals(rule.id()))
          .extracting(RuleTally::outcome)
          .containsExactly(RuleTally.Outcome.ERROR);
    }
    assertThat(published()).isEmpty();
  }

  @Test
  void a_row_made_to_exhaust_a_pattern_neither_keeps_a_rule_nor_gets_out_of_it() throws Exception {
    Expr endless = new Expr.Matches(Operand.column("name"), "^(.*)(.*)(.*)(.*)(.*)(.*)(.*)[^!]$");
    String bait = "a".repeat(400) + "!";
    for (Rule rule :
        List.of(
            Rule.holds(endless, "name"),
            Rule.holds(Expr.not(endless), "name"),
            Rule.between("amount", 0, 1000).where(endless),
            Rule.between("amount", 0, 1000).where(Expr.not(endless)))) {
      Contract contract = Contract.of("items", "14", TABLE, rule);

      GateReport report = write(gate(contract), rows(row(1, bait, -1), row(2, null, -1)));

      assertThat(report.tally()).as(rule.toString()).isEqualTo(GateTally.of(1, 1, 0));
    }
  }

  @Test
  void severity_decides_what_a_broken_rule_does() throws Exception {
    Contract warning =
        Contract.of("items", "9", TABLE, NAMED.graded(Rule.Severity.WARNING), POSITIVE);

    GateReport warned = write(gate(warning), rows(row(1, null, 5)));
    GateReport blocked =
        write(
            builder(warning).policy(GENEROUS.on(Rule.Severity.WARNING, Response.BLOCK)).open(),
            rows(row(2, null, 5), row(3, "c", 5)));

    assertThat(warned.status()).isEqualTo(GateStatus.PASS_WITH_WARNINGS);
    assertThat(blocked.status()).isEqualTo(GateStatus.BLOCKED);
    assertThat(published()).containsExactly("1|null|5.00");
  }

  @Test
  void a_rule_that_bears_some_bad_rows_lets_them_pass_and_else_quarantines_each() throws Exception {
    Contract mostly = Contract.of("items", "10", TABLE, NAMED.mostly(0.5));

    GateReport kept = write(gate(mostly), rows(row(1, "a", 5), row(2, null, 5)));
    GateReport broken = write(gate(mostly), rows(row(3, "c", 5), row(4, null, 5), row(5, null, 5)));

    assertThat(kept.status()).isEqualTo(GateStatus.PASS);
    assertThat(broken.tally()).isEqualTo(GateTally.of(1, 2, 0));
    assertThat(published()).containsExactly("1|a|5.00", "2|null|5.00", "3|c|5.00");
  }

  @Test
  void an_empty_batch_obeys_the_rule() throws Exception {
    Contract needsRows = Contract.of("items", "11", TABLE, NAMED.whenEmpty(Rule.Answer.FAIL));

    assertThat(write(gate(PLAIN), rows()).status()).isEqualTo(GateStatus.PASS);
    assertThat(write(gate(needsRows), rows()).status()).isEqualTo(GateStatus.BLOCKED);
  }

  @Test
  void an_input_that_changes_while_it_is_written_is_not_published() throws Exception {
    Contract twoPasses = Contract.of("items", "12", TABLE, NAMED.mostly(0.9), POSITIVE);
    FrameSource changing =
        new FrameSource() {
          private int opened;

          @Override
          public DatasetRef ref() {
            return new DatasetRef(new Asset("kit", "live"), "not frozen");
          }

          @Override
          public Fields fields() {
            return FIELDS;
          }

          @Override
          public Cursor open() throws IOException {
            return rows(row(1, "a", 5), row(2, "b", opened++)).open();
          }

          @Override
          public void close() {}
        };

    GateReport report = write(gate(twoPasses), changing);

    assertThat(report.status()).isEqualTo(GateStatus.ERROR);
    assertThat(report.reason().orElseThrow()).contains("changed");
    assertThat(published()).isEmpty();
  }

  @Test
  void what_rules_about_the_batch_were_asked_of_is_what_is_published() throws Exception {
    Contract about = Contract.of("items", "13", TABLE, NAMED, Rule.rowCountBetween(Range.of(2, 2)));
    for (int from = 1; from < 3; from++) {
      int shrinks = from;
      FrameSource changing =
          new FrameSource() {
            private int opened;

            @Override
            public DatasetRef ref() {
              return new DatasetRef(new Asset("kit", "live"), "not frozen");
            }

            @Override
            public Fields fields() {
              return FIELDS;
            }

            @Override
            public Cursor open() throws java.io.IOException {
              return opened++ < shrinks
                  ? rows(row(1, "a", 5), row(2, "b", 5)).open()
                  : rows(row(1, "a", 5)).open();
            }

            @Override
            public void close() {}
          };

      GateReport report = write(gate(about), changing);

      assertThat(report.tally().published()).as("rows after " + from + " readings").isNotEqualTo(1);
    }
  }

  @Test
  void the_quarantine_follows_the_table() throws Exception {
    write(gate(PLAIN), rows(row(1, null, 5)));
    addNote();
    Fields more = new Fields(new ArrayList<>(FIELDS.all()));
    List<Field> all = new ArrayList<>(more.all());
    all.add(new Field("note", Form.TEXT, "text"));

    GateReport report =
        write(
            gate(PLAIN),
            source(
                new Fields(all),
                List.of(
                    Arrays.asList(2L, null, new BigDecimal("5"), DAY, "noted"),
                    Arrays.asList(3L, "c", new BigDecimal("5"), DAY, "noted")),
                2));

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 1, 0));
    assertThat(quarantine()).hasSize(2);
  }

  @Test
  void a_replay_publishes_what_is_good_under_the_contract_in_force_once() throws Exception {
    assumeThat(replays()).isTrue();
    GateReport first = write(gate(PLAIN), rows(row(1, null, 5), row(2, null, -1), row(3, "c", 7)));
    Contract newer = Contract.of("items", "5", TABLE, POSITIVE);
    Replay replay = Replay.of(QuarantineFilter.ofBatch(first.batch().orElseThrow()));

    GateReport report = gate(newer).replay(replay, CallControl.NONE);
    GateReport again = gate(newer).replay(replay, CallControl.NONE);

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 1, 0));
    assertThat(report.parent()).isEqualTo(first.batch());
    assertThat(again.tally().published()).isZero();
    assertThat(published()).containsExactlyInAnyOrder("1|null|5.00", "3|c|7.00");
    assertThat(quarantine())
        .extracting(QuarantinedRow::status)
        .containsExactly(QuarantinedRow.Status.REPLAYED, QuarantinedRow.Status.OPEN);
    assertThat(quarantine().get(0).replayedBy()).isEqualTo(report.batch());
    assertThat(quarantine().get(1).rules()).containsExactly(POSITIVE.id());
    assertThat(quarantine().get(1).attempts()).isEqualTo(3);
  }

  @Test
  void a_row_that_came_twice_is_replayed_once_and_copies_within_a_batch_are_two_rows()
      throws Exception {
    assumeThat(replays()).isTrue();
    write(gate(PLAIN), rows(row(1, null, 5), row(1, null, 5)));
    Contract renamed = Contract.of("items", "1a", TABLE, NAMED, POSITIVE);
    write(gate(renamed), rows(row(1, null, 5), row(1, null, 5)));
    Contract newer = Contract.of("items", "5", TABLE, POSITIVE);

    GateReport report = gate(newer).replay(Replay.of(QuarantineFilter.all()), CallControl.NONE);

    assertThat(report.tally()).isEqualTo(GateTally.of(2, 0, 2));
    assertThat(published()).containsExactly("1|null|5.00", "1|null|5.00");
  }

  @Test
  void a_replay_asks_skips_or_keeps_the_newest_where_the_key_is_published() throws Exception {
    assumeThat(replays() && upserts()).isTrue();
    Contract keyed = Contract.of("items", "6", TABLE, NAMED);
    Gate gate = builder(keyed).mode(WriteMode.upsert("id")).open();
    write(gate, rows(row(1, null, 5), row(2, null, 50), row(3, null, 5)));
    write(gate, rows(row(1, "one", 9), row(2, "two", 9)));
    Contract newer = Contract.of("items", "7", TABLE, POSITIVE);
    Gate loose = builder(newer).mode(WriteMode.upsert("id")).open();

    GateReport asked = loose.replay(Replay.of(QuarantineFilter.all()), CallControl.NONE);
    assertThat(asked.tally()).isEqualTo(GateTally.of(1, 2, 0));
    GateReport newest =
        loose.replay(Replay.of(QuarantineFilter.all()).keepingNewest("amount"), CallControl.NONE);

    assertThat(newest.tally()).isEqualTo(GateTally.of(1, 0, 1));
    assertThat(published()).containsExactlyInAnyOrder("1|one|9.00", "2|null|50.00", "3|null|5.00");
    assertThat(quarantine(QuarantinedRow.Status.WAIVED)).hasSize(1);
  }

  @Test
  void a_replay_replaces_no_row_that_may_be_newer() throws Exception {
    assumeThat(replays() && upserts()).isTrue();
    Gate strict =
        builder(Contract.of("items", "6a", TABLE, NAMED)).mode(WriteMode.upsert("id")).open();
    write(strict, rows(row(1, null, 5)));
    publishApart(1, "amount unknown");
    Gate loose =
        builder(Contract.of("items", "7a", TABLE, POSITIVE)).mode(WriteMode.upsert("id")).open();

    loose.replay(Replay.of(QuarantineFilter.all()).keepingNewest("amount"), CallControl.NONE);

    assertThat(published()).containsExactly("1|amount unknown|null");
  }

  @Test
  void a_waiver_lets_a_broken_rule_through_until_it_expires_and_is_visible() throws Exception {
    Gate gate =
        builder(PLAIN)
            .domains(
                Domains.of(
                    Domain.named("items").owning(target.asset().toString()).approvedBy("ana")))
            .open();
    Instant noon = clock.instant().plus(Duration.ofHours(4));

    Waiver waiver = gate.waive(ANA, "agent-1", NAMED.id(), Optional.empty(), "known gap", noon);
    GateReport waived = write(gate, rows(row(1, null, 5)));
    clock.advance(Duration.ofHours(5));
    GateReport expired = write(gate, rows(row(2, null, 5)));

    assertThat(waived.status()).isEqualTo(GateStatus.PASS_WITH_WARNINGS);
    assertThat(waived.waivers()).containsExactly(waiver.id());
    assertThat(waived.rules().get(0).outcome()).isEqualTo(RuleTally.Outcome.WAIVED);
    assertThat(expired.status()).isEqualTo(GateStatus.QUARANTINED);
    assertThat(published()).containsExactly("1|null|5.00");
  }

  @Test
  void a_waiver_is_about_the_rule_as_it_was_and_about_no_other_contract() throws Exception {
    Domains owners =
        Domains.of(Domain.named("items").owning(target.asset().toString()).approvedBy("ana"));
    Instant noon = clock.instant().plus(Duration.ofHours(4));
    builder(PLAIN)
        .domains(owners)
        .open()
        .waive(ANA, "agent-1", POSITIVE.id(), Optional.empty(), "known gap", noon);
    Rule stricter = Rule.between("amount", 0, 10).named(POSITIVE.id());

    GateReport newer =
        write(gate(Contract.of("items", "1b", TABLE, NAMED, POSITIVE)), rows(row(1, "a", -1)));
    GateReport changed =
        write(gate(Contract.of("items", "1c", TABLE, NAMED, stricter)), rows(row(1, "a", -1)));
    GateReport other =
        write(gate(Contract.of("others", "1", TABLE, NAMED, POSITIVE)), rows(row(1, "a", -1)));

    assertThat(newer.status()).isEqualTo(GateStatus.PASS_WITH_WARNINGS);
    assertThat(changed.status()).isEqualTo(GateStatus.QUARANTINED);
    assertThat(other.status()).isEqualTo(GateStatus.QUARANTINED);
  }

  @Test
  void a_name_written_otherwise_is_the_same_person() {
    for (String requester : List.of("ana", " ana", "Ana", " ")) {
      assertThatThrownBy(
              () ->
                  new Waiver(
                      new Asset("kit", TABLE),
                      NAMED.id(),
                      Optional.empty(),
                      requester,
                      "ana",
                      "why",
                      clock.instant(),
                      clock.instant().plusSeconds(1),
                      PLAIN.id(),
                      NAMED.digest()))
          .as(requester)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void nobody_waives_for_himself_and_no_agent_and_no_stranger_waives_at_all() throws Exception {
    Gate gate =
        builder(PLAIN)
            .domains(
                Domains.of(
                    Domain.named("items").owning(target.asset().toString()).approvedBy("ana")))
            .open();
    Instant noon = clock.instant().plus(Duration.ofHours(4));
    List<Caller> refused =
        List.of(
            new Caller("ana", Caller.Kind.AGENT),
            new Caller("ana", Caller.Kind.POLICY),
            new Caller("bob", Caller.Kind.HOST));

    for (Caller caller : refused) {
      assertThatThrownBy(
              () -> gate.waive(caller, "agent-1", NAMED.id(), Optional.empty(), "why", noon))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> gate.waive(ANA, "ana", NAMED.id(), Optional.empty(), "why", noon))
        .hasMessageContaining("another person");
    assertThat(gate.waivers()).isEmpty();
  }

  @Test
  void a_token_lets_what_was_checked_through_and_nothing_else() throws Exception {
    Gate gate = gate(PLAIN);
    ValidationToken token =
        gate.check(rows(row(1, "a", 5)), CallControl.NONE).token().orElseThrow();
    String text = token.text();
    char last = text.charAt(text.length() - 2);
    ValidationToken forged =
        new ValidationToken(
            text.substring(0, text.length() - 2)
                + (last == 'A' ? 'B' : 'A')
                + text.charAt(text.length() - 1));

    GateReport other = gate.write(rows(row(1, "a", 6)), token, CallControl.NONE);
    GateReport tampered = gate.write(rows(row(1, "a", 5)), forged, CallControl.NONE);
    GateReport foreign = gate(PLAIN).write(rows(row(1, "a", 5)), token, CallControl.NONE);
    assertThat(published()).isEmpty();
    GateReport good = gate.write(rows(row(1, "a", 5)), token, CallControl.NONE);
    GateReport twice = gate.write(rows(row(1, "a", 5)), token, CallControl.NONE);

    assertThat(List.of(other, tampered, foreign))
        .extracting(GateReport::status)
        .containsOnly(GateStatus.BLOCKED);
    assertThat(good.status()).isEqualTo(GateStatus.PASS);
    assertThat(twice).isEqualTo(good);
    assertThat(published()).containsExactly("1|a|5.00");
  }

  @Test
  void a_token_expires_by_the_clock_of_the_gate() throws Exception {
    Gate gate = builder(PLAIN).tokenLife(Duration.ofMinutes(5)).open();
    ValidationToken token =
        gate.check(rows(row(1, "a", 5)), CallControl.NONE).token().orElseThrow();
    clock.advance(Duration.ofMinutes(5));

    GateReport report = gate.write(rows(row(1, "a", 5)), token, CallControl.NONE);

    assertThat(report.status()).isEqualTo(GateStatus.BLOCKED);
    assertThat(report.reason().orElseThrow()).contains("expired");
    assertThat(published()).isEmpty();
  }

  @Test
  void a_target_that_changed_between_check_and_write_is_seen() throws Exception {
    assumeThat(answersChecks()).isTrue();
    Gate gate = gate(UNIQUE);
    GateVerdict verdict = gate.check(rows(row(1, "a", 5), row(2, "b", 6)), CallControl.NONE);
    publishApart(1, "faster");

    GateReport report =
        gate.write(
            rows(row(1, "a", 5), row(2, "b", 6)), verdict.token().orElseThrow(), CallControl.NONE);

    assertThat(verdict.status()).isEqualTo(GateStatus.PASS);
    assertThat(report.status()).isEqualTo(GateStatus.QUARANTINED);
    assertThat(published()).containsExactlyInAnyOrder("1|faster|null", "2|b|6.00");
  }

  @Test
  void writers_at_once_lose_nothing_and_double_nothing() throws Exception {
    int writers = 3;
    int batches = 4;
    Set<GateReport> reports = ConcurrentHashMap.newKeySet();
    ExecutorService pool = Executors.newFixedThreadPool(writers);
    CyclicBarrier start = new CyclicBarrier(writers);
    Contract contract = answersChecks() ? UNIQUE : PLAIN;
    List<Callable<Void>> work = new ArrayList<>();
    for (int writer = 0; writer < writers; writer++) {
      int own = writer;
      work.add(
          () -> {
            try (GateTarget mine = again()) {
              Gate gate =
                  Gate.to(mine)
                      .contract(contract)
                      .policy(GENEROUS)
                      .clock(clock)
                      .retries(100)
                      .open();
              start.await();
              for (int batch = 0; batch < batches; batch++) {
                // Half of the ids are everybody's: each may be published once.
                List<List<@Nullable Object>> rows = new ArrayList<>();
                for (long id = 0; id < 20; id++) {
                  long common = batch * 1000L + id;
                  rows.add(row(id % 2 == 0 ? common : common + 100_000L * (own + 1), "n", own));
                }
                GateReport report = gate.write(source(FIELDS, rows, 7), CallControl.NONE);
                conserves(report, 20);
                reports.add(report);
              }
            }
            return null;
          });
    }
    try {
      for (Future<Void> done : pool.invokeAll(work)) {
        done.get();
      }
    } finally {
      pool.shutdown();
    }

    long published = reports.stream().mapToLong(report -> report.tally().published()).sum();
    List<String> there = published();
    assertThat(there).hasSize((int) published);
    if (answersChecks()) {
      assertThat(there.stream().map(text -> text.substring(0, text.indexOf('|'))).toList())
          .doesNotHaveDuplicates()
          .hasSize(batches * (10 + 10 * writers));
    }
    if (target.columns().isEmpty()) {
      throw new AssertionError("The table is gone");
    }
  }

  @Test
  void the_same_batch_from_two_writers_at_once_is_published_once() throws Exception {
    int writers = 2;
    Contract contract = answersChecks() ? UNIQUE : PLAIN;
    ExecutorService pool = Executors.newFixedThreadPool(writers);
    CyclicBarrier start = new CyclicBarrier(writers);
    Callable<GateReport> work =
        () -> {
          try (GateTarget mine = again()) {
            Gate gate =
                Gate.to(mine)
                    .contract(contract)
                    .policy(GENEROUS.quarantining(1, 1))
                    .clock(clock)
                    .retries(100)
                    .open();
            start.await();
            return write(gate, rows(row(1, "a", 5), row(2, null, 6), row(3, "c", 7)));
          }
        };
    List<GateReport> reports = new ArrayList<>();
    try {
      for (Future<GateReport> done : pool.invokeAll(List.of(work, work))) {
        reports.add(done.get());
      }
    } finally {
      pool.shutdown();
    }

    assertThat(reports.get(0)).isEqualTo(reports.get(1));
    assertThat(published()).containsExactlyInAnyOrder("1|a|5.00", "3|c|7.00");
    assertThat(quarantine()).hasSize(1);
  }
}
