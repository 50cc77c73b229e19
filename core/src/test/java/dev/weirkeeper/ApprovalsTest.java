package dev.weirkeeper;

import static dev.weirkeeper.TestDoor.AGENT;
import static dev.weirkeeper.TestDoor.ANA;
import static dev.weirkeeper.TestDoor.BEN;
import static dev.weirkeeper.TestDoor.DELETE;
import static dev.weirkeeper.TestDoor.EVE;
import static dev.weirkeeper.TestDoor.GOLD;
import static dev.weirkeeper.TestDoor.LINES;
import static dev.weirkeeper.TestDoor.ONCE;
import static dev.weirkeeper.TestDoor.ORDERS;
import static dev.weirkeeper.TestDoor.POLICY;
import static dev.weirkeeper.TestDoor.READ;
import static dev.weirkeeper.TestDoor.WORD;
import static dev.weirkeeper.TestDoor.WRITE;
import static dev.weirkeeper.TestDoor.done;
import static dev.weirkeeper.TestDoor.on;
import static dev.weirkeeper.TestDoor.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApprovalsTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Domain SALES =
      Domain.named("sales").owning("shop:*").approvedBy("ana", "ben");

  private final TestDoor door = new TestDoor();

  @BeforeEach
  void grant() {
    door.grants.allow(Grant.to("claude", Effect.READ));
    door.domains = Domains.of(SALES, Domain.named("gold").owning("warehouse:*").approvedBy("eve"));
  }

  private Approvals approvals() {
    return door.open().approvals();
  }

  private Outcome perform(String tool) {
    return door.perform(AGENT, on(ORDERS, tool));
  }

  private Hash approved(String tool) {
    Hash request = door.request(AGENT, on(ORDERS, tool));
    approvals().approve(ANA, request);
    return request;
  }

  private void assertRefused(Outcome outcome, String why) {
    assertThat(refusal(outcome)).as(outcome.toString()).isPresent();
    assertThat(refusal(outcome).orElseThrow()).contains(why);
  }

  private void assertNothingHappened(Outcome outcome, String why) {
    assertRefused(outcome, why);
    assertThat(door.called).isEmpty();
  }

  @Test
  void an_act_that_a_person_approved_is_done_once() {
    assertNothingHappened(perform(WRITE), "it has none: none was asked for");
    Hash request = door.request(AGENT, on(ORDERS, WRITE));
    assertNothingHappened(perform(WRITE), "is OPEN");
    approvals().approve(ANA, request);

    assertThat(perform(WRITE).isDone()).isTrue();
    assertRefused(perform(WRITE), "is USED");

    assertThat(door.called).hasSize(1);
    assertThat(approvals().find(request).orElseThrow().status()).isEqualTo(Approval.Status.USED);
    assertThat(door.sink.kinds())
        .filteredOn(kind -> !kind.equals("act.refused"))
        .containsExactly("approval.requested", "approval.voted", "act.started", "act.finished");
  }

  @Test
  void invariant_9_what_was_approved_and_by_whom_is_in_the_record_of_the_act() {
    Hash request = approved(WRITE);
    perform(WRITE);

    Act.Started started =
        door.sink.records().stream()
            .filter(record -> record.kind().equals(Act.Started.KIND))
            .map(record -> record.body().as(Act.Started.class))
            .findFirst()
            .orElseThrow();
    Approval given = started.approval().orElseThrow();
    assertThat(given.request().id()).isEqualTo(request);
    assertThat(given.request().action()).isEqualTo(started.action());
    assertThat(given.request().policy()).isEqualTo(started.policy());
    assertThat(given.request().state()).isEqualTo(started.state());
    assertThat(given.votes()).extracting(Approval.Vote::person).containsExactly("ana");
  }

  @Test
  void a_person_sees_in_full_what_is_asked_and_is_told_once() {
    Hash request = door.request(AGENT, on(ORDERS, DELETE));

    Approval.Request shown = approvals().find(request).orElseThrow().request();
    assertThat(shown.tool()).isEqualTo(DELETE);
    assertThat(shown.input()).isEqualTo(on(ORDERS, DELETE).input());
    assertThat(shown.target()).isEqualTo(ORDERS);
    assertThat(shown.requester()).isEqualTo(AGENT);
    assertThat(shown.approvers()).containsExactlyInAnyOrder("ana", "ben");
    assertThat(shown.persons()).isEqualTo(2);
    assertThat(door.alerts).hasSize(1);
    assertThat(door.alerts.get(0).kind()).isEqualTo(Alert.Kind.APPROVAL_WANTED);
    assertThat(door.alerts.get(0).subject()).isEqualTo(request.hex());
  }

  @Test
  void what_needs_no_approval_is_not_asked_for() {
    Outcome outcome = door.open().request(AGENT, on(ORDERS, READ), "please", HOUR, List.of());

    assertRefused(outcome, "needs no approval");
    assertThat(approvals().list()).isEmpty();
  }

  @Test
  void a_request_passes_the_same_questions_as_the_act() {
    Toolbox open = door.open();
    Caller stranger = new Caller("stranger", Caller.Kind.AGENT);
    assertRefused(
        open.request(stranger, on(ORDERS, WRITE), "please", HOUR, List.of()), "granted nothing");
    door.killSwitch.stop("incident");
    assertRefused(open.request(AGENT, on(ORDERS, WRITE), "please", HOUR, List.of()), "incident");
    door.killSwitch.release();
    door.limit = Effect.READ;
    assertRefused(
        door.open().request(AGENT, on(ORDERS, WRITE), "please", HOUR, List.of()), "limit is READ");
    assertRefused(
        open.request(AGENT, new Action(WRITE, Json.empty(), ORDERS), "please", HOUR, List.of()),
        "not valid");
    door.fingerprint =
        (input, call) -> {
          throw new IOException("gone");
        };
    assertRefused(
        open.request(AGENT, on(ORDERS, WRITE), "please", HOUR, List.of()), "could not be read");

    assertThat(approvals().list()).isEmpty();
  }

  @Test
  void a_request_is_for_a_day_at_most() {
    for (Duration wrong : List.of(Duration.ZERO, HOUR.negated(), Duration.ofDays(1).plusNanos(1))) {
      assertThatThrownBy(
              () -> door.open().request(AGENT, on(ORDERS, WRITE), "please", wrong, List.of()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void what_an_agent_words_is_capped_and_printable() {
    String words = "\u202e\u0000 approved by the cfo \n" + "x".repeat(100_000);

    door.open().request(AGENT, on(ORDERS, WRITE), words, HOUR, List.of());

    assertThat(approvals().list().get(0).request().reason())
        .startsWith("?? approved by the cfo ?")
        .hasSize(1024);
  }

  @Test
  void what_an_agent_words_is_asked_without_its_secrets() {
    door.open().request(AGENT, on(ORDERS, WRITE), "use password=hunter2", HOUR, List.of());

    assertThat(approvals().list().get(0).request().reason()).startsWith("use password=");
    assertThat(approvals().list() + door.sink.text()).doesNotContain("hunter2");
  }

  @Nested
  class Requests {
    @Test
    void the_same_request_while_it_is_open_is_the_same() {
      Hash first = door.request(AGENT, on(ORDERS, WRITE));
      door.clock.forward(Duration.ofMinutes(5));
      Hash again = door.request(AGENT, on(ORDERS, WRITE));
      approvals().approve(ANA, first);
      Hash approved = door.request(AGENT, on(ORDERS, WRITE));

      assertThat(List.of(again, approved)).containsOnly(first);
      assertThat(approvals().list()).hasSize(1);
      assertThat(door.alerts).hasSize(1);
      assertThat(door.sink.kinds()).containsOnlyOnce("approval.requested");
    }

    @Test
    void another_state_other_rules_another_caller_or_an_answered_one_is_another() {
      door.grants.allow(Grant.to("gemini", Effect.READ));
      Set<Hash> all = new HashSet<>();
      Hash first = door.request(AGENT, on(ORDERS, WRITE));
      all.add(first);
      all.add(door.request(new Caller("gemini", Caller.Kind.AGENT), on(ORDERS, WRITE)));
      door.fingerprint = (input, call) -> "moved";
      all.add(door.request(AGENT, on(ORDERS, WRITE)));
      door.fingerprint = (input, call) -> "as ever";
      door.budgets = Budgets.STANDARD.with(Budget.of("w", WRITE).acts(5));
      all.add(door.request(AGENT, on(ORDERS, WRITE)));
      door.budgets = Budgets.STANDARD;
      approvals().deny(ANA, first);
      door.clock.forward(Duration.ofSeconds(1));
      all.add(door.request(AGENT, on(ORDERS, WRITE)));

      assertThat(all).hasSize(5);
    }

    @Test
    void two_who_ask_the_same_at_once_ask_once() {
      List<Hash> inner = new ArrayList<>();
      door.sink.before =
          record -> {
            door.sink.before = any -> {};
            door.clock.forward(Duration.ofSeconds(1));
            inner.add(door.request(AGENT, on(ORDERS, WRITE)));
          };

      Hash outer = door.request(AGENT, on(ORDERS, WRITE));

      assertThat(inner).containsExactly(outer);
      assertThat(approvals().list()).hasSize(1);
      assertThat(door.alerts).hasSize(1);
    }

    @Test
    void an_answer_is_not_asked_for_again_in_the_moment_it_was_given() {
      Hash first = door.request(AGENT, on(ORDERS, WRITE));
      approvals().deny(ANA, first);

      Outcome outcome = door.open().request(AGENT, on(ORDERS, WRITE), "please", HOUR, List.of());

      assertRefused(outcome, "answered; ask again");
    }

    @Test
    void twenty_are_open_at_a_time_for_each_caller() {
      door.grants.allow(Grant.to("gemini", Effect.READ));
      Hash first = door.request(AGENT, on(ORDERS, WRITE, "0"));
      for (int i = 1; i < 20; i++) {
        door.request(AGENT, on(ORDERS, WRITE, "" + i));
      }

      Outcome more = door.open().request(AGENT, on(LINES, WRITE), "please", HOUR, List.of());

      assertRefused(more, "20 requests open already");
      door.request(new Caller("gemini", Caller.Kind.AGENT), on(ORDERS, WRITE));
      approvals().revoke(AGENT, first);
      door.request(AGENT, on(LINES, WRITE));
    }

    @Test
    void invariant_2_one_that_cannot_be_written_down_is_not_there() {
      door.sink.failing.add("approval.requested");

      assertThatThrownBy(() -> door.request(AGENT, on(ORDERS, WRITE)))
          .isInstanceOf(JournalException.class);
      assertThat(approvals().list()).isEmpty();
      assertThat(door.alerts).isEmpty();
    }

    @Test
    void a_clock_that_is_behind_asks_for_nothing() {
      door.grants.allow(Grant.to("ana", Effect.WRITE));
      door.perform(ANA, on(ORDERS, WRITE));
      door.clock.back(HOUR);

      assertRefused(
          door.open().request(AGENT, on(ORDERS, WRITE), "please", HOUR, List.of()), "The clock is");
    }
  }

  @Nested
  class Votes {
    private Hash request;

    @BeforeEach
    void ask() {
      request = door.request(AGENT, on(ORDERS, WRITE));
    }

    private void assertNoVote(Caller caller, String why) {
      for (Hash of : List.of(request)) {
        assertThatThrownBy(() -> approvals().approve(caller, of)).hasMessageContaining(why);
        assertThatThrownBy(() -> approvals().deny(caller, of)).hasMessageContaining(why);
      }
      assertThat(approvals().find(request).orElseThrow().status()).isEqualTo(Approval.Status.OPEN);
      assertThat(approvals().find(request).orElseThrow().votes()).isEmpty();
      assertThat(door.sink.kinds()).doesNotContain("approval.voted");
      assertNothingHappened(perform(WRITE), "is OPEN");
    }

    @Test
    void of_somebody_who_is_no_approver_of_the_domain() {
      assertNoVote(EVE, "'eve' is not among the approvers of domain sales: [ana, ben]");
    }

    @Test
    void of_an_agent_or_a_policy_whatever_its_name() {
      assertNoVote(AGENT, "is no person");
      assertNoVote(new Caller("ana", Caller.Kind.AGENT), "is no person");
      assertNoVote(new Caller("ana", Caller.Kind.POLICY), "is no person");
    }

    @Test
    void of_who_asked() {
      door.grants.allow(Grant.to("ana", Effect.READ));
      Hash own = door.request(ANA, on(ORDERS, WRITE));

      assertThatThrownBy(() -> approvals().approve(ANA, own))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("another person has to decide");
      assertThat(approvals().find(own).orElseThrow().request().approvers()).containsExactly("ben");
      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "is OPEN");
    }

    @Test
    void on_what_is_not_there() {
      Hash nothing = Hash.of(Json.of("nothing"));

      assertThatThrownBy(() -> approvals().approve(ANA, nothing))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("There is no request");
      assertThat(approvals().find(nothing)).isEmpty();
    }

    @Test
    void to_deny_are_for_good() {
      approvals().deny(BEN, request);

      assertThatThrownBy(() -> approvals().approve(ANA, request))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is DENIED and stays so");
      assertNothingHappened(perform(WRITE), "is DENIED");
    }

    @Test
    void to_revoke_take_an_approval_back_before_it_is_used() {
      approvals().approve(ANA, request);
      approvals().revoke(BEN, request);

      assertNothingHappened(perform(WRITE), "is REVOKED");
    }

    @Test
    void to_revoke_come_too_late_for_what_was_used() {
      approvals().approve(ANA, request);
      perform(WRITE);

      assertThatThrownBy(() -> approvals().revoke(ANA, request))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is USED");
    }

    @Test
    void of_who_asked_may_take_the_request_back() {
      approvals().revoke(AGENT, request);

      assertNothingHappened(perform(WRITE), "is REVOKED");
      assertThatThrownBy(() -> approvals().revoke(EVE, request))
          .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void to_approve_after_it_expired_count_for_nothing() {
      door.clock.forward(HOUR);

      assertThatThrownBy(() -> approvals().approve(ANA, request))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is EXPIRED");
    }

    @Test
    void invariant_2_that_cannot_be_written_down_count_for_nothing() {
      door.sink.failing.add("approval.voted");

      assertThatThrownBy(() -> approvals().approve(ANA, request))
          .isInstanceOf(JournalException.class);

      assertNothingHappened(perform(WRITE), "is OPEN");
    }
  }

  @Nested
  class DoNotHold {
    @Test
    void expired() {
      approved(WRITE);
      door.clock.forward(HOUR.minusNanos(1));
      Outcome before = door.perform(AGENT, on(LINES, WRITE));
      assertNothingHappened(before, "none was asked for");
      door.clock.forward(Duration.ofNanos(1));

      assertNothingHappened(perform(WRITE), "is EXPIRED");
    }

    @Test
    void until_the_last_moment_they_do() {
      approved(WRITE);
      door.clock.forward(HOUR.minusNanos(1));

      assertThat(perform(WRITE).isDone()).isTrue();
    }

    @Test
    void for_another_asset_input_tool_or_caller() {
      door.grants.allow(Grant.to("gemini", Effect.READ));
      approved(WRITE);

      assertNothingHappened(door.perform(AGENT, on(LINES, WRITE)), "none was asked for");
      assertNothingHappened(door.perform(AGENT, on(ORDERS, WRITE, "i-2")), "none was asked for");
      assertNothingHappened(door.perform(AGENT, on(ORDERS, ONCE)), "none was asked for");
      assertNothingHappened(
          door.perform(new Caller("gemini", Caller.Kind.AGENT), on(ORDERS, WRITE)),
          "none was asked for");
      assertNothingHappened(
          door.perform(new Caller("claude", Caller.Kind.POLICY), on(ORDERS, WRITE)),
          "none was asked for");
      assertThat(perform(WRITE).isDone()).isTrue();
    }

    @Test
    void on_a_state_that_has_changed_since() {
      approved(WRITE);
      door.fingerprint = (input, call) -> "moved";

      assertNothingHappened(perform(WRITE), "a state that has changed since");
    }

    @Test
    void under_other_rules_be_they_narrower_or_wider() {
      approved(WRITE);
      for (Runnable change :
          List.<Runnable>of(
              () -> door.limit = Effect.WRITE,
              () -> door.budgets = Budgets.STANDARD.with(Budget.of("w", WRITE).acts(5)),
              () -> door.budgets = Budgets.STANDARD.freezeAllAfter(3, HOUR),
              () -> door.domains = Domains.of(SALES.personsForIrreversible(3)),
              () -> door.domains = Domains.of(SALES.bearing(tolerant())),
              () -> door.domains = Domains.of(SALES.approvedBy("ana", "ben", "eve")))) {
        Effect limit = door.limit;
        Budgets budgets = door.budgets;
        Domains domains = door.domains;
        change.run();

        assertNothingHappened(perform(WRITE), "rules have changed since");
        door.limit = limit;
        door.budgets = budgets;
        door.domains = domains;
      }
      assertThat(perform(WRITE).isDone()).isTrue();
    }

    private Tolerance tolerant() {
      return new Tolerance(Verdict.BREAKING, Set.of(), Tolerance.Truncation.APPLY);
    }

    @Test
    void when_the_caller_s_grants_have_changed_since() {
      approved(WRITE);
      door.grants.allow(Grant.to("claude", Effect.READ).tools("item_word"));

      assertNothingHappened(perform(WRITE), "rules have changed since");
    }

    @Test
    void when_the_approver_has_left_the_domain() {
      approved(WRITE);
      door.domains = Domains.of(SALES.approvedBy("ben"));

      assertNothingHappened(perform(WRITE), "rules have changed since");
    }

    @Test
    void when_the_grant_is_gone() {
      approved(WRITE);
      door.grants.revoke("claude");

      assertNothingHappened(perform(WRITE), "granted nothing");
    }

    @Test
    void against_the_switch_a_guard_a_freeze_or_a_budget() {
      approved(WRITE);
      door.killSwitch.stop("incident");
      assertNothingHappened(perform(WRITE), "incident");
      door.killSwitch.release();
      for (Asset asset : List.of(ORDERS, LINES, GOLD)) {
        door.open().alarm(asset, Hash.of(Json.empty()));
      }
      assertNothingHappened(perform(WRITE), "All acts are frozen");
      door.open().thaw(ANA, "*");
      door.grants.allow(Grant.to("ben", Effect.WRITE));
      for (int i = 0; i < 120; i++) {
        door.perform(BEN, on(ORDERS, WRITE, "" + i));
      }
      door.called.clear();
      assertNothingHappened(perform(WRITE), "120 acts an hour");
    }

    @Test
    void longer_because_the_clock_was_wrong_when_they_were_asked_for() {
      door.clock.forward(Duration.ofDays(30));
      Hash request = approved(WRITE);
      door.clock.back(Duration.ofDays(30));
      assertNothingHappened(perform(WRITE), "The clock is");
      door.open().thaw(ANA, "clock");

      assertThat(approvals().find(request)).isEmpty();
      assertNothingHappened(perform(WRITE), "none was asked for");
    }
  }

  @Nested
  class Use {
    @Test
    void an_approval_that_was_used_while_rows_were_counted_is_not_used_again() {
      approvals().approve(BEN, approved(DELETE));
      door.counting =
          (input, call) -> {
            door.counting = (again, inner) -> new Probe.Value<>(1L);
            assertThat(perform(DELETE).isDone()).isTrue();
            return new Probe.Value<>(1L);
          };

      assertRefused(perform(DELETE), "is USED");
      assertThat(door.called).hasSize(1);
    }

    @Test
    void an_act_that_came_to_nothing_uses_its_approval_up() {
      for (Outcome outcome :
          List.of(
              new Outcome.Failed("no"),
              new Outcome.Unknown("?"),
              new Outcome.Partial(Json.empty(), Json.empty()))) {
        door.memory = DoorMemory.inProcess();
        approved(WRITE);
        door.handler = (input, call) -> outcome;
        assertThat(perform(WRITE)).isEqualTo(outcome);
        door.handler = (input, call) -> done();

        assertRefused(perform(WRITE), "is USED");
      }
    }

    @Test
    void an_act_whose_host_died_uses_its_approval_up() {
      approved(WRITE);
      door.sink.failing.add("act.finished");
      assertThatThrownBy(() -> perform(WRITE)).isInstanceOf(JournalException.class);
      door.sink.failing.clear();

      assertRefused(perform(WRITE), "is USED");
      assertThat(door.called).hasSize(1);
    }

    @Test
    void an_act_that_was_not_tried_does_not() {
      approved(WRITE);
      door.handler = (input, call) -> new Outcome.Refused("locked");
      assertRefused(perform(WRITE), "locked");
      door.handler = (input, call) -> done();

      assertThat(perform(WRITE).isDone()).isTrue();
      assertRefused(perform(WRITE), "is USED");
    }

    @Test
    void one_that_is_not_let_through_for_its_budget_does_not() {
      door.budgets = Budgets.STANDARD.with(Budget.of("w", WRITE).acts(0));
      approved(WRITE);
      assertNothingHappened(perform(WRITE), "0 acts");

      assertThat(approvals().list().get(0).status()).isEqualTo(Approval.Status.APPROVED);
    }

    @Test
    void a_policy_and_the_host_need_one_too_beyond_their_grants() {
      assertNothingHappened(door.perform(POLICY, on(ORDERS, WRITE)), "no grant beyond READ");
      Hash request = door.request(POLICY, on(ORDERS, WRITE));
      approvals().approve(ANA, request);

      assertThat(door.perform(POLICY, on(ORDERS, WRITE)).isDone()).isTrue();
    }

    @Test
    void an_agent_s_words_are_approved_each_time() {
      door.grants.allow(Grant.to("claude", Effect.WRITE));
      assertNothingHappened(perform(WORD), "words");
      approved(WORD);

      assertThat(perform(WORD).isDone()).isTrue();
      assertRefused(perform(WORD), "is USED");
    }

    @Test
    void consent_to_each_act_is_an_approval_of_each() {
      door.grants.revoke("claude");
      door.grants.allow(Grant.to("claude", Effect.WRITE).withApproval());
      approved(WRITE);

      assertThat(perform(WRITE).isDone()).isTrue();
      assertRefused(perform(WRITE), "is USED");
    }
  }

  @Nested
  class TwoPersons {
    private Hash request;

    @BeforeEach
    void ask() {
      request = door.request(AGENT, on(ORDERS, DELETE));
    }

    @Test
    void approve_what_cannot_be_taken_back() {
      approvals().approve(ANA, request);
      assertNothingHappened(perform(DELETE), "is OPEN");
      approvals().approve(BEN, request);

      assertThat(perform(DELETE).isDone()).isTrue();
    }

    @Test
    void are_not_one_who_says_it_twice() {
      approvals().approve(ANA, request);
      approvals().approve(ANA, request);

      assertNothingHappened(perform(DELETE), "is OPEN");
    }

    @Test
    void are_stopped_by_the_no_of_one() {
      approvals().approve(ANA, request);
      approvals().approve(BEN, request);
      approvals().deny(BEN, request);

      assertNothingHappened(perform(DELETE), "is DENIED");
    }

    @Test
    void are_needed_beside_who_asks() {
      door.grants.allow(Grant.to("ana", Effect.READ));

      Outcome outcome = door.open().request(ANA, on(ORDERS, DELETE), "please", HOUR, List.of());

      assertRefused(outcome, "the approval of 2 persons, and domain sales has 1 approvers");
    }
  }

  /** Somebody writes into the door's folder, or into its memory, past {@link Approvals}. */
  @Nested
  class Forged {
    @TempDir Path folder;

    @BeforeEach
    void remember() throws IOException {
      door.memory = DoorMemory.in(folder);
    }

    private void write(DoorEvent... events) throws IOException {
      DoorMemory.in(folder).update(state -> new DoorMemory.Change<>(List.of(events), true));
    }

    private DoorEvent vote(Hash request, String person, Approval.Word word) {
      return new DoorEvent.Voted(new Approval.Vote(request, door.clock.instant(), person, word));
    }

    @Test
    void votes_of_strangers_of_the_requester_and_twice_of_one_approve_nothing() throws IOException {
      Hash one = door.request(AGENT, on(ORDERS, WRITE));
      write(vote(one, "eve", Approval.Word.APPROVE), vote(one, "claude", Approval.Word.APPROVE));
      assertNothingHappened(perform(WRITE), "is OPEN");
      Hash two = door.request(AGENT, on(ORDERS, DELETE));
      write(vote(two, "ana", Approval.Word.APPROVE), vote(two, "ana", Approval.Word.APPROVE));

      assertNothingHappened(perform(DELETE), "is OPEN");
    }

    @Test
    void a_requester_who_is_an_approver_elsewhere_does_not_approve_its_own() throws IOException {
      door.grants.allow(Grant.to("ana", Effect.READ));
      Hash own = door.request(ANA, on(ORDERS, WRITE));
      Approval.Request honest = approvals().find(own).orElseThrow().request();
      door.clock.forward(Duration.ofMinutes(1));
      Approval.Request forged = forged(honest, Set.of("ana", "ben"), 1);
      write(new DoorEvent.Requested(forged), vote(forged.id(), "ana", Approval.Word.APPROVE));

      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "is OPEN");
      assertThat(door.called).isEmpty();
    }

    @Test
    void a_request_that_names_approvers_of_its_own_approves_nothing() throws IOException {
      Hash asked = door.request(AGENT, on(ORDERS, DELETE));
      Approval.Request honest = approvals().find(asked).orElseThrow().request();
      door.clock.forward(Duration.ofMinutes(1));
      Approval.Request forged = forged(honest, Set.of("eve"), 1);
      write(new DoorEvent.Requested(forged), vote(forged.id(), "eve", Approval.Word.APPROVE));
      assertThat(approvals().find(forged.id()).orElseThrow().status())
          .isEqualTo(Approval.Status.APPROVED);

      assertNothingHappened(perform(DELETE), "it needs 2 approvers of domain sales");
    }

    @Test
    void a_request_that_asks_for_fewer_persons_approves_nothing() throws IOException {
      Hash asked = door.request(AGENT, on(ORDERS, DELETE));
      Approval.Request honest = approvals().find(asked).orElseThrow().request();
      door.clock.forward(Duration.ofMinutes(1));
      Approval.Request forged = forged(honest, honest.approvers(), 1);
      write(new DoorEvent.Requested(forged), vote(forged.id(), "ana", Approval.Word.APPROVE));

      assertNothingHappened(perform(DELETE), "it needs 2 approvers of domain sales");
    }

    private Approval.Request forged(Approval.Request honest, Set<String> approvers, int persons) {
      return new Approval.Request(
          honest.action(),
          honest.tool(),
          honest.input(),
          honest.target(),
          honest.requester(),
          honest.state(),
          honest.policy(),
          honest.domain(),
          approvers,
          persons,
          honest.reason(),
          door.clock.instant(),
          honest.expires());
    }

    @Test
    void an_approval_used_once_is_not_fresh_by_a_second_request_of_one_id() throws IOException {
      Hash request = approved(WRITE);
      Approval.Request honest = approvals().find(request).orElseThrow().request();
      perform(WRITE);
      write(new DoorEvent.Requested(honest), vote(request, "ana", Approval.Word.APPROVE));

      assertRefused(perform(WRITE), "is USED");
      assertThat(door.called).hasSize(1);
    }
  }

  @Nested
  class FromAnotherProcess {
    @TempDir Path folder;

    @Test
    void a_person_approves_through_the_folder_and_the_door_hears_of_it() throws IOException {
      door.memory = DoorMemory.in(folder);
      Toolbox open = door.open();
      Hash request = door.request(AGENT, on(ORDERS, WRITE));
      Approvals console = Approvals.in(DoorMemory.in(folder), door.clock);

      assertThat(console.list()).extracting(each -> each.request().id()).containsExactly(request);
      assertThatThrownBy(() -> console.approve(EVE, request))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(console.approve(ANA, request).status()).isEqualTo(Approval.Status.APPROVED);

      assertThat(open.perform(AGENT, on(ORDERS, WRITE), List.of()).isDone()).isTrue();
      assertThat(console.find(request)).map(Approval::status).contains(Approval.Status.USED);
      assertThatThrownBy(() -> console.revoke(ANA, request))
          .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void an_approval_outlives_the_host_that_asked() throws IOException {
      door.memory = DoorMemory.in(folder);
      Hash request = approved(WRITE);
      door.memory = DoorMemory.in(folder);
      assertThat(approvals().find(request))
          .map(Approval::status)
          .contains(Approval.Status.APPROVED);

      assertThat(perform(WRITE).isDone()).isTrue();
      door.memory = DoorMemory.in(folder);
      assertRefused(perform(WRITE), "is USED");
    }
  }

  @Test
  void requests_are_listed_newest_first() {
    Hash one = door.request(AGENT, on(ORDERS, WRITE));
    door.clock.forward(Duration.ofSeconds(1));
    Hash two = door.request(AGENT, on(LINES, WRITE));

    assertThat(approvals().list())
        .extracting(approval -> approval.request().id())
        .containsExactly(two, one);
    assertThat(approvals().find(one)).map(Approval::votes).isEqualTo(Optional.of(List.of()));
  }
}
