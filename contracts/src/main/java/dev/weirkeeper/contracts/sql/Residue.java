package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.ExprParts;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.ValueTest;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Metric;
import dev.weirkeeper.contracts.memory.MemoryBudget;
import dev.weirkeeper.contracts.memory.MemoryEngine;
import dev.weirkeeper.contracts.sql.SqlSource.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.BiFunction;

/**
 * Answers in memory what SQL cannot say: streams the columns that the metrics need, of rows that
 * all of them could be about, in one pass for all.
 */
final class Residue {
  private final SqlSession session;
  private final SqlSource source;
  private final Dialect dialect;
  private final FrameReader frames;
  private final BiFunction<String, Json, ValueTest> tests;

  Residue(
      SqlSession session,
      SqlSource source,
      FrameReader frames,
      BiFunction<String, Json, ValueTest> tests) {
    this.session = session;
    this.source = source;
    this.dialect = source.dialect();
    this.frames = frames;
    this.tests = tests;
  }

  void answer(Set<Metric> metrics, Answers answers, CallControl control) throws IOException {
    Set<Metric> open = new LinkedHashSet<>(metrics);
    boolean order = open.stream().anyMatch(metric -> asksOrder(rows(metric)));
    if (order && source.rows().isEmpty()) {
      for (Metric metric : metrics) {
        if (asksOrder(rows(metric))) {
          answers.fail(metric, String.valueOf(new NoOrderException().getMessage()));
          open.remove(metric);
        }
      }
      order = false;
    }
    if (open.isEmpty()) {
      return;
    }
    Set<Metric> asked = Set.copyOf(open);
    Order rowOrder = order ? Order.BY_ROW : Order.ANY;
    try {
      stream(asked, rowOrder, answers, control);
    } catch (IOException e) {
      String reason = String.valueOf(e.getMessage());
      asked.stream()
          .filter(metric -> !answers.knows(metric))
          .forEach(metric -> answers.fail(metric, reason));
    }
  }

  private void stream(Set<Metric> asked, Order order, Answers answers, CallControl control)
      throws IOException {
    Read some = read(source, frames, asked, order, filter(source, asked));
    try {
      session.part(() -> inMemory(asked, some, answers, control));
    } catch (IOException e) {
      if (!SqlSession.isAboutValues(e)) {
        throw e;
      }
      // The database stumbles over values in its filter that memory copes with.
      Read all = read(source, frames, asked, order, "");
      session.part(() -> inMemory(asked, all, answers, control));
    }
  }

  /**
   * What to stream.
   *
   * @param place the column that numbers the rows, if samples are to show their places
   */
  private record Read(Fields fields, String sql, Optional<String> place) {}

  private static boolean asksOrder(Expr rows) {
    return ExprParts.has(rows, Expr.OutOfOrder.class::isInstance);
  }

  private static Expr rows(Metric metric) {
    if (metric instanceof Metric.Count count) {
      return count.rows();
    }
    if (metric instanceof Metric.Sample sample) {
      return sample.rows();
    }
    if (metric instanceof Metric.Aggregate aggregate) {
      return aggregate.rows();
    }
    if (metric instanceof Metric.Distinct distinct) {
      return distinct.rows();
    }
    if (metric instanceof Metric.Quantiles quantiles) {
      return quantiles.rows();
    }
    if (metric instanceof Metric.ValueCounts counts) {
      return counts.rows();
    }
    return ((Metric.Histogram) metric).rows();
  }

  private static Set<String> columns(Metric metric) {
    Set<String> names = new LinkedHashSet<>(ExprParts.columns(rows(metric)));
    if (metric instanceof Metric.Sample sample) {
      names.addAll(sample.columns());
    } else if (metric instanceof Metric.Aggregate aggregate) {
      names.add(aggregate.column());
    } else if (metric instanceof Metric.Distinct distinct) {
      names.addAll(distinct.columns());
    } else if (metric instanceof Metric.Quantiles quantiles) {
      names.add(quantiles.column());
    } else if (metric instanceof Metric.ValueCounts counts) {
      names.add(counts.column());
    } else if (metric instanceof Metric.Histogram histogram) {
      names.add(histogram.column());
    }
    return names;
  }

