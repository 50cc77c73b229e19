package dev.weirkeeper.contracts.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Truth;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.RowTest;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.MetricException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowLabellerTest {
  private static RowTest test(Expr applies, Expr considered, Expr bad) {
    return new RowTest(applies, considered, bad, List.of(), RowTest.Missing.COUNTED);
  }

  private static RowLabeller labeller(FrameSource source, Map<String, RowTest> tests) {
    return new RowLabeller(
        source,
        tests,
        Map.of("other", source),
        MemoryEngineOracleTest::oddLength,
        MemoryBudget.standard());
  }

  @Test
  void each_row_is_labelled_once_with_all_rules_it_breaks() throws Exception {
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      RandomData data = new RandomData(random);
      List<List<@Nullable Object>> rows = data.rows(random.nextInt(140));
      Map<String, RowTest> tests = new LinkedHashMap<>();
      for (int rule = 0; rule < 5; rule++) {
        tests.put("rule-" + rule, test(data.expr(1), data.expr(1), data.expr(2)));
      }
      FrameSource source = data.source(rows);
      Naive naive =
          new Naive(
              RandomData.FIELDS,
              rows,
              Map.of("other", new Naive(RandomData.FIELDS, rows, Map.of(), Map.of())),
              Map.of("odd-length", value -> MemoryEngineOracleTest.isOdd(value)));

      List<List<String>> labels = new ArrayList<>();
      long count =
          labeller(source, tests)
              .label(
                  labelled -> {
                    assertThat(labelled.first()).isEqualTo(labels.size());
                    int bad = 0;
                    for (int row = 0; row < labelled.frame().rows(); row++) {
                      labels.add(labelled.brokenBy(row));
                      assertThat(labelled.isBad(row)).isEqualTo(!labelled.brokenBy(row).isEmpty());
                      bad += labelled.isBad(row) ? 1 : 0;
                    }
                    assertThat(labelled.badRows()).isEqualTo(bad);
                  },
                  CallControl.NONE);

      assertThat(count).isEqualTo(rows.size());
      assertThat(labels).as("seed %s", seed).isEqualTo(expected(naive, tests, rows.size()));
    }
  }

  private static List<List<String>> expected(Naive naive, Map<String, RowTest> tests, int rows) {
    List<List<String>> expected = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      List<String> broken = new ArrayList<>();
      for (Map.Entry<String, RowTest> test : tests.entrySet()) {
        RowTest asked = test.getValue();
        if (naive.answer(asked.applies(), row) == Truth.TRUE
            && naive.answer(asked.considered(), row) == Truth.TRUE
            && naive.answer(asked.bad(), row) == Truth.TRUE) {
          broken.add(test.getKey());
        }
      }
      expected.add(broken);
    }
    return expected;
  }

  @Test
  void without_rules_no_row_is_bad() throws Exception {
    RandomData data = new RandomData(new Random(1));
    FrameSource source = data.source(data.rows(70));
    int[] bad = {0};

    long rows =
        labeller(source, Map.of())
            .label(labelled -> bad[0] += labelled.badRows(), CallControl.NONE);

    assertThat(rows).isEqualTo(70);
    assertThat(bad[0]).isZero();
  }

  @Test
  void a_rule_that_cannot_be_asked_is_named() {
    RandomData data = new RandomData(new Random(1));
    FrameSource source = data.source(data.rows(70));
    Expr all = Expr.always(Truth.TRUE);
    RowTest noColumn = test(all, all, new Expr.IsNull(Operand.column("nobody")));

    assertThatThrownBy(() -> labeller(source, Map.of("r-1", noColumn)))
        .isInstanceOf(MetricException.class)
        .hasMessageContaining("r-1")
        .hasMessageContaining("nobody");
  }

  @Test
  void a_rule_that_fails_on_the_data_is_named() {
    RandomData data = new RandomData(new Random(1));
    FrameSource source = data.source(data.rows(70));
    Expr all = Expr.always(Truth.TRUE);
    RowTest copies = test(all, all, new Expr.Repeated(List.of("s"), Expr.Nulls.EQUAL, all));
    RowLabeller labeller =
        new RowLabeller(
            source, Map.of("r-1", copies), Map.of(), ValueTests::of, MemoryBudget.ofBytes(0));

    assertThatThrownBy(() -> labeller.label(labelled -> {}, CallControl.NONE))
        .isInstanceOf(MetricException.class)
        .hasMessageContaining("r-1");
  }

  @Test
  void a_sink_that_fails_ends_the_labelling() {
    RandomData data = new RandomData(new Random(1));
    FrameSource source = data.source(data.rows(70));

    assertThatThrownBy(
            () ->
                labeller(source, Map.of())
                    .label(
                        labelled -> {
                          throw new IOException("full");
                        },
                        CallControl.NONE))
        .isInstanceOf(IOException.class)
        .hasMessage("full");
  }
}
