package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.Set;

/**
 * Something that rests on one table: what an impact analysis is told of. Whoever reads several
 * tables is as many dependents of one name. Data: readers of catalogs, manifests and contracts make
 * them.
 *
 * @param name unique within its kind; text from outside
 * @param on the table or view that it reads, as it was called before a change
 * @param columns names of the columns that it reads there; empty where that is not known, which is
 *     never none
 * @param itself what others read of it, where it is a table or view
 * @param version of a contract, by which the next one is proposed
 * @param part what of it reads these columns: a rule of a contract; text from outside. Empty: the
 *     dependent as a whole. One of several parts is as many dependents of one name
 */
public record Dependent(
    Kind kind,
    String name,
    Asset on,
    Optional<Set<String>> columns,
    Optional<Asset> itself,
    Optional<String> version,
    Optional<String> part) {
  /** What rests on a table. */
  public enum Kind {
    CONTRACT,
    VIEW,
    DBT_MODEL,
    /** A subject of a schema registry. */
    SUBJECT,
    TABLE
  }

  public Dependent {
    requireNonNull(kind, "kind");
    requireNonNull(name, "name");
    requireNonNull(on, "on");
    columns = columns.map(Set::copyOf);
    requireNonNull(itself, "itself");
    requireNonNull(version, "version");
    requireNonNull(part, "part");
  }

  /** One as a whole. */
  public Dependent(
      Kind kind,
      String name,
      Asset on,
      Optional<Set<String>> columns,
      Optional<Asset> itself,
      Optional<String> version) {
    this(kind, name, on, columns, itself, version, Optional.empty());
  }

  /** One of which nobody knows which columns it reads. */
  public static Dependent of(Kind kind, String name, Asset on) {
    return new Dependent(kind, name, on, Optional.empty(), Optional.empty(), Optional.empty());
  }

  public Dependent reading(Set<String> some) {
    return new Dependent(kind, name, on, Optional.of(some), itself, version, part);
  }

  /** One that others read in turn. */
  public Dependent being(Asset table) {
    return new Dependent(kind, name, on, columns, Optional.of(table), version, part);
  }

  public Dependent in(String newest) {
    return new Dependent(kind, name, on, columns, itself, Optional.of(newest), part);
  }

  /** A part of it that is told apart. */
  public Dependent at(String some) {
    return new Dependent(kind, name, on, columns, itself, version, Optional.of(some));
  }
}
