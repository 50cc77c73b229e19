package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.RowTest;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.Judgement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The result of an expectation about rows: counts, shares and lists, as the format wants them. */
final class MapResult {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Expectations about NULL name no index columns. */
  private static final Set<String> ABOUT_NULL =
      Set.of("expect_column_values_to_not_be_null", "expect_column_values_to_be_null");

  /** Counted by windows or joins on SQL, not by a sum, which is NULL over no rows. */
  private static final Set<String> COUNTED_WITHOUT_SUM =
      Set.of("expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique");

  private final String type;
  private final Expectation.Shape shape;
  private final Judgement.Rows rows;
  private final ResultFormat format;
  private final Mode mode;
  private final String table;
  private final UnexpectedCounts.Nulls nulls;
  private final int ruleColumns;

  MapResult(
      String type,
      Expectation.Shape shape,
      Judgement.Rows rows,
      ResultFormat format,
      Mode mode,
      String table,
      UnexpectedCounts.Nulls nulls) {
    this.table = table;
    this.nulls = nulls;
    this.type = type;
    this.shape = shape;
    this.rows = rows;
    this.format = format;
    this.mode = mode;
    this.ruleColumns =
        rows.shown().size()
            - format.indexColumns().size()
            - (format.unexpectedRows() == ResultFormat.Rows.INCLUDED ? allColumns() : 0);
  }

  /** Columns of the table, which stand behind the others where whole rows were asked for. */
  private int allColumns() {
    int before =
        format.indexColumns().size()
            + switch (shape) {
              case COLUMN -> 1;
              case PAIR -> 2;
              default -> severalColumns();
            };
    return rows.shown().size() - before;
  }

  /** The table's columns repeat those of the rule: what comes before the first repetition. */
  private int severalColumns() {
    for (int count = 1; count < rows.shown().size(); count++) {
      List<String> rest =
          rows.shown().subList(count + format.indexColumns().size(), rows.shown().size());
      if (rest.containsAll(rows.shown().subList(0, count))
          && rest.stream().distinct().count() == rest.size()) {
        return count;
      }
    }
    return rows.shown().size();
  }

  ObjectNode write() {
    ObjectNode result = NODES.objectNode();
    boolean counted = rows.missing() == RowTest.Missing.COUNTED;
    long missing = rows.elements() - rows.considered();
    boolean noSum =
        mode == Mode.GX_SQL
            && shape == Expectation.Shape.COLUMN
            && rows.elements() == 0
            && !COUNTED_WITHOUT_SUM.contains(type);
    result.put("element_count", rows.elements());
    if (noSum) {
      result.putNull("unexpected_count");
    } else {
      result.put("unexpected_count", rows.unexpected());
    }
    share(
        result,
        "unexpected_percent",
        rows.unexpected(),
        counted ? rows.considered() : rows.elements());
    if (shown()) {
      result.set("partial_unexpected_list", values(format.partial()));
    }
    if (!format.indexColumns().isEmpty() && !ABOUT_NULL.contains(type)) {
      ArrayNode names = result.putArray("unexpected_index_column_names");
      format.indexColumns().forEach(names::add);
    }
    if (counted) {
      result.put("missing_count", missing);
      share(result, "missing_percent", missing, rows.elements());
      share(result, "unexpected_percent_total", rows.unexpected(), rows.elements());
      share(result, "unexpected_percent_nonmissing", rows.unexpected(), rows.considered());
    }
    if (format.unexpectedRows() == ResultFormat.Rows.INCLUDED) {
      result.set("unexpected_rows", wholeRows());
    }
    if (format.level().compareTo(ResultFormat.Level.SUMMARY) >= 0) {
      summary(result);
    }
    if (format.level() == ResultFormat.Level.COMPLETE) {
      complete(result);
    }
    return result;
  }

  private boolean shown() {
    return format.unexpectedValues() == ResultFormat.Values.SHOWN;
  }

  private static void share(ObjectNode result, String name, long part, long of) {
    if (of == 0) {
      result.putNull(name);
    } else {
      result.put(name, (double) part / of * 100);
    }
  }

  private void summary(ObjectNode result) {
    if (format.partial() == 0) {
      return;
    }
    if (shown()) {
      int listed = format.level() == ResultFormat.Level.COMPLETE ? listed() : format.partial();
      UnexpectedCounts.of(keys(listed), format.partial(), mode, nulls)
          .ifPresent(counts -> result.set("partial_unexpected_counts", counts));
    }
    if (hasIndex()) {
      boolean oneOfLists = mode == Mode.GX_PANDAS && !shown() && !format.indexColumns().isEmpty();
      result.set(
          "partial_unexpected_index_list",
          index(oneOfLists ? Integer.MAX_VALUE : format.partial()));
    }
  }

