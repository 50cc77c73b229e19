package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * What a person must say: whether a thing that is gone has another name now. Names are from
 * outside.
 *
 * @param from the name that is gone, or that values left
 * @param candidates what it could be, likeliest first; never one that is out of the question
 * @param proposed the one that fits best if every thing has at most one new name; it is no answer
 */
public record RenameQuestion(
    String kind, String scope, String from, List<Candidate> candidates, Optional<String> proposed) {

  /**
   * @param score from 0 to 1; comparable within one question only
   * @param reasons what speaks for it, in English
   */
  public record Candidate(String to, double score, List<String> reasons) {
    public Candidate {
      requireNonNull(to, "to");
      reasons = List.copyOf(reasons);
    }
  }

  public RenameQuestion {
    requireNonNull(kind, "kind");
    requireNonNull(scope, "scope");
    requireNonNull(from, "from");
    candidates = List.copyOf(candidates);
    requireNonNull(proposed, "proposed");
    if (candidates.isEmpty()) {
      throw new IllegalArgumentException("A question about a rename has at least one candidate");
    }
  }
}
