package dev.weirkeeper.contracts.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code manifest.json} says of the nodes of a project, in all its forms from v1 on.
 *
 * @param nodes all that can be built or used, without tests
 * @param tests those that were asked for
 * @param children what depends directly on a node, tests left out
 * @param hooks how many statements the project runs before and after the tests
 */
record Manifest(
    Artifact.Metadata metadata,
    Map<String, Node> nodes,
    Map<String, Test> tests,
    Map<String, List<String>> children,
    int hooks) {
  static final String FILE = "manifest.json";

  /** The newest form of dbt-core that this was written for. */
  static final int NEWEST = 12;

  /** What dbt Fusion calls the same form as v12. */
  static final int FUSION = 20;

  private static final int LONGEST_CODE = 200_000;

  /** The model of a generic test: {@code {{ get_where_subquery(ref('orders')) }}}. */
  private static final Pattern REFERENCE =
      Pattern.compile("(?:ref|source)\\(\\s*['\"]([^'\"]+)['\"](?:\\s*,\\s*['\"]([^'\"]+)['\"])?");

  /** A model, a seed, a snapshot, a source, an exposure. */
  record Node(String id, String type, String name, Optional<String> relation) {}

  /**
   * A test.
   *
   * @param kind the generic test that it is one of
   * @param attached what it tests, where dbt says so
   * @param model how it names what it tests
   * @param dependsOn nodes that it reads
   * @param keeping what it does with failing rows
   */
  record Test(
      String id,
      String name,
      Optional<String> kind,
      Optional<String> column,
      Optional<String> attached,
      Optional<String> model,
      List<String> dependsOn,
      List<String> tags,
      Optional<String> severity,
      Optional<String> compiled,
      Keeping keeping) {}

  /** What a test does with the rows that fail. */
  enum Keeping {
    COUNTED,
    /** It writes them into the warehouse. */
    STORED
  }

  /**
   * @param wanted ids of the tests that matter
   */
  static Manifest read(Path folder, long largest, Set<String> wanted) throws ArtifactException {
    Map<String, Node> nodes = new HashMap<>();
    Map<String, Test> tests = new LinkedHashMap<>();
    Map<String, List<String>> children = new HashMap<>();
    Map<String, List<String>> parents = new HashMap<>();
    List<String> hooks = new ArrayList<>();
    Artifact.Metadata metadata =
        Artifact.read(
            folder.resolve(FILE),
            "manifest",
            largest,
            (member, parser) -> {
              switch (member) {
                case "nodes", "sources", "exposures", "metrics", "unit_tests" ->
                    Artifact.each(
                        parser,
                        (id, node) -> {
                          if (RunResults.isTest(id)) {
                            if (wanted.contains(id)) {
                              tests.put(id, test(id, node));
                            }
                          } else if (id.startsWith("operation.")) {
                            hooks.add(id);
                          } else {
                            nodes.put(id, node(id, node));
                            parents.put(id, texts(node.path("depends_on").path("nodes")));
                          }
                        });
                case "child_map" ->
                    Artifact.each(
                        parser,
                        (id, below) -> {
                          if (!RunResults.isTest(id)) {
                            children.put(
                                id,
                                texts(below).stream()
                                    .filter(child -> !RunResults.isTest(child))
                                    .toList());
                          }
                        });
                default -> parser.skipChildren();
              }
            });
    if (children.isEmpty()) {
      // Partial artifacts have no map of children; what each node depends on says the same.
      parents.forEach(
          (id, above) ->
              above.forEach(
                  parent -> children.computeIfAbsent(parent, any -> new ArrayList<>()).add(id)));
    }
    return new Manifest(metadata, nodes, tests, children, hooks.size());
  }

  private static Node node(String id, JsonNode node) {
    String type = Artifact.text(node, "resource_type").orElseGet(() -> id.split("\\.", 2)[0]);
    String name = Artifact.text(node, "name").orElse(id);
    Optional<String> table =
        Artifact.text(node, "identifier").or(() -> Artifact.text(node, "alias"));
    return new Node(
        id,
        type,
        name,
        Artifact.text(node, "schema").map(schema -> schema + "." + table.orElse(name)));
  }

  private static Test test(String id, JsonNode node) {
    JsonNode metadata = node.path("test_metadata");
    JsonNode config = node.path("config");
    Set<String> tags = new LinkedHashSet<>(texts(node.path("tags")));
    tags.addAll(texts(config.path("tags")));
    return new Test(
        id,
        Artifact.text(node, "name").orElse(id),
        Artifact.text(metadata, "name")
            .map(
                name ->
                    Artifact.text(metadata, "namespace").map(space -> space + ".").orElse("")
                        + name),
        Artifact.text(node, "column_name")
            .or(() -> Artifact.text(metadata.path("kwargs"), "column_name")),
        Artifact.text(node, "attached_node"),
        Artifact.text(metadata.path("kwargs"), "model").or(() -> Artifact.text(node, "model")),
        texts(node.path("depends_on").path("nodes")),
        List.copyOf(tags),
        Artifact.text(config, "severity"),
        Artifact.text(node, "compiled_code")
            .or(() -> Artifact.text(node, "compiled_sql"))
            .filter(code -> code.length() <= LONGEST_CODE),
        keeping(config));
  }

  /** The second setting is the newer one, and counts before the first. */
  private static Keeping keeping(JsonNode config) {
    boolean stored =
        Artifact.text(config, "store_failures_as")
            .map(as -> !as.equals("ephemeral"))
            .orElseGet(() -> config.path("store_failures").asBoolean(false));
    return stored ? Keeping.STORED : Keeping.COUNTED;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    if (array.isTextual()) {
      texts.add(array.textValue());
    }
    array
        .elements()
        .forEachRemaining(
            element -> {
              if (element.isTextual()) {
                texts.add(element.textValue());
              }
            });
    return texts;
  }

  /** What a test tests; empty where that is several things, or not known. */
  Optional<Node> tested(Test test) {
    Optional<Node> attached = test.attached().map(nodes::get);
    if (attached.isPresent()) {
      return attached;
    }
    List<Node> read = test.dependsOn().stream().map(nodes::get).filter(n -> n != null).toList();
    Optional<Node> named =
        test.model()
            .flatMap(Manifest::referred)
            .flatMap(name -> read.stream().filter(node -> node.name().equals(name)).findFirst());
    return named.isPresent() || read.size() != 1 ? named : Optional.of(read.get(0));
  }

  private static Optional<String> referred(String model) {
    Matcher reference = REFERENCE.matcher(model);
    if (reference.find()) {
      return Optional.of(reference.group(2) == null ? reference.group(1) : reference.group(2));
    }
    return Optional.of(model);
  }

  /** Tables that a test reads. */
  List<String> relations(Test test) {
    return test.dependsOn().stream()
        .map(nodes::get)
        .filter(node -> node != null)
        .flatMap(node -> node.relation().stream())
        .toList();
  }
}
