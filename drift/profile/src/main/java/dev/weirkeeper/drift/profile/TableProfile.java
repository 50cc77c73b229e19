package dev.weirkeeper.drift.profile;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Profiles of the columns of a table over a window. Profiles of partitions, of hours or of several
 * hosts merge. Immutable and safe to share between threads.
 */
public final class TableProfile {
  private final long rows;
  private final SortedMap<String, ColumnProfile> columns;

  /** Ids of columns that had several kinds: they stay left out whatever is merged. */
  private final SortedSet<String> torn;

  TableProfile(long rows, Map<String, ColumnProfile> columns, Set<String> torn) {
    this.rows = rows;
    this.columns = new TreeMap<>(columns);
    this.torn = new TreeSet<>(torn);
    this.columns.keySet().removeAll(torn);
  }

  /** Of no row and no column: what others are merged into. */
  public static TableProfile empty() {
    return new TableProfile(0, Map.of(), Set.of());
  }

  public long rows() {
    return rows;
  }

  /** By the id of the column; by its name where the rows came without ids. */
  public SortedMap<String, ColumnProfile> columns() {
    return Collections.unmodifiableSortedMap(columns);
  }

  public Optional<ColumnProfile> column(String id) {
    return Optional.ofNullable(columns.get(id));
  }

  /**
   * The profile of both. A column whose kind is not the same in both is left out: its values cannot
   * be compared, which the drift of the schema says. However several profiles are grouped, the same
   * columns are there.
   */
  public TableProfile merge(TableProfile other) {
    Map<String, ColumnProfile> merged = new TreeMap<>(columns);
    Set<String> tornInEither = new TreeSet<>(torn);
    tornInEither.addAll(other.torn);
    other.columns.forEach(
        (id, column) -> {
          ColumnProfile mine = columns.get(id);
          if (mine == null) {
            merged.put(id, column);
          } else if (mine.kind() == column.kind()) {
            merged.put(id, mine.merge(column));
          } else {
            tornInEither.add(id);
          }
        });
    return new TableProfile(rows + other.rows, merged, tornInEither);
  }

  /** The binary form: equal profiles are equal bytes. Holds values of rows. */
  public byte[] encoded() {
    ByteWriter out = new ByteWriter();
    out.int64(rows);
    out.int32(columns.size());
    columns.forEach(
        (id, column) -> {
          out.text(id);
          column.write(out);
        });
    out.int32(torn.size());
    torn.forEach(out::text);
    return out.toBytes();
  }

  /**
   * @throws IllegalArgumentException if it is damaged or of a later version
   */
  public static TableProfile decoded(byte[] bytes) {
    ByteParser in = new ByteParser(bytes);
    long rows = in.count();
    int size = in.size(8);
    Map<String, ColumnProfile> columns = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      columns.put(in.text(), ColumnProfile.read(in));
    }
    Set<String> torn = new TreeSet<>();
    for (int left = in.size(4); left > 0; left--) {
      torn.add(in.text());
    }
    in.requireEnd();
    return new TableProfile(rows, columns, torn);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TableProfile profile && Arrays.equals(profile.encoded(), encoded());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encoded());
  }
}