  /** The query that memory would read for these metrics. */
  static String sql(SqlSource source, FrameReader frames, Set<Metric> metrics) {
    boolean order =
        source.rows().isPresent() && metrics.stream().anyMatch(metric -> asksOrder(rows(metric)));
    Order rowOrder = order ? Order.BY_ROW : Order.ANY;
    return read(source, frames, metrics, rowOrder, filter(source, metrics)).sql();
  }

  /** Whether rows must come in their order. */
  private enum Order {
    BY_ROW,
    ANY
  }

  private static Read read(
      SqlSource source, FrameReader frames, Set<Metric> metrics, Order order, String filter) {
    Dialect dialect = source.dialect();
    Set<String> needed = new LinkedHashSet<>();
    metrics.forEach(metric -> needed.addAll(columns(metric)));
    List<Field> fields = new ArrayList<>();
    StringJoiner columns = new StringJoiner(", ");
    for (Field field : source.fields().all()) {
      if (needed.contains(field.name())) {
        fields.add(field);
        columns.add(frames.select(field, Operands.ROW + "." + dialect.name(field.name())));
      }
    }
    boolean places =
        source.rows().filter(rows -> rows.place() == Place.SHOWN).isPresent()
            && metrics.stream().anyMatch(Metric.Sample.class::isInstance);
    Optional<String> place = places ? source.rows().map(SqlSource.Rows::column) : Optional.empty();
    place.ifPresent(
        name -> {
          Field number = new Field(name, Form.INTEGER, "BIGINT");
          fields.add(number);
          columns.add(frames.select(number, Operands.ROW + "." + dialect.name(name)));
        });
    if (fields.isEmpty()) {
      Field nothing = new Field("wk_nothing", Form.INTEGER, "BIGINT");
      fields.add(nothing);
      columns.add(frames.select(nothing, "1"));
    }
    boolean numbered = places || order == Order.BY_ROW;
    String relation = numbered ? source.rows().orElseThrow().relation() : source.relation();
    String sql = "SELECT " + columns + " FROM " + relation + " AS " + Operands.ROW + filter;
    if (order == Order.BY_ROW && dialect.rowOrder() == Dialect.RowOrder.NONE) {
      sql += " ORDER BY " + Operands.ROW + "." + dialect.name(source.rows().orElseThrow().column());
    }
    return new Read(new Fields(fields), sql, place);
  }

  /** What is TRUE of all rows that any of the metrics is about, as far as SQL can say it. */
  private static String filter(SqlSource source, Set<Metric> metrics) {
    Set<Expr> common = null;
    for (Metric metric : metrics) {
      Expr rows = rows(metric);
      if (ExprParts.looksAround(rows)) {
        return "";
      }
      Set<Expr> all = new LinkedHashSet<>(Exprs.conjuncts(rows));
      if (rows instanceof Expr.And and) {
        // What follows from a test that SQL cannot make is worth saying all the same.
        all.addAll(and.parts());
      }
      if (common == null) {
        common = all;
      } else {
        common.retainAll(all);
      }
    }
    StringJoiner sql = new StringJoiner(" AND ", " WHERE ", "").setEmptyValue("");
    for (Expr part : common == null ? Set.<Expr>of() : common) {
      condition(source, part).ifPresent(sql::add);
    }
    return sql.toString();
  }

  /** Empty if memory has to make the test; the others still keep rows away from it. */
  private static Optional<String> condition(SqlSource source, Expr part) {
    try {
      return Optional.of(new Conditions(source.dialect(), source.fields(), List.of()).of(part));
    } catch (InexactException e) {
      return Optional.empty();
    }
  }

