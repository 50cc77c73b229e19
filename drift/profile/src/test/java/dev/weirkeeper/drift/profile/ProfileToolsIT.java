package dev.weirkeeper.drift.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.FindingView;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.TestCall;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The kit of tools, and what this one says, on one server. */
class ProfileToolsIT extends ToolRegistryKit {
  private static final String ORDERS = "gold.orders";
  private static ProfileScene scene;

  @BeforeAll
  static void start() throws Exception {
    scene = new ProfileScene();
  }

  @AfterAll
  static void stop() throws Exception {
    scene.close();
  }

  @Override
  protected ToolRegistry registry() throws Exception {
    return scene.tools();
  }

  @Override
  protected List<Action> accepted() {
    return List.of(
        ProfileScene.profile(ORDERS, "{\"table\":\"gold.orders\",\"rows\":300}"),
        ProfileScene.profile("gold.empty", "{\"table\":\"gold.empty\"}"));
  }

  @Override
  protected List<Action> refused() {
    return List.of(
        ProfileScene.profile("gold.private", "{\"table\":\"gold.private\"}"),
        ProfileScene.profile("gold.nowhere", "{\"table\":\"gold.nowhere\"}"));
  }

  private static ProfileTools.Answer answer(ProfileTools tools) throws Exception {
    Tool<?, ?> tool = tools.tools().get(0);
    Action action = ProfileScene.profile(ORDERS, "{\"table\":\"gold.orders\"}");
    Outcome outcome =
        TestCall.of(tool, action, Instant.now().plusSeconds(60)).perform(tool, action);
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    assertThat(((Outcome.Done) outcome).result().text())
        .as("no value, masked or not")
        .doesNotContain("planted", "4242", "weird \"name");
    return ((Outcome.Done) outcome).result().as(ProfileTools.Answer.class);
  }

  @Test
  void a_table_is_said_to_be_as_it_was_or_what_changed_in_it() throws Exception {
    scene.fill(1, "'paid', 'sent', 'planted-state'");
    ProfileTools.Answer before = answer(scene.tools());

    assertThat(before.rows()).isEqualTo(600);
    assertThat(before.findings()).isEmpty();
    assertThat(before.notCompared()).isEmpty();
    assertThat(before.columns())
        .as("email is redacted")
        .extracting(ProfileTools.ColumnView::column)
        .contains("id", "amount", "state", "nick")
        .doesNotContain("email")
        .anyMatch(name -> name.startsWith("name~"));
    assertThat(before.columns())
        .allSatisfy(column -> assertThat(column.compared()).isEqualTo(Comparability.COMPARED));

    scene.fill(100, "'paid', 'sent', 'planted-stat'");
    ProfileTools.Answer after = answer(scene.tools());

    assertThat(after.findings())
        .extracting(FindingView::kind)
        .containsExactlyInAnyOrder("semantic.unit", "semantic.domain");
    scene.fill(1, "'paid', 'sent', 'planted-state'");
  }

  @Test
  void invariant_8_without_a_history_the_answer_says_that_nothing_was_compared() throws Exception {
    ProfileTools.Answer first = answer(scene.tools(table -> new Probe.Empty<>()));
    ProfileTools.Answer damaged =
        answer(scene.tools(table -> new Probe.Unknown<>("the history is damaged")));

    assertThat(first.notCompared().orElseThrow().text()).contains("no sample");
    assertThat(damaged.notCompared().orElseThrow().text()).contains("is damaged");
    assertThat(first.columns())
        .allSatisfy(column -> assertThat(column.compared()).isEqualTo(Comparability.NO_HISTORY));
  }
}
