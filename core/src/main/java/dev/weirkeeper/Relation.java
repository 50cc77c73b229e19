package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One immutable version of one relation, as the source had it at some moment.
 *
 * @param id identity of the relation in its system (PostgreSQL: its OID); survives a rename
 * @param version hash of everything else: equal versions are equal relations
 */
public record Relation(
    Asset asset, String id, Hash version, RowIdentity identity, List<Column> columns) {

  public Relation {
    requireNonNull(asset, "asset");
    requireNonNull(id, "id");
    requireNonNull(identity, "identity");
    columns = List.copyOf(columns);
    Set<String> ids = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (Column column : columns) {
      if (!ids.add(column.id()) || !names.add(column.name())) {
        throw new IllegalArgumentException(
            "Relation "
                + asset
                + " has two columns with id "
                + column.id()
                + " or name '"
                + column.name()
                + "'");
      }
    }
    if (!requireNonNull(version, "version").equals(versionOf(asset, id, identity, columns))) {
      throw new IllegalArgumentException(
          "Relation " + asset + ": the version is not the hash of its content; use Relation.of");
    }
  }

  public static Relation of(Asset asset, String id, RowIdentity identity, List<Column> columns) {
    return new Relation(asset, id, versionOf(asset, id, identity, columns), identity, columns);
  }

  private record Content(Asset asset, String id, List<String> key, List<Column> columns) {}

  private static Hash versionOf(
      Asset asset, String id, RowIdentity identity, List<Column> columns) {
    List<String> key = new ArrayList<>();
    if (identity instanceof RowIdentity.Key byKey) {
      key.addAll(byKey.columnIds());
    } else {
      key.add(identity instanceof RowIdentity.Whole ? "*" : "-");
    }
    return Hash.of(Json.of(new Content(asset, id, key, columns)));
  }

  public Optional<Column> column(String columnId) {
    return columns.stream().filter(column -> column.id().equals(columnId)).findFirst();
  }

  public Optional<Column> columnNamed(String name) {
    return columns.stream().filter(column -> column.name().equals(name)).findFirst();
  }

  /** Index of the column with this id in {@link #columns()}, or -1. */
  public int indexOf(String columnId) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).id().equals(columnId)) {
        return i;
      }
    }
    return -1;
  }

  /** Indexes of the key columns in key order; empty unless the identity is a key. */
  public int[] keyIndexes() {
    if (!(identity instanceof RowIdentity.Key key)) {
      return new int[0];
    }
    return key.columnIds().stream().mapToInt(this::indexOf).toArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Relation relation && relation.version.equals(version);
  }

  @Override
  public int hashCode() {
    return version.hashCode();
  }
}
