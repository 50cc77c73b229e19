package dev.weirkeeper.drift.impact;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Dependent;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.Listing;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.taxonomy.Bump;
import dev.weirkeeper.drift.taxonomy.Compatibility;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Who is affected by the changes of an incident, as a tool: {@code drift_impact}. Only what the
 * host's sources name is looked at, and the answer says which those are and which of them could not
 * be read. It is worked out each time and kept nowhere. Safe to share between threads if the
 * sources are.
 */
public final class ImpactTools implements ToolRegistry {
  public static final String IMPACT = "drift_impact";

  private static final int MOST_REASONS = 10;
  private static final int MOST_BETWEEN = 10;
  private static final int MOST_RULES = 10;
  private static final int LONGEST_NAME = 256;

  /**
   * Input of {@code drift_impact}.
   *
   * @param incident id that {@code incident_list} shows
   * @param table name the table, too, where a grant covers only that
   */
  public record AskImpact(
      Hash incident, Optional<String> table, Optional<String> cursor, Optional<Integer> limit) {
    public AskImpact {
      requireNonNull(incident, "incident");
      requireNonNull(table, "table");
      Listing.require(cursor, limit);
    }
  }

  /**
   * Who is affected.
   *
   * @param affected the worst first
   * @param unaffected how many dependents were looked at and are not affected
   * @param lookedAt the host's sources of dependents that were read
   * @param unknown the ones that could not be, so that some who are affected may be missing
   * @param note what the answer does not say
   */
  public record Impacted(
      Hash incident,
      String table,
      List<AffectedView> affected,
      int affectedInAll,
      int unaffected,
      List<String> lookedAt,
      List<UnknownSource> unknown,
      Optional<String> next,
      String note) {
    public Impacted {
      affected = List.copyOf(affected);
      lookedAt = List.copyOf(lookedAt);
      unknown = List.copyOf(unknown);
    }
  }

  /**
   * A dependent that the changes affect.
   *
   * @param effect the worst of all reasons
   * @param reasons at most 10
   * @param through what lies between it and the table, the nearest to the table first, at most 10
   * @param bump what its version should move by; of contracts only
   * @param next its version after that
   */
  public record AffectedView(
      Dependent.Kind kind,
      Outside name,
      Compatibility effect,
      Impact.Certainty certainty,
      List<ReasonView> reasons,
      int reasonsInAll,
      List<Outside> through,
      Optional<Bump> bump,
      Optional<Outside> next) {
    public AffectedView {
      reasons = List.copyOf(reasons);
      through = List.copyOf(through);
    }
  }

  /**
   * What one finding is to a dependent.
   *
   * @param column name or handle of the column; absent if it is about the table
   * @param rules of a contract that read the column, or may: of some nobody knows what they read;
   *     at most 10
   */
  public record ReasonView(
      Hash finding,
      String kind,
      Optional<String> column,
      Compatibility effect,
      List<Outside> rules,
      int rulesInAll) {
    public ReasonView {
      rules = List.copyOf(rules);
    }
  }

  /** Dependents that nobody could look at, and why. */
  public record UnknownSource(String source, Outside why) {}

  private final String sourceSystem;
  private final KnownIncidents incidents;
  private final Map<String, Set<String>> mirrors;
  private final Map<String, Supplier<Probe<List<Dependent>>>> sources;

  /**
   * @param sourceSystem the system of the pipeline's tables
   * @param mirrors by system, the systems that have its tables under the same names
   * @param sources of dependents, by what the host calls each; asked at each call
   */
  public ImpactTools(
      String sourceSystem,
      LogBook book,
      Map<String, Set<String>> mirrors,
      Map<String, Supplier<Probe<List<Dependent>>>> sources) {
    this.sourceSystem = requireNonNull(sourceSystem, "sourceSystem");
    this.incidents = new KnownIncidents(requireNonNull(book, "book"));
    this.mirrors = Map.copyOf(mirrors);
    this.sources = new TreeMap<>(sources);
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                IMPACT,
                "Says which contracts, views, models, subjects and tables the changes of an"
                    + " incident affect, how surely and why, and which version a contract should"
                    + " have next. Only dependents that the host registered are looked at. Take"
                    + " the id from incident_list.",
                AskImpact.class,
                Impacted.class,
                (input, call) ->
                    incidents.answer(
                        input.incident(), call.target(), incident -> impact(input, incident)))
            .targeting(input -> Listing.about(sourceSystem, input.table())));
  }

  private Outcome impact(AskImpact input, Incident incident) {
    List<Dependent> dependents = new ArrayList<>();
    List<String> lookedAt = new ArrayList<>();
    List<UnknownSource> unknown = new ArrayList<>();
    sources.forEach(
        (name, source) -> {
          Probe<List<Dependent>> answer = source.get();
          if (answer instanceof Probe.Unknown<List<Dependent>> failed) {
            unknown.add(new UnknownSource(name, Outside.of(failed.why())));
          } else {
            lookedAt.add(name);
            if (answer instanceof Probe.Value<List<Dependent>> value) {
              dependents.addAll(value.value());
            }
          }
        });
    Impact impact = Impact.of(incident.findings(), dependents, mirrors);
    return new Outcome.Done(
        Json.of(
            new Impacted(
                incident.id(),
                Handles.qualified(incident.asset().name()),
                Listing.page(impact.affected(), input.cursor(), input.limit()).stream()
                    .map(ImpactTools::view)
                    .toList(),
                impact.affected().size(),
                impact.unaffected(),
                lookedAt,
                unknown,
                Listing.next(impact.affected(), input.cursor(), input.limit()),
                unknown.isEmpty()
                    ? "Only these registered dependents were looked at; others may be affected"
                    : "Some registered dependents could not be looked at, and others that nobody"
                        + " registered may be affected, too")),
        Outcome.Verification.NOT_NEEDED);
  }

  private static AffectedView view(Impact.Affected affected) {
    return new AffectedView(
        affected.kind(),
        name(affected.name()),
        affected.effect(),
        affected.certainty(),
        affected.reasons().stream().limit(MOST_REASONS).map(ImpactTools::view).toList(),
        affected.reasons().size(),
        affected.through().stream().limit(MOST_BETWEEN).map(ImpactTools::name).toList(),
        affected.bump(),
        affected.next().map(ImpactTools::name));
  }

  private static ReasonView view(Impact.Reason reason) {
    return new ReasonView(
        reason.finding(),
        reason.kind(),
        reason.column().isEmpty()
            ? Optional.empty()
            : Optional.of(Handles.qualified(reason.column())),
        reason.effect(),
        reason.parts().stream().limit(MOST_RULES).map(ImpactTools::name).toList(),
        reason.parts().size());
  }

  private static Outside name(String outside) {
    return Outside.of(outside, LONGEST_NAME);
  }
}
