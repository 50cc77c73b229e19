package dev.weirkeeper.examples.server;

import dev.weirkeeper.Dependent;
import dev.weirkeeper.Probe;
import dev.weirkeeper.contracts.dbt.DbtDependents;
import dev.weirkeeper.drift.impact.Dependents;
import dev.weirkeeper.drift.impact.ImpactTools;
import dev.weirkeeper.drift.postgres.catalog.CompareTools;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.postgres.catalog.SchemaShelf;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.spi.ToolRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * The tools of a configuration that read whole schemas: what differs between source and target, and
 * who is affected by a change. They connect when they are asked, to the source as the feed's login
 * and to the target as {@code wk_read}.
 */
final class SchemaTools implements GovernedStream.Addition {
  private final Config config;
  private final DataSource source;
  private final DataSource target;

  SchemaTools(Config config) {
    this.config = config;
    this.source = config.logins().source(config.source().url());
    this.target = config.logins().target(PostgresBoundary.Login.READ, config.target().url());
  }

  @Override
  public List<ToolRegistry> over(GovernedStream.Parts parts) {
    String from = config.source().system();
    String to = config.target().system();
    return List.of(
        CompareTools.builder(SchemaShelf.in(config.folder().resolve("schemas")))
            .database(from, source)
            .database(to, target)
            .consumers(config.consumers())
            .build(),
        new ImpactTools(from, parts.book(), Map.of(from, Set.of(to)), dependents()));
  }

  private Map<String, Supplier<Probe<List<Dependent>>>> dependents() {
    Map<String, Supplier<Probe<List<Dependent>>>> sources = new HashMap<>();
    List<Dependent> contracts =
        ContractDependents.of(config.judges().all(), config.source().system());
    sources.put("contracts in force", () -> probe(contracts));
    sources.put("views and foreign keys of " + config.target().system(), this::views);
    config
        .dbt()
        .ifPresent(dbt -> sources.put("dbt project " + dbt.name(), () -> models(dbt.project())));
    return sources;
  }

  private static Probe<List<Dependent>> probe(List<Dependent> all) {
    return all.isEmpty() ? new Probe.Empty<>() : new Probe.Value<>(all);
  }

  private Probe<List<Dependent>> views() {
    try (Connection connection = target.getConnection()) {
      return probe(
          Dependents.within(
              SchemaReader.ofAll().read(connection).schema(), config.target().system()));
    } catch (SQLException e) {
      return new Probe.Unknown<>(
          "the target's catalog cannot be read (SQLSTATE "
              + e.getSQLState()
              + "): see that wk_read may connect");
    }
  }

  private Probe<List<Dependent>> models(Path project) {
    try {
      return probe(DbtDependents.read(project.resolve("target"), config.target().system()));
    } catch (IOException e) {
      return new Probe.Unknown<>(
          "dbt has written no manifest.json that can be read: run dbt, for instance by dbt_test");
    }
  }
}
