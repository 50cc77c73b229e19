package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

/**
 * A column of a target.
 *
 * @param type as the target's system writes it: {@code numeric(10,2)}
 * @param precision digits of a DECIMAL, characters of a TEXT; 0 for no bound
 * @param scale digits behind the point of a DECIMAL
 */
public record TargetColumn(
    String name, String type, CellKind kind, int precision, int scale, Absence absence) {

  /** What becomes of a row without a value. */
  public enum Absence {
    /** NULL is a value. */
    NULLABLE,
    /** NULL is refused; a column that the input lacks is filled in. */
    DEFAULTED,
    /** NULL is refused. */
    REQUIRED
  }

  public TargetColumn {
    requireNonNull(name, "name");
    requireNonNull(type, "type");
    requireNonNull(kind, "kind");
    requireNonNull(absence, "absence");
  }
}
