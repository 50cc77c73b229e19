package dev.weirkeeper.contracts.sql;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.ValueTest;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.Engine;
import dev.weirkeeper.contracts.engine.Metric;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Jdbi;

/**
 * Has a database find out metrics, all in one transaction that reads. What its dialect cannot say
 * with exactly the meaning of the rule is read as frames, only the columns and rows that it takes,
 * and answered in memory.
 *
 * <p>A call that is not wanted any more ends in a {@link
 * java.util.concurrent.CancellationException}, and the query that runs is cancelled.
 */
public final class JdbcEngine implements Engine {
  private final SqlSource source;
  private final SqlSession session;
  private final Planner planner;
  private final Residue residue;

  /**
   * Begins the transaction.
   *
   * @param frames reads what memory answers
   * @param tests finds the test of {@link dev.weirkeeper.contracts.Expr.Passes}, as for the memory
   *     engine
   * @param timeout of each query, where the database knows one; zero for none
   * @throws IOException if the database cannot be reached
   */
  public JdbcEngine(
      Jdbi jdbi,
      SqlSource source,
      FrameReader frames,
      BiFunction<String, Json, ValueTest> tests,
      Duration timeout)
      throws IOException {
    this(
        new SqlSession(jdbi, source.dialect(), source.stability(), timeout), source, frames, tests);
  }

  JdbcEngine(
      SqlSession session,
      SqlSource source,
      FrameReader frames,
      BiFunction<String, Json, ValueTest> tests) {
    this.source = requireNonNull(source, "source");
    this.session = session;
    this.planner = new Planner(source);
    this.residue = new Residue(session, source, frames, tests);
  }

  @Override
  public Fields fields() {
    return source.fields();
  }

  @Override
  public Answers answer(Set<Metric> metrics, CallControl control) throws IOException {
    Answers answers = new Answers();
    Planner.Plan plan = planner.plan(metrics);
    plan.failed().forEach(answers::fail);
    int all =
        plan.first().size()
            + plan.ordered().size()
            + plan.selects().size()
            + plan.later().size()
            + (plan.inexact().isEmpty() ? 0 : 1);
    Progress progress = new Progress(control, all);
    Set<Metric> memory = new LinkedHashSet<>(plan.inexact().keySet());
    for (Question question : plan.first()) {
      memory.addAll(session.ask(question, answers, control));
      progress.step(question.what());
    }
    for (Planner.Ordered ordered : plan.ordered()) {
      memory.addAll(order(ordered, memory, answers, control));
      progress.step("values by their order");
    }
    for (Planner.Select select : plan.selects()) {
      select(select, answers, control);
      progress.step("rows of a SELECT");
    }
    for (Question question : plan.later()) {
      if (noRows(question, answers)) {
        answers.put((Metric.Sample) question.metrics().get(0), List.of());
      } else {
        memory.addAll(session.ask(question, answers, control));
      }
      progress.step(question.what());
    }
    if (!memory.isEmpty()) {
      residue.answer(memory, answers, control);
      progress.step("what is answered in memory");
    }
    return answers;
  }

  private static boolean noRows(Question question, Answers answers) {
    Optional<Metric.Count> count = question.unless();
    return count.isPresent()
        && answers.knows(count.get())
        && answers.failure(count.get()).isEmpty()
        && answers.count(count.get()) == 0;
  }

  private Set<Metric> order(
      Planner.Ordered ordered, Set<Metric> memory, Answers answers, CallControl control)
      throws IOException {
    if (memory.contains(ordered.values())) {
      return Set.of(ordered.metric());
    }
    Optional<String> failure = answers.failure(ordered.values());
    if (failure.isPresent()) {
      answers.fail(ordered.metric(), failure.get());
      return Set.of();
    }
    long values = answers.count(ordered.values());
    if (values == 0) {
      Places.answerNone(ordered.metric(), answers);
      return Set.of();
    }
    try {
      return session.ask(planner.atPlaces(ordered, values), answers, control);
    } catch (IllegalArgumentException e) {
      answers.fail(ordered.metric(), String.valueOf(e.getMessage()));
      return Set.of();
    }
  }

  private void select(Planner.Select select, Answers answers, CallControl control)
      throws IOException {
    try {
      long total =
          session.query(
              select.counted(),
              control,
              rows -> {
                rows.next();
                return rows.getLong(1);
              });
      Answers.Found found =
          session.query(
              select.rows(),
              control,
              rows -> {
                Fields fields = source.dialect().fields(rows.getMetaData());
                List<Answers.Row> first = new ArrayList<>();
                while (rows.next()) {
                  List<Optional<Object>> values = new ArrayList<>();
                  for (int i = 0; i < fields.all().size(); i++) {
                    values.add(Values.read(rows, i + 1, fields.all().get(i).form()));
                  }
                  first.add(new Answers.Row(OptionalLong.empty(), values));
                }
                return new Answers.Found(fields.names(), first, total);
              });
      answers.put(select.metric(), found);
    } catch (QueryException e) {
      SqlSession.fail(answers, select.metric(), e);
    }
  }

  /** Tells how many questions are answered. */
  private static final class Progress {
    private final CallControl control;
    private final int all;
    private int done;

    Progress(CallControl control, int all) {
      this.control = control;
      this.all = all;
    }

    void step(String what) {
      done++;
      control.progress().progress(done, OptionalLong.of(all), what);
    }
  }

  @Override
  public void close() throws IOException {
    session.close();
  }
}
