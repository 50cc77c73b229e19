package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What was seen of an asset at a moment. */
public record Observation(
    Asset asset, Instant at, Optional<Position> position, List<Facet> facets) {
  public Observation {
    requireNonNull(asset, "asset");
    requireNonNull(at, "at");
    requireNonNull(position, "position");
    facets = List.copyOf(facets);
  }

  public Optional<Facet.Schema> schema() {
    return facets.stream()
        .filter(Facet.Schema.class::isInstance)
        .map(Facet.Schema.class::cast)
        .findFirst();
  }
}
