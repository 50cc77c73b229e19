package dev.weirkeeper.drift.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Column;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Relation;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.drift.DriftDetail;
import dev.weirkeeper.drift.SchemaDrift;
import dev.weirkeeper.spi.Feed;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random walks of DDL and rows over one table, with the true history kept beside them: whatever is
 * renamed, swapped, added, dropped, re-added and retyped, the net change is the true one, no column
 * is ever taken for another, and the target equals the source.
 */
class DriftWalkIT {
  private static final int STEPS = 30;

  private static Majors majors;

  @BeforeAll
  static void start() {
    majors = new Majors();
  }

  @AfterAll
  static void stop() throws Exception {
    majors.close();
  }

  /** A column as it truly is, by its number. */
  private record Truth(String name, String type) {}

  /** The walker: what it did and what is true. */
  private static final class Walk {
    final Random random;
    final Scene scene;

    /** By attribute number, as PostgreSQL gives them: each once, and never again. */
    Map<Integer, Truth> columns = new TreeMap<>();

    /** Each pair of number and name that ever was. */
    final Set<String> ever = new HashSet<>();

    int numbers = 1;
    int rows;
    int names;

    Walk(Scene scene, long seed) throws SQLException {
      this.scene = scene;
      this.random = new Random(seed);
      scene.run("CREATE TABLE t (id int PRIMARY KEY, c1 int, c2 text, c3 varchar(8))");
      numbers = 4;
      columns.put(2, new Truth("c1", "int4"));
      columns.put(3, new Truth("c2", "text"));
      columns.put(4, new Truth("c3", "varchar"));
      remember();
    }

    void remember() {
      columns.forEach((number, truth) -> ever.add(number + "=" + truth.name()));
    }

    private int any() {
      List<Integer> numbers = new ArrayList<>(columns.keySet());
      return numbers.get(random.nextInt(numbers.size()));
    }

    private String fresh() {
      // Names come back: what was dropped or renamed away may be another column's name later.
      for (int tries = 0; tries < 5; tries++) {
        String name = "c" + random.nextInt(8);
        if (columns.values().stream().noneMatch(truth -> truth.name().equals(name))) {
          return name;
        }
      }
      return "n" + ++names;
    }

    List<String> row() {
      if (rows > 0 && random.nextInt(3) == 0) {
        int column = any();
        return List.of(
            "UPDATE t SET "
                + columns.get(column).name()
                + " = "
                + value(columns.get(column).type())
                + " WHERE id <= "
                + (1 + random.nextInt(rows)));
      }
      StringBuilder names = new StringBuilder("id");
      StringBuilder values = new StringBuilder(String.valueOf(++rows));
      columns.forEach(
          (number, truth) -> {
            names.append(", ").append(truth.name());
            values.append(", ").append(random.nextInt(5) == 0 ? "NULL" : value(truth.type()));
          });
      return List.of("INSERT INTO t (" + names + ") VALUES (" + values + ")");
    }

    private String value(String type) {
      return type.startsWith("int")
          ? String.valueOf(random.nextInt(1000))
          : "'v" + random.nextInt(1000) + "'";
    }

    List<String> ddl() {
      List<String> statements =
          switch (random.nextInt(columns.size() < 2 ? 2 : 7)) {
            case 0 -> add("");
            case 1 -> add("DEFAULT");
            case 2 -> {
              int number = any();
              yield List.of("ALTER TABLE t DROP " + columns.remove(number).name());
            }
            case 3 -> {
              int number = any();
              Truth was = columns.get(number);
              String name = fresh();
              columns.put(number, new Truth(name, was.type()));
              yield List.of("ALTER TABLE t RENAME " + was.name() + " TO " + name);
            }
            case 4 -> swap();
            case 5 -> {
              int number = any();
              Truth was = columns.remove(number);
              columns.put(++numbers, was);
              yield List.of(
                  "ALTER TABLE t DROP " + was.name(),
                  "ALTER TABLE t ADD " + was.name() + " " + was.type());
            }
            default -> retype();
          };
      remember();
      return statements;
    }

