package dev.weirkeeper.drift.taxonomy;

import static dev.weirkeeper.drift.taxonomy.TypeNotation.DELTA;
import static dev.weirkeeper.drift.taxonomy.TypeNotation.ICEBERG;
import static dev.weirkeeper.drift.taxonomy.TypeNotation.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Default;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Type;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.drift.SchemaDrift;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConsumersTest {
  private static final Consumer MIRROR = Consumer.table("mirror", "shop-copy", "postgresql");
  private static final Consumer SNOWFLAKE = Consumer.table("finance", "dw", "snowflake");
  private static final Consumer BIGQUERY = Consumer.table("ads", "bq", "bigquery");
  private static final Consumer LAKE_2 = Consumer.table("lake", "lake", "iceberg-v2");
  private static final Consumer LAKE_3 = Consumer.table("lake3", "lake", "iceberg-v3");
  private static final Consumer BRICKS = Consumer.table("bricks", "dbx", "delta");
  private static final Consumer DUCK = Consumer.table("duck", "local", "duckdb");
  private static final Consumer BACKWARD =
      Consumer.subject("orders-value", "kafka", RegistryMode.BACKWARD);
  private static final Consumer FORWARD =
      Consumer.subject("orders-forward", "kafka", RegistryMode.FORWARD_TRANSITIVE);
  private static final Consumer ANYTHING =
      Consumer.subject("orders-loose", "kafka", RegistryMode.NONE);

  private static final Consumers ALL =
      Consumers.of(
          List.of(
              MIRROR, SNOWFLAKE, BIGQUERY, LAKE_2, LAKE_3, BRICKS, DUCK, BACKWARD, FORWARD,
              ANYTHING));

  private static ConsumerVerdict verdict(Judgement judgement, Consumer consumer) {
    return judgement.verdicts().stream()
        .filter(verdict -> verdict.consumer().equals(consumer))
        .findFirst()
        .orElseThrow();
  }

  private static Judgement retyped(String kind, String from, String to) {
    return ALL.judge(
        Change.ofType(
            Taxonomy.standard().kind(kind),
            "amount",
            TypeExpr.parse(from, POSTGRESQL),
            TypeExpr.parse(to, POSTGRESQL)));
  }

  @Test
  void one_change_has_one_verdict_for_each_consumer_and_the_narrowest_is_named() {
    Judgement judgement = retyped("column.type-widened", "numeric(10,2)", "numeric(14,4)");

    assertThat(judgement.verdicts()).hasSize(10);
    assertThat(verdict(judgement, MIRROR))
        .extracting(ConsumerVerdict::verdict, ConsumerVerdict::way)
        .containsExactly(Verdict.COMPATIBLE, Way.REWRITE);
    assertThat(verdict(judgement, BRICKS).unasked()).isTrue();
    assertThat(verdict(judgement, SNOWFLAKE).verdict()).isEqualTo(Verdict.BREAKING);
    assertThat(verdict(judgement, SNOWFLAKE).reasons())
        .containsExactly(
            "decimal(p,s) -> decimal(p+k1,s+k2), k1 >= k2 > 0 (preserving): refused;"
                + " the scale cannot change");
    assertThat(judgement.narrowest().orElseThrow().consumer()).isEqualTo(SNOWFLAKE);
    assertThat(judgement.verdict()).isEqualTo(Verdict.BREAKING);
  }

  @Test
  void one_consumer_more_makes_nothing_milder_and_their_order_does_not_matter() {
    List<Consumer> all = new ArrayList<>(ALL.registered());
    Collections.reverse(all);
    for (Kind kind : Taxonomy.standard().kinds()) {
      Change change = Change.of(kind, "amount");
      Verdict before = Consumers.of(List.of()).judge(change).verdict();
      assertThat(before).isEqualTo(kind.verdict());
      for (int some = 1; some <= all.size(); some++) {
        Judgement judgement = Consumers.of(all.subList(0, some)).judge(change);
        assertThat(before.worseThan(judgement.verdict())).as("%s", kind).isFalse();
        assertThat(judgement.narrowest().orElseThrow().verdict())
            .as("%s", kind)
            .isEqualTo(
                judgement.verdicts().stream()
                    .map(ConsumerVerdict::verdict)
                    .reduce(Verdict.NOOP, Verdict::join));
        assertThat(judgement.verdicts())
            .allSatisfy(each -> assertThat(each.reasons()).as("%s", kind).isNotEmpty());
        before = judgement.verdict();
      }
      assertThat(before).as("%s", kind).isEqualTo(ALL.judge(change).verdict());
    }
  }

  @Test
  void bytes_of_another_scale_mean_something_else_on_the_wire() {
    Judgement judgement = retyped("column.type-widened", "numeric(10,2)", "numeric(14,4)");

    assertThat(verdict(judgement, BACKWARD).verdict()).isEqualTo(Verdict.SEMANTIC);
    assertThat(verdict(judgement, BACKWARD).reasons())
        .anyMatch(reason -> reason.contains("decimal of scale 4"));
  }

  @Test
  void a_registry_refuses_by_the_axes_of_its_mode() {
    Judgement judgement = retyped("column.type-widened", "int4", "int8");

    assertThat(verdict(judgement, BACKWARD))
        .extracting(ConsumerVerdict::verdict, ConsumerVerdict::way)
        .containsExactly(Verdict.COMPATIBLE, Way.METADATA_ONLY);
    assertThat(verdict(judgement, FORWARD))
        .extracting(ConsumerVerdict::verdict, ConsumerVerdict::way)
        .containsExactly(Verdict.BREAKING, Way.REFUSED);
    assertThat(verdict(judgement, ANYTHING).verdict()).isEqualTo(Verdict.COMPATIBLE);
    assertThat(judgement.narrowest().orElseThrow().consumer()).isEqualTo(FORWARD);
  }

  @Test
  void a_target_with_one_type_for_both_has_nothing_to_do_unless_values_became_others() {
    assertThat(verdict(retyped("column.type-widened", "int4", "int8"), SNOWFLAKE))
        .extracting(ConsumerVerdict::verdict, ConsumerVerdict::way)
        .containsExactly(Verdict.NOOP, Way.NOTHING_TO_DO);
    assertThat(verdict(retyped("column.type-narrowed", "fits", "int8", "int4"), BIGQUERY).verdict())
        .isEqualTo(Verdict.NOOP);
    assertThat(verdict(retyped("column.type-reinterpreted", "json", "jsonb"), SNOWFLAKE).verdict())
        .isEqualTo(Verdict.SEMANTIC);
  }

  private static Judgement retyped(String kind, String caseName, String from, String to) {
    return ALL.judge(
        Change.ofType(
            Taxonomy.standard().kind(kind, caseName),
            "amount",
            TypeExpr.parse(from, POSTGRESQL),
            TypeExpr.parse(to, POSTGRESQL)));
  }

  @Test
  void a_bigint_that_becomes_a_double_is_lossy_even_where_the_target_takes_it() {
    Judgement judgement = retyped("column.type-narrowed", "rounded", "int8", "float8");

    assertThat(verdict(judgement, BIGQUERY))
        .extracting(ConsumerVerdict::verdict, ConsumerVerdict::way)
        .containsExactly(Verdict.LOSSY, Way.METADATA_ONLY);
    assertThat(verdict(judgement, MIRROR).unasked()).isFalse();
  }

  @Test
  void a_difference_within_a_nested_type_is_named_by_its_path() {
    TypeExpr from =
        TypeExpr.parse("struct<1: zip: optional int, 2: tags: optional list<float>>", ICEBERG);
    TypeExpr to =
        TypeExpr.parse(
            "struct<1: zip: optional string, 2: labels: optional list<double>, 3: note: required"
                + " string>",
            ICEBERG);
    Judgement judgement =
        ALL.judge(
            Change.ofType(
                Taxonomy.standard().kind("column.type-family-changed"), "address", from, to));

    ConsumerVerdict lake = verdict(judgement, LAKE_2);
    assertThat(lake.verdict()).isEqualTo(Verdict.BREAKING);
    assertThat(lake.path()).isEqualTo("address.zip");
    assertThat(lake.reasons())
        .hasSize(4)
        .anyMatch(reason -> reason.startsWith(".labels: struct: a field is renamed"))
        .anyMatch(reason -> reason.startsWith(".labels[]: float32 -> float64"))
        .anyMatch(reason -> reason.startsWith(".note: struct: a required field is added"));
  }

  @Test
  void a_struct_that_lost_and_won_fields_at_once_is_refused_where_nobody_guesses() {
    Change change =
        Change.ofType(
            Taxonomy.standard().kind("column.type-family-changed"),
            "address",
            TypeExpr.parse("struct<a:int,b:map<string,int>>", DELTA),
            TypeExpr.parse("struct<b:map<string,bigint>,c:int not null>", DELTA));

    ConsumerVerdict bricks = verdict(ALL.judge(change), BRICKS);

    assertThat(bricks.way()).isEqualTo(Way.REFUSED);
    assertThat(bricks.reasons())
        .anyMatch(reason -> reason.contains("will not guess"))
        .anyMatch(reason -> reason.startsWith(".b{value}: "));
  }

  @Test
  void what_need_not_be_done_at_a_target_cannot_fail_there() {
    Taxonomy taxonomy = Taxonomy.standard();
    Judgement tightened =
        ALL.judge(Change.of(taxonomy.kind("column.nullability-tightened"), "amount"));
    Judgement defaulted = ALL.judge(Change.of(taxonomy.kind("column.default-changed"), "amount"));
    Judgement required =
        ALL.judge(Change.of(taxonomy.kind("column.added", "required-with-default"), "amount"));

    assertThat(verdict(tightened, BIGQUERY))
        .extracting(ConsumerVerdict::verdict, ConsumerVerdict::way)
        .containsExactly(Verdict.COMPATIBLE, Way.REFUSED);
    assertThat(verdict(defaulted, SNOWFLAKE).verdict()).isEqualTo(Verdict.METADATA);
    assertThat(verdict(required, BIGQUERY).verdict()).isEqualTo(Verdict.BREAKING);
    assertThat(verdict(required, SNOWFLAKE).unasked()).isTrue();
  }

  @Test
  void a_change_of_type_is_of_the_finest_kind_that_its_types_show() {
    for (String[] row :
        new String[][] {
          {"varchar(3)", "varchar(9)", "column.length/up"},
          {"text", "varchar(9)", "column.length/down"},
          {"numeric(9,2)", "numeric(12,2)", "column.precision/up"},
          {"numeric(9,2)", "numeric(12,4)", "column.precision/scale-up"},
          {"numeric(9,2)", "numeric(9,4)", "column.precision/down"},
          {"numeric(9,2)", "numeric(9,1)", "column.precision/scale-down"},
          {"timestamp", "timestamptz", "column.timezone"},
          {"int4", "int8", "column.type-widened"},
          {"float4", "float8", "column.type-widened/rerendered"},
          {"int8", "int4", "column.type-narrowed/fits"},
          {"int8", "float8", "column.type-narrowed/rounded"},
          {"json", "jsonb", "column.type-reinterpreted"},
          {"text", "int4", "column.type-family-changed"},
          {"int4[]", "int8[]", "column.type-widened"}
        }) {
      Change change =
          Change.retyped(
                  "c", TypeExpr.parse(row[0], POSTGRESQL), TypeExpr.parse(row[1], POSTGRESQL))
              .orElseThrow();

      assertThat(change.kind()).as(row[0] + " to " + row[1]).hasToString(row[2]);
    }
    TypeExpr int4 = TypeExpr.parse("int4", POSTGRESQL);
    assertThat(Change.retyped("c", int4, int4)).isEmpty();
  }

  @Test
  void lost_rows_count_for_a_subject_whatever_its_registry_demands() {
    Judgement judgement = ALL.judge(Change.of(Taxonomy.standard().kind("table.truncated"), ""));

    assertThat(verdict(judgement, ANYTHING).verdict()).isEqualTo(Verdict.LOSSY);
    assertThat(verdict(judgement, ANYTHING).way()).isEqualTo(Way.NOTHING_TO_DO);
  }

  @Test
  void types_that_are_not_known_are_never_harmless() {
    Change change = Change.of(Taxonomy.standard().kind("column.type-widened"), "amount");

    assertThat(verdict(ALL.judge(change), SNOWFLAKE))
        .extracting(ConsumerVerdict::verdict, ConsumerVerdict::way)
        .containsExactly(Verdict.BREAKING, Way.UNKNOWN);
    assertThat(verdict(ALL.judge(change), BACKWARD).verdict()).isEqualTo(Verdict.BREAKING);
  }

  private static final Asset ORDERS = new Asset("shop", "public.orders");

  private static Relation orders(Column... columns) {
    return Relation.of(ORDERS, "16401", new RowIdentity.Whole(), List.of(columns));
  }

  private static Column column(String id, String name, Type type) {
    return new Column(id, name, type, Nullability.OPTIONAL, Default.NONE, Optional.empty());
  }

  @Test
  void changes_of_relations_and_findings_about_them_are_judged_alike() {
    Relation before =
        orders(column("1", "qty", Type.of("int4")), column("2", "note", Type.of("text")));
    Relation after =
        orders(column("1", "quantity", Type.of("int8")), column("3", "x", Type.of("date")));

    List<Change> changes = Change.between(Optional.of(before), after);
    List<Change> found =
        new SchemaDrift()
            .detect(seen(before), seen(after)).findings().stream().map(Change::of).toList();

    assertThat(changes)
        .extracting(change -> change.kind().toString())
        .containsExactly(
            "column.added/nullable",
            "column.removed/nullable",
            "column.renamed",
            "column.type-widened");
    assertThat(changes)
        .extracting(Change::path)
        .containsExactly("x", "note", "quantity", "quantity");
    assertThat(found).isEqualTo(changes);
  }

  private static Observation seen(Relation relation) {
    return new Observation(
        relation.asset(),
        Instant.EPOCH,
        Optional.empty(),
        List.of(new Facet.Schema(relation, Evidence.LOGGED)));
  }

  @Test
  void a_kind_that_the_taxonomy_does_not_know_pauses_and_is_as_bad_as_its_detector_says() {
    Finding finding = TaxonomyTest.finding("weather.changed", Verdict.SEMANTIC, Flag.INVISIBLE);

    Change change = Change.of(finding);

    assertThat(change.kind().handling()).isEqualTo(Handling.PAUSE_TABLE);
    assertThat(verdict(ALL.judge(change), BIGQUERY).verdict()).isEqualTo(Verdict.SEMANTIC);
    assertThat(verdict(ALL.judge(change), BACKWARD).verdict()).isEqualTo(Verdict.BREAKING);
  }

  @Test
  void consumers_that_cannot_be_told_apart_or_judged_are_refused() {
    assertThatThrownBy(() -> Consumers.of(List.of(MIRROR, MIRROR)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mirror");
    assertThatThrownBy(() -> Consumers.of(List.of(Consumer.table("x", "y", "oracle"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TargetMatrix.with");
    assertThatThrownBy(() -> Consumer.table("x", "y", "avro"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Consumer.subject");
    assertThat(Consumers.of(List.of()).judge(Change.of(Taxonomy.standard().kind("pk.added"), "")))
        .extracting(Judgement::narrowest)
        .isEqualTo(Optional.empty());
  }
}
