package dev.weirkeeper.drift;

import static dev.weirkeeper.drift.Relations.ORDERS;
import static dev.weirkeeper.drift.Relations.incident;
import static dev.weirkeeper.drift.Relations.seen;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Column;
import dev.weirkeeper.Default;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Random pairs of relations, as a source makes one from the other by random changes. The simulator
 * here shares no code with the planner's: it knows columns by identity and follows the values.
 */
class DriftPropertiesTest {
  private static final int ROUNDS = Integer.getInteger("rounds", 3_000);
  private static final List<String> NAMES = List.of("a", "b", "c", "d", "e", "f");
  private static final String MOOD = "mood";
  private static final List<String> TYPES =
      List.of(
          "int2",
          "int4",
          "int8",
          "float4",
          "float8",
          "numeric(10,2)",
          "numeric(12,2)",
          "varchar(5)",
          "varchar(9)",
          "text",
          "uuid",
          "date",
          "timestamp",
          "timestamptz",
          "int4[]",
          MOOD,
          MOOD,
          MOOD,
          MOOD + "[]");

  /** Versions of one enum type; a relation has the same one in all its columns. */
  private static final List<String> MOODS =
      List.of("enum:x", "enum:x,y", "enum:x,y,z", "enum:x,y,z,w", "enum:y,x", "enum:x,z,y");

  private final SchemaDrift drift = new SchemaDrift();
  private final PostgresPlanner planner = new PostgresPlanner("mirror");

  private static <T> T one(List<T> of, Random random) {
    return of.get(random.nextInt(of.size()));
  }

  private static Column column(String id, String name, String mood, Random random) {
    Nullability nullability = one(List.of(Nullability.values()), random);
    Default.Kind kind = one(List.of(Default.Kind.values()), random);
    Optional<String> missing = random.nextInt(4) == 0 ? Optional.of("m" + id) : Optional.empty();
    Optional<String> comment =
        random.nextInt(5) == 0 ? Optional.of("comment " + random.nextInt(2)) : Optional.empty();
    Type type = Types.type(one(TYPES, random).replace(MOOD, mood));
    return new Column(id, name, type, nullability, new Default(kind, missing), comment);
  }