    private List<String> add(String kind) {
      String type = random.nextBoolean() ? "int4" : "text";
      String name = fresh();
      columns.put(++numbers, new Truth(name, type));
      return List.of(
          "ALTER TABLE t ADD "
              + name
              + " "
              + type
              + (kind.isEmpty() ? "" : " DEFAULT " + value(type)));
    }

    private List<String> swap() {
      int one = any();
      int other = any();
      if (one == other) {
        return List.of();
      }
      Truth first = columns.get(one);
      Truth second = columns.get(other);
      columns.put(one, new Truth(second.name(), first.type()));
      columns.put(other, new Truth(first.name(), second.type()));
      return List.of(
          "ALTER TABLE t RENAME " + first.name() + " TO swapping",
          "ALTER TABLE t RENAME " + second.name() + " TO " + first.name(),
          "ALTER TABLE t RENAME swapping TO " + second.name());
    }

    private List<String> retype() {
      int number = any();
      Truth was = columns.get(number);
      String type =
          switch (was.type()) {
            case "int4" -> "int8";
            case "varchar" -> "text";
            default -> was.type();
          };
      columns.put(number, new Truth(was.name(), type));
      return type.equals(was.type())
          ? List.of()
          : List.of("ALTER TABLE t ALTER " + was.name() + " TYPE " + type);
    }

    /** One step: DDL, rows, both in one transaction, or a transaction that is rolled back. */
    void step() throws SQLException {
      int kind = random.nextInt(10);
      if (kind < 3) {
        scene.run(row().toArray(String[]::new));
      } else if (kind < 6) {
        List<String> statements = ddl();
        if (!statements.isEmpty()) {
          scene.transaction(statements.toArray(String[]::new));
        }
      } else if (kind < 9) {
        List<String> statements = new ArrayList<>(row());
        for (int i = random.nextInt(2); i >= 0; i--) {
          statements.addAll(ddl());
          statements.addAll(row());
        }
        scene.transaction(statements.toArray(String[]::new));
      } else {
        Map<Integer, Truth> before = new TreeMap<>(columns);
        int number = numbers;
        int row = rows;
        List<String> statements = new ArrayList<>(ddl());
        statements.addAll(row());
        statements.add(0, "BEGIN");
        statements.add("ROLLBACK");
        scene.run(statements.toArray(String[]::new));
        columns = before;
        numbers = number;
        rows = row;
      }
    }
  }

  @ParameterizedTest(name = "PostgreSQL {0}, seed {1}: a lagging feed with the trigger")
  @CsvSource({"18, 1", "18, 2", "18, 3", "18, 4", "18, 5", "18, 6", "15, 7", "15, 8"})
  void a_lagging_feed_with_the_trigger_knows_the_whole_history(int major, long seed)
      throws Exception {
    try (Scene scene = new Scene(majors.server(major))) {
      Walk walk = new Walk(scene, seed);
      scene.trigger();
      Feed.Stream stream = scene.open("public.t");
      Relation first = scene.relation("public.t");
      for (int step = 0; step < STEPS; step++) {
        walk.step();
      }

      scene.catchUp(stream);

      String where = "PostgreSQL " + major + ", seed " + seed;
      assertThat(scene.replica.changes)
          .extracting(SchemaChange::evidence)
          .as(where)
          .containsOnly(Evidence.LOGGED);
      prove(walk, first, where);
      assertThat(scene.target("public.t")).as(where).isEqualTo(Replica.source(scene.app, "t"));
    }
  }

