package dev.weirkeeper.contracts.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Metric;
import dev.weirkeeper.contracts.engine.Vec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The engine needs no frame any more once it has asked for the next one. */
class OneFrameAtATimeTest {

  /** Spoils each frame as soon as the next one is asked for. */
  private record Spoiling(List<List<@Nullable Object>> rows) implements FrameSource {
    @Override
    public DatasetRef ref() {
      return RandomData.REF;
    }

    @Override
    public Fields fields() {
      return RandomData.FIELDS;
    }

    @Override
    public Cursor open() {
      return new Cursor() {
        private final Frames frames = new Frames(RandomData.FIELDS);
        private Optional<Frame> last = Optional.empty();
        private int next;

        @Override
        public Optional<Frame> next() {
          last.ifPresent(frame -> frame.columns().forEach(Spoiling::spoil));
          last = Optional.empty();
          if (next < rows.size()) {
            for (int end = Math.min(next + 50, rows.size()); next < end; next++) {
              frames.add(rows.get(next).toArray());
            }
            last = Optional.of(frames.take());
          }
          return last;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void close() {}

    private static void spoil(Vec vec) {
      if (vec instanceof Vec.Longs longs) {
        Arrays.fill(longs.values(), 4711);
        Arrays.fill(longs.nulls(), 0);
      } else if (vec instanceof Vec.Doubles doubles) {
        Arrays.fill(doubles.values(), 4711);
        Arrays.fill(doubles.nulls(), 0);
      } else if (vec instanceof Vec.Decimals decimals) {
        Arrays.fill(decimals.values(), null);
      } else if (vec instanceof Vec.Texts texts) {
        Arrays.fill(texts.values(), null);
      } else if (vec instanceof Vec.Truths truths) {
        Arrays.fill(truths.values(), true);
        Arrays.fill(truths.nulls(), 0);
      } else if (vec instanceof Vec.Days days) {
        Arrays.fill(days.values(), 4711);
        Arrays.fill(days.nulls(), 0);
      } else if (vec instanceof Vec.Micros micros) {
        Arrays.fill(micros.values(), 4711);
        Arrays.fill(micros.nulls(), 0);
      }
    }
  }

  @Test
  void a_frame_that_is_gone_is_not_missed() throws Exception {
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      RandomData data = new RandomData(random);
      List<List<@Nullable Object>> rows = data.rows(400);
      Set<Metric> metrics = new LinkedHashSet<>();
      for (int i = 0; i < 10; i++) {
        Expr expr = data.expr(2);
        metrics.add(new Metric.Count(expr));
        metrics.add(new Metric.Sample(expr, RandomData.FIELDS.names(), 7));
        for (Metric.Fold fold : Metric.Fold.values()) {
          metrics.add(new Metric.Aggregate(fold, "n", expr));
        }
        metrics.add(new Metric.ValueCounts("s", expr, 100));
        metrics.add(new Metric.Distinct(List.of("p", "i"), expr));
      }

      List<Object> kept = answers(data.source(rows), metrics);
      List<Object> spoiled = answers(new Spoiling(rows), metrics);

      assertThat(spoiled).as("seed %s", seed).hasSameSizeAs(metrics);
      for (int i = 0; i < kept.size(); i++) {
        assertThat(close(spoiled.get(i), kept.get(i))).as("seed %s", seed).isTrue();
      }
    }
  }

  /** Equal, but for the last bits of a deviation, which depend on where frames end. */
  private static boolean close(Object one, Object other) {
    if (one instanceof Optional<?> a
        && other instanceof Optional<?> b
        && a.orElse(null) instanceof Double x
        && b.orElse(null) instanceof Double y) {
      return x.equals(y) || Math.abs(x - y) <= 1e-9 * Math.abs(x);
    }
    return one.equals(other);
  }

  private static List<Object> answers(FrameSource source, Set<Metric> metrics) throws Exception {
    try (MemoryEngine engine =
        new MemoryEngine(
            source,
            Map.of("other", source),
            MemoryEngineOracleTest::oddLength,
            MemoryBudget.standard())) {
      Answers answers = engine.answer(metrics, CallControl.NONE);
      List<Object> all = new ArrayList<>();
      for (Metric metric : metrics) {
        if (metric instanceof Metric.Count count) {
          all.add(answers.count(count));
        } else if (metric instanceof Metric.Sample sample) {
          all.add(answers.rows(sample));
        } else if (metric instanceof Metric.Aggregate fold) {
          all.add(answers.value(fold));
        } else if (metric instanceof Metric.ValueCounts counts) {
          all.add(answers.counts(counts));
        } else {
          all.add(answers.count((Metric.Distinct) metric));
        }
      }
      return all;
    }
  }
}
