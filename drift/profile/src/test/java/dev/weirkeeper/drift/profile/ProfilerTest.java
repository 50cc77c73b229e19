package dev.weirkeeper.drift.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Mask;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Type;
import dev.weirkeeper.testkit.TestCell;
import dev.weirkeeper.testkit.TestTransaction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProfilerTest {
  private static final long SEED = 11;
  private static final Masking MASKING =
      Masking.with(
          new byte[32],
          new Masking.Rule("*", "card_no", Mask.PARTIAL),
          new Masking.Rule("*", "secret_note", Mask.REDACT));

  private static Relation orders(Column... columns) {
    return Relation.of(Series.ORDERS, "16384", new RowIdentity.Key(List.of("1")), List.of(columns));
  }

  private static final Relation ORDERS =
      orders(
          Column.of("1", "id", Type.of("int8")),
          Column.of("2", "amount", Type.of("numeric", 10, 2)),
          Column.of("3", "state", Type.of("text")),
          Column.of("4", "paid", Type.of("bool")),
          Column.of("5", "at", Type.of("timestamptz")),
          Column.of("6", "card_no", Type.of("text")),
          Column.of("7", "secret_note", Type.of("text")),
          Column.of("8", "Ünïcode\nname", Type.of("text")));

  private static List<TestCell> row(String... values) {
    return Arrays.stream(values)
        .map(value -> value == null ? TestCell.NULL : TestCell.of(value))
        .toList();
  }

  private static TestTransaction transaction() {
    return TestTransaction.at(new Position("test", "1"));
  }

  private static TableProfile profile(TestTransaction... transactions) throws Exception {
    Profiler profiler = Profiler.of(Series.ORDERS, MASKING);
    for (TestTransaction transaction : transactions) {
      profiler.add(transaction);
    }
    return profiler.profile();
  }

  @Test
  void a_feed_is_profiled_by_the_new_images_of_its_rows() throws Exception {
    TableProfile profile =
        profile(
            transaction()
                .insert(
                    ORDERS,
                    row("1", "9.50", "paid", "t", "2026-11-30 10:00:00+00", "4111", "n", "u"))
                .insert(ORDERS, row("2", "NaN", null, "f", "infinity", "4222", "n", "u"))
                .update(
                    ORDERS,
                    List.of(
                        TestCell.of("1"),
                        TestCell.of("19.50"),
                        TestCell.UNCHANGED,
                        TestCell.ABSENT,
                        TestCell.NULL,
                        TestCell.of("4111"),
                        TestCell.of("n"),
                        TestCell.NULL))
                .delete(ORDERS, "2"));

    assertThat(profile.rows()).isEqualTo(3);
    ColumnProfile amount = profile.column("2").orElseThrow();
    assertThat(amount.kind()).isEqualTo(ValueKind.NUMBER);
    assertThat(amount.rows()).isEqualTo(3);
    assertThat(amount.unplaced()).isEqualTo(1);
    assertThat(amount.min()).hasValue(9.5);
    assertThat(amount.max()).hasValue(19.5);
    ColumnProfile state = profile.column("3").orElseThrow();
    assertThat(state.rows()).as("what was not sent is unknown").isEqualTo(2);
    assertThat(state.nulls()).isEqualTo(1);
    assertThat(state.labels()).containsExactlyEntriesOf(Map.of("paid", 1L));
    assertThat(profile.column("4").orElseThrow().labels()).containsOnlyKeys("true", "false");
    ColumnProfile at = profile.column("5").orElseThrow();
    assertThat(at.unplaced()).isEqualTo(1);
    assertThat(at.nulls()).isEqualTo(1);
    assertThat(at.min()).hasValue(1_796_032_800);
  }

  @Test
  void invariant_10_what_the_host_hides_is_not_in_a_profile() throws Exception {
    TableProfile profile =
        profile(
            transaction()
                .insert(ORDERS, row("1", "1", "a", "t", null, "4111222233334444", "hush", "u")));

    assertThat(profile.column("7")).as("redacted").isEmpty();
    assertThat(profile.column("8")).as("a name that may look like another").isEmpty();
    ColumnProfile card = profile.column("6").orElseThrow();
    assertThat(card.kind()).isEqualTo(ValueKind.HIDDEN);
    assertThat(card.rows()).isEqualTo(1);
    assertThat(card.labels()).isEmpty();
    assertThat(card.shapes()).isEmpty();
    assertThat(card.min()).isEmpty();
    assertThat(new String(profile.encoded(), StandardCharsets.ISO_8859_1))
        .doesNotContain("4111", "hush");
  }

  @Test
  void rows_of_other_tables_are_passed_over_or_refused() throws Exception {
    Relation other =
        Relation.of(
            new Asset("shop", "public.other"),
            "1",
            new RowIdentity.None(),
            List.of(Column.of("1", "id", Type.of("int4"))));

    assertThat(profile(transaction().insert(other, row("1"))).rows()).isZero();
  }

  @Test
  void rows_of_a_feed_need_to_be_told_what_is_masked() {
    Profiler profiler = Profiler.ofMaskedRows(Series.ORDERS);

    assertThatThrownBy(
            () ->
                profiler.add(
                    transaction().insert(ORDERS, row("1", "1", "a", "t", null, "4", "h", "u"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Profiler.of(asset, masking)");
  }

  @Test
  void a_column_whose_type_changes_on_the_way_is_left_out() throws Exception {
    Relation text =
        orders(Column.of("1", "id", Type.of("int8")), Column.of("2", "n", Type.of("text")));
    Relation number =
        orders(Column.of("1", "id", Type.of("int8")), Column.of("2", "n", Type.of("int4")));

    TableProfile profile =
        profile(
            transaction()
                .insert(text, row("1", "7"))
                .insert(number, row("2", "8"))
                .insert(text, row("3", "9")));

    assertThat(profile.rows()).isEqualTo(3);
    assertThat(profile.column("1").orElseThrow().rows()).isEqualTo(3);
    assertThat(profile.column("2")).isEmpty();
    assertThat(
            profile(transaction().insert(text, row("1", "7")))
                .merge(profile(transaction().insert(number, row("1", "7"))))
                .column("2"))
        .isEmpty();
  }

  @Test
  void profiles_of_partitions_are_the_profile_of_the_table() {
    Random random = new Random(SEED);
    List<Optional<String>> values =
        Series.values(9_000, () -> random.nextInt(20) == 0 ? null : "label " + random.nextInt(50));

    TableProfile whole = Series.profile("text", values);
    TableProfile merged = TableProfile.empty();
    for (int p = 0; p < 9; p++) {
      merged = merged.merge(Series.profile("text", values.subList(p * 1_000, (p + 1) * 1_000)));
    }

    ColumnProfile one = whole.column("x").orElseThrow();
    ColumnProfile other = merged.column("x").orElseThrow();
    assertThat(merged.rows()).isEqualTo(9_000);
    assertThat(other.nulls()).isEqualTo(one.nulls());
    assertThat(other.labels()).isEqualTo(one.labels()).hasSize(50);
    assertThat(other.shapes()).isEqualTo(one.shapes());
    assertThat(other.distinct()).isEqualTo(one.distinct());
    assertThat(other.quantile(0.5).getAsDouble())
        .isCloseTo(one.quantile(0.5).getAsDouble(), within(1.0));
  }

  @Test
  void a_column_of_two_kinds_stays_left_out_however_profiles_are_grouped() {
    TableProfile one = Series.profile("int4", Series.values(10, () -> "1"));
    TableProfile other = Series.profile("text", Series.values(10, () -> "x"));

    for (TableProfile merged :
        List.of(
            one.merge(other).merge(one),
            one.merge(other.merge(one)),
            one.merge(one).merge(other),
            TableProfile.decoded(other.merge(one).encoded()).merge(one))) {
      assertThat(merged.columns()).isEmpty();
      assertThat(merged.rows()).isEqualTo(30);
    }
  }

  @Test
  void a_profile_of_one_kind_cannot_be_merged_into_one_of_another() {
    ColumnProfile number = Series.profile("int4", Series.values(1, () -> "1")).column("x").get();
    ColumnProfile text = Series.profile("text", Series.values(1, () -> "1")).column("x").get();

    assertThatThrownBy(() -> number.merge(text)).hasMessageContaining("TEXT");
  }

  @Test
  void names_of_many_people_are_not_kept() {
    Random random = new Random(SEED);
    ColumnProfile names =
        Series.profile("text", Series.values(1_000, () -> "Planted " + random.nextLong()))
            .column("x")
            .get();

    assertThat(names.labelsAreMany()).isTrue();
    assertThat(new String(names.encoded(), StandardCharsets.ISO_8859_1)).doesNotContain("Planted");
  }

  @Test
  void long_labels_are_told_apart_though_only_their_beginning_is_kept() {
    String same = "x".repeat(500);
    ColumnProfile column =
        Series.profile(
                "text",
                List.of(Optional.of(same + "1"), Optional.of(same + "2"), Optional.of(same + "1")))
            .column("x")
            .get();

    assertThat(column.labels().values()).containsExactlyInAnyOrder(1L, 2L);
    assertThat(column.labels().keySet()).allMatch(label -> label.length() == 64);
  }

  @Test
  void a_key_has_a_keyness_of_one_and_an_empty_column_has_none() {
    int[] next = {0};
    ColumnProfile key =
        Series.profile("int8", Series.values(3_000, () -> String.valueOf(next[0]++)))
            .column("x")
            .get();
    ColumnProfile nothing = Series.profile("int8", Series.values(10, () -> null)).column("x").get();

    assertThat(key.keyness().getAsDouble()).isGreaterThan(0.95);
    assertThat(nothing.keyness()).isEmpty();
    assertThat(nothing.quantile(0.5)).isEmpty();
  }
}
