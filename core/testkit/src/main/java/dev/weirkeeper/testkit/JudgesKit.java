package dev.weirkeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Chunk;
import dev.weirkeeper.Column;
import dev.weirkeeper.Json;
import dev.weirkeeper.Labels;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Tuples;
import dev.weirkeeper.Type;
import dev.weirkeeper.Violation;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.RowJudge;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@link Judges} and each {@link RowJudge} hold to. */
public abstract class JudgesKit {
  private static final int QUOTABLE = 4;

  /** New judges with the same contracts as all others that this gives. */
  protected abstract Judges judges();

  /** A relation with a key, which one of the contracts is for. */
  protected abstract Relation relation();

  /** Rows of the relation that the contract lets pass, also all together. */
  protected abstract List<List<TestCell>> good();

  /** Rows of the relation, each of which breaks a rule of its own, whatever is beside it. */
  protected abstract List<List<TestCell>> bad();

  /** A version of the relation of which no row may be published. None by default. */
  protected Optional<Relation> broken() {
    return Optional.empty();
  }

  private List<List<TestCell>> rows() {
    assertThat(good()).as("good()").isNotEmpty();
    assertThat(bad()).as("bad()").isNotEmpty();
    return Stream.concat(good().stream(), bad().stream()).toList();
  }

  private RowJudge judge() {
    return judges().on(relation());
  }

  /** The violations of each row. */
  private static List<List<Violation>> labelled(
      RowJudge judge,
      Relation relation,
      List<List<TestCell>> rows,
      BiConsumer<TestTransaction, List<TestCell>> as)
      throws IOException {
    TestTransaction transaction = TestTransaction.at(new Position("kit", "1"));
    rows.forEach(row -> as.accept(transaction, row));
    try (transaction;
        Transaction.Changes changes = transaction.changes()) {
      RowBatch batch = ((Chunk.Rows) changes.next().orElseThrow()).batches().get(0);
      assertThat(batch.relation()).isEqualTo(relation);
      Labels labels = judge.label(batch);
      List<List<Violation>> all =
          IntStream.range(0, batch.rows()).mapToObj(labels::violations).toList();
      assertThat(IntStream.range(0, batch.rows()).filter(row -> !labels.good(row)).count())
          .as("bad rows that the batch has, beside bad rows that it does not have")
          .isEqualTo(labels.badRows());
      return all;
    }
  }

  private List<List<Violation>> inserted(RowJudge judge, List<List<TestCell>> rows)
      throws IOException {
    return labelled(
        judge, relation(), rows, (transaction, row) -> transaction.insert(relation(), row));
  }

  @Test
  void equal_contracts_have_one_digest() {
    Judges judges = judges();

    assertThat(judges.digest()).isEqualTo(judges.digest()).isEqualTo(judges().digest());
  }

  @Test
  void rows_of_a_relation_without_a_contract_pass() throws Exception {
    Relation ungoverned =
        Relation.of(
            new Asset("kit", "kit.ungoverned"),
            "kit-1",
            new RowIdentity.Key(List.of("1")),
            List.of(Column.of("1", "id", Type.of("int4")), Column.of("2", "a", Type.of("text"))));
    RowJudge judge = judges().on(ungoverned);

    assertThat(judge.block(0)).isEmpty();
    assertThat(judge.block(1)).isEmpty();
    assertThat(judge.block(RowJudge.ROWS_UNKNOWN)).isEmpty();
    assertThat(
            labelled(
                judge,
                ungoverned,
                List.of(TestCell.row("1", "x"), List.of(TestCell.of("2"), TestCell.NULL)),
                (transaction, row) -> transaction.insert(ungoverned, row)))
        .allSatisfy(violations -> assertThat(violations).isEmpty());
  }

  @Test
  void good_rows_pass_and_bad_ones_do_not() throws Exception {
    List<List<Violation>> labels = inserted(judge(), rows());

    assertThat(labels.subList(0, good().size()))
        .as("good()")
        .allSatisfy(violations -> assertThat(violations).isEmpty());
    assertThat(labels.subList(good().size(), labels.size()))
        .as("bad()")
        .allSatisfy(violations -> assertThat(violations).isNotEmpty());
  }

  @Test
  void invariant_9_a_batch_is_labelled_the_same_way_each_time() throws Exception {
    RowJudge shared = judge();
    List<List<Violation>> fresh = inserted(judge(), rows());
    inserted(shared, bad());

    assertThat(Purity.answers(() -> new Answer(inserted(shared, rows()))))
        .as("labels by a judge that has seen other rows, for many threads")
        .containsExactly(Json.of(new Answer(fresh)).text());
  }

  private record Answer(List<List<Violation>> labels) {}

  @Test
  void how_a_row_came_does_not_matter() throws Exception {
    List<List<Violation>> inserted = inserted(judge(), rows());

    assertThat(
            labelled(
                judge(),
                relation(),
                rows(),
                (transaction, row) -> transaction.update(relation(), row)))
        .isEqualTo(inserted);
    assertThat(
            labelled(
                judge(),
                relation(),
                rows(),
                (transaction, row) -> transaction.read(relation(), row)))
        .isEqualTo(inserted);
  }

