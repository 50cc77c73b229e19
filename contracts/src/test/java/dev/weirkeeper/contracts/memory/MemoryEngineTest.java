package dev.weirkeeper.contracts.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Expr.Nulls;
import dev.weirkeeper.contracts.Expr.Truth;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Metric;
import dev.weirkeeper.contracts.engine.MetricException;
import dev.weirkeeper.contracts.engine.Vec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MemoryEngineTest {
  private static final DatasetRef REF = new DatasetRef(new Asset("test", "data"), "1");
  private static final Fields FIELDS =
      new Fields(
          List.of(new Field("id", Form.INTEGER, "bigint"), new Field("name", Form.TEXT, "text")));
  private static final Expr ALL = Expr.always(Truth.TRUE);
  private static final Metric.Count ROWS = new Metric.Count(ALL);

  /** Rows made while they are read: thousand a frame, ids from 0, names that repeat. */
  private static final class Generated implements FrameSource {
    private static final int PER_FRAME = 1000;

    private final int frames;
    private final int failsAt;
    private int opened;
    private int closed;
    private int given;

    Generated(int frames, int failsAt) {
      this.frames = frames;
      this.failsAt = failsAt;
    }

    Generated(int frames) {
      this(frames, Integer.MAX_VALUE);
    }

    @Override
    public DatasetRef ref() {
      return REF;
    }

    @Override
    public Fields fields() {
      return FIELDS;
    }

    @Override
    public Cursor open() {
      opened++;
      return new Cursor() {
        private int next;

        @Override
        public Optional<Frame> next() throws IOException {
          if (next == failsAt) {
            throw new IOException("The file ends early");
          }
          if (next == frames) {
            return Optional.empty();
          }
          given++;
          int first = next++ * PER_FRAME;
          long[] ids = LongStream.range(first, first + PER_FRAME).toArray();
          String[] names =
              IntStream.range(first, first + PER_FRAME)
                  .mapToObj(i -> "name " + i / 2)
                  .toArray(String[]::new);
          return Optional.of(
              new Frame(
                  FIELDS,
                  PER_FRAME,
                  List.of(new Vec.Longs(ids, new long[0]), new Vec.Texts(names))));
        }

        @Override
        public void close() {
          closed++;
        }
      };
    }

    @Override
    public void close() {}
  }

  private static Expr repeated(String column) {
    return new Expr.Repeated(List.of(column), Nulls.DISTINCT, ALL);
  }

  private static Answers ask(FrameSource source, Metric... metrics) throws IOException {
    try (MemoryEngine engine = new MemoryEngine(source)) {
      return engine.answer(Set.of(metrics), CallControl.NONE);
    }
  }

  @Test
  void many_metrics_are_answered_by_one_reading() throws Exception {
    Generated source = new Generated(10);
    Metric.Aggregate max = new Metric.Aggregate(Metric.Fold.MAX, "id", ALL);
    Metric.Distinct names = new Metric.Distinct(List.of("name"), ALL);

    Answers answers = ask(source, ROWS, max, names);

    assertThat(answers.count(ROWS)).isEqualTo(10_000);
    assertThat(answers.value(max)).contains(9999L);
    assertThat(answers.count(names)).isEqualTo(5000);
    assertThat(source.opened).isEqualTo(1);
    assertThat(source.closed).isEqualTo(1);
    assertThat(source.given).isEqualTo(10);
  }

  @Test
  void copies_of_rows_take_one_reading_more_and_others_none() throws Exception {
    Generated source = new Generated(4);
    Metric.Count copies = new Metric.Count(repeated("name"));
    Metric.Count unique = new Metric.Count(repeated("id"));

    Answers answers = ask(source, ROWS, copies, unique);

    assertThat(answers.count(copies)).isEqualTo(4000);
    assertThat(answers.count(unique)).isZero();
    assertThat(source.opened).isEqualTo(2);
    assertThat(source.closed).isEqualTo(2);
  }

  @Test
  void copies_among_copies_take_a_reading_for_each_level() throws Exception {
    Generated source = new Generated(2);
    Metric.Count inner =
        new Metric.Count(new Expr.Repeated(List.of("id"), Nulls.DISTINCT, repeated("name")));

    Answers answers = ask(source, inner);

    assertThat(answers.count(inner)).isZero();
    assertThat(source.opened).isEqualTo(3);
  }

  @Test
  void a_second_round_of_questions_knows_the_copies_already() throws Exception {
    Generated source = new Generated(2);
    try (MemoryEngine engine = new MemoryEngine(source)) {
      engine.answer(Set.of(new Metric.Count(repeated("name"))), CallControl.NONE);
      Metric.Count again = new Metric.Count(Expr.not(repeated("name")));

      Answers answers = engine.answer(Set.of(again), CallControl.NONE);

      assertThat(answers.count(again)).isZero();
      assertThat(source.opened).isEqualTo(3);
    }
  }

  @Test
  void a_sample_that_is_full_ends_the_reading() throws Exception {
    Generated source = new Generated(100);
    Metric.Sample sample = new Metric.Sample(ALL, List.of("id"), 3);

    Answers answers = ask(source, sample);

    assertThat(answers.rows(sample))
        .containsExactly(
            new Answers.Row(OptionalLong.of(0), List.of(Optional.of(0L))),
            new Answers.Row(OptionalLong.of(1), List.of(Optional.of(1L))),
            new Answers.Row(OptionalLong.of(2), List.of(Optional.of(2L))));
    assertThat(source.given).isLessThanOrEqualTo(2);
  }

  @Test
  void what_does_not_fit_the_budget_fails_alone() throws Exception {
    Generated source = new Generated(20);
    Metric.Count copies = new Metric.Count(repeated("id"));
    Metric.Count copiedNames = new Metric.Count(repeated("name"));
    Metric.Distinct names = new Metric.Distinct(List.of("name"), ALL);
    Metric.Quantiles middle =
        new Metric.Quantiles("id", List.of(0.5), Metric.Interpolation.LOWER, ALL);
    Metric.Sample all = new Metric.Sample(ALL, List.of("id", "name"), Metric.ALL);
    List<Metric> tooBig = List.of(copies, copiedNames, names, middle, all);

    for (Metric metric : tooBig) {
      try (MemoryEngine engine =
          new MemoryEngine(source, Map.of(), ValueTests::of, MemoryBudget.ofBytes(50_000))) {
        Answers answers = engine.answer(Set.of(ROWS, metric), CallControl.NONE);

        assertThat(answers.count(ROWS)).isEqualTo(20_000);
        assertThatThrownBy(() -> read(answers, metric))
            .isInstanceOf(MetricException.class)
            .hasMessageContaining("memory engine");
      }
    }
  }

  private static Object read(Answers answers, Metric metric) {
    return metric instanceof Metric.Count count
        ? answers.count(count)
        : metric instanceof Metric.Distinct distinct
            ? answers.count(distinct)
            : metric instanceof Metric.Quantiles quantiles
                ? answers.values(quantiles)
                : metric instanceof Metric.ValueCounts counts
                    ? answers.counts(counts)
                    : answers.rows((Metric.Sample) metric);
  }

  @Test
  void more_different_values_than_asked_for_are_a_failure() throws Exception {
    Metric.ValueCounts few = new Metric.ValueCounts("name", ALL, 499);
    Metric.ValueCounts enough = new Metric.ValueCounts("name", ALL, 500);

    Answers answers = ask(new Generated(1), few, enough);

    assertThat(answers.counts(enough)).hasSize(500);
    assertThatThrownBy(() -> answers.counts(few)).isInstanceOf(MetricException.class);
  }

  @Test
  void a_question_about_no_column_or_of_the_wrong_type_fails_alone() throws Exception {
    Metric.Count unknown = new Metric.Count(new Expr.IsNull(Operand.column("nobody")));
    Metric.Count mixed =
        new Metric.Count(
            new Expr.Compare(Operand.column("name"), Comparison.LESS, Operand.constant(5)));
    Metric.Count pattern = new Metric.Count(new Expr.Matches(Operand.column("name"), "(?(1)a|b)"));
    Metric.Count test =
        new Metric.Count(new Expr.Passes(Operand.column("name"), "nonsense", Json.empty()));
    Metric.Aggregate sum = new Metric.Aggregate(Metric.Fold.SUM, "name", ALL);

    Answers answers = ask(new Generated(2), ROWS, unknown, mixed, pattern, test, sum);

    assertThat(answers.count(ROWS)).isEqualTo(2000);
    assertThatThrownBy(() -> answers.count(unknown)).hasMessageContaining("\"nobody\"");
    assertThatThrownBy(() -> answers.count(mixed)).hasMessageContaining("do not compare");
    assertThatThrownBy(() -> answers.count(pattern)).isInstanceOf(MetricException.class);
    assertThatThrownBy(() -> answers.count(test)).isInstanceOf(MetricException.class);
    assertThatThrownBy(() -> answers.value(sum)).hasMessageContaining("Only numbers");
  }

  @Test
  void no_sql_is_run_and_an_unknown_table_is_named() throws Exception {
    Metric.Query query = new Metric.Query("SELECT 1", 1);
    Metric.TableRows rows = new Metric.TableRows("customers");
    Metric.Count orphans =
        new Metric.Count(new Expr.Refers(List.of("id"), "customers", List.of("id")));

    Answers answers = ask(new Generated(1), query, rows, orphans);

    assertThatThrownBy(() -> answers.found(query)).hasMessageContaining("SQL");
    assertThatThrownBy(() -> answers.count(rows)).hasMessageContaining("'customers'");
    assertThatThrownBy(() -> answers.count(orphans)).hasMessageContaining("'customers'");
  }

  @Test
  void another_table_is_counted_and_referred_to() throws Exception {
    Generated data = new Generated(2);
    Generated customers = new Generated(1);
    Metric.TableRows rows = new Metric.TableRows("customers");
    Metric.Count found =
        new Metric.Count(new Expr.Refers(List.of("id"), "customers", List.of("id")));
    try (MemoryEngine engine = new MemoryEngine(data, Map.of("customers", customers))) {

      Answers answers = engine.answer(Set.of(rows, found), CallControl.NONE);

      assertThat(answers.count(rows)).isEqualTo(1000);
      assertThat(answers.count(found)).isEqualTo(1000);
    }
  }

  @Test
  void another_table_that_cannot_be_read_fails_only_what_needs_it() throws Exception {
    Metric.Count found =
        new Metric.Count(new Expr.Refers(List.of("id"), "customers", List.of("id")));
    Metric.TableRows rows = new Metric.TableRows("customers");
    try (MemoryEngine engine =
        new MemoryEngine(new Generated(2), Map.of("customers", new Generated(3, 1)))) {

      Answers answers = engine.answer(Set.of(ROWS, found, rows), CallControl.NONE);

      assertThat(answers.count(ROWS)).isEqualTo(2000);
      assertThatThrownBy(() -> answers.count(found)).hasMessageContaining("ends early");
      assertThatThrownBy(() -> answers.count(rows)).hasMessageContaining("ends early");
    }
  }

  @Test
  void data_that_cannot_be_read_is_no_answer_and_leaves_nothing_open() {
    Generated source = new Generated(5, 3);

    assertThatThrownBy(() -> ask(source, ROWS)).isInstanceOf(IOException.class);

    assertThat(source.opened).isEqualTo(1);
    assertThat(source.closed).isEqualTo(1);
  }

  @Test
  void a_call_that_nobody_wants_ends_between_two_frames() {
    Generated source = new Generated(1000);
    CallControl control =
        new CallControl(
            () -> source.given >= 3 ? Optional.of("enough") : Optional.empty(),
            CallControl.NONE.progress());
    try (MemoryEngine engine = new MemoryEngine(source)) {

      assertThatThrownBy(() -> engine.answer(Set.of(ROWS), control))
          .isInstanceOf(CancellationException.class)
          .hasMessageContaining("enough");
    }

    assertThat(source.given).isEqualTo(3);
    assertThat(source.closed).isEqualTo(1);
  }

  @Test
  void rows_of_a_reading_that_was_cut_short_are_not_taken_for_copies() throws Exception {
    Generated source = new Generated(4);
    Metric.Count copies = new Metric.Count(repeated("id"));
    CallControl impatient =
        new CallControl(
            () -> source.given >= 2 ? Optional.of("enough") : Optional.empty(),
            CallControl.NONE.progress());
    try (MemoryEngine engine = new MemoryEngine(source)) {
      assertThatThrownBy(() -> engine.answer(Set.of(copies), impatient))
          .isInstanceOf(CancellationException.class);

      Answers answers = engine.answer(Set.of(copies, ROWS), CallControl.NONE);

      assertThat(answers.count(ROWS)).isEqualTo(4000);
      assertThatThrownBy(() -> answers.count(copies)).hasMessageContaining("anew");
    }
  }

  @Test
  void progress_grows_over_all_readings() throws Exception {
    List<Long> heard = new ArrayList<>();
    CallControl control = new CallControl(Optional::empty, (done, total, what) -> heard.add(done));
    try (MemoryEngine engine = new MemoryEngine(new Generated(200))) {

      engine.answer(Set.of(new Metric.Count(repeated("id"))), control);
    }

    assertThat(heard).hasSizeGreaterThan(3).isSorted().doesNotHaveDuplicates();
    assertThat(heard.get(heard.size() - 1)).isGreaterThan(200_000);
  }

  @Test
  void a_pattern_without_end_is_unknown_on_a_value_and_given_up_on_many() throws Exception {
    String bait = "a".repeat(400) + "!";
    Expr matches = new Expr.Matches(Operand.column("name"), "^(.*)(.*)(.*)(.*)(.*)(.*)(.*)[^!]$");
    Metric.Count known = new Metric.Count(Expr.any(matches, Expr.not(matches)));

    Answers once = ask(texts(bait, "aaa", "!"), known);
    String[] baits = new String[1100];
    java.util.Arrays.fill(baits, bait);
    Answers often = ask(texts(baits), known, ROWS);

    assertThat(once.count(known)).isEqualTo(2);
    assertThatThrownBy(() -> often.count(known)).hasMessageContaining("too many steps");
    assertThat(often.count(ROWS)).isEqualTo(1100);
  }

  private static FrameSource texts(String... names) {
    Frames frames = new Frames(FIELDS);
    for (String name : names) {
      frames.add(1L, name);
    }
    return FrameSource.of(REF, FIELDS, List.of(frames.take()));
  }

  @Test
  void a_frame_of_other_columns_is_refused() {
    Fields others = new Fields(List.of(new Field("x", Form.INTEGER, "bigint")));
    Frame wrong = new Frames(others).add(1L).take();
    FrameSource source =
        new FrameSource() {
          @Override
          public DatasetRef ref() {
            return REF;
          }

          @Override
          public Fields fields() {
            return FIELDS;
          }

          @Override
          public Cursor open() throws IOException {
            return FrameSource.of(REF, others, List.of(wrong)).open();
          }

          @Override
          public void close() {}
        };

    assertThatThrownBy(() -> ask(source, ROWS)).hasMessageContaining("other columns");
  }
}
