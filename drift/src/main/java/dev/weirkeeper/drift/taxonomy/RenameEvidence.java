package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What speaks for a rename beside how things look: declarations of the owner, and values that were
 * compared.
 *
 * @param declared what the owner said was renamed
 * @param values what was counted of the values of two columns
 */
public record RenameEvidence(List<Declared> declared, List<Values> values) {

  /**
   * The owner says that this is a rename.
   *
   * @param kind of the thing: {@code column}
   * @param scope what it lies in, as it is called now
   */
  public record Declared(String kind, String scope, String from, String to) {
    public Declared {
      requireNonNull(kind, "kind");
      requireNonNull(scope, "scope");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
    }
  }

  /**
   * Two columns, the old one as it was and the new one as it is, compared over rows of equal key.
   *
   * @param rows sampled rows in which at least one of the two is not NULL
   * @param equal rows among them in which both have the same value
   * @param distinct different values among the equal ones
   */
  public record Values(String scope, String from, String to, long rows, long equal, long distinct) {
    public Values {
      requireNonNull(scope, "scope");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
      if (equal < 0 || equal > rows || distinct < 0 || distinct > equal) {
        throw new IllegalArgumentException(
            "Of " + rows + " rows, " + equal + " cannot be equal with " + distinct + " values");
      }
    }

    /** The part of the rows that have equal values; 0 where there are none. */
    double share() {
      return rows == 0 ? 0 : (double) equal / rows;
    }
  }

  public RenameEvidence {
    declared = List.copyOf(declared);
    values = List.copyOf(values);
  }

  public static RenameEvidence none() {
    return new RenameEvidence(List.of(), List.of());
  }

  public RenameEvidence and(Declared more) {
    List<Declared> all = new ArrayList<>(declared);
    all.add(more);
    return new RenameEvidence(all, values);
  }

  public RenameEvidence and(Values more) {
    List<Values> all = new ArrayList<>(values);
    all.add(more);
    return new RenameEvidence(declared, all);
  }

  Optional<Values> values(String scope, String from, String to) {
    return values.stream()
        .filter(
            known ->
                known.scope().equals(scope) && known.from().equals(from) && known.to().equals(to))
        .findFirst();
  }
}
