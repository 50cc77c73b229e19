package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.ExprParts;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.SelectCheck;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.Metric;
import dev.weirkeeper.contracts.sql.SqlSource.Place;
import dev.weirkeeper.contracts.sql.Typed.Kind;
import java.math.BigDecimal;
import java.math.MathContext;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;

/**
 * Turns metrics into as few queries as is sensible: what folds all rows into one number shares a
 * query, copies of rows are counted by group, samples come last and only where there are rows to
 * show. Pure.
 */
final class Planner {
  /** PostgreSQL answers at most 1664 columns. */
  private static final int MOST_COLUMNS = 400;

  private static final MathContext DIGITS = new MathContext(40);

  private final SqlSource source;
  private final Dialect dialect;

  Planner(SqlSource source) {
    this.source = source;
    this.dialect = source.dialect();
  }

  /**
   * What to ask.
   *
   * @param first questions that need nothing
   * @param ordered quantiles and medians, which need the number of their values
   * @param later samples, which need the number of their rows
   * @param selects SELECTs of rules
   * @param inexact metrics that memory answers, and why
   * @param failed metrics that nothing answers, and why
   */
  record Plan(
      List<Question> first,
      List<Ordered> ordered,
      List<Question> later,
      List<Select> selects,
      Map<Metric, String> inexact,
      Map<Metric, String> failed) {}

  /** A metric about values at places of their order. */
  record Ordered(Metric metric, String column, Expr rows, Metric.Count values) {}

  /**
   * A SELECT of a rule.
   *
   * @param counted SQL of how many rows it answers
   * @param rows SQL of the first of them
   */
  record Select(Metric.Query metric, String counted, String rows) {}

  /** A part of a shared query: some columns, and what to make of them. */
  private record Item(Metric metric, List<String> columns, Cells cells) {}

  /** Reads cells from a column on. */
  @FunctionalInterface
  private interface Cells {
    void read(ResultSet row, int from, Answers answers) throws SQLException;
  }

  Plan plan(Set<Metric> metrics) {
    List<Item> shared = new ArrayList<>();
    Plan plan =
        new Plan(
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new LinkedHashMap<>(),
            new LinkedHashMap<>());
    for (Metric metric : metrics) {
      try {
        add(metric, shared, plan);
      } catch (InexactException e) {
        plan.inexact().put(metric, String.valueOf(e.getMessage()));
      } catch (NoOrderException | IllegalArgumentException e) {
        plan.failed().put(metric, String.valueOf(e.getMessage()));
      }
    }
    plan.first().addAll(0, share(shared));
    return plan;
  }

  private void add(Metric metric, List<Item> shared, Plan plan) {
    if (metric instanceof Metric.Count count) {
      if (isLone(count.rows())) {
        plan.first().add(loneCount(count));
      } else {
        shared.add(count(count));
      }
    } else if (metric instanceof Metric.Aggregate aggregate) {
      requireAlone(aggregate.rows());
      if (aggregate.fold() == Metric.Fold.MEDIAN) {
        requireNumber(aggregate.column());
        ordered(metric, aggregate.column(), aggregate.rows(), shared, plan);
      } else {
        shared.add(aggregate(aggregate));
      }
    } else if (metric instanceof Metric.Quantiles quantiles) {
      requireAlone(quantiles.rows());
      for (double share : quantiles.at()) {
        if (!(share >= 0 && share <= 1)) {
          throw new IllegalArgumentException("A quantile is from 0 to 1, not " + share);
        }
      }
      ordered(metric, quantiles.column(), quantiles.rows(), shared, plan);
    } else if (metric instanceof Metric.Histogram histogram) {
      requireAlone(histogram.rows());
      shared.add(histogram(histogram));
    } else if (metric instanceof Metric.Distinct distinct) {
      plan.first().add(distinct(distinct));
    } else if (metric instanceof Metric.ValueCounts counts) {
      plan.first().add(valueCounts(counts));
    } else if (metric instanceof Metric.Sample sample) {
      plan.later().add(sample(sample));
    } else if (metric instanceof Metric.TableRows rows) {
      String sql = "SELECT COUNT(*) FROM " + dialect.referred(rows.table());
      plan.first()
          .add(
              Question.of(
                  "rows of another table",
                  sql,
                  rows,
                  (row, answers) -> {
                    row.next();
                    answers.put(rows, row.getLong(1));
                  }));
    } else {
      plan.selects().add(select((Metric.Query) metric));
    }
  }