  private static Relation relation(Random random) {
    String mood = one(MOODS, random);
    List<String> names = new ArrayList<>(NAMES);
    Collections.shuffle(names, random);
    List<Column> columns = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      columns.add(column(String.valueOf(i + 1), names.get(i), mood, random));
    }
    return Relation.of(ORDERS, "1", new RowIdentity.Key(List.of("1")), columns);
  }

  /** Some columns go, some change a little, some come, and names move. */
  private static Relation changed(Relation from, Random random) {
    String mood = one(MOODS, random);
    List<Column> kept =
        from.columns().stream()
            .filter(column -> column.id().equals("1") || random.nextInt(8) > 0)
            .collect(Collectors.toCollection(ArrayList::new));
    int more = random.nextInt(3);
    for (int i = 0; i < more && kept.size() < NAMES.size(); i++) {
      kept.add(column(String.valueOf(10 + i), "", mood, random));
    }
    Set<String> used = new HashSet<>();
    List<Column> to = new ArrayList<>();
    for (Column column : kept) {
      boolean keepsName =
          !column.name().isEmpty() && random.nextInt(4) > 0 && used.add(column.name());
      String name = column.name();
      while (!keepsName) {
        name = one(NAMES, random);
        keepsName = used.add(name);
      }
      Column other = column(column.id(), name, mood, random);
      Type same = column.type().isEnum() ? withLabels(column.type(), mood) : column.type();
      to.add(
          new Column(
              column.id(),
              name,
              random.nextInt(5) == 0 ? other.type() : same,
              random.nextInt(5) == 0 ? other.nullability() : column.nullability(),
              random.nextInt(5) == 0 ? other.defaultValue() : column.defaultValue(),
              random.nextInt(5) == 0 ? other.comment() : column.comment()));
    }
    return Relation.of(ORDERS, "1", from.identity(), to);
  }

  private static Type withLabels(Type type, String mood) {
    return new Type(type.name(), type.args(), Types.type(mood).labels());
  }

  /** A column of the target: which column of the source its values are of, and its type. */
  private record Held(String id, String type, List<String> labels) {}

  private static Held held(String id, Type type) {
    return new Held(id, type.toString(), type.labels().stream().map(Type.Label::name).toList());
  }

  /** The target after a plan, by name; fails where a database would. */
  private static Map<String, Held> carriedOut(Plan plan, Relation from, Relation to) {
    Map<String, Held> table = new LinkedHashMap<>();
    from.columns().forEach(column -> table.put(column.name(), held(column.id(), column.type())));
    for (Plan.Step step : plan.steps()) {
      if (step.action().tool().equals("table_resync")) {
        assertThat(step.action().target()).isEqualTo(ORDERS);
        continue;
      }
      assertThat(step.action().target().system()).isEqualTo("mirror");
      TableChange change = step.action().input().as(TableChange.class);
      assertThat(change.toward()).isEqualTo(to.version());
      assertThat(change.tool()).isEqualTo(step.action().tool());
      if (change instanceof TableChange.AddColumn add) {
        assertThat(table).doesNotContainKey(add.column());
        String id = to.columnNamed(add.column()).orElseThrow().id();
        table.put(add.column(), held(id, add.type()));
      } else if (change instanceof TableChange.RenameColumn rename) {
        assertThat(table).containsKey(rename.column()).doesNotContainKey(rename.to());
        table.put(rename.to(), table.remove(rename.column()));
      } else if (change instanceof TableChange.WidenColumn widen) {
        Held before = table.get(widen.column());
        assertThat(before.type()).isEqualTo(widen.from().toString());
        table.put(widen.column(), held(before.id(), widen.to()));
      } else if (change instanceof TableChange.AddEnumLabel add) {
        String type = table.get(add.column()).type();
        table.replaceAll(
            (name, column) -> {
              if (!column.type().equals(type) && !column.type().equals(type + "[]")) {
                return column;
              }
              assertThat(column.labels()).doesNotContain(add.label());
              List<String> labels = new ArrayList<>(column.labels());
              labels.add(add.label());
              return new Held(column.id(), column.type(), labels);
            });
      } else if (change instanceof TableChange.RelaxColumn relax) {
        assertThat(table).containsKey(relax.column());
      } else if (change instanceof TableChange.CommentColumn comment) {
        assertThat(table).containsKey(comment.column());
      } else {
        throw new AssertionError("unexpected " + change);
      }
    }
    return table;
  }

  @Test
  void invariant_4_a_plan_reaches_the_source_and_loses_no_column() {
    int plans = 0;
    int refusals = 0;
    Map<String, Integer> tools = new HashMap<>();
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Relation from = relation(random);
      Relation to = changed(from, random);
      if (drift.detect(seen(from), seen(to)).findings().isEmpty()) {
        continue;
      }
      Optional<Plan> plan = planner.plan(incident(Optional.of(from), to), Optional.of(from), to);
      if (plan.isEmpty()) {
        refusals++;
        continue;
      }
      plans++;
      plan.get().steps().forEach(step -> tools.merge(step.action().tool(), 1, Integer::sum));

      Map<String, Held> target = carriedOut(plan.get(), from, to);

      for (Column column : to.columns()) {
        assertThat(target.get(column.name()))
            .describedAs("seed %d, column %s", seed, column.name())
            .isEqualTo(held(column.id(), column.type()));
      }
      Set<String> ids = target.values().stream().map(Held::id).collect(Collectors.toSet());
      for (Column column : from.columns()) {
        assertThat(ids).describedAs("seed %d", seed).contains(column.id());
      }
      assertThat(ids).describedAs("seed %d", seed).hasSameSizeAs(target.keySet());
    }
    assertThat(plans).isGreaterThan(ROUNDS / 20);
    assertThat(refusals).isGreaterThan(ROUNDS / 20);
    assertThat(tools.keySet())
        .containsExactlyInAnyOrder(
            "table_add_column",
            "table_rename_column",
            "table_widen_column",
            "table_relax_column",
            "table_add_enum_label",
            "table_comment_column",
            "table_resync");
  }

  @Test
  void a_plan_can_be_taken_back_where_every_step_has_an_undo() {
    int undone = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Relation from = relation(random);
      Relation to = changed(from, random);
      if (drift.detect(seen(from), seen(to)).findings().isEmpty()) {
        continue;
      }
      Optional<Plan> plan = planner.plan(incident(Optional.of(from), to), Optional.of(from), to);
      if (plan.isEmpty() || plan.get().steps().stream().anyMatch(s -> s.undo().isEmpty())) {
        continue;
      }
      TargetTable table = TargetTable.of(from);
      for (Plan.Step step : plan.get().steps()) {
        table = table.after(step.action().input().as(TableChange.class)).orElseThrow();
      }
      List<Plan.Step> back = new ArrayList<>(plan.get().steps());
      Collections.reverse(back);
      for (Plan.Step step : back) {
        TableChange undo = step.undo().orElseThrow().input().as(TableChange.class);
        assertThat(undo.toward()).isEqualTo(from.version());
        table = table.after(undo).orElseThrow();
      }
      assertThat(table).describedAs("seed %d", seed).isEqualTo(TargetTable.of(from));
      undone++;
    }
    assertThat(undone).isGreaterThan(100);
  }

  @Test
  void a_relation_does_not_differ_from_itself_or_from_another_order_of_its_columns() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Relation relation = relation(random);

      assertThat(drift.detect(seen(relation), seen(relation)).findings())
          .describedAs("seed %d", seed)
          .isEmpty();
      assertThat(drift.detect(seen(relation), seen(shuffled(relation, random))).findings())
          .describedAs("seed %d", seed)
          .isEmpty();
    }
  }

  private static Relation shuffled(Relation relation, Random random) {
    List<Column> columns = new ArrayList<>(relation.columns());
    Collections.shuffle(columns, random);
    return Relation.of(relation.asset(), relation.id(), relation.identity(), columns);
  }

  private record Seen(String kind, String subject, Object verdict, Object flags, Object detail) {
    static List<Seen> of(List<Finding> findings) {
      return findings.stream()
          .map(f -> new Seen(f.kind(), f.subject(), f.verdict(), f.flags(), f.detail()))
          .toList();
    }
  }

  @Test
  void findings_do_not_depend_on_the_order_of_columns() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Relation from = relation(random);
      Relation to = changed(from, random);

      List<Finding> findings = drift.detect(seen(from), seen(to)).findings();
      List<Finding> others =
          drift.detect(seen(shuffled(from, random)), seen(shuffled(to, random))).findings();

      assertThat(Seen.of(others)).describedAs("seed %d", seed).isEqualTo(Seen.of(findings));
    }
  }

  @Test
  void a_column_that_did_not_change_changes_nothing() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Relation from = relation(random);
      Relation to = changed(from, random);
      Column bystander = column("6", "bystander", one(MOODS, random), random);
      if (bystander.type().isEnum()) {
        continue;
      }

      assertThat(
              Seen.of(
                  drift.detect(seen(more(from, bystander)), seen(more(to, bystander))).findings()))
          .describedAs("seed %d", seed)
          .isEqualTo(Seen.of(drift.detect(seen(from), seen(to)).findings()));
    }
  }

  private static Relation more(Relation relation, Column column) {
    List<Column> columns = new ArrayList<>(relation.columns());
    columns.add(column);
    return Relation.of(relation.asset(), relation.id(), relation.identity(), columns);
  }

  @Test
  void invariant_9_findings_and_plans_have_the_same_ids_each_time_and_never_share_one() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Relation from = relation(random);
      Relation to = changed(from, random);

      List<Finding> findings = drift.detect(seen(from), seen(to)).findings();
      List<Finding> again = new SchemaDrift().detect(seen(from), seen(to)).findings();

      assertThat(again).describedAs("seed %d", seed).isEqualTo(findings);
      assertThat(findings.stream().map(Finding::id).distinct())
          .describedAs("seed %d", seed)
          .hasSameSizeAs(findings);
      if (!findings.isEmpty()) {
        Incident incident = incident(Optional.of(from), to);
        assertThat(
                new PostgresPlanner("mirror").plan(incident, Optional.of(from), to).map(Plan::id))
            .describedAs("seed %d", seed)
            .isEqualTo(planner.plan(incident, Optional.of(from), to).map(Plan::id));
      }
    }
  }

  @Test
  void every_detail_is_read_back_as_it_was_written() {
    for (int seed = 0; seed < ROUNDS / 10; seed++) {
      Random random = new Random(seed);
      Relation from = relation(random);
      for (Finding finding : drift.detect(seen(from), seen(changed(from, random))).findings()) {
        DriftDetail detail = finding.detail().as(DriftDetail.class);

        assertThat(Json.of(detail)).isEqualTo(finding.detail());
      }
    }
  }
}
