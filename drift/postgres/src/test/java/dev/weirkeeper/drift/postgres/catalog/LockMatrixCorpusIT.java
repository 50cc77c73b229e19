package dev.weirkeeper.drift.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.MigrationPlanner;
import dev.weirkeeper.drift.plan.PlanOptions;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each DDL of the lock matrix is made a wish (what the schema is after it), planned for, and what
 * the steps declare is held against what was measured: then, in the file, and now, as they run.
 */
class LockMatrixCorpusIT {
  /** Tables as those that the matrix was measured on. */
  private static final String BASE =
      """
      CREATE SCHEMA p;
      CREATE TYPE p.e AS ENUM ('a', 'b', '1');
      CREATE DOMAIN p.dpos AS int CHECK (VALUE > 0);
      CREATE TABLE r (id int PRIMARY KEY, x int);
      CREATE TABLE t (id int PRIMARY KEY, i int, i2 smallint, b bigint, f real,
        d double precision, n numeric(10,2), n0 numeric, v varchar(10), vm varchar, tx text,
        c char(5), ts timestamp, tz timestamptz, ts0 timestamp(0), tz0 timestamptz(0), dt date,
        tm time, iv interval, bo boolean, j json, jb jsonb, u uuid, e p.e, bt bit(4),
        vb varbit(4), a int[], "by" bytea, nn int, ref int);
      CREATE INDEX t_i ON t (i);
      CREATE INDEX t_b ON t (b);
      CREATE UNIQUE INDEX t_b_uq ON t (b);
      CREATE INDEX t_n ON t (n);
      CREATE INDEX t_v ON t (v);
      CREATE INDEX t_tx ON t (tx);
      CREATE INDEX t_ts ON t (ts);
      CREATE INDEX t_tz ON t (tz);
      CREATE UNIQUE INDEX t_ref_uq ON t (ref);
      ALTER TABLE t ADD CONSTRAINT t_chk_nv CHECK (nn IS NOT NULL) NOT VALID;
      ALTER TABLE t ADD CONSTRAINT t_fk_nv FOREIGN KEY (ref) REFERENCES r (id) NOT VALID;
      CREATE TABLE np (id int, x int);
      CREATE TABLE pt (id int, x int) PARTITION BY RANGE (id);
      CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (1000);
      CREATE VIEW tv AS SELECT id FROM t;
      """;

  /** Without them a rewrite or a scan has nothing to do. */
  private static final String ROWS =
      """
      INSERT INTO r VALUES (1, 1);
      INSERT INTO np VALUES (1500, 1);
      INSERT INTO t SELECT 1, 1, 1, 1, 1, 1, 1, 1, '1', '1', '1', '1', '2024-01-01', '2024-01-01',
        '2024-01-01', '2024-01-01', '2024-01-01', '00:00', '1 day', true, '{}', '{}',
        '00000000-0000-0000-0000-000000000001', 'a', B'1010', B'1', '{1}', '\\x01', 1, 1;
      """;

  /**
   * Forms that no plan uses for what they lead to: a partition is made as a table and attached; a
   * table is marked for CLUSTER and not written in that order.
   */
  private static final Set<String> OTHERWISE = Set.of("create_partition_of", "cluster");

  private static final PlanOptions DIRECT =
      PlanOptions.direct().with(PlanOptions.Destruction.ALLOW);
  private static final PlanOptions ONLINE =
      PlanOptions.online().with(PlanOptions.Destruction.ALLOW);

  private static final Set<String> TABLES = Set.of("t", "r", "np", "pt", "pt1");

  /** How many plans for a database in use are carried out, unless all are wanted. */
  private static final int SAMPLE = 20;

  private static final long SEED = 20261130;

  private final List<String> undeclared = new ArrayList<>();
  private int emitted;