  /** Whether a condition gets a query of its own: it looks at other rows or at other tables. */
  private static boolean isLone(Expr rows) {
    return ExprParts.looksAround(rows) || ExprParts.has(rows, Expr.Refers.class::isInstance);
  }

  private static void requireAlone(Expr rows) {
    if (ExprParts.looksAround(rows)) {
      throw new InexactException("a fold of rows that are chosen by other rows");
    }
  }

  private void requireNumber(String column) {
    if (!conditions().operands().column(column).isNumber()) {
      throw new IllegalArgumentException(
          "Only numbers have a sum, a mean, a median or a deviation, and the column \""
              + column
              + "\" holds others");
    }
  }

  Conditions conditions() {
    return new Conditions(
        dialect,
        source.fields(),
        source.rows().map(rows -> List.of(rowColumn(rows))).orElse(List.of()));
  }

  private String rowColumn(SqlSource.Rows rows) {
    return Operands.ROW + "." + dialect.name(rows.column());
  }

  // -- shared queries --

  private List<Question> share(List<Item> items) {
    List<Question> questions = new ArrayList<>();
    List<Item> batch = new ArrayList<>();
    int columns = 0;
    for (Item item : items) {
      if (columns + item.columns().size() > MOST_COLUMNS && !batch.isEmpty()) {
        questions.add(shared(batch));
        batch.clear();
        columns = 0;
      }
      batch.add(item);
      columns += item.columns().size();
    }
    if (!batch.isEmpty()) {
      questions.add(shared(batch));
    }
    return questions;
  }

  private Question shared(List<Item> batch) {
    List<Item> items = List.copyOf(batch);
    StringJoiner columns = new StringJoiner(",\n  ");
    items.forEach(item -> item.columns().forEach(columns::add));
    String sql = "SELECT\n  " + columns + "\nFROM " + source.relation() + " AS " + Operands.ROW;
    List<Question> single = new ArrayList<>();
    if (items.size() > 1) {
      items.forEach(item -> single.add(shared(List.of(item))));
    }
    return new Question(
        "numbers about all rows",
        sql,
        items.stream().map(Item::metric).toList(),
        (row, answers) -> {
          row.next();
          int from = 1;
          for (Item item : items) {
            item.cells().read(row, from, answers);
            from += item.columns().size();
          }
        },
        single,
        Optional.empty());
  }

  private Item count(Metric.Count count) {
    return new Item(
        count,
        List.of(counted(conditions(), Exprs.conjuncts(count.rows()))),
        (row, from, answers) -> answers.put(count, row.getLong(from)));
  }

  /** How many rows keep all conditions. */
  private String counted(Conditions conditions, List<Expr> all) {
    if (all.isEmpty()) {
      return "COUNT(*)";
    }
    if (all.size() == 1
        && all.get(0) instanceof Expr.Not not
        && not.of() instanceof Expr.IsNull isNull
        && isNull.value() instanceof Operand.Column column) {
      return "COUNT(" + conditions.operands().column(column.name()).sql() + ")";
    }
    return dialect.say(Phrase.COUNT_TRUE, joined(conditions, all));
  }

  static String joined(Conditions conditions, List<Expr> all) {
    StringJoiner sql = new StringJoiner(" AND ");
    all.forEach(part -> sql.add(conditions.of(part)));
    return sql.toString();
  }

  /** The value in the rows that are asked about, else NULL. */
  private static String chosen(Conditions conditions, Expr rows, String value) {
    List<Expr> all = Exprs.conjuncts(rows);
    return all.isEmpty()
        ? value
        : "CASE WHEN " + joined(conditions, all) + " THEN " + value + " END";
  }

  private Item aggregate(Metric.Aggregate aggregate) {
    Conditions conditions = conditions();
    Typed value = conditions.operands().column(aggregate.column());
    Form form = source.fields().the(aggregate.column()).form();
    switch (aggregate.fold()) {
      case MIN, MAX -> {
        if (value.kind() == Kind.TRUTH) {
          throw new InexactException("the least of booleans");
        }
        String sql =
            dialect.say(
                aggregate.fold() == Metric.Fold.MIN ? Phrase.MIN : Phrase.MAX,
                chosen(conditions, aggregate.rows(), conditions.operands().ordered(value)));
        return new Item(
            aggregate,
            List.of(sql),
            (row, from, answers) -> answers.put(aggregate, Values.read(row, from, form)));
      }
      case SUM -> {
        requireNumber(aggregate.column());
        return sum(aggregate, chosen(conditions, aggregate.rows(), value.sql()), form);
      }
      case MEAN -> {
        requireNumber(aggregate.column());
        return mean(aggregate, chosen(conditions, aggregate.rows(), value.sql()), form);
      }
      default -> {
        requireNumber(aggregate.column());
        String doubles = conditions.operands().asDouble(value);
        String sql = dialect.say(Phrase.DEVIATION, chosen(conditions, aggregate.rows(), doubles));
        return new Item(
            aggregate,
            List.of(sql),
            (row, from, answers) -> answers.put(aggregate, Values.read(row, from, Form.FLOAT)));
      }
    }
  }