  @Test
  void a_row_that_goes_is_good() throws Exception {
    assertThat(
            labelled(
                judge(),
                relation(),
                rows(),
                (transaction, row) -> transaction.delete(relation(), key(row))))
        .allSatisfy(violations -> assertThat(violations).isEmpty());
  }

  private String[] key(List<TestCell> row) {
    return IntStream.of(relation().keyIndexes())
        .mapToObj(column -> row.get(column).text())
        .toArray(String[]::new);
  }

  @Test
  void invariant_10_a_violation_names_its_rule_and_quotes_no_value() throws Exception {
    List<List<Violation>> labels = inserted(judge(), bad());

    for (int row = 0; row < labels.size(); row++) {
      List<String> values =
          bad().get(row).stream()
              .map(TestCell::text)
              .filter(text -> text.length() >= QUOTABLE)
              .toList();
      assertThat(labels.get(row))
          .allSatisfy(
              violation -> {
                assertThat(violation.rule()).isNotBlank();
                assertThat(violation.reason()).isNotBlank();
                assertThat(values)
                    .as("values of the row in: %s", violation.reason())
                    .noneMatch(violation.reason()::contains);
              });
    }
  }

  @Test
  void invariant_8_values_that_nobody_knows_are_judged_by_rule_and_not_by_chance()
      throws Exception {
    List<List<TestCell>> unknown = new ArrayList<>();
    for (List<TestCell> row : rows()) {
      for (TestCell instead : List.of(TestCell.NULL, TestCell.UNCHANGED, TestCell.ABSENT)) {
        List<TestCell> blind = new ArrayList<>(row);
        for (int column = 0; column < blind.size(); column++) {
          if (!isKey(column)) {
            blind.set(column, instead);
          }
        }
        unknown.add(blind);
      }
    }
    List<List<Violation>> once =
        labelled(
            judge(),
            relation(),
            unknown,
            (transaction, row) -> transaction.update(relation(), row));

    assertThat(
            labelled(
                judge(),
                relation(),
                unknown,
                (transaction, row) -> transaction.update(relation(), row)))
        .isEqualTo(once);
  }

  private boolean isKey(int column) {
    return IntStream.of(relation().keyIndexes()).anyMatch(key -> key == column);
  }

  @Test
  void what_blocks_is_named_and_the_same_each_time() {
    for (long rows : new long[] {RowJudge.ROWS_UNKNOWN, 0, 1, good().size(), 1_000_000}) {
      List<Violation> blocks = judge().block(rows);

      assertThat(judge().block(rows)).isEqualTo(blocks);
      assertThat(blocks)
          .allSatisfy(
              violation -> {
                assertThat(violation.rule()).isNotBlank();
                assertThat(violation.reason()).isNotBlank();
              });
    }
  }

  @Test
  void rows_that_lost_their_transaction_are_not_blocked_by_their_number() {
    assertThat(judge().block(RowJudge.ROWS_UNKNOWN)).isEmpty();
  }

  @Test
  void a_relation_that_breaks_its_contract_is_blocked_by_name() {
    assumeThat(broken()).as("broken()").isPresent();
    RowJudge judge = judges().on(broken().orElseThrow());

    for (long rows : new long[] {RowJudge.ROWS_UNKNOWN, 1}) {
      assertThat(judge.block(rows))
          .isNotEmpty()
          .allSatisfy(violation -> assertThat(violation.rule()).isNotBlank());
    }
  }

  @Test
  void another_version_of_the_relation_has_a_judge_of_its_own() throws Exception {
    List<Column> columns = new ArrayList<>(relation().columns());
    columns.add(Column.of("kit-9", "kit_added", Type.of("text")));
    Relation next =
        Relation.of(relation().asset(), relation().id(), relation().identity(), columns);
    List<List<TestCell>> longer =
        rows().stream()
            .map(row -> Stream.concat(row.stream(), Stream.of(TestCell.of("x"))).toList())
            .toList();
    Judges judges = judges();

    List<List<Violation>> before = inserted(judges.on(relation()), rows());
    List<List<Violation>> after =
        labelled(
            judges.on(next), next, longer, (transaction, row) -> transaction.insert(next, row));

    assertThat(after).as("a column that no rule names changes no label").isEqualTo(before);
    assertThat(inserted(judges.on(relation()), rows())).isEqualTo(before);
  }

  @Test
  void judging_leaves_the_rows_as_they_are() throws Exception {
    TestTransaction transaction = TestTransaction.at(new Position("kit", "1"));
    rows().forEach(row -> transaction.insert(relation(), row));
    try (transaction;
        Transaction.Changes changes = transaction.changes()) {
      RowBatch batch = ((Chunk.Rows) changes.next().orElseThrow()).batches().get(0);
      judge().label(batch);
      Tuples after = batch.after();

      assertThat(
              IntStream.range(0, batch.rows()).mapToObj(row -> TestTransaction.cells(after, row)))
          .containsExactlyElementsOf(rows());
    }
  }
}
