package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.spi.HealingPolicy;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.Plugin;
import dev.weirkeeper.spi.Target;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginsTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-23T00:00:00Z"), ZoneOffset.UTC);
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final List<String> EVENTS = new ArrayList<>();

  @TempDir Path jar;
  private URLClassLoader loader;

  public record Name(String table) {}

  public record Answer(String text) {}

  private static Tool<?, ?> writing(String name) {
    return Tool.write(
        name,
        "Overwrites everything.",
        Name.class,
        Answer.class,
        Repeat.SAFE,
        Undo.NONE,
        (input, call) -> {
          EVENTS.add(name + " was called");
          return new Outcome.Done(Json.empty(), Outcome.Verification.VERIFIED);
        });
  }

  private record Watching(String id) implements DriftDetector {
    @Override
    public Detection detect(Observation baseline, Observation current) {
      return new Detection(List.of(), current);
    }
  }

  public static class Zebra implements Plugin {
    @Override
    public String id() {
      return "zebra";
    }

    @Override
    public List<DriftDetector> detectors() {
      return List.of(new Watching("zebra-watch"));
    }

    @Override
    public void close() {
      EVENTS.add("zebra closed");
    }
  }

  public static class Ant implements Plugin {
    @Override
    public String id() {
      return "ant";
    }

    @Override
    public List<DriftDetector> detectors() {
      return List.of(new Watching("ant-watch"));
    }

    @Override
    public List<ToolRegistry> tools() {
      return List.of(() -> List.of(writing("ant_overwrite")));
    }

    @Override
    public void close() throws IOException {
      EVENTS.add("ant closed");
      throw new IOException("password=hunter2");
    }
  }

  public static final class OtherZebra extends Zebra {}

  public static final class BadlyNamed extends Zebra {
    @Override
    public String id() {
      return "Bad Name";
    }
  }

  public static final class CannotBeMade extends Zebra {
    public CannotBeMade() {
      throw new IllegalStateException("no configuration");
    }
  }

  public static final class CannotList extends Zebra {
    @Override
    public String id() {
      return "cannot-list";
    }

    @Override
    public List<ToolRegistry> tools() {
      return List.of(
          () -> {
            throw new IllegalStateException("no connection");
          });
    }
  }

  /** Brings whatever a jar could try to bring. */
  public static final class Greedy implements Plugin, HealingPolicy, AuditSink, Judges {
    @Override
    public String id() {
      return "greedy";
    }

    @Override
    public List<ToolRegistry> tools() {
      return List.of(() -> List.of(writing("greedy_overwrite")));
    }

    @Override
    public Decision decide(Incident incident, Situation situation) {
      EVENTS.add("greedy decided");
      return new Decision.Abstain("");
    }

    @Override
    public Receipt append(AuditRecord record) {
      EVENTS.add("greedy took a record");
      return new Receipt(0, record.id());
    }

    @Override
    public Hash digest() {
      EVENTS.add("greedy judged");
      return Hash.of(new byte[0]);
    }

    @Override
    public dev.weirkeeper.spi.RowJudge on(Relation relation) {
      throw new UnsupportedOperationException("nobody asks a plugin to judge");
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void open() throws IOException {
    EVENTS.clear();
    loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, getClass().getClassLoader());
  }

  @AfterEach
  void close() throws IOException {
    loader.close();
  }

  private Plugins discovered(Class<?>... plugins) throws IOException {
    list(Plugin.class, Arrays.stream(plugins).map(Class::getName).toArray(String[]::new));
    return Plugins.discover(loader);
  }

  private void list(Class<?> service, String... names) throws IOException {
    Path services = Files.createDirectories(jar.resolve("META-INF/services"));
    Files.write(services.resolve(service.getName()), List.of(names));
  }

  @Test
  void a_class_path_without_plugins_has_none() {
    try (Plugins plugins = Plugins.discover(loader)) {
      assertThat(plugins.ids()).isEmpty();
      assertThat(plugins.detectors()).isEmpty();
      assertThat(plugins.tools().tools()).isEmpty();
    }
  }

  @Test
  void plugins_come_in_the_order_of_their_ids_whatever_the_class_path() throws IOException {
    Plugins plugins = discovered(Zebra.class, Ant.class);

    assertThat(plugins.ids()).containsExactly("ant", "zebra");
    assertThat(plugins.detectors().stream().map(DriftDetector::id))
        .containsExactly("ant-watch", "zebra-watch");
    assertThat(plugins.tools().tools().stream().map(tool -> tool.spec().name()))
        .containsExactly("ant_overwrite");
  }

  @Test
  void closing_closes_all_of_them_and_names_the_one_that_throws() throws IOException {
    Plugins plugins = discovered(Zebra.class, Ant.class);

    assertThatThrownBy(plugins::close)
        .isInstanceOf(PluginException.class)
        .hasMessageContaining("ant")
        .hasMessageContaining("being closed")
        .hasMessageNotContaining("hunter2");
    plugins.close();

    assertThat(EVENTS).containsExactly("zebra closed", "ant closed");
  }

  @Test
  void two_plugins_of_one_id_are_refused_and_both_closed() {
    assertThatThrownBy(() -> discovered(Zebra.class, OtherZebra.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("zebra", Zebra.class.getName(), OtherZebra.class.getName());
    assertThat(EVENTS).containsExactly("zebra closed", "zebra closed");
  }

  @Test
  void an_id_that_is_not_kebab_case_is_refused() {
    assertThatThrownBy(() -> discovered(BadlyNamed.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(BadlyNamed.class.getName());
  }

  @Test
  void a_plugin_that_cannot_be_made_is_named_and_those_before_it_are_closed() {
    assertThatThrownBy(() -> discovered(Zebra.class, CannotBeMade.class))
        .isInstanceOf(PluginException.class)
        .hasMessageContainingAll(CannotBeMade.class.getName(), "being made");
    assertThat(EVENTS).containsExactly("zebra closed");
  }

  @Test
  void a_plugin_that_cannot_say_what_it_brings_is_named_and_closed() {
    assertThatThrownBy(() -> discovered(CannotList.class))
        .isInstanceOf(PluginException.class)
        .hasMessageContainingAll("cannot-list", "saying what it brings");
    assertThat(EVENTS).containsExactly("zebra closed");
  }

  @Test
  void a_plugin_that_is_listed_and_not_there_is_an_error_that_says_where() throws IOException {
    list(Plugin.class, "com.example.Missing");

    assertThatThrownBy(() -> Plugins.discover(loader))
        .isInstanceOf(PluginException.class)
        .hasMessageContaining("META-INF/services/dev.weirkeeper.spi.Plugin");
  }

  @Test
  void invariant_3_a_plugin_has_no_way_to_bring_more_than_capabilities() {
    Map<String, String> brings = new TreeMap<>();
    for (Method method : Plugin.class.getDeclaredMethods()) {
      brings.put(method.getName(), method.getGenericReturnType().getTypeName());
    }

    assertThat(brings)
        .isEqualTo(
            Map.of(
                "id", "java.lang.String",
                "detectors", "java.util.List<dev.weirkeeper.spi.DriftDetector>",
                "tools", "java.util.List<dev.weirkeeper.spi.ToolRegistry>",
                "close", "void"));
  }

  @Test
  void invariant_3_a_plugin_that_is_also_a_policy_a_sink_and_judges_is_used_as_none()
      throws IOException {
    for (Class<?> seam : Set.of(HealingPolicy.class, AuditSink.class, Judges.class, Target.class)) {
      list(seam, Greedy.class.getName());
    }
    MemorySink sink = new MemorySink();
    try (Plugins plugins = discovered(Greedy.class)) {
      Toolbox door = door(sink, plugins);

      Outcome outcome =
          door.perform(new Caller("ana", Caller.Kind.HOST), overwrite("greedy"), List.of());

      assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    }
    assertThat(sink.kinds()).containsExactly("act.refused");
    assertThat(EVENTS).isEmpty();
  }

  private static Toolbox door(AuditSink sink, Plugins plugins, ToolRegistry... more) {
    return Toolbox.builder()
        .journal(new Journal(sink, CLOCK))
        .clock(CLOCK)
        .tools(plugins.tools())
        .tools(more)
        .build();
  }

  private static Action overwrite(String plugin) {
    return new Action(plugin + "_overwrite", Json.of(new Name(ORDERS.name())), ORDERS);
  }

  @Test
  void invariant_3_a_jar_on_the_class_path_gives_nobody_the_use_of_its_tools() throws IOException {
    Plugins plugins = discovered(Ant.class);
    Toolbox door = door(new MemorySink(), plugins);

    for (Caller.Kind kind : Caller.Kind.values()) {
      Caller caller = new Caller("someone", kind);
      assertThat(door.specs(caller)).as("%s", kind).isEmpty();
      assertThat(door.perform(caller, overwrite("ant"), List.of()))
          .as("%s", kind)
          .isInstanceOf(Outcome.Refused.class);
    }
    assertThat(EVENTS).isEmpty();
  }

  @Test
  void invariant_3_a_plugin_cannot_put_its_tool_in_the_place_of_another() throws IOException {
    Plugins plugins = discovered(Ant.class);

    assertThatThrownBy(
            () -> door(new MemorySink(), plugins, () -> List.of(writing("ant_overwrite"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ant_overwrite");
  }

  @Test
  void invariant_3_tools_that_a_plugin_adds_later_do_not_exist() throws IOException {
    Plugins plugins = discovered(Ant.class);

    Set<Object> first = Set.copyOf(plugins.tools().tools());

    assertThat(plugins.tools().tools().stream().collect(Collectors.toSet())).isEqualTo(first);
  }
}
