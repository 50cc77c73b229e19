package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One way in which two types differ, at one place within them.
 *
 * @param path where, from the column on: empty for the column itself, {@code .zip} for a field,
 *     {@code []} for the elements of a list, {@code {key}} and {@code {value}} for those of a map
 * @param row which row of the {@link TargetMatrix} speaks of it
 * @param around rows for what it lies in, from the outside on: {@code struct-widen} for a field;
 *     empty for the column itself
 */
public record TypeDifference(
    String path, String row, List<String> around, TypeExpr from, TypeExpr to) {
  public TypeDifference {
    requireNonNull(path, "path");
    requireNonNull(row, "row");
    around = List.copyOf(around);
    requireNonNull(from, "from");
    requireNonNull(to, "to");
  }
}
