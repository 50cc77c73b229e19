package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Flag;
import dev.weirkeeper.Verdict;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of one kind of change, or of one case of it, whoever sees it.
 *
 * @param id as findings and tolerances name it: {@code column.added}
 * @param caseName which of the circumstances that make one kind better or worse: {@code filled};
 *     empty for the only or the usual one
 * @param verdict the least one; circumstances can make a finding worse, never better
 * @param handling what is done unless the owner says otherwise
 * @param operation the row of the {@link TargetMatrix} that says what a target makes of it; {@code
 *     type} where that depends on the two types, {@code none} where a target has nothing to alter
 * @param bump what it does to the version of a contract; none where it says nothing of the schema
 * @param note why, in one sentence
 */
public record Kind(
    String id,
    Optional<String> caseName,
    Verdict verdict,
    Set<Flag> flags,
    Compatibility readers,
    Compatibility newReadsOld,
    Compatibility oldReadsNew,
    Handling handling,
    String operation,
    Bump bump,
    String note) {

  /** The {@link #operation} of kinds whose meaning for a target depends on two types. */
  public static final String TYPE = "type";

  /** The {@link #operation} of kinds for which no target alters anything. */
  public static final String NONE = "none";

  public Kind {
    requireNonNull(id, "id");
    requireNonNull(caseName, "caseName");
    requireNonNull(verdict, "verdict");
    flags = Set.copyOf(flags);
    requireNonNull(readers, "readers");
    requireNonNull(newReadsOld, "newReadsOld");
    requireNonNull(oldReadsNew, "oldReadsNew");
    requireNonNull(handling, "handling");
    requireNonNull(operation, "operation");
    requireNonNull(bump, "bump");
    requireNonNull(note, "note");
  }

  public Compatibility on(Axis axis) {
    return switch (axis) {
      case READERS -> readers;
      case NEW_READS_OLD -> newReadsOld;
      case OLD_READS_NEW -> oldReadsNew;
    };
  }

  /** The kind with its case, as text: {@code column.added/filled}. */
  @Override
  public String toString() {
    return caseName.map(name -> id + "/" + name).orElse(id);
  }
}