  private Item sum(Metric.Aggregate aggregate, String value, Form form) {
    String sql = dialect.say(Phrase.SUM, value);
    return new Item(
        aggregate,
        List.of(sql),
        (row, from, answers) -> {
          if (form == Form.FLOAT) {
            answers.put(aggregate, Values.read(row, from, Form.FLOAT));
            return;
          }
          Optional<Object> sum = Values.read(row, from, Form.DECIMAL);
          answers.put(
              aggregate,
              form == Form.INTEGER ? sum.map(all -> Values.whole((BigDecimal) all)) : sum);
        });
  }

  private Item mean(Metric.Aggregate aggregate, String value, Form form) {
    if (form == Form.FLOAT) {
      return new Item(
          aggregate,
          List.of(dialect.say(Phrase.MEAN, value)),
          (row, from, answers) -> answers.put(aggregate, Values.read(row, from, Form.FLOAT)));
    }
    return new Item(
        aggregate,
        List.of(dialect.say(Phrase.SUM, value), "COUNT(" + value + ")"),
        (row, from, answers) -> {
          Optional<Object> sum = Values.read(row, from, Form.DECIMAL);
          BigDecimal count = BigDecimal.valueOf(row.getLong(from + 1));
          answers.put(
              aggregate, sum.map(all -> ((BigDecimal) all).divide(count, DIGITS).doubleValue()));
        });
  }

  private Item histogram(Metric.Histogram histogram) {
    requireNumber(histogram.column());
    List<Double> edges = histogram.edges();
    if (edges.size() < 2) {
      throw new IllegalArgumentException("A histogram has two edges or more");
    }
    for (int i = 1; i < edges.size(); i++) {
      if (!(edges.get(i - 1) < edges.get(i))) {
        throw new IllegalArgumentException("The edges of a histogram ascend");
      }
    }
    Conditions conditions = conditions();
    Operands operands = conditions.operands();
    String value = operands.asDouble(operands.column(histogram.column()));
    List<Expr> rows = Exprs.conjuncts(histogram.rows());
    String chosen = rows.isEmpty() ? "" : joined(conditions, rows) + " AND ";
    List<String> columns = new ArrayList<>();
    columns.add(binned(chosen, value + " < " + dialect.number(edges.get(0))));
    int last = edges.size() - 1;
    for (int i = 0; i < last; i++) {
      String upper = i + 1 == last ? " <= " : " < ";
      columns.add(
          binned(
              chosen,
              value
                  + " >= "
                  + dialect.number(edges.get(i))
                  + " AND "
                  + value
                  + upper
                  + dialect.number(edges.get(i + 1))));
    }
    columns.add(binned(chosen, value + " > " + dialect.number(edges.get(last))));
    return new Item(
        histogram,
        columns,
        (row, from, answers) -> {
          List<Long> bins = new ArrayList<>();
          for (int i = 0; i < last; i++) {
            bins.add(row.getLong(from + 1 + i));
          }
          answers.put(histogram, row.getLong(from), bins, row.getLong(from + 1 + last));
        });
  }

  private String binned(String chosen, String within) {
    return dialect.say(Phrase.COUNT_TRUE, chosen + within);
  }

  // -- queries of their own --

  /** What a query reads: the data, with columns that look at other rows where it needs them. */
  String from(Conditions conditions, Set<String> shown, Numbered numbered) {
    String relation =
        numbered == Numbered.YES ? source.rows().orElseThrow().relation() : source.relation();
    if (conditions.computed().isEmpty()) {
      return relation + " AS " + Operands.ROW;
    }
    Set<String> names = new TreeSet<>(conditions.used());
    names.addAll(shown);
    StringJoiner columns = new StringJoiner(", ");
    names.forEach(name -> columns.add(Operands.ROW + "." + dialect.name(name)));
    if (numbered == Numbered.YES) {
      columns.add(rowColumn(source.rows().orElseThrow()));
    }
    conditions.computed().forEach(columns::add);
    return "(SELECT "
        + columns
        + " FROM "
        + relation
        + " AS "
        + Operands.ROW
        + ") AS "
        + Operands.ROW;
  }

