package dev.weirkeeper.contracts.memory;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.ValueTest;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.Engine;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Metric;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;

/**
 * Finds out metrics by reading frames: one at a time, in as few passes as the questions allow. A
 * question about copies of rows takes one pass more. What must be held meanwhile (different keys,
 * values to sort, sampled rows) is bounded by a {@link MemoryBudget}; beyond it a metric fails, the
 * others do not.
 *
 * <p>A call that is not wanted any more ends in a {@link CancellationException} between two frames.
 * Closing the engine does not close the sources: who opened them does.
 */
public final class MemoryEngine implements Engine {
  private final FrameSource source;
  private final Map<String, FrameSource> tables;
  private final MemoryBudget budget;
  private final Graph graph;
  private final Passes passes;

  /** How many rows answer TRUE: a sample is full when it has them all. */
  private final Map<Expr, Long> counts = new HashMap<>();

  /** One that knows no other tables. */
  public MemoryEngine(FrameSource source) {
    this(source, Map.of());
  }

  /**
   * @param tables other tables of the same system by their names, for rules that refer to them
   */
  public MemoryEngine(FrameSource source, Map<String, FrameSource> tables) {
    this(source, tables, ValueTests::of, MemoryBudget.standard());
  }

  /**
   * @param tables other tables of the same system by their names, for rules that refer to them
   * @param tests finds the test of {@link Expr.Passes} by its name and terms; throws an {@code
   *     IllegalArgumentException} if there is none
   */
  public MemoryEngine(
      FrameSource source,
      Map<String, FrameSource> tables,
      BiFunction<String, Json, ValueTest> tests,
      MemoryBudget budget) {
    this.source = requireNonNull(source, "source");
    this.tables = Map.copyOf(tables);
    this.budget = requireNonNull(budget, "budget").seededBy(source.ref());
    this.graph = new Graph(source.fields(), this.budget, tables, requireNonNull(tests, "tests"));
    this.passes = new Passes(source);
  }

  @Override
  public Fields fields() {
    return source.fields();
  }

  /** A metric on its way to an answer. */
  private static final class Question {
    private final Metric metric;
    private final Node rows;
    private final Tally tally;
    private Optional<String> failure = Optional.empty();

    Question(Metric metric, Node rows, Tally tally) {
      this.metric = metric;
      this.rows = rows;
      this.tally = tally;
    }

    boolean isOpen() {
      return failure.isEmpty() && !tally.isDone();
    }

    void add(Batch batch) {
      try {
        tally.add(batch);
      } catch (UnansweredException e) {
        failure = Optional.of(e.reason());
      }
    }

    void answer(Answers answers) {
      if (failure.isEmpty()) {
        try {
          tally.answer(answers);
        } catch (UnansweredException e) {
          failure = Optional.of(e.reason());
        }
      }
      failure.ifPresent(
          reason -> {
            answers.fail(metric, reason);
            if (tally instanceof Sorted sorted) {
              sorted.fail(answers, reason);
            }
          });
    }
  }

  /** Values that several metrics want sorted. */
  private record SortedKey(String column, Expr rows) {}

  @Override
  public Answers answer(Set<Metric> metrics, CallControl control) throws IOException {
    requireNonNull(control, "control");
    Answers answers = new Answers();
    List<Question> questions = new ArrayList<>();
    Map<SortedKey, Sorted> sorted = new HashMap<>();
    for (Metric metric : metrics) {
      try {
        if (metric instanceof Metric.TableRows rows) {
          answers.put(rows, countTable(rows.table(), control));
        } else if (metric instanceof Metric.Query) {
          answers.fail(
              metric, "The memory engine runs no SQL; judge this rule by an engine of a database");
        } else {
          question(metric, sorted).ifPresent(questions::add);
        }
      } catch (UnansweredException | IllegalArgumentException e) {
        answers.fail(metric, String.valueOf(e.getMessage()));
      } catch (StackOverflowError e) {
        answers.fail(metric, "The rule nests too deeply; write it flatter");
      }
    }
    graph.loadReferences(control);
    read(questions, control);
    for (Question question : questions) {
      question.answer(answers);
      if (question.metric instanceof Metric.Count count && question.failure.isEmpty()) {
        counts.put(count.rows(), answers.count(count));
      }
    }
    return answers;
  }

