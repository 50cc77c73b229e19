package dev.weirkeeper.drift.profile;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Profiles of the columns of a table over a window. Profiles of partitions, of hours or of several
 * hosts merge. Immutable and safe to share between threads.
 */
public final class TableProfile {
  private final long rows;
  private final SortedMap<String, ColumnProfile> columns;

  TableProfile(long rows, Map<String, ColumnProfile> columns) {
    this.rows = rows;
    this.columns = new TreeMap<>(columns);
  }

  /** Of no row and no column: what others are merged into. */
  public static TableProfile empty() {
    return new TableProfile(0, Map.of());
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
   * be compared, which the drift of the schema says.
   */
  public TableProfile merge(TableProfile other) {
    Map<String, ColumnProfile> merged = new TreeMap<>(columns);
    other.columns.forEach(
        (id, column) -> {
          ColumnProfile mine = columns.get(id);
          if (mine == null) {
            merged.put(id, column);
          } else if (mine.kind() == column.kind()) {
            merged.put(id, mine.merge(column));
          } else {
            merged.remove(id);
          }
        });
    return new TableProfile(rows + other.rows, merged);
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
    in.requireEnd();
    return new TableProfile(rows, columns);
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
