package dev.weirkeeper.testkit;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Inputs;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.Settlement;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Undo;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ToolRegistryKitTest {
  /** A way to break a registry, and the tests that must see it. */
  enum Flaw {
    TWO_TOOLS_OF_ONE_NAME("names_are_unique_and_tools_are_described"),
    DESCRIBES_NOTHING("names_are_unique_and_tools_are_described"),
    OFFERS_MORE_EACH_TIME("the_tools_are_the_same_each_time"),
    SCHEMA_OF_SOMETHING_ELSE(
        "the_schema_of_an_input_is_that_of_its_record",
        "inputs_that_the_schema_forbids_do_not_reach_a_handler"),
    READING_ONCE("reading_may_be_repeated"),
    SETTLED_BY_A_WRITE("what_is_pending_is_settled_by_a_tool_that_reads"),
    PENDING_FOR_EVER("what_is_pending_is_settled_by_a_tool_that_reads"),
    IS_ABOUT_SOMETHING_ELSE_EACH_TIME("what_an_input_is_about_follows_from_the_input_alone"),
    IS_ABOUT_SOMETHING_ELSE("what_an_input_is_about_follows_from_the_input_alone"),
    DOES_NOTHING("each_tool_does_what_it_is_for"),
    RESULT_OF_ANOTHER_FORM("each_tool_does_what_it_is_for"),
    THROWS_WHEN_IT_CANNOT("what_cannot_be_done_is_an_outcome_and_nothing_happened"),
    UNKNOWN_WHEN_IT_CANNOT("what_cannot_be_done_is_an_outcome_and_nothing_happened"),
    THROWS_AT_STRANGE_TEXT("hostile_text_is_answered_and_never_thrown_at"),
    LOOKS_AT_NO_CLOCK(
        "nothing_begins_after_the_deadline", "invariant_1_nothing_begins_once_it_is_stopped"),
    UNKNOWN_WHEN_LATE("nothing_begins_after_the_deadline");

    final Set<String> caughtBy;

    Flaw(String... caughtBy) {
      this.caughtBy = Set.of(caughtBy);
    }
  }

  private static Optional<Flaw> planted = Optional.empty();

  private static boolean has(Flaw flaw) {
    return planted.equals(Optional.of(flaw));
  }

  private static final Asset SHELF = new Asset("shop", "shelf");
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-23T00:00:00Z"), ZoneOffset.UTC);

  /** What a label is written on. */
  enum Colour {
    RED,
    GREEN
  }

  record Slip(String text, Optional<Colour> colour) {}

  record Label(String box, List<Slip> slips, int times) {}

  record Find(String box) {}

  record Found(int slips) {}

  /** Labels boxes of a shelf that holds two. */
  static final class Shelf implements ToolRegistry {
    private final Map<String, Integer> slips = new HashMap<>(Map.of("a", 0, "b", 0));
    private int asked;

    @Override
    public List<Tool<?, ?>> tools() {
      String description = has(Flaw.DESCRIBES_NOTHING) ? " " : "What it does.";
      Tool<Find, Found> find =
          Tool.of(
              new ToolSpec(
                  "box_find",
                  description,
                  Json.schemaOf(Find.class),
                  Json.schemaOf(Found.class),
                  Effect.READ,
                  has(Flaw.READING_ONCE) ? Repeat.ONCE : Repeat.SAFE,
                  Undo.EXACT,
                  Inputs.IDS),
              Find.class,
              (input, call) -> find(input));
      Tool<Label, Found> label =
          Tool.of(
              new ToolSpec(
                  "box_label",
                  description,
                  Json.schemaOf(has(Flaw.SCHEMA_OF_SOMETHING_ELSE) ? Other.class : Label.class),
                  Json.schemaOf(Found.class),
                  Effect.WRITE,
                  Repeat.ONCE,
                  Undo.NONE,
                  Inputs.TEXT),
              Label.class,
              (input, call) -> label(input, call));
      label =
          label
              .targeting(input -> about())
              .observing((input, call) -> String.valueOf(slips.get(input.box())))
              .verifying(
                  (input, call) ->
                      slips.getOrDefault(input.box(), 0) == input.slips().size()
                          ? Optional.empty()
                          : Optional.of("the slips are not there"));
      if (!has(Flaw.PENDING_FOR_EVER)) {
        label = label.settledBy(has(Flaw.SETTLED_BY_A_WRITE) ? "box_label" : "box_settle");
      }
      Tool<Settlement.Query, Settlement> settle =
          Tool.read(
              "box_settle",
              description,
              Settlement.Query.class,
              Settlement.class,
              (input, call) ->
                  new Outcome.Done(Json.of(settled()), Outcome.Verification.NOT_NEEDED));
      List<Tool<?, ?>> tools = new ArrayList<>(List.of(find, label, settle));
      if (has(Flaw.TWO_TOOLS_OF_ONE_NAME)) {
        tools.add(find);
      }
      if (has(Flaw.OFFERS_MORE_EACH_TIME) && ++asked > 1) {
        tools.remove(0);
      }
      return List.copyOf(tools);
    }

    private static int abouts;

    private static Asset about() {
      if (has(Flaw.IS_ABOUT_SOMETHING_ELSE)) {
        return new Asset("shop", "drawer");
      }
      return has(Flaw.IS_ABOUT_SOMETHING_ELSE_EACH_TIME) && ++abouts % 2 == 0
          ? new Asset("shop", "drawer")
          : SHELF;
    }

    record Other(String box, List<Slip> slips, String times) {}

    private static Settlement settled() {
      return new Settlement(new Outcome.Failed("There is no such handle"));
    }

    private Outcome find(Find input) {
      Integer found = slips.get(input.box());
      if (found == null) {
        return no("There is no such box");
      }
      Json result =
          has(Flaw.RESULT_OF_ANOTHER_FORM)
              ? Json.of(Map.of("n", found))
              : Json.of(new Found(found));
      return new Outcome.Done(result, Outcome.Verification.NOT_NEEDED);
    }

    private static Outcome no(String why) {
      if (has(Flaw.THROWS_WHEN_IT_CANNOT)) {
        throw new IllegalStateException(why);
      }
      return has(Flaw.UNKNOWN_WHEN_IT_CANNOT) ? new Outcome.Unknown(why) : new Outcome.Refused(why);
    }

    private Outcome label(Label input, Tool.Call call) {
      if (call.stop().isPresent() && !has(Flaw.LOOKS_AT_NO_CLOCK)) {
        return has(Flaw.UNKNOWN_WHEN_LATE)
            ? new Outcome.Unknown("too late")
            : new Outcome.Refused(call.stop().get());
      }
      if (has(Flaw.THROWS_AT_STRANGE_TEXT) && input.box().length() > 100) {
        throw new IllegalStateException("the column takes 100 characters");
      }
      if (!slips.containsKey(input.box())) {
        return no("There is no such box");
      }
      if (has(Flaw.PENDING_FOR_EVER)) {
        return new Outcome.Pending("1", Instant.EPOCH);
      }
      if (!has(Flaw.DOES_NOTHING)) {
        slips.put(input.box(), input.slips().size());
      }
      return new Outcome.Done(
          Json.of(new Found(input.slips().size())), Outcome.Verification.VERIFIED);
    }
  }

  static class Adapter extends ToolRegistryKit {
    @Override
    protected ToolRegistry registry() {
      return new Shelf();
    }

    @Override
    protected Clock clock() {
      return CLOCK;
    }

    @Override
    protected List<Action> accepted() {
      Slip red = new Slip("fragile", Optional.of(Colour.RED));
      return List.of(
          new Action("box_find", Json.of(new Find("a")), SHELF),
          new Action("box_label", Json.of(new Label("b", List.of(red), 1)), SHELF),
          new Action("box_settle", Json.of(new Settlement.Query("1")), SHELF));
    }

    @Override
    protected List<Action> refused() {
      return List.of(
          new Action("box_find", Json.of(new Find("z")), SHELF),
          new Action("box_label", Json.of(new Label("z", List.of(), 1)), SHELF));
    }
  }

  @Test
  void a_correct_one_passes() {
    planted = Optional.empty();

    KitRun.of(Adapter.class).assertPassed();
  }

  @ParameterizedTest
  @EnumSource
  void a_flaw_is_caught(Flaw flaw) {
    planted = Optional.of(flaw);

    KitRun.of(Adapter.class).assertCaughtBy(flaw.caughtBy);
  }

  @Test
  void each_test_of_the_kit_is_seen_to_fail() {
    KitRun.assertSeenToFail(
        ToolRegistryKit.class, Arrays.stream(Flaw.values()).map(flaw -> flaw.caughtBy));
  }
}