  private void read(List<Question> questions, CallControl control) throws IOException {
    Passes.Progress progress = new Passes.Progress(control, "rows judged");
    List<Node> roots = questions.stream().map(question -> question.rows).toList();
    int last = roots.stream().mapToInt(Node::level).max().orElse(-1);
    for (int pass = 0; pass <= last; pass++) {
      int level = pass;
      List<Question> asked =
          questions.stream().filter(question -> question.rows.level() == level).toList();
      List<Node> gathering = Passes.due(roots, pass);
      if (asked.isEmpty() && gathering.isEmpty()) {
        continue;
      }
      passes.read(
          progress,
          gathering,
          batch -> {
            boolean more = false;
            for (Question question : asked) {
              if (question.isOpen()) {
                question.add(batch);
                more = true;
              }
            }
            return more;
          });
    }
  }

  private Optional<Question> question(Metric metric, Map<SortedKey, Sorted> sorted) {
    if (metric instanceof Metric.Count count) {
      Node rows = graph.node(count.rows());
      return question(metric, rows, new Tallies.Count(count, rows));
    }
    if (metric instanceof Metric.Sample sample) {
      Node rows = graph.node(sample.rows());
      List<Integer> columns = new ArrayList<>();
      for (String name : sample.columns()) {
        fields().the(name);
        columns.add(fields().names().indexOf(name));
      }
      long limit = Math.min(sample.limit(), counts.getOrDefault(sample.rows(), Long.MAX_VALUE));
      return question(metric, rows, new Tallies.Sample(sample, rows, columns, limit, budget));
    }
    if (metric instanceof Metric.Aggregate fold) {
      Node rows = graph.node(fold.rows());
      Value value = graph.column(fold.column());
      if (fold.fold() == Metric.Fold.MEDIAN) {
        SortedKey key = new SortedKey(fold.column(), fold.rows());
        boolean first = !sorted.containsKey(key);
        Sorted all = sorted.computeIfAbsent(key, unused -> new Sorted(rows, value, budget));
        all.serve(fold);
        return first ? question(metric, rows, all) : Optional.empty();
      }
      return question(metric, rows, Folds.of(fold, rows, value));
    }
    if (metric instanceof Metric.Quantiles quantiles) {
      Node rows = graph.node(quantiles.rows());
      Value value = graph.column(quantiles.column());
      SortedKey key = new SortedKey(quantiles.column(), quantiles.rows());
      boolean first = !sorted.containsKey(key);
      Sorted all = sorted.computeIfAbsent(key, unused -> new Sorted(rows, value, budget));
      all.serve(quantiles);
      return first ? question(metric, rows, all) : Optional.empty();
    }
    if (metric instanceof Metric.Distinct distinct) {
      Node rows = graph.node(distinct.rows());
      List<Value> columns = graph.columns(distinct.columns());
      return question(metric, rows, new Tallies.Distinct(distinct, rows, columns, budget));
    }
    if (metric instanceof Metric.ValueCounts counts) {
      Node rows = graph.node(counts.rows());
      Value value = graph.column(counts.column());
      return question(metric, rows, new Tallies.ValueCounts(counts, rows, value, budget));
    }
    if (metric instanceof Metric.Histogram histogram) {
      Node rows = graph.node(histogram.rows());
      Value value = graph.column(histogram.column());
      return question(metric, rows, new Tallies.Histogram(histogram, rows, value));
    }
    throw new IllegalArgumentException(
        "The memory engine does not know " + metric.getClass().getSimpleName());
  }

  private static Optional<Question> question(Metric metric, Node rows, Tally tally) {
    return Optional.of(new Question(metric, rows, tally));
  }

  private long countTable(String name, CallControl control) throws IOException {
    FrameSource table = tables.get(name);
    if (table == null) {
      throw new UnansweredException(
          "The memory engine was given no table '"
              + name
              + "'; give it one or use an engine of a database");
    }
    Passes.Progress progress = new Passes.Progress(control, "rows of another table counted");
    long rows = 0;
    try (FrameSource.Cursor cursor = table.open()) {
      for (Optional<Frame> next = cursor.next(); next.isPresent(); next = cursor.next()) {
        rows += next.get().rows();
        progress.read(next.get().rows());
      }
    } catch (IOException e) {
      throw new UnansweredException("The table '" + name + "' cannot be read: " + e);
    }
    return rows;
  }

  @Override
  public void close() {}
}