  @ParameterizedTest(name = "PostgreSQL {0}, seed {1}: no trigger, a look now and then")
  @CsvSource({"18, 11", "18, 12", "18, 13", "15, 14"})
  void a_feed_without_the_trigger_never_takes_a_column_for_another(int major, long seed)
      throws Exception {
    try (Scene scene = new Scene(majors.server(major))) {
      Walk walk = new Walk(scene, seed);
      Feed.Stream stream = scene.open("public.t");
      Relation first = scene.relation("public.t");
      for (int step = 0; step < STEPS; step++) {
        walk.step();
        if (walk.random.nextInt(3) == 0) {
          scene.catchUp(stream);
          stream.surroundings();
        }
      }
      scene.catchUp(stream);
      scene.run("INSERT INTO t (id) VALUES (0)");
      scene.catchUp(stream);

      String where = "PostgreSQL " + major + ", seed " + seed;
      for (SchemaChange change : scene.replica.changes) {
        for (Column column : change.after().orElseThrow().columns()) {
          if (column.identified() && !column.name().equals("id")) {
            assertThat(walk.ever)
                .as(where + ": " + change.after().orElseThrow().columns())
                .contains(column.id() + "=" + column.name());
          }
        }
      }
      if (scene.relation("public.t").columns().stream().allMatch(Column::identified)) {
        prove(walk, first, where);
      }
    }
  }

  /** The end of the history is the truth, and the net change from its beginning is the true one. */
  private static void prove(Walk walk, Relation first, String where) {
    Relation last = walk.scene.relation("public.t");
    Map<Integer, Truth> known = new TreeMap<>();
    last.columns().stream()
        .filter(column -> !column.name().equals("id"))
        .forEach(
            column ->
                known.put(
                    Integer.parseInt(column.id()), new Truth(column.name(), column.type().name())));
    assertThat(known).as(where).isEqualTo(walk.columns);

    Optional<Relation> at = Optional.of(first);
    for (SchemaChange change : walk.scene.replica.changes) {
      assertThat(change.before().equals(at))
          .as(where + ": each version follows the one before")
          .isTrue();
      at = change.after();
    }
    Map<String, Set<String>> truth = new LinkedHashMap<>();
    for (String kind : List.of("added", "removed", "renamed", "retyped")) {
      truth.put(kind, new TreeSet<>());
    }
    Map<String, Column> before = new TreeMap<>();
    first.columns().stream()
        .filter(column -> !column.name().equals("id"))
        .forEach(column -> before.put(column.id(), column));
    before.forEach(
        (id, column) -> {
          Truth now = walk.columns.get(Integer.parseInt(id));
          if (now == null) {
            truth.get("removed").add(id);
          } else {
            if (!now.name().equals(column.name())) {
              truth.get("renamed").add(id);
            }
            if (!now.type().equals(column.type().name())) {
              truth.get("retyped").add(id);
            }
          }
        });
    walk.columns.keySet().stream()
        .map(String::valueOf)
        .filter(id -> !before.containsKey(id))
        .forEach(truth.get("added")::add);
    assertThat(net(first, last)).as(where).isEqualTo(truth);
  }

  private static Map<String, Set<String>> net(Relation first, Relation last) {
    Map<String, Set<String>> net = new LinkedHashMap<>();
    for (String kind : List.of("added", "removed", "renamed", "retyped")) {
      net.put(kind, new TreeSet<>());
    }
    List<Finding> findings = new SchemaDrift().detect(seen(first), seen(last)).findings();
    for (Finding finding : findings) {
      switch (finding.kind()) {
        case "column.added" -> net.get("added").add(finding.subject());
        case "column.removed" -> net.get("removed").add(finding.subject());
        case "column.dropped-and-readded" -> {
          net.get("added").add(finding.subject());
          net.get("removed").add(finding.detail().as(DriftDetail.ColumnReadded.class).formerId());
        }
        case "column.renamed", "column.swap-renamed" -> net.get("renamed").add(finding.subject());
        case "column.type-widened" -> net.get("retyped").add(finding.subject());
        default ->
            net.computeIfAbsent(finding.kind(), kind -> new TreeSet<>()).add(finding.subject());
      }
    }
    return net;
  }

  private static Observation seen(Relation relation) {
    return new Observation(
        relation.asset(),
        Instant.EPOCH,
        Optional.empty(),
        List.of(new Facet.Schema(relation, Evidence.LOGGED)));
  }
}