  /** Whether a query reads rows with their numbers. */
  enum Numbered {
    YES,
    NO
  }

  private static Numbered numbered(Expr... exprs) {
    for (Expr expr : exprs) {
      if (ExprParts.has(expr, Expr.OutOfOrder.class::isInstance)) {
        return Numbered.YES;
      }
    }
    return Numbered.NO;
  }

  private Question loneCount(Metric.Count count) {
    List<Expr> all = Exprs.conjuncts(count.rows());
    List<Expr> around = all.stream().filter(ExprParts::looksAround).toList();
    if (around.size() == 1
        && around.get(0) instanceof Expr.Repeated repeated
        && !ExprParts.looksAround(repeated.within())) {
      return copies(count, repeated, all);
    }
    Conditions conditions = conditions();
    String sql = counted(conditions, all);
    return Question.of(
        "rows that stand out among others",
        "SELECT " + sql + " FROM " + from(conditions, Set.of(), numbered(count.rows())),
        count,
        reading(count));
  }

  /** Rows with copies, by groups of equal values: a pass of its own. */
  private Question copies(Metric.Count count, Expr.Repeated repeated, List<Expr> all) {
    Conditions conditions = conditions();
    List<Expr> within = new ArrayList<>(Exprs.conjuncts(repeated.within()));
    List<String> keys = new ArrayList<>();
    for (String column : repeated.columns()) {
      keys.add(conditions.key(column));
      Expr present = Expr.not(new Expr.IsNull(Operand.column(column)));
      if (repeated.nulls() == Expr.Nulls.DISTINCT && !within.contains(present)) {
        within.add(present);
      }
    }
    List<Expr> rest =
        all.stream().filter(part -> !part.equals(repeated) && !within.contains(part)).toList();
    String where = within.isEmpty() ? "" : " WHERE " + joined(conditions, within);
    return Question.of(
        "copies of rows",
        "SELECT COALESCE(SUM(n), 0) FROM (SELECT "
            + counted(conditions, rest)
            + " AS n FROM "
            + source.relation()
            + " AS "
            + Operands.ROW
            + where
            + " GROUP BY "
            + String.join(", ", keys)
            + " HAVING COUNT(*) > 1) AS g",
        count,
        reading(count));
  }

  private static Question.Reader reading(Metric.Count count) {
    return (row, answers) -> {
      row.next();
      answers.put(count, row.getLong(1));
    };
  }

  private Question distinct(Metric.Distinct distinct) {
    Conditions conditions = conditions();
    List<Expr> all = new ArrayList<>();
    all.add(distinct.rows());
    List<String> keys = new ArrayList<>();
    for (String column : distinct.columns()) {
      keys.add(conditions.key(column));
      all.add(Expr.not(new Expr.IsNull(Operand.column(column))));
    }
    List<Expr> where = Exprs.conjuncts(new Expr.And(all));
    String condition = where.isEmpty() ? "" : " WHERE " + joined(conditions, where);
    return Question.of(
        "different values",
        "SELECT COUNT(*) FROM (SELECT 1 FROM "
            + from(conditions, Set.copyOf(distinct.columns()), numbered(distinct.rows()))
            + condition
            + " GROUP BY "
            + String.join(", ", keys)
            + ") AS g",
        distinct,
        (row, answers) -> {
          row.next();
          answers.put(distinct, row.getLong(1));
        });
  }

  private Question valueCounts(Metric.ValueCounts counts) {
    Conditions conditions = conditions();
    String key = conditions.key(counts.column());
    Form form = source.fields().the(counts.column()).form();
    Expr present = Expr.not(new Expr.IsNull(Operand.column(counts.column())));
    List<Expr> where = Exprs.conjuncts(Expr.all(counts.rows(), present));
    String condition = joined(conditions, where);
    long most = counts.limit();
    return Question.of(
        "numbers of values",
        "SELECT "
            + key
            + ", COUNT(*) FROM "
            + from(conditions, Set.of(counts.column()), numbered(counts.rows()))
            + " WHERE "
            + condition
            + " GROUP BY 1 ORDER BY 1 LIMIT "
            + (most + 1),
        counts,
        (row, answers) -> {
          List<Answers.Counted> all = new ArrayList<>();
          while (row.next()) {
            if (all.size() == most) {
              answers.fail(
                  counts,
                  "The column \""
                      + counts.column()
                      + "\" has more than "
                      + most
                      + " different values, which are too many to list; ask for their number");
              return;
            }
            all.add(new Answers.Counted(Values.read(row, 1, form).orElseThrow(), row.getLong(2)));
          }
          answers.put(counts, all);
        });
  }

