package dev.weirkeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weirkeeper.Plugins;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.HealingPolicy;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.Planner;
import dev.weirkeeper.spi.Plugin;
import dev.weirkeeper.spi.Target;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What each {@link Plugin} holds to. What it brings has kits of its own: {@link DriftDetectorKit}
 * and {@link ToolRegistryKit}.
 */
@SuppressWarnings("try") // whatever closing throws fails the test
public abstract class PluginKit {
  /** What only a host may pass, by hand. */
  private static final List<Class<?>> AUTHORITY =
      List.of(
          AuditSink.class,
          Feed.class,
          HealingPolicy.class,
          Judges.class,
          Planner.class,
          Target.class);

  /** A new plugin, set up like all others that this gives. */
  protected abstract Plugin plugin();

  /** Whether a jar of the class path lists it, so that a host finds it. */
  protected boolean isListed() {
    return true;
  }

  private static List<String> detectors(Plugin plugin) {
    return plugin.detectors().stream().map(DriftDetector::id).toList();
  }

  private static List<ToolSpec> tools(Plugin plugin) {
    List<ToolSpec> specs = new ArrayList<>();
    for (ToolRegistry registry : plugin.tools()) {
      registry.tools().forEach(tool -> specs.add(tool.spec()));
    }
    return specs;
  }

  @Test
  void the_id_is_kebab_case_and_stays() throws Exception {
    try (Plugin plugin = plugin();
        Plugin other = plugin()) {
      assertThat(plugin.id()).matches(Ids.KEBAB_CASE).isEqualTo(plugin.id()).isEqualTo(other.id());
    }
  }

  @Test
  void it_brings_something_and_the_same_each_time() throws Exception {
    try (Plugin plugin = plugin();
        Plugin other = plugin()) {
      List<String> detectors = detectors(plugin);
      List<ToolSpec> tools = tools(plugin);

      assertThat(detectors.size() + tools.size()).as("detectors and tools").isPositive();
      assertThat(detectors(plugin)).isEqualTo(detectors).isEqualTo(detectors(other));
      assertThat(tools(plugin)).isEqualTo(tools).isEqualTo(tools(other));
    }
  }

  @Test
  void what_it_brings_has_names_of_its_own() throws Exception {
    try (Plugin plugin = plugin()) {
      assertThat(detectors(plugin))
          .doesNotHaveDuplicates()
          .allSatisfy(id -> assertThat(id).matches(Ids.KEBAB_CASE));
      assertThat(tools(plugin).stream().map(ToolSpec::name)).doesNotHaveDuplicates();
    }
  }

  @Test
  void invariant_3_it_brings_capabilities_and_no_authority() throws Exception {
    try (Plugin plugin = plugin()) {
      List<Object> brought = new ArrayList<>(List.of(plugin));
      brought.addAll(plugin.detectors());
      brought.addAll(plugin.tools());

      assertThat(brought)
          .allSatisfy(
              thing ->
                  assertThat(AUTHORITY)
                      .as("seams of %s", thing.getClass().getName())
                      .noneMatch(seam -> seam.isInstance(thing)));
    }
  }

  @Test
  void what_was_brought_cannot_be_added_to() throws Exception {
    try (Plugin plugin = plugin()) {
      assertThatThrownBy(() -> plugin.detectors().clear())
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> plugin.tools().clear())
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void it_may_be_closed_twice() throws Exception {
    Plugin plugin = plugin();
    tools(plugin);

    plugin.close();
    plugin.close();

    assertThat(plugin.id()).matches(Ids.KEBAB_CASE);
  }

  @Test
  void a_host_finds_it() throws Exception {
    assumeThat(isListed()).as("isListed()").isTrue();
    try (Plugin expected = plugin();
        Plugins found = Plugins.discover(expected.getClass().getClassLoader())) {
      assertThat(found.ids()).contains(expected.id());
      assertThat(found.detectors().stream().map(DriftDetector::id))
          .containsAll(detectors(expected));
      assertThat(found.tools().tools().stream().map(Tool::spec)).containsAll(tools(expected));
    }
  }
}
