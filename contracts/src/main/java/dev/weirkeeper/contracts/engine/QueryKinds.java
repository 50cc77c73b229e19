package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Kinds of rules that ask by SQL, or of another table. */
final class QueryKinds {
  /** Rows that Great Expectations fetches and shows. */
  private static final int MAX_SHOWN = 200;

  /** Rows of a query that are compared strictly, where all of them count. */
  private static final int MAX_COMPARED = 100_000;

  private QueryKinds() {}

  static Map<String, RuleKind> all() {
    return Map.of(
        TableRules.NO_ROWS, QueryKinds::noRows,
        TableRules.QUERY_MATCHES, QueryKinds::queryMatches,
        TableRules.QUERY_BETWEEN, QueryKinds::queryBetween,
        TableRules.ROW_COUNT_EQUALS_TABLE, QueryKinds::rowCountEqualsTable);
  }

  private static void requireSql(Options options) {
    if (options.mode() == Mode.GX_PANDAS) {
      throw new IllegalArgumentException(
          "On pandas, Great Expectations has neither SQL nor other tables");
    }
  }

  private static Step noRows(Rule rule, Fields fields, Options options) {
    requireSql(options);
    Metric.Query query =
        new Metric.Query(rule.terms().as(TableTerms.Select.class).select(), MAX_SHOWN);
    return new Step.Ask(
        List.of(query),
        answers -> {
          Answers.Found found = answers.found(query);
          long total =
              options.mode() == Mode.STRICT ? found.total() : Math.min(found.total(), MAX_SHOWN);
          List<Json> rows = found.rows().stream().map(row -> object(found, row)).toList();
          return done(
              total == 0,
              Json.of(total + (total == 1 ? " unexpected row" : " unexpected rows")),
              Optional.of(Shown.object("unexpected_rows", rows)),
              "The query finds rows");
        });
  }

  private static Json object(Answers.Found found, Answers.Row row) {
    Map<String, Json> members = new HashMap<>();
    for (int i = 0; i < found.columns().size(); i++) {
      members.put(found.columns().get(i), Shown.json(row.values().get(i)));
    }
    return Json.of(members);
  }

  private static Step queryBetween(Rule rule, Fields fields, Options options) {
    requireSql(options);
    TableTerms.SelectRange terms = rule.terms().as(TableTerms.SelectRange.class);
    Metric.Query query = new Metric.Query(terms.select(), 1);
    return new Step.Ask(
        List.of(query),
        answers -> {
          Answers.Found found = answers.found(query);
          Optional<Object> value =
              found.rows().isEmpty() || found.columns().isEmpty()
                  ? Optional.empty()
                  : found.rows().get(0).values().get(0);
          return AggregateKinds.judge(value, terms.range(), "value that the query finds");
        });
  }

  private static Step rowCountEqualsTable(Rule rule, Fields fields, Options options) {
    requireSql(options);
    Metric.Count own = new Metric.Count(Domain.rowsOfTable(rule, options));
    Metric.TableRows other =
        new Metric.TableRows(rule.terms().as(TableTerms.OtherTable.class).table());
    return new Step.Ask(
        List.of(own, other),
        answers -> {
          long here = answers.count(own);
          long there = answers.count(other);
          return done(
              here == there,
              Json.of(Map.of("self", here, "other", there)),
              Optional.empty(),
              "The two tables have different numbers of rows");
        });
  }

  private static Step queryMatches(Rule rule, Fields fields, Options options) {
    requireSql(options);
    TableTerms.Comparison terms = rule.terms().as(TableTerms.Comparison.class);
    int limit = options.mode() == Mode.STRICT ? MAX_COMPARED : MAX_SHOWN;
    Metric.Query base = new Metric.Query(terms.base(), limit);
    Metric.Query other = new Metric.Query(terms.other(), limit);
    return new Step.Ask(
        List.of(base, other),
        answers -> compare(rule, answers.found(base), answers.found(other), options));
  }

  /** Rows by their values, in the order of the columns; names do not count. */
  private static Step compare(Rule rule, Answers.Found base, Answers.Found other, Options options) {
    if (options.mode() == Mode.STRICT
        && (base.total() > base.rows().size() || other.total() > other.rows().size())) {
      throw new IllegalArgumentException(
          "A query finds more than " + MAX_COMPARED + " rows; compare sums or counts instead");
    }
    Map<Json, Integer> left = new HashMap<>();
    List<Answers.Row> missing = new ArrayList<>();
    List<Answers.Row> unexpected = new ArrayList<>();
    base.rows().forEach(row -> left.merge(Shown.list(row.values()), 1, Integer::sum));
    for (Answers.Row row : other.rows()) {
      Json key = Shown.list(row.values());
      if (left.getOrDefault(key, 0) > 0) {
        left.merge(key, -1, Integer::sum);
      } else {
        missing.add(row);
      }
    }
    for (Answers.Row row : base.rows()) {
      Json key = Shown.list(row.values());
      if (left.getOrDefault(key, 0) > 0) {
        left.merge(key, -1, Integer::sum);
        unexpected.add(row);
      }
    }
    int most = Math.max(base.rows().size(), other.rows().size());
    int matches = other.rows().size() - missing.size();
    double percent = most == 0 ? 0 : (1 - (double) matches / most) * 100;
    return done(
        100 - percent >= 100 * rule.mostly(),
        Json.of(Map.of("unexpected_count", most - matches, "unexpected_percent", percent)),
        Optional.of(
            Json.of(
                Map.of(
                    "missing_rows",
                    missing.stream().limit(MAX_SHOWN).map(row -> object(other, row)).toList(),
                    "unexpected_rows",
                    unexpected.stream().limit(MAX_SHOWN).map(row -> object(base, row)).toList()))),
        "The two queries find different rows");
  }

  private static Step done(boolean kept, Json value, Optional<Json> details, String reason) {
    return new Step.Done(
        new Judgement(
            kept ? Judgement.Status.PASSED : Judgement.Status.FAILED,
            new Judgement.Observed(Optional.of(value), details),
            kept ? Optional.empty() : Optional.of(reason)));
  }
}