  private Question sample(Metric.Sample sample) {
    Conditions conditions = conditions();
    List<Expr> all = Exprs.conjuncts(sample.rows());
    String where = all.isEmpty() ? "" : " WHERE " + joined(conditions, all);
    boolean shown = source.rows().filter(rows -> rows.place() == Place.SHOWN).isPresent();
    Numbered numbered = shown ? Numbered.YES : numbered(sample.rows());
    boolean sorted =
        numbered == Numbered.YES
            && (dialect.rowOrder() == Dialect.RowOrder.NONE || !conditions.computed().isEmpty());
    StringJoiner columns = new StringJoiner(", ");
    List<Form> forms = new ArrayList<>();
    for (String name : sample.columns()) {
      columns.add(conditions.operands().column(name).sql());
      forms.add(source.fields().the(name).form());
    }
    if (shown) {
      columns.add(rowColumn(source.rows().orElseThrow()));
    }
    if (columns.length() == 0) {
      columns.add("1");
    }
    String sql =
        "SELECT "
            + columns
            + " FROM "
            + from(conditions, Set.copyOf(sample.columns()), numbered)
            + where
            + (sorted ? " ORDER BY " + rowColumn(source.rows().orElseThrow()) : "")
            + (sample.limit() == Metric.ALL ? "" : " LIMIT " + sample.limit());
    return Question.of(
            "rows to show",
            sql,
            sample,
            (row, answers) -> {
              List<Answers.Row> rows = new ArrayList<>();
              while (row.next()) {
                List<Optional<Object>> values = new ArrayList<>(forms.size());
                for (int i = 0; i < forms.size(); i++) {
                  values.add(Values.read(row, i + 1, forms.get(i)));
                }
                OptionalLong index =
                    shown ? OptionalLong.of(row.getLong(forms.size() + 1)) : OptionalLong.empty();
                rows.add(new Answers.Row(index, values));
              }
              answers.put(sample, rows);
            })
        .unless(new Metric.Count(sample.rows()));
  }

  private Select select(Metric.Query query) {
    SelectCheck.check(query.select());
    String select = SelectCheck.tidied(query.select()).replace("{batch}", source.relation());
    // The line end closes a comment at the end of the SELECT.
    String from = " FROM (\n" + select + "\n) AS q";
    return new Select(
        query, "SELECT COUNT(*)" + from, "SELECT *" + from + " LIMIT " + query.limit());
  }

  // -- values by place --

  private void ordered(Metric metric, String column, Expr rows, List<Item> shared, Plan plan) {
    conditions().operands().column(column);
    Expr present = Expr.not(new Expr.IsNull(Operand.column(column)));
    Metric.Count values = new Metric.Count(Expr.all(rows, present));
    shared.add(count(values));
    plan.ordered().add(new Ordered(metric, column, rows, values));
  }

  /** The values at places of the order, from 0, of so many values. */
  Question atPlaces(Ordered ordered, long values) {
    List<Long> places = Places.of(ordered.metric(), values);
    Conditions conditions = conditions();
    Typed value = conditions.operands().column(ordered.column());
    Field field = source.fields().the(ordered.column());
    String chosen = chosen(conditions, ordered.rows(), conditions.operands().ordered(value));
    StringJoiner columns = new StringJoiner(", ");
    for (long place : places) {
      // In the middle between two shares, so that rounding chooses no neighbour.
      String share = String.valueOf((place + 0.5) / values);
      columns.add(dialect.say(Phrase.AT_SHARE, chosen, share));
    }
    return Question.of(
        "values by their order",
        "SELECT " + columns + " FROM " + source.relation() + " AS " + Operands.ROW,
        ordered.metric(),
        (row, answers) -> {
          row.next();
          Map<Long, Object> found = new LinkedHashMap<>();
          for (int i = 0; i < places.size(); i++) {
            Optional<Object> cell = Values.read(row, i + 1, field.form());
            found.put(
                places.get(i),
                cell.orElseThrow(() -> new SQLException("The number of values has changed")));
          }
          Places.answer(ordered.metric(), values, found, answers);
        });
  }
}