  private void complete(ObjectNode result) {
    if (shown()) {
      result.set("unexpected_list", values(listed()));
    }
    if (hasIndex()) {
      result.set(
          "unexpected_index_list",
          index(mode == Mode.GX_SQL ? format.partial() : Integer.MAX_VALUE));
    }
    if (format.indexQuery() == ResultFormat.Query.INCLUDED) {
      query(result);
    }
  }

  private void query(ObjectNode result) {
    if (mode == Mode.GX_PANDAS) {
      List<String> places = new ArrayList<>();
      rows.sample().forEach(row -> places.add(String.valueOf(row.index().orElse(0))));
      result.put(
          "unexpected_index_query", "df.filter(items=[" + String.join(", ", places) + "], axis=0)");
    } else if (mode == Mode.STRICT || !type.equals("expect_compound_columns_to_be_unique")) {
      List<String> columns = new ArrayList<>(format.indexColumns());
      columns.addAll(rows.shown().subList(0, ruleColumns));
      result.put("unexpected_index_query", IndexQuery.of(columns, table, rows.bad()));
    }
  }

  private int listed() {
    return mode == Mode.STRICT ? Integer.MAX_VALUE : ResultFormat.MAX_RECORDS;
  }

  private boolean hasIndex() {
    if (!format.indexColumns().isEmpty()) {
      return mode != Mode.GX_SQL || !type.equals("expect_compound_columns_to_be_unique");
    }
    return mode != Mode.GX_SQL && rows.sample().stream().allMatch(row -> row.index().isPresent());
  }

  private List<Answers.Row> first(int limit) {
    return rows.sample().subList(0, Math.min(limit, rows.sample().size()));
  }

  private ArrayNode values(int limit) {
    ArrayNode list = NODES.arrayNode();
    first(limit).forEach(row -> list.add(value(row)));
    return list;
  }

  private JsonNode value(Answers.Row row) {
    switch (shape) {
      case COLUMN -> {
        return GxValues.node(row.values().get(0));
      }
      case PAIR -> {
        ArrayNode pair = NODES.arrayNode();
        row.values().subList(0, 2).forEach(part -> pair.add(GxValues.node(part)));
        return pair;
      }
      default -> {
        ObjectNode object = NODES.objectNode();
        for (int i = 0; i < ruleColumns; i++) {
          object.set(rows.shown().get(i), GxValues.node(row.values().get(i)));
        }
        return object;
      }
    }
  }

  /** The values as they are counted: those of several columns as an array. */
  private List<JsonNode> keys(int limit) {
    List<JsonNode> keys = new ArrayList<>();
    for (JsonNode value : values(limit)) {
      if (value.isObject()) {
        ArrayNode flat = NODES.arrayNode();
        value.forEach(flat::add);
        keys.add(flat);
      } else {
        keys.add(value);
      }
    }
    return keys;
  }

  private ArrayNode index(int limit) {
    ArrayNode list = NODES.arrayNode();
    List<Answers.Row> first = first(limit);
    if (format.indexColumns().isEmpty()) {
      first.forEach(row -> list.add(row.index().orElse(0)));
      return list;
    }
    if (!shown()) {
      if (!first.isEmpty()) {
        ObjectNode lists = list.addObject();
        for (int i = 0; i < format.indexColumns().size(); i++) {
          ArrayNode values = lists.putArray(format.indexColumns().get(i));
          for (Answers.Row row : first) {
            values.add(GxValues.node(row.values().get(ruleColumns + i)));
          }
        }
      }
      return list;
    }
    for (Answers.Row row : first) {
      ObjectNode entry = list.addObject();
      for (int i = 0; i < ruleColumns; i++) {
        entry.set(rows.shown().get(i), GxValues.node(row.values().get(i)));
      }
      for (int i = 0; i < format.indexColumns().size(); i++) {
        entry.set(format.indexColumns().get(i), GxValues.node(row.values().get(ruleColumns + i)));
      }
    }
    return list;
  }

  /** Bad rows with all their columns; Great Expectations has them for rules about one column. */
  private JsonNode wholeRows() {
    if ((shape != Expectation.Shape.COLUMN || ABOUT_NULL.contains(type)) && mode != Mode.STRICT) {
      return NODES.nullNode();
    }
    int from = ruleColumns + format.indexColumns().size();
    ArrayNode list = NODES.arrayNode();
    for (Answers.Row row : first(format.partial())) {
      ObjectNode entry = list.addObject();
      for (int i = from; i < rows.shown().size(); i++) {
        entry.set(rows.shown().get(i), GxValues.node(row.values().get(i)));
      }
    }
    return list;
  }
}
