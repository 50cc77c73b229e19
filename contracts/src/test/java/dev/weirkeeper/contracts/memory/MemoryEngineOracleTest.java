package dev.weirkeeper.contracts.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Truth;
import dev.weirkeeper.contracts.PythonText;
import dev.weirkeeper.contracts.ValueTest;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Metric;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The engine against the plainest reading of what expressions mean. */
class MemoryEngineOracleTest {
  private static final int ROUNDS = 60;

  static ValueTest oddLength(String name, Json terms) {
    assertThat(name).isEqualTo("odd-length");
    return value -> isOdd(value);
  }

  static boolean isOdd(Object value) {
    return PythonText.of(value).length() % 2 == 1;
  }

  @Test
  void every_expression_answers_as_its_definition_says() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      RandomData data = new RandomData(random);
      List<List<@Nullable Object>> rows = data.rows(random.nextInt(140));
      List<List<@Nullable Object>> others = data.rows(random.nextInt(30));
      List<Expr> exprs = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        exprs.add(data.expr(3));
      }
      Map<String, Predicate<Object>> tests = Map.of("odd-length", MemoryEngineOracleTest::isOdd);
      Naive other = new Naive(RandomData.FIELDS, others, Map.of(), tests);
      Naive naive = new Naive(RandomData.FIELDS, rows, Map.of("other", other), tests);

      Set<Metric> metrics = new LinkedHashSet<>();
      exprs.forEach(expr -> metrics.addAll(List.of(rowsOf(expr), rowsOf(Expr.not(expr)))));
      exprs.forEach(expr -> metrics.add(new Metric.Count(expr)));
      Answers answers;
      try (FrameSource source = data.source(rows);
          FrameSource table = data.source(others);
          MemoryEngine engine =
              new MemoryEngine(
                  source,
                  Map.of("other", table),
                  MemoryEngineOracleTest::oddLength,
                  MemoryBudget.standard())) {
        answers = engine.answer(metrics, CallControl.NONE);
      }

      for (Expr expr : exprs) {
        List<Truth> expected = new ArrayList<>();
        List<Truth> found = truths(answers, expr, rows.size());
        for (int row = 0; row < rows.size(); row++) {
          expected.add(naive.answer(expr, row));
          if (expected.get(row) != found.get(row)) {
            wrong.add(
                "seed %s: %s is %s, not %s, for %s"
                    .formatted(seed, expr, expected.get(row), found.get(row), rows.get(row)));
            break;
          }
        }
        assertThat(answers.count(new Metric.Count(expr)))
            .isEqualTo(found.stream().filter(Truth.TRUE::equals).count());
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void every_metric_answers_as_its_definition_says() throws Exception {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      RandomData data = new RandomData(random);
      List<List<@Nullable Object>> rows = data.rows(random.nextInt(200));
      Expr among = data.expr(1);
      Map<String, Predicate<Object>> tests = Map.of("odd-length", MemoryEngineOracleTest::isOdd);
      Naive naive =
          new Naive(
              RandomData.FIELDS,
              rows,
              Map.of("other", new Naive(RandomData.FIELDS, rows, Map.of(), tests)),
              tests);

      try (FrameSource source = data.source(rows);
          MemoryEngine engine =
              new MemoryEngine(
                  source,
                  Map.of("other", source),
                  MemoryEngineOracleTest::oddLength,
                  MemoryBudget.standard())) {
        for (String column : RandomData.FIELDS.names()) {
          NaiveMetrics expected = NaiveMetrics.of(naive, column, among);
          Answers answers = engine.answer(expected.metrics(), CallControl.NONE);
          expected.check(answers, "seed " + seed + ", column " + column + ": " + among);
        }
      }
    }
  }

  private static Metric.Sample rowsOf(Expr expr) {
    return new Metric.Sample(expr, List.of(), Metric.ALL);
  }

  private static List<Truth> truths(Answers answers, Expr expr, int rows) {
    Truth[] truths = new Truth[rows];
    java.util.Arrays.fill(truths, Truth.UNKNOWN);
    for (Answers.Row row : answers.rows(rowsOf(expr))) {
      truths[(int) row.index().getAsLong()] = Truth.TRUE;
    }
    for (Answers.Row row : answers.rows(rowsOf(Expr.not(expr)))) {
      truths[(int) row.index().getAsLong()] = Truth.FALSE;
    }
    return List.of(truths);
  }
}
