package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Set;

/**
 * What a target makes of a change.
 *
 * @param way the worst of {@code ways}
 * @param ways all that is true of it: a change can rewrite a table and fail on values
 * @param notes what else must be known, in English; empty if nothing
 */
public record TargetAnswer(Way way, Set<Way> ways, List<String> notes) {
  public TargetAnswer {
    requireNonNull(way, "way");
    ways = Set.copyOf(ways);
    notes = List.copyOf(notes);
  }
}
