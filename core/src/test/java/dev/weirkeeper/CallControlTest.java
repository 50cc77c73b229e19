package dev.weirkeeper;

import static dev.weirkeeper.TestDoor.ANA;
import static dev.weirkeeper.TestDoor.GOLD;
import static dev.weirkeeper.TestDoor.ORDERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.spi.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CallControlTest {
  record Input(String table) {}

  record Result(String done) {}

  private final TestClock clock = new TestClock();
  private final MemorySink sink = new MemorySink();
  private final List<String> called = new ArrayList<>();
  private final AtomicReference<Optional<String>> cancelled =
      new AtomicReference<>(Optional.empty());
  private final List<String> heard = new ArrayList<>();
  private final CallControl control =
      new CallControl(
          cancelled::get,
          (done, total, what) -> heard.add(done + " of " + total.getAsLong() + " " + what));

  private Toolbox door(Tool.Handler<Input> handler) {
    Tool<Input, Result> tool =
        Tool.write(
                "item_move",
                "Moves an item.",
                Input.class,
                Result.class,
                Repeat.SAFE,
                Undo.EXACT,
                handler)
            .targeting(input -> new Asset("shop", input.table()));
    return Toolbox.builder()
        .journal(new Journal(sink, clock))
        .clock(clock)
        .tools(() -> List.of(tool))
        .memory(DoorMemory.inProcess())
        .limit(Effect.WRITE)
        .grant("ana", Effect.WRITE)
        .build();
  }

  private static Json orders() {
    return Json.of(new Input("public.orders"));
  }

  @Test
  void a_call_that_was_given_up_before_it_began_does_nothing() {
    Toolbox door =
        door(
            (input, call) -> {
              called.add(input.table());
              return TestDoor.done();
            });
    cancelled.set(Optional.of("The caller cancelled it"));

    Outcome outcome = door.perform(ANA, door.action("item_move", orders()), List.of(), control);

    assertThat(outcome).isEqualTo(new Outcome.Refused("The caller cancelled it"));
    assertThat(called).isEmpty();
  }

  @Test
  void a_tool_hears_before_its_point_of_no_return_that_its_call_was_given_up() {
    Toolbox door =
        door(
            (input, call) -> {
              cancelled.set(Optional.of("The caller cancelled it"));
              return new Outcome.Refused(call.stop().orElseThrow());
            });

    assertThat(door.perform(ANA, door.action("item_move", orders()), List.of(), control))
        .isEqualTo(new Outcome.Refused("The caller cancelled it"));
  }

  @Test
  void whoever_waits_hears_how_far_a_call_has_come() {
    Toolbox door =
        door(
            (input, call) -> {
              call.progress(3, OptionalLong.of(7), "rows written");
              return TestDoor.done();
            });

    door.perform(ANA, door.action("item_move", orders()), List.of(), control);

    assertThat(heard).containsExactly("3 of 7 rows written");
  }

  @Test
  void invariant_2_who_only_listens_cannot_make_an_act_one_of_which_nobody_knows() {
    Toolbox door =
        door(
            (input, call) -> {
              call.progress(1, OptionalLong.empty(), "begun");
              return TestDoor.done();
            });
    CallControl deaf =
        new CallControl(
            Optional::empty,
            (done, total, what) -> {
              throw new IllegalStateException("deaf");
            });

    assertThat(door.perform(ANA, door.action("item_move", orders()), List.of(), deaf).isDone())
        .isTrue();
    assertThat(door.unsettled()).isEmpty();
  }

  @Test
  void invariant_2_an_act_is_settled_though_nobody_can_tell_whether_it_is_still_wanted() {
    Toolbox door =
        door(
            (input, call) -> {
              called.add(input.table());
              return TestDoor.done();
            });
    CallControl broken =
        new CallControl(
            () -> {
              throw new IllegalStateException("connection to s3cret is lost");
            },
            CallControl.NONE.progress());

    Outcome outcome = door.perform(ANA, door.action("item_move", orders()), List.of(), broken);

    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(((Outcome.Refused) outcome).reason())
        .contains("still wanted")
        .doesNotContain("s3cret");
    assertThat(called).isEmpty();
    assertThat(door.unsettled()).isEmpty();
  }

  @Test
  void invariant_1_an_action_that_is_addressed_to_something_else_than_its_input_is_refused() {
    Toolbox door =
        door(
            (input, call) -> {
              called.add(input.table());
              return TestDoor.done();
            });

    Outcome outcome =
        door.perform(ANA, new Action("item_move", orders(), GOLD), List.of(), control);

    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(((Outcome.Refused) outcome).reason()).contains("target is not what its input names");
    assertThat(called).isEmpty();
    assertThat(door.action("item_move", orders()).target()).isEqualTo(ORDERS);
  }

  @Test
  void an_input_without_a_target_is_no_action() {
    Toolbox door = door((input, call) -> TestDoor.done());

    assertThatThrownBy(() -> door.action("item_move", Json.of(new Input(" "))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs a system and a name");
    assertThatThrownBy(() -> door.action("item_drop", orders()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("There is no tool 'item_drop'");
  }

  @Test
  void a_listener_of_the_journal_hears_what_is_durable_and_cannot_stop_it() {
    List<String> written = new ArrayList<>();
    Journal journal =
        new Journal(
            sink,
            clock,
            (record, receipt) -> {
              throw new IllegalStateException("deaf");
            },
            (record, receipt) -> written.add(receipt.sequence() + " " + record.kind()));

    Hash id =
        journal.write(Act.Refused.KIND, "host:ana", Optional.empty(), new Input("t"), List.of());

    assertThat(written).containsExactly("0 " + Act.Refused.KIND);
    assertThat(id).isNotNull();
  }
}
