package dev.weirkeeper.contracts.gx;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.engine.Metric;
import dev.weirkeeper.contracts.engine.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How much a result in the shape of Great Expectations says.
 *
 * @param partial how many bad values the partial lists hold
 * @param indexColumns columns by which a bad row is found again
 */
public record ResultFormat(
    Level level,
    int partial,
    Rows unexpectedRows,
    Values unexpectedValues,
    List<String> indexColumns,
    Query indexQuery) {

  /** Each says what the one before it says, and more. */
  public enum Level {
    BOOLEAN_ONLY,
    BASIC,
    SUMMARY,
    COMPLETE
  }

  /** Whether bad rows are shown whole. */
  public enum Rows {
    LEFT_OUT,
    INCLUDED
  }

  /** Whether bad values are shown. */
  public enum Values {
    SHOWN,
    EXCLUDED
  }

  /** Whether a query for the bad rows is shown. */
  public enum Query {
    LEFT_OUT,
    INCLUDED
  }

  /** Great Expectations lists no more values than these, whatever is asked for. */
  static final int MAX_RECORDS = 200;

  public ResultFormat {
    requireNonNull(level, "level");
    requireNonNull(unexpectedRows, "unexpectedRows");
    requireNonNull(unexpectedValues, "unexpectedValues");
    indexColumns = List.copyOf(indexColumns);
    requireNonNull(indexQuery, "indexQuery");
    if (partial < 0) {
      throw new IllegalArgumentException("partial_unexpected_count is 0 or more, not " + partial);
    }
  }

  /** A level, with all else as Great Expectations has it. */
  public static ResultFormat of(Level level) {
    return new ResultFormat(level, 20, Rows.LEFT_OUT, Values.SHOWN, List.of(), Query.INCLUDED);
  }

  /**
   * Reads the argument {@code result_format}: a level, or an object.
   *
   * @param text JSON, or the bare name of a level
   * @throws IllegalArgumentException if it is neither; says what is wrong
   */
  public static ResultFormat parse(String text) {
    JsonNode node =
        text.strip().matches("[A-Z_]+")
            ? TextNode.valueOf(text.strip())
            : Located.read(text).root();
    return of(node);
  }

  static ResultFormat of(JsonNode node) {
    if (node.isTextual()) {
      return of(level(node.textValue()));
    }
    if (!node.isObject()) {
      throw new IllegalArgumentException("result_format is neither a level nor an object");
    }
    boolean rows = node.path("include_unexpected_rows").asBoolean(false);
    if (!node.path("result_format").isTextual()) {
      throw new IllegalArgumentException(
          rows
              ? "When using `include_unexpected_rows`, `result_format` must be explicitly specified"
              : "result_format names no level");
    }
    List<String> columns = new ArrayList<>();
    for (JsonNode column : node.path("unexpected_index_column_names")) {
      columns.add(column.asText());
    }
    return new ResultFormat(
        level(node.path("result_format").textValue()),
        node.path("partial_unexpected_count").asInt(20),
        rows ? Rows.INCLUDED : Rows.LEFT_OUT,
        node.path("exclude_unexpected_values").asBoolean(false) ? Values.EXCLUDED : Values.SHOWN,
        columns,
        node.path("return_unexpected_index_query").asBoolean(true)
            ? Query.INCLUDED
            : Query.LEFT_OUT);
  }

  private static Level level(String name) {
    for (Level level : Level.values()) {
      if (level.name().equals(name.toUpperCase(Locale.ROOT))) {
        return level;
      }
    }
    throw new IllegalArgumentException(
        "result_format is none of BOOLEAN_ONLY, BASIC, SUMMARY, COMPLETE");
  }

  /** What a validator must be asked for, so that a result of this format can be written. */
  public Options options(Mode mode, Fields fields) {
    List<String> columns = new ArrayList<>();
    if (level != Level.BOOLEAN_ONLY) {
      columns.addAll(indexColumns);
      if (unexpectedRows == Rows.INCLUDED) {
        columns.addAll(fields.names());
      }
    }
    return new Options(mode, samples(mode), columns);
  }

  private int samples(Mode mode) {
    return switch (level) {
      case BOOLEAN_ONLY -> 0;
      case BASIC -> partial;
      case SUMMARY ->
          // Then Great Expectations makes one entry of all rows on pandas.
          mode == Mode.GX_PANDAS
                  && unexpectedValues == Values.EXCLUDED
                  && !indexColumns.isEmpty()
                  && partial > 0
              ? Metric.ALL
              : partial;
      case COMPLETE -> mode == Mode.GX_SQL ? Math.max(MAX_RECORDS, partial) : Metric.ALL;
    };
  }
}