  @ParameterizedTest
  @ValueSource(ints = {Majors.OLD, Majors.NEW})
  void steps_declare_what_was_measured(int major) throws Exception {
    Path matrix = SchemaPair.folder().resolve("pg-lock-matrix.jsonl");
    assumeTrue(Files.exists(matrix), "No corpus at " + matrix + "; set -Dcorpus.dir");
    List<JsonNode> forms = forms(matrix, major);
    try (LocalPostgres server = Majors.start(major);
        Workbench bench = Workbench.open(server, "bench")) {
      bench.script(BASE + ROWS);
      DatabaseSchema from = SchemaReader.ofAll().read(bench.connection()).schema();
      List<Wish> wishes = new ArrayList<>();
      for (JsonNode form : forms) {
        wished(bench, form.path("ddl").asText())
            .ifPresent(
                to ->
                    wishes.add(new Wish(form, SchemaComparison.between(from, to, Identity.ids()))));
      }
      for (Wish wish : wishes) {
        direct(bench, wish);
      }
      Collections.shuffle(wishes, new Random(SEED));
      for (Wish wish : Majors.whole() ? wishes : wishes.subList(0, SAMPLE)) {
        online(bench, wish);
      }
    }
    System.out.printf(
        "corpus pg-lock-matrix [%d]: %d forms, %d plans, %d undeclared%n",
        major, forms.size(), emitted, undeclared.size());

    assertThat(undeclared).as("on %d, seed %d", major, SEED).isEmpty();
    assertThat(emitted).as("plans of %d forms", forms.size()).isGreaterThan(forms.size() / 2);
  }

  /** A form of DDL, and what it changes. */
  private record Wish(JsonNode form, SchemaComparison comparison) {
    private Optional<Migration> plan(PlanOptions options) {
      return Optional.of(MigrationPlanner.plan(comparison, options))
          .filter(plan -> !plan.steps().isEmpty() && plan.refusals().isEmpty());
    }

    private String named(PlanOptions options) {
      return form.path("id").asText() + " " + options.style() + ": ";
    }
  }

  /** The schema after a form, unless the form runs in no transaction. */
  private static Optional<DatabaseSchema> wished(Workbench bench, String ddl) throws SQLException {
    bench.connection().setAutoCommit(false);
    try {
      bench.statements(ddl);
      return Optional.of(SchemaReader.ofAll().read(bench.connection()).schema());
    } catch (SQLException e) {
      if ("25001".equals(e.getSQLState())) {
        return Optional.empty();
      }
      throw e;
    } finally {
      bench.connection().rollback();
      bench.connection().setAutoCommit(true);
    }
  }

  private void direct(Workbench bench, Wish wish) throws SQLException {
    Optional<Migration> migration = wish.plan(DIRECT);
    if (migration.isPresent()) {
      List<Migration.Step> steps = migration.orElseThrow().steps();
      if (!OTHERWISE.contains(wish.form().path("id").asText())) {
        measured(wish.form())
            .undeclared(steps)
            .forEach(each -> undeclared.add(wish.named(DIRECT) + "the file: " + each));
      }
      run(bench, wish.named(DIRECT), run -> run.tryOut(steps));
    }
  }

  private void online(Workbench bench, Wish wish) throws SQLException, IOException {
    Optional<Migration> migration = wish.plan(ONLINE);
    if (migration.isPresent()) {
      bench.clear();
      bench.script(BASE + ROWS);
      run(bench, wish.named(ONLINE), run -> run.perform(migration.orElseThrow().steps()));
    }
  }

  @FunctionalInterface
  private interface Carrying {
    void out(StepRun run) throws SQLException;
  }

  private void run(Workbench bench, String name, Carrying carrying) throws SQLException {
    emitted++;
    StepRun run = new StepRun(bench);
    try {
      carrying.out(run);
    } catch (SQLException e) {
      undeclared.add(name + e.getMessage());
    }
    run.undeclared().forEach(each -> undeclared.add(name + each));
  }

  private static List<JsonNode> forms(Path matrix, int major) throws IOException {
    List<JsonNode> forms = new ArrayList<>();
    JsonMapper json = new JsonMapper();
    for (String line : Files.readAllLines(matrix)) {
      JsonNode form = json.readTree(line);
      if (form.path("pg").asInt() == major && !form.hasNonNull("error")) {
        forms.add(form);
      }
    }
    return forms;
  }

  private static Measured measured(JsonNode form) {
    Map<String, String> locks = new HashMap<>();
    form.path("locks")
        .properties()
        .forEach(
            lock -> {
              // It is named as it is called afterwards.
              String name = lock.getKey().equals("r2") ? "r" : lock.getKey();
              if (TABLES.contains(name)) {
                locks.put("public." + name, lock.getValue().asText());
              }
            });
    List<String> debug = new ArrayList<>();
    form.path("debug").forEach(each -> debug.add(each.asText()));
    List<String> rewritten = new ArrayList<>();
    form.path("rewritten").forEach(each -> rewritten.add(each.asText()));
    return Measured.of(locks, debug, rewritten, TABLES);
  }
}
