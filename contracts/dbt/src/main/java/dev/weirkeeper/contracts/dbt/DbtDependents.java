package dev.weirkeeper.contracts.dbt;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Dependent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a dbt project builds from which tables, by its {@code manifest.json}: for impact analyses of
 * changes of those tables. Which columns a model reads is in SQL that dbt only writes out, so that
 * is not known.
 */
public final class DbtDependents {
  private static final long LARGEST = 512L << 20;

  private DbtDependents() {}

  /**
   * Models, snapshots, exposures and whatever else reads something that has a table.
   *
   * @param artifacts folder that dbt wrote {@code manifest.json} into, usually {@code target}
   * @param system what the host calls the warehouse that the project builds in
   * @throws IOException if there is no manifest, or none that can be read; the message quotes
   *     nothing of it
   */
  public static List<Dependent> read(Path artifacts, String system) throws IOException {
    requireNonNull(system, "system");
    Manifest manifest = Manifest.read(requireNonNull(artifacts, "artifacts"), LARGEST, Set.of());
    List<Dependent> all = new ArrayList<>();
    manifest.children().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            entry -> {
              Optional<Asset> read = asset(manifest, entry.getKey(), system);
              for (String child : entry.getValue()) {
                // What is never built, an ephemeral model or a metric, is named by its id.
                Asset on = read.orElseGet(() -> new Asset(system, entry.getKey()));
                all.add(
                    Dependent.of(Dependent.Kind.DBT_MODEL, child, on)
                        .being(
                            asset(manifest, child, system)
                                .orElseGet(() -> new Asset(system, child))));
              }
            });
    return all.stream().distinct().toList();
  }

  private static Optional<Asset> asset(Manifest manifest, String id, String system) {
    return Optional.ofNullable(manifest.nodes().get(id))
        .filter(node -> !node.type().equals("exposure") && !node.type().equals("metric"))
        .flatMap(Manifest.Node::relation)
        .map(relation -> new Asset(system, relation));
  }
}
