package dev.weirkeeper.mcp;

import dev.weirkeeper.Effect;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Undo;
import io.modelcontextprotocol.spec.McpSchema;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tools that clients are shown: those of the door that say what their input is about, and those
 * of the server itself. Who sees which is asked anew each time; seeing one gives no right to it.
 */
final class ServedTools {
  private static final Logger LOG = LoggerFactory.getLogger(ServedTools.class);
  private static final int DESCRIPTION_LENGTH = 2048;

  /** A tool, and how clients see it. */
  record Served(ToolSpec spec, McpSchema.Tool shown) {}

  private final Toolbox door;
  private final SortedMap<String, Served> ofDoor = new TreeMap<>();
  private final SortedMap<String, Served> own = new TreeMap<>();

  ServedTools(Toolbox door) {
    this.door = door;
    List<ToolSpec> addressed = door.addressed();
    for (ToolSpec spec : door.specs()) {
      if (ApprovalTools.SPECS.stream().anyMatch(mine -> mine.name().equals(spec.name()))) {
        throw new IllegalStateException(
            "The server has a tool " + spec.name() + " of its own; leave the door's out");
      }
      if (!addressed.contains(spec)) {
        LOG.warn(
            "{} is not served: it does not say what its input is about; declare it with"
                + " targeting(…)",
            spec.name());
      } else {
        serve(spec);
      }
    }
    ApprovalTools.SPECS.forEach(spec -> own.put(spec.name(), new Served(spec, shown(spec))));
  }

  private void serve(ToolSpec spec) {
    try {
      ofDoor.put(spec.name(), new Served(spec, shown(spec)));
    } catch (IllegalArgumentException e) {
      LOG.warn("{} is not served: {}", spec.name(), e.getMessage());
    }
  }

  /** What the client of a message may be shown, sorted by name. */
  List<Served> visible(Arrival arrival) {
    List<Served> ofCaller =
        door.askable(arrival.caller()).stream()
            .filter(arrival.within())
            .map(spec -> ofDoor.get(spec.name()))
            .filter(Objects::nonNull)
            .toList();
    boolean acts = ofCaller.stream().anyMatch(tool -> tool.spec().effect() != Effect.READ);
    return Stream.concat(
            ofCaller.stream(),
            own.values().stream().filter(tool -> acts && arrival.within().test(tool.spec())))
        .sorted((a, b) -> a.spec().name().compareTo(b.spec().name()))
        .toList();
  }

  /** A tool that the client of a message may be shown. */
  Optional<Served> visible(Arrival arrival, String name) {
    if (own.containsKey(name)) {
      return visible(arrival).stream().filter(tool -> tool.spec().name().equals(name)).findFirst();
    }
    return Optional.ofNullable(ofDoor.get(name))
        .filter(tool -> arrival.within().test(tool.spec()))
        .filter(tool -> door.askable(arrival.caller()).contains(tool.spec()));
  }

  /** Whether a client can be told of a tool of this name at all. */
  boolean serves(String name) {
    return ofDoor.containsKey(name) || own.containsKey(name);
  }

  private static McpSchema.Tool shown(ToolSpec spec) {
    String title = title(spec.name());
    McpSchema.Tool.Builder tool =
        McpSchema.Tool.builder(spec.name(), SchemaText.of(spec.inputSchema()))
            .title(title)
            .description(description(spec.description()))
            .annotations(annotations(spec, title));
    Answers.schema(spec).ifPresent(tool::outputSchema);
    return tool.build();
  }

  /** Hints, from what the tool is declared to be; nothing goes by them here. */
  private static McpSchema.ToolAnnotations annotations(ToolSpec spec, String title) {
    boolean reads = spec.effect() == Effect.READ;
    return McpSchema.ToolAnnotations.builder()
        .title(title)
        .readOnlyHint(reads)
        .destructiveHint(
            !reads && (spec.effect() == Effect.DESTRUCTIVE || spec.undo() == Undo.NONE))
        .idempotentHint(spec.repeat() == Repeat.SAFE)
        .openWorldHint(false)
        .build();
  }

  private static String title(String name) {
    String words = name.replace('_', ' ');
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  /** Lines may be told apart; all else that cannot be seen is made visible. */
  private static String description(String text) {
    return text.lines()
        .map(line -> Shown.text(line, DESCRIPTION_LENGTH))
        .collect(Collectors.joining("\n"));
  }
}
