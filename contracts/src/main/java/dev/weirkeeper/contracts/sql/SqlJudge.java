package dev.weirkeeper.contracts.sql;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.ValueTest;
import dev.weirkeeper.contracts.engine.Evaluation;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.Metric;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleKind;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.engine.RuleResult;
import dev.weirkeeper.contracts.engine.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Jdbi;

/**
 * Judges a contract by one opened session, or tells what that would cost: what validators over SQL
 * have in common. Safe to share between threads.
 */
public final class SqlJudge {
  private final RuleKinds kinds;
  private final BiFunction<String, Json, ValueTest> tests;
  private final Limit limit;

  /**
   * @param tests as for the memory engine
   * @param limit what a validation may cost; {@link Limit#NONE} for no limit
   */
  public SqlJudge(RuleKinds kinds, BiFunction<String, Json, ValueTest> tests, Limit limit) {
    this.kinds = requireNonNull(kinds, "kinds");
    this.tests = requireNonNull(tests, "tests");
    this.limit = requireNonNull(limit, "limit");
  }

  /**
   * What each rule comes to, in a transaction of its own.
   *
   * @param cost of the data set, compared with the limit before anything runs
   * @param timeout of each query, where the database knows one; zero for none
   * @throws LimitException if it costs more than it may
   */
  public List<RuleResult> judge(
      Contract contract,
      Jdbi jdbi,
      SqlSource source,
      FrameReader frames,
      Cost cost,
      Duration timeout,
      Options options,
      CallControl control)
      throws IOException {
    try (SqlSession session = new SqlSession(jdbi, source.dialect(), source.stability(), timeout)) {
      return judge(contract, session, source, frames, cost, options, control);
    }
  }

  /**
   * What each rule comes to.
   *
   * @param cost of the data set, compared with the limit before anything runs
   * @throws LimitException if it costs more than it may
   */
  List<RuleResult> judge(
      Contract contract,
      SqlSession session,
      SqlSource source,
      FrameReader frames,
      Cost cost,
      Options options,
      CallControl control)
      throws IOException {
    if (!limit.equals(Limit.NONE)) {
      explain(contract, source, frames, cost, options).require(limit);
    }
    // The session is closed by whoever opened it.
    JdbcEngine engine = new JdbcEngine(session, source, frames, tests);
    return Evaluation.of(contract, kinds, engine, options, control);
  }

  /** The queries that the contract's rules ask first, and their cost. Runs nothing. */
  public Explanation explain(
      Contract contract, SqlSource source, FrameReader frames, Cost cost, Options options) {
    Set<Metric> metrics = new LinkedHashSet<>();
    Map<String, String> unjudged = new LinkedHashMap<>();
    for (Rule rule : contract.rules()) {
      Optional<RuleKind> kind = kinds.find(rule.kind());
      if (kind.isEmpty()) {
        unjudged.put(rule.id(), "No installed rule kind is called '" + rule.kind() + "'");
        continue;
      }
      try {
        Step first = kind.get().begin(rule, source.fields(), options);
        if (first instanceof Step.Ask ask) {
          metrics.addAll(ask.metrics());
        } else if (first instanceof Step.Done done
            && done.judgement().status() == Judgement.Status.UNSUPPORTED) {
          unjudged.put(rule.id(), done.judgement().reason().orElse("Nobody judges it"));
        }
      } catch (IllegalArgumentException e) {
        unjudged.put(rule.id(), String.valueOf(e.getMessage()));
      }
    }
    Planner planner = new Planner(source);
    Planner.Plan plan = planner.plan(metrics);
    List<Explanation.Query> queries = new ArrayList<>();
    for (Question question : plan.first()) {
      queries.add(told(question, Explanation.Kind.PUSHED_DOWN));
    }
    for (Planner.Ordered ordered : plan.ordered()) {
      Question question = planner.atPlaces(ordered, Math.max(1, cost.rows().orElse(1)));
      queries.add(told(question, Explanation.Kind.PUSHED_DOWN));
    }
    for (Planner.Select select : plan.selects()) {
      queries.add(
          new Explanation.Query(
              "rows of a SELECT", select.counted(), Explanation.Kind.PUSHED_DOWN));
      queries.add(
          new Explanation.Query("rows of a SELECT", select.rows(), Explanation.Kind.PUSHED_DOWN));
    }
    if (!plan.inexact().isEmpty()) {
      queries.add(
          new Explanation.Query(
              "what is answered in memory",
              Residue.sql(source, frames, plan.inexact().keySet()),
              Explanation.Kind.STREAMED));
    }
    for (Question question : plan.later()) {
      queries.add(told(question, Explanation.Kind.IF_ROWS_ARE_BAD));
    }
    return new Explanation(queries, cost.rows(), all(cost.bytes(), queries.size()), unjudged);
  }

  private static Explanation.Query told(Question question, Explanation.Kind kind) {
    return new Explanation.Query(question.what(), question.sql(), kind);
  }

  private static OptionalLong all(OptionalLong bytes, int queries) {
    if (bytes.isEmpty()) {
      return bytes;
    }
    long one = bytes.getAsLong();
    return OptionalLong.of(
        one > Long.MAX_VALUE / Math.max(1, queries) ? Long.MAX_VALUE : one * queries);
  }
}
