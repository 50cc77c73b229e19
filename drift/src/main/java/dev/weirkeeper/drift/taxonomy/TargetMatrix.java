package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The table of what each target accepts in place: changes of type, of labels, constraints, keys,
 * defaults and names. Cells were measured on PostgreSQL 12 to 18 and DuckDB 1.5, read from the
 * sources of Iceberg and Delta, and taken from the vendors' pages for Snowflake, BigQuery and
 * MySQL. A host adds targets with {@link #with}. Immutable, so safe to share between threads.
 */
public final class TargetMatrix {

  /**
   * @param change what changes, in words
   * @param loss what it does to stored values
   * @param cells by dialect, as {@link TargetCell} writes them
   */
  private record Row(String id, String change, Loss loss, Map<String, String> cells) {
    Row {
      cells = Map.copyOf(cells);
    }
  }

  /** Read when it is first asked for. */
  private static final class Standard {
    private static final TargetMatrix TABLE =
        new TargetMatrix(ResourceReader.rows("targets.json", Row.class));
  }

  private final Map<String, Row> rows = new LinkedHashMap<>();
  private final Map<String, Map<String, TargetCell>> cells = new TreeMap<>();

  private TargetMatrix(List<Row> rows) {
    for (Row row : rows) {
      if (this.rows.put(row.id(), row) != null) {
        throw new IllegalArgumentException("The row " + row.id() + " is there twice");
      }
      row.cells()
          .forEach(
              (dialect, text) ->
                  cells
                      .computeIfAbsent(dialect, name -> new TreeMap<>())
                      .put(row.id(), parsed(row.id(), dialect, text)));
    }
  }

  private static TargetCell parsed(String row, String dialect, String text) {
    try {
      return TargetCell.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The cell of " + dialect + " in row " + row + ": " + e.getMessage(), e);
    }
  }

  /** The targets that this library knows. */
  public static TargetMatrix standard() {
    return Standard.TABLE;
  }

  /**
   * The table with one more target, or with another opinion of one.
   *
   * @param cells by row: alternatives between bars, each with conditions before a colon, letters (N
   *     nothing to do, M metadata only, I index rebuild, R rewrite, A by ALTER only, F if values
   *     fit, X refused, U unknown) and a note behind a hash; rows left out are unknown
   * @throws IllegalArgumentException for a row that there is not, or a cell that cannot be read
   */
  public TargetMatrix with(String dialect, Map<String, String> cells) {
    requireNonNull(dialect, "dialect");
    cells.keySet().forEach(this::row);
    List<Row> more = new ArrayList<>();
    for (Row row : rows.values()) {
      Map<String, String> all = new TreeMap<>(row.cells());
      all.remove(dialect);
      if (cells.containsKey(row.id())) {
        all.put(dialect, cells.get(row.id()));
      }
      more.add(new Row(row.id(), row.change(), row.loss(), all));
    }
    return new TargetMatrix(more);
  }

  /** Names of the targets, sorted. */
  public List<String> dialects() {
    return List.copyOf(cells.keySet());
  }

  /** Names of the rows in their order. */
  public List<String> rows() {
    return List.copyOf(rows.keySet());
  }

  /**
   * What changes, in words.
   *
   * @throws IllegalArgumentException for a row that there is not
   */
  public String change(String row) {
    return row(row).change();
  }

  /**
   * What the change does to stored values.
   *
   * @throws IllegalArgumentException for a row that there is not
   */
  public Loss loss(String row) {
    return row(row).loss();
  }

  private Row row(String id) {
    return Optional.ofNullable(rows.get(requireNonNull(id, "id")))
        .orElseThrow(() -> new IllegalArgumentException("The table of targets has no row " + id));
  }

  /**
   * What a target makes of a change that does not depend on types: {@code add-nullable}, {@code
   * relax}. A target that is not in the table answers {@link Way#UNKNOWN}.
   *
   * @param traits what is known of this target beside its dialect, see {@link Consumer#traits}
   */
  public TargetAnswer ask(String row, String dialect, Set<String> traits) {
    row(row);
    TypeExpr none = TypeExpr.Scalar.of(TypeExpr.Family.VOID);
    return ask(List.of(row), none, none, dialect, traits);
  }

  /** What a target makes of a difference between types, wherever it lies in them. */
  public TargetAnswer ask(TypeDifference difference, String dialect, Set<String> traits) {
    List<String> asked = new ArrayList<>(difference.around());
    asked.add(difference.row());
    return ask(asked, difference.from(), difference.to(), dialect, traits);
  }

  private TargetAnswer ask(
      List<String> asked, TypeExpr from, TypeExpr to, String dialect, Set<String> traits) {
    Way worst = Way.NOTHING_TO_DO;
    Set<Way> ways = EnumSet.noneOf(Way.class);
    List<String> notes = new ArrayList<>();
    Map<String, TargetCell> known =
        cells.getOrDefault(requireNonNull(dialect, "dialect"), Map.of());
    for (String row : asked) {
      TargetCell cell = known.get(row);
      if (cell == null) {
        ways.add(Way.UNKNOWN);
        worst = Way.UNKNOWN;
        notes.add("nobody has said what " + dialect + " does");
        continue;
      }
      TargetCell.Alternative applying = cell.of(from, to, traits);
      ways.addAll(applying.ways());
      worst = worst.worst(applying.worst());
      if (!applying.note().isEmpty()) {
        notes.add(applying.note());
      }
    }
    if (ways.size() > 1) {
      ways.remove(Way.NOTHING_TO_DO);
    }
    return new TargetAnswer(worst, ways, notes);
  }
}
