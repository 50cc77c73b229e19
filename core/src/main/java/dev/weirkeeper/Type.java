package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.StringJoiner;

/**
 * The type of a column, as the source names it.
 *
 * @param name canonical name: the database's internal one for built-in types ({@code int4}, {@code
 *     varchar}, {@code timestamptz}), schema-qualified for the others ({@code public.mood}), with
 *     {@code []} behind for an array
 * @param args type arguments as a person writes them: {@code numeric(10,2)} has {@code [10, 2]}
 * @param labels the labels of an enum in their order; empty for all other types
 */
public record Type(String name, List<Integer> args, List<Label> labels) {

  /**
   * A label of an enum.
   *
   * @param id what stays the same when the label is renamed (PostgreSQL: {@code pg_enum.oid})
   */
  public record Label(String id, String name) {
    public Label {
      requireNonNull(id, "id");
      requireNonNull(name, "name");
    }
  }

  public Type {
    requireNonNull(name, "name");
    args = List.copyOf(args);
    labels = List.copyOf(labels);
  }

  public static Type of(String name, Integer... args) {
    return new Type(name, List.of(args), List.of());
  }

  public boolean isEnum() {
    return !labels.isEmpty();
  }

  /** The type as text: {@code numeric(10,2)}. Not SQL: names are not quoted. */
  @Override
  public String toString() {
    if (args.isEmpty()) {
      return name;
    }
    StringJoiner joined = new StringJoiner(",", name + "(", ")");
    args.forEach(arg -> joined.add(String.valueOf(arg)));
    return joined.toString();
  }
}