  private void inMemory(Set<Metric> metrics, Read read, Answers answers, CallControl control)
      throws IOException {
    Map<String, FrameSource> tables = new HashMap<>();
    for (Metric metric : metrics) {
      ExprParts.walk(
          rows(metric),
          part -> {
            if (part instanceof Expr.Refers refers) {
              tables.computeIfAbsent(refers.table(), name -> new Table(name, control));
            }
          });
    }
    Map<Metric, Metric.Sample> placed = new LinkedHashMap<>();
    Set<Metric> asked = new LinkedHashSet<>();
    for (Metric metric : metrics) {
      if (metric instanceof Metric.Sample sample && read.place().isPresent()) {
        List<String> columns = new ArrayList<>(sample.columns());
        columns.add(read.place().get());
        Metric.Sample more = new Metric.Sample(sample.rows(), columns, sample.limit());
        placed.put(more, sample);
        asked.add(more);
      } else {
        asked.add(metric);
      }
    }
    try (MemoryEngine memory =
        new MemoryEngine(
            new Rows(read.fields(), read.sql()), tables, tests, MemoryBudget.standard())) {
      Answers found = memory.answer(asked, control);
      for (Metric metric : asked) {
        Metric.Sample wanted = placed.get(metric);
        if (wanted != null) {
          Optional<String> failure = found.failure(metric);
          if (failure.isPresent()) {
            answers.fail(wanted, failure.get());
          } else {
            answers.put(wanted, placed(found.rows((Metric.Sample) metric)));
          }
        } else if (metric instanceof Metric.Sample sample && found.failure(metric).isEmpty()) {
          answers.put(sample, withoutPlace(found.rows(sample)));
        } else {
          answers.take(metric, found);
        }
      }
    }
  }

  private static List<Answers.Row> placed(List<Answers.Row> rows) {
    return rows.stream()
        .map(
            row -> {
              int last = row.values().size() - 1;
              long place = (Long) row.values().get(last).orElseThrow();
              return new Answers.Row(OptionalLong.of(place), row.values().subList(0, last));
            })
        .toList();
  }

  private static List<Answers.Row> withoutPlace(List<Answers.Row> rows) {
    return rows.stream().map(row -> new Answers.Row(OptionalLong.empty(), row.values())).toList();
  }

  /** What a query answers, as often as it is read. */
  private final class Rows implements FrameSource {
    private final Fields fields;
    private final String sql;

    Rows(Fields fields, String sql) {
      this.fields = fields;
      this.sql = sql;
    }

    @Override
    public DatasetRef ref() {
      return new DatasetRef(new Asset(dialect.id(), "query"), "");
    }

    @Override
    public Fields fields() {
      return fields;
    }

    @Override
    public Cursor open() throws IOException {
      return frames.open(session.connection(), sql, fields);
    }

    @Override
    public void close() {}
  }

  /** Another table, which rows refer to. */
  private final class Table implements FrameSource {
    private final String name;
    private final CallControl control;
    private Optional<Fields> known = Optional.empty();

    Table(String name, CallControl control) {
      this.name = name;
      this.control = control;
    }

    @Override
    public DatasetRef ref() {
      return new DatasetRef(new Asset(dialect.id(), name), "");
    }

    @Override
    public Fields fields() {
      if (known.isEmpty()) {
        try {
          known = Optional.of(session.describe("SELECT * FROM " + dialect.referred(name), control));
        } catch (QueryException | IOException e) {
          throw new IllegalArgumentException(
              "The table \"" + name + "\" cannot be read: " + e.getMessage(), e);
        }
      }
      return known.get();
    }

    @Override
    public Cursor open() throws IOException {
      StringJoiner columns = new StringJoiner(", ");
      for (Field field : fields().all()) {
        columns.add(frames.select(field, Operands.ROW + "." + dialect.name(field.name())));
      }
      String sql = "SELECT " + columns + " FROM " + dialect.referred(name) + " AS " + Operands.ROW;
      return frames.open(session.connection(), sql, fields());
    }

    @Override
    public void close() {}
  }
}
