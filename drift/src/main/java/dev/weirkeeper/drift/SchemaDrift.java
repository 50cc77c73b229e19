package dev.weirkeeper.drift;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Relation;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Says how the schema of an asset changed, by identity: a column with another name is the same
 * column, another column with the same name is not.
 *
 * <p>A baseline without a schema means that the asset is seen for the first time. A current
 * observation without one means that the schema was not read, which is no finding: nothing follows
 * from what was not seen. The next baseline is the old one; the host moves it when a change is
 * accepted.
 */
public final class SchemaDrift implements DriftDetector {
  private static final String ID = "schema-drift";

  @Override
  public String id() {
    return ID;
  }

  /**
   * @throws IllegalArgumentException if the two schemas lie in different systems
   */
  @Override
  public Detection detect(Observation baseline, Observation current) {
    requireNonNull(baseline, "baseline");
    List<Finding> findings =
        current
            .schema()
            .map(
                schema ->
                    findings(
                        current.asset(),
                        baseline.schema().map(Facet.Schema::relation),
                        schema.relation(),
                        schema.evidence()))
            .orElse(List.of());
    return new Detection(findings, baseline);
  }

  /**
   * All changes between two versions of a relation, in an order that depends on nothing else.
   *
   * @param from empty where nothing was known before
   * @throws IllegalArgumentException if the two lie in different systems
   */
  public static List<RelationChange> changes(Optional<Relation> from, Relation to) {
    return SchemaDiff.between(requireNonNull(from, "from"), requireNonNull(to, "to"));
  }

  static List<Finding> findings(
      Asset asset, Optional<Relation> from, Relation to, Evidence evidence) {
    return SchemaDiff.between(from, to).stream()
        .map(
            change ->
                new Finding(
                    ID,
                    asset,
                    change.kind().kind(),
                    change.subject(),
                    change.verdict(),
                    flags(change.kind(), evidence),
                    Json.of(change.detail()),
                    from.map(Relation::version),
                    Optional.of(to.version())))
        .toList();
  }

  /** Ids of the findings that lead from one version to the other, whoever saw them. */
  static Set<Hash> ids(Asset asset, Optional<Relation> from, Relation to) {
    return findings(asset, from, to, Evidence.LOGGED).stream()
        .map(Finding::id)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Set<Flag> flags(ChangeKind kind, Evidence evidence) {
    Set<Flag> flags = EnumSet.noneOf(Flag.class);
    flags.addAll(kind.flags());
    if (evidence == Evidence.CATALOG) {
      flags.add(Flag.PROVISIONAL);
    }
    return flags;
  }
}
