package dev.weirkeeper;

import static dev.weirkeeper.TestDoor.AGENT;
import static dev.weirkeeper.TestDoor.ANA;
import static dev.weirkeeper.TestDoor.DELETE;
import static dev.weirkeeper.TestDoor.GOLD;
import static dev.weirkeeper.TestDoor.LINES;
import static dev.weirkeeper.TestDoor.ORDERS;
import static dev.weirkeeper.TestDoor.POLICY;
import static dev.weirkeeper.TestDoor.READ;
import static dev.weirkeeper.TestDoor.START;
import static dev.weirkeeper.TestDoor.STATUS;
import static dev.weirkeeper.TestDoor.WORD;
import static dev.weirkeeper.TestDoor.WRITE;
import static dev.weirkeeper.TestDoor.on;
import static dev.weirkeeper.TestDoor.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.spi.Guard;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GrantsTest {
  private final TestDoor door = new TestDoor();

  @Test
  void host_and_policies_read_without_a_grant_and_agents_do_not() {
    assertThat(door.perform(ANA, on(ORDERS, READ)).isDone()).isTrue();
    assertThat(door.perform(POLICY, on(ORDERS, READ)).isDone()).isTrue();
    assertThat(refusal(door.perform(AGENT, on(ORDERS, READ))))
        .hasValueSatisfying(contains("nothing"));
    assertThat(refusal(door.perform(ANA, on(ORDERS, WRITE)))).isPresent();
  }

  @Test
  void a_grant_holds_for_its_tools_its_assets_and_its_effect() {
    door.grants.allow(Grant.to("claude", Effect.WRITE).tools("item_w*").assets("shop:public.o*"));

    assertThat(door.perform(AGENT, on(ORDERS, WRITE)).isDone()).isTrue();
    assertThat(refusal(door.perform(AGENT, on(ORDERS, START))))
        .hasValueSatisfying(contains("no grant for"));
    assertThat(refusal(door.perform(AGENT, on(LINES, WRITE))))
        .hasValueSatisfying(contains("no grant for"));
    assertThat(refusal(door.perform(AGENT, on(new Asset("warehouse", "public.orders"), WRITE))))
        .hasValueSatisfying(contains("no grant for"));
    assertThat(refusal(door.perform(AGENT, on(ORDERS, TestDoor.WIPE))))
        .hasValueSatisfying(contains("no grant beyond WRITE"));
    assertThat(door.called).containsExactly("item_write shop:public.orders");
  }

  @Test
  void two_grants_do_not_add_up_to_a_third() {
    door.grants.allow(Grant.to("claude", Effect.WRITE).assets("shop:public.orders"));
    door.grants.allow(Grant.to("claude", Effect.READ).assets("warehouse:*"));

    assertThat(door.perform(AGENT, on(GOLD, READ)).isDone()).isTrue();
    assertThat(refusal(door.perform(AGENT, on(GOLD, WRITE)))).isPresent();
  }

  @Test
  void a_name_that_only_looks_like_a_granted_one_is_another_name() {
    door.grants.allow(Grant.to("claude", Effect.WRITE).assets("shop:public.orders"));

    for (String twin :
        List.of("public.\u043erders", "public.orders ", "Public.orders", "public.orders2")) {
      assertThat(refusal(door.perform(AGENT, on(new Asset("shop", twin), WRITE))))
          .as(twin)
          .isPresent();
    }
    assertThat(door.called).isEmpty();
  }

  @Test
  void a_system_s_name_cannot_end_within_an_asset_s_name() {
    assertThatThrownBy(() -> new Asset("shop:public", "orders"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("colon");
  }

  @ParameterizedTest
  @EnumSource(Caller.Kind.class)
  void what_is_revoked_is_gone_also_what_needed_no_grant(Caller.Kind kind) {
    Caller caller = new Caller("dan", kind);
    door.grants.allow(Grant.to("dan", Effect.WRITE));
    assertThat(door.perform(caller, on(ORDERS, WRITE)).isDone()).isTrue();

    door.grants.revoke("dan");

    assertThat(refusal(door.perform(caller, on(ORDERS, READ))))
        .hasValueSatisfying(contains("granted nothing"));
    assertThat(refusal(door.perform(caller, on(ORDERS, WRITE))))
        .hasValueSatisfying(contains("granted nothing"));
  }

  @Test
  void what_is_granted_after_it_was_revoked_holds() {
    door.grants.revoke("claude");
    door.grants.allow(Grant.to("claude", Effect.READ));

    assertThat(door.perform(AGENT, on(ORDERS, READ)).isDone()).isTrue();
    assertThat(refusal(door.perform(AGENT, on(ORDERS, WRITE)))).isPresent();
  }

  @Test
  void a_grant_revoked_before_the_act_is_announced_stops_it() {
    door.grants.allow(Grant.to("claude", Effect.WRITE));
    door.fingerprint =
        (input, call) -> {
          door.grants.revoke("claude");
          return "as ever";
        };

    assertThat(refusal(door.perform(AGENT, on(ORDERS, WRITE)))).isPresent();
    assertThat(door.called).isEmpty();
  }

  @Test
  void a_grant_narrowed_before_the_act_stops_it() {
    door.grants.allow(Grant.to("claude", Effect.WRITE));
    door.fingerprint =
        (input, call) -> {
          door.grants.revoke("claude");
          door.grants.allow(Grant.to("claude", Effect.READ));
          return "as ever";
        };

    assertThat(refusal(door.perform(AGENT, on(ORDERS, WRITE))))
        .hasValueSatisfying(contains("no grant beyond READ"));
    assertThat(door.called).isEmpty();
  }

  @Test
  void a_handler_that_asks_hears_that_the_grant_is_gone() {
    door.grants.allow(Grant.to("claude", Effect.WRITE));
    List<Optional<String>> heard = new ArrayList<>();
    door.handler =
        (input, call) -> {
          heard.add(call.stop());
          door.grants.revoke("claude");
          heard.add(call.stop());
          return new Outcome.Refused("stopped");
        };

    door.perform(AGENT, on(ORDERS, WRITE));

    assertThat(heard.get(0)).isEmpty();
    assertThat(heard.get(1)).hasValueSatisfying(contains("no grant"));
  }

  @Test
  void a_handler_that_asks_hears_of_the_switch_the_guard_and_the_deadline() {
    door.grants.allow(Grant.to("claude", Effect.WRITE));
    Optional<String>[] objection = holder();
    door.guards.add(guard("closing-hours", () -> objection[0]));
    List<String> heard = new ArrayList<>();
    door.handler =
        (input, call) -> {
          objection[0] = Optional.of("closed");
          heard.add(call.stop().orElseThrow());
          objection[0] = Optional.empty();
          door.killSwitch.stop("incident");
          heard.add(call.stop().orElseThrow());
          door.killSwitch.release();
          door.clock.forward(Duration.ofMinutes(5));
          heard.add(call.stop().orElseThrow());
          return new Outcome.Refused("stopped");
        };

    door.perform(AGENT, on(ORDERS, WRITE));

    assertThat(heard.get(0)).contains("closing-hours").contains("closed");
    assertThat(heard.get(1)).contains("incident");
    assertThat(heard.get(2)).contains("deadline");
  }

  @Test
  void consent_to_each_act_lets_reads_pass_and_asks_about_the_rest() {
    door.grants.allow(Grant.to("claude", Effect.WRITE).withApproval());

    assertThat(door.perform(AGENT, on(ORDERS, READ)).isDone()).isTrue();
    assertThat(refusal(door.perform(AGENT, on(ORDERS, WRITE))))
        .hasValueSatisfying(contains("approval"));
    assertThat(door.called).containsExactly("item_read shop:public.orders");
  }

  @Test
  void an_agent_s_own_words_need_an_approval_and_its_choices_do_not() {
    door.grants.allow(Grant.to("claude", Effect.WRITE));
    door.grants.allow(Grant.to("playbook", Effect.WRITE));

    assertThat(refusal(door.perform(AGENT, on(ORDERS, WORD))))
        .hasValueSatisfying(contains("words"));
    assertThat(door.perform(AGENT, on(ORDERS, WRITE)).isDone()).isTrue();
    assertThat(door.perform(POLICY, on(ORDERS, WORD)).isDone()).isTrue();
  }

  @Test
  void each_caller_is_shown_what_it_may_use_and_what_it_may_ask_for() {
    door.limit = Effect.WRITE;
    door.grants.allow(Grant.to("claude", Effect.READ).tools("item_r*", "item_w*", "item_delete"));

    assertThat(door.open().specs(AGENT)).extracting(ToolSpec::name).containsExactly(READ);
    assertThat(door.open().askable(AGENT))
        .extracting(ToolSpec::name)
        .containsExactly(READ, WORD, WRITE);
    assertThat(door.open().specs(ANA)).extracting(ToolSpec::name).containsExactly(READ, STATUS);
    assertThat(door.open().specs(new Caller("nobody", Caller.Kind.AGENT))).isEmpty();
    assertThat(door.open().askable(new Caller("nobody", Caller.Kind.AGENT))).isEmpty();
  }

  @Test
  void a_guard_narrows_and_says_which_it_is() {
    door.grants.allow(Grant.to("claude", Effect.DESTRUCTIVE));
    door.guards.add(guard("closing-hours", () -> Optional.of("closed until eight")));

    assertThat(refusal(door.perform(AGENT, on(ORDERS, WRITE))))
        .contains("The host's rule closing-hours is against it: closed until eight");
    assertThat(door.called).isEmpty();
    // Nothing was read for it and nothing announced.
    assertThat(door.sink.kinds()).containsExactly(Act.Refused.KIND);
  }

  @Test
  void a_guard_that_throws_refuses_and_quotes_nothing() {
    door.grants.allow(Grant.to("claude", Effect.WRITE));
    door.guards.add(
        guard(
            "broken",
            () -> {
              throw new IllegalStateException("hunter2");
            }));

    Outcome outcome = door.perform(AGENT, on(ORDERS, WRITE));

    assertThat(refusal(outcome)).hasValueSatisfying(contains("broken"));
    assertThat(outcome.toString() + door.sink.text()).doesNotContain("hunter2");
  }

  @Test
  void a_guard_that_has_nothing_against_it_grants_nothing() {
    door.guards.add(guard("easy", Optional::empty));

    assertThat(refusal(door.perform(AGENT, on(ORDERS, READ)))).isPresent();
    assertThat(refusal(door.perform(ANA, on(ORDERS, DELETE)))).isPresent();
  }

  @Test
  void a_grant_of_nothing_is_no_grant() {
    Set<NamePattern> all = Set.of(NamePattern.ALL);
    for (List<Set<NamePattern>> empty :
        List.of(List.of(Set.<NamePattern>of(), all), List.of(all, Set.<NamePattern>of()))) {
      assertThatThrownBy(
              () ->
                  new Grant(
                      "claude", Effect.READ, empty.get(0), empty.get(1), Grant.Consent.STANDING))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (String pattern : List.of("", " ", "a*b", "**", "*a")) {
      assertThatThrownBy(() -> new NamePattern(pattern))
          .as(pattern)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private interface Says {
    Optional<String> objection();
  }

  private static Guard guard(String id, Says says) {
    return new Guard() {
      @Override
      public String id() {
        return id;
      }

      @Override
      public Optional<String> objection(Caller caller, ToolSpec tool, Action action, Instant now) {
        return says.objection();
      }
    };
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Optional<String>[] holder() {
    return new Optional[] {Optional.empty()};
  }

  private static Consumer<String> contains(String part) {
    return text -> assertThat(text).contains(part);
  }
}
