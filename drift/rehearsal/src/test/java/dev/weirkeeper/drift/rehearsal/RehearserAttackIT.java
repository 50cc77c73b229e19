package dev.weirkeeper.drift.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Masking;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.Refusal;
import dev.weirkeeper.drift.plan.Route;
import dev.weirkeeper.drift.plan.Work;
import dev.weirkeeper.drift.postgres.PostgresReadTools;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Standing;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Unproven;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Opaque;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Schemas that are hard to rebuild, and hosts that break off. */
class RehearserAttackIT {
  private static final ObjectName T = new ObjectName("app", "t");

  private static LocalPostgres target;
  private static Rehearser rehearser;

  @BeforeAll
  static void start() throws Exception {
    target = LocalPostgres.start(Map.of("fsync", "off"));
    rehearser = builder().build();
  }

  private static Rehearser.Builder builder() {
    return Rehearser.builder(PostgresBinaries.onClassPath())
        .schemas(List.of("app"))
        .timeout(Duration.ofSeconds(5));
  }

  @AfterAll
  static void stop() throws Exception {
    rehearser.close();
    target.close();
  }

  @BeforeEach
  void scene() throws SQLException {
    target.execute(
        "postgres",
        "DROP SCHEMA IF EXISTS app CASCADE",
        "DROP EXTENSION IF EXISTS citext, btree_gist",
        "DROP FOREIGN DATA WRAPPER IF EXISTS w CASCADE",
        "CREATE SCHEMA app",
        "CREATE TABLE app.t (id int PRIMARY KEY, note text)");
  }

  private static DatabaseSchema read() throws SQLException {
    try (Connection connection = target.connect("postgres")) {
      return SchemaReader.of(List.of("app")).read(connection).schema();
    }
  }

  private static Migration to(DatabaseSchema now, String... statements) {
    return new Migration(
        "postgresql",
        now.fingerprint(),
        now.fingerprint(),
        List.of(
            new Migration.Step(
                "test",
                T,
                List.of(statements),
                Migration.Commit.TRANSACTION,
                Route.SCRIPT,
                Map.of(T.toString(), LockMode.ACCESS_EXCLUSIVE),
                Work.CATALOG_ONLY,
                Set.of(),
                "",
                Optional.empty(),
                "",
                List.of(),
                Optional.empty())),
        List.of(new Refusal("test", "goal", "It is not known")),
        List.of());
  }

  private static final String ADD = "ALTER TABLE app.t ADD COLUMN c int";

  @Test
  void all_sorts_of_objects_are_rebuilt_or_named() throws Exception {
    target.execute(
        "postgres",
        "CREATE FUNCTION app.next_code() RETURNS text LANGUAGE sql AS 'SELECT ''x'''",
        "CREATE TABLE app.coded (id int, code text DEFAULT app.next_code())",
        "CREATE EXTENSION citext SCHEMA public",
        "CREATE TABLE app.extended (id int, name public.citext)",
        "CREATE EXTENSION btree_gist SCHEMA public",
        "CREATE TABLE app.booked (room int, during tsrange,"
            + " EXCLUDE USING gist (room WITH =, during WITH &&))",
        "CREATE TYPE app.span AS RANGE (subtype = float8)",
        "CREATE TABLE app.spans (s app.span)",
        "CREATE TYPE app.pair AS (a int, b text)",
        "CREATE TABLE app.pairs (p app.pair)",
        "ALTER TABLE app.t ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON app.t USING (id > 0)",
        "CREATE TABLE app.parts (id int, k int) PARTITION BY RANGE (k)",
        "CREATE TABLE app.part PARTITION OF app.parts FOR VALUES FROM (1) TO (9)",
        "CREATE TABLE app.parent (id int)",
        "CREATE TABLE app.child (extra int) INHERITS (app.parent)",
        "CREATE MATERIALIZED VIEW app.sums AS SELECT count(*) AS n FROM app.t",
        "CREATE RULE nothing AS ON DELETE TO app.coded DO INSTEAD NOTHING",
        "CREATE COLLATION app.low (provider = libc, locale = 'C')",
        "CREATE TABLE app.collated (n text COLLATE app.low)",
        "CREATE TABLE app.computed (id int GENERATED BY DEFAULT AS IDENTITY, a int,"
            + " b int GENERATED ALWAYS AS (a * 2) STORED)",
        "CREATE SEQUENCE app.numbers OWNED BY app.coded.id",
        "CREATE FUNCTION app.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER tr BEFORE UPDATE ON app.t FOR EACH ROW EXECUTE FUNCTION app.f()",
        "CREATE OPERATOR CLASS app.ints FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=,"
            + " OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int)",
        "CREATE INDEX by_class ON app.t (id app.ints)",
        "CREATE STATISTICS app.st ON id, note FROM app.t",
        "CREATE TABLE app.slow (id int, at text DEFAULT pg_sleep(60)::text)",
        "CREATE FOREIGN DATA WRAPPER w",
        "CREATE SERVER far FOREIGN DATA WRAPPER w",
        "CREATE FOREIGN TABLE app.away (id int) SERVER far");
    DatabaseSchema now = read();

    RehearsalProof proof = rehearser.rehearse(now, to(now, ADD)).proof();

    List<String> named = proof.unproven().stream().map(Unproven::what).toList();
    assertThat(now.others()).isNotEmpty();
    for (Opaque other : now.others()) {
      assertThat(named).as(other.kind()).contains(Shown.text(other.identity()));
    }
    assertThat(named)
        .anyMatch(what -> what.contains("app.coded"))
        .anyMatch(what -> what.contains("app.extended"))
        .anyMatch(what -> what.contains("app.booked"))
        .anyMatch(what -> what.contains("app.spans"))
        .anyMatch(what -> what.contains("app.collated"))
        .anyMatch(what -> what.contains("app.away"))
        .anyMatch(what -> what.contains("by_class"))
        .noneMatch(what -> what.contains("app.pairs"))
        .noneMatch(what -> what.contains("app.computed"));
    assertThat(proof.rebuilt()).isNotEqualTo(proof.target());
    assertThat(proof.standing()).isEqualTo(Standing.PARTLY);
    assertThat(proof.prediction()).isEmpty();
  }

  @Test
  void a_step_on_what_could_not_be_rebuilt_is_said_to_be_unproven_and_not_to_fail()
      throws Exception {
    target.execute(
        "postgres",
        "CREATE FUNCTION app.next_code() RETURNS text LANGUAGE sql AS 'SELECT ''x'''",
        "CREATE TABLE app.coded (id int, code text DEFAULT app.next_code())");
    DatabaseSchema now = read();

    RehearsalProof proof =
        rehearser.rehearse(now, to(now, "ALTER TABLE app.coded ADD COLUMN c int")).proof();

    assertThat(proof.error().orElseThrow()).contains("42P01");
    assertThat(proof.unproven()).extracting(Unproven::what).contains("app.coded");
    assertThat(proof.standing()).isEqualTo(Standing.UNPROVEN);
  }

  @Test
  void a_schema_that_is_slow_for_each_row_is_given_up_in_time_and_shows_nothing() throws Exception {
    target.execute(
        "postgres", "ALTER TABLE app.t ADD CHECK (id < 0 OR pg_sleep(0.1) IS NOT NULL) NOT VALID");
    DatabaseSchema now = read();
    try (Rehearser quick = builder().limit(Duration.ofMillis(1500)).build()) {
      quick.server(now.major());

      assertThatThrownBy(() -> quick.rehearse(now, to(now, ADD)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("nothing is shown")
          .hasMessageContaining("longer than 1 s");
    }
  }

  @Test
  void an_interrupted_or_closed_rehearsal_shows_nothing_and_leaves_nothing() throws Exception {
    DatabaseSchema now = read();
    Migration hanging = to(now, "ALTER TABLE app.t ADD COLUMN c text DEFAULT pg_sleep(60)::text");
    Rehearser closing = builder().timeout(Duration.ofMinutes(1)).build();
    Path folder = closing.server(now.major()).folder();
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              begun.countDown();
              try {
                closing.rehearse(now, hanging);
                ended.complete(new AssertionError("It ended well"));
              } catch (IllegalStateException e) {
                ended.complete(e);
              }
            });
    thread.start();
    begun.await();

    closing.close();

    assertThat(ended.get(1, TimeUnit.MINUTES))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThat(folder).doesNotExist();
    assertThatThrownBy(() -> closing.rehearse(now, hanging))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> rehearser.rehearse(now, to(now, ADD)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(rehearser.rehearse(now, to(now, ADD)).proof().standing()).isEqualTo(Standing.PROVEN);
  }

  @Test
  void rehearsals_at_once_wait_for_each_other_and_give_the_same_proof() throws Exception {
    DatabaseSchema now = read();
    List<CompletableFuture<RehearsalProof>> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(CompletableFuture.supplyAsync(() -> rehearser.rehearse(now, to(now, ADD)).proof()));
    }

    assertThat(all.stream().map(CompletableFuture::join).distinct()).hasSize(1);
  }

  @Test
  void a_killed_host_leaves_neither_a_server_nor_its_folder() throws Exception {
    Process host =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                RehearsalHost.class.getName(),
                String.valueOf(read().major()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader output = host.inputReader()) {
      Path folder = Path.of(output.readLine());
      long server = Long.parseLong(Files.readAllLines(folder.resolve("postmaster.pid")).get(0));
      assertThat(ProcessHandle.of(server)).isPresent();

      host.destroyForcibly().waitFor();

      long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
      while (Files.exists(folder)
          || ProcessHandle.of(server).filter(ProcessHandle::isAlive).isPresent()) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  @Test
  void a_value_that_is_larger_than_the_host_does_not_reach_it() throws Exception {
    target.execute(
        "postgres",
        "ALTER TABLE app.t ADD COLUMN g text GENERATED ALWAYS AS (repeat('x', 10000000)) STORED");
    DatabaseSchema now = read();
    try (Rehearser few =
        builder().rows(RowSource.synthetic(1, 2)).timeout(Duration.ofMinutes(1)).build()) {
      RehearsalProof proof = few.rehearse(now, to(now, ADD)).proof();

      assertThat(proof.standing()).isEqualTo(Standing.PROVEN);
      assertThat(proof.rows().count()).isEqualTo(2);
    }
  }

  @Test
  void masked_rows_of_the_hosts_reader_are_used_and_what_it_hides_never_gets_here()
      throws Exception {
    target.execute(
        "postgres",
        "CREATE TABLE app.people (id int PRIMARY KEY, email text NOT NULL UNIQUE,"
            + " code varchar(4) NOT NULL, state text NOT NULL CHECK (state IN ('a', 'b')))",
        "INSERT INTO app.people SELECT i, 'planted' || i || '@x', 'p' || i % 10, 'b'"
            + " FROM generate_series(1, 50) i",
        "CREATE TABLE app.buys (id int PRIMARY KEY, who int NOT NULL REFERENCES app.people,"
            + " qty int NOT NULL, secret_note text)",
        "INSERT INTO app.buys SELECT i, 51 - i, 4242, 'planted' FROM generate_series(1, 50) i",
        "DO $$ BEGIN CREATE ROLE looks LOGIN; EXCEPTION WHEN duplicate_object THEN END $$",
        "REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC",
        "GRANT USAGE ON SCHEMA app TO looks",
        "GRANT SELECT ON ALL TABLES IN SCHEMA app TO looks");
    PostgresReadTools tools =
        PostgresReadTools.builder(
                "shop",
                target.dataSource("postgres", "looks"),
                Masking.with(
                    new byte[32],
                    new Masking.Rule("shop:app.people", "code", dev.weirkeeper.Mask.HASH)))
            .build();
    DatabaseSchema now = read();
    RowSource rows = RowSource.masked(tools.reader(), "shop", Clock.systemUTC(), 3, 10);
    Migration harmless =
        touching(
            to(
                now,
                "ALTER TABLE app.people ADD CHECK (email NOT LIKE '%planted%' AND code !~ '^p[0-9]$')",
                "ALTER TABLE app.buys ADD CHECK (secret_note NOT LIKE '%planted%')"));
    Migration telling = touching(to(now, "ALTER TABLE app.buys ADD CHECK (qty <> 4242)"));
    try (Rehearser sampling = builder().rows(rows).build()) {
      RehearsalProof proof = sampling.rehearse(now, harmless).proof();

      assertThat(proof.error()).isEmpty();
      assertThat(proof.unproven()).isEmpty();
      assertThat(proof.rows().given()).isEqualTo(20);
      assertThat(proof.standing()).isEqualTo(Standing.PROVEN);
      assertThat(proof.json().text()).doesNotContain("planted", "4242");
      assertThat(sampling.rehearse(now, harmless).proof()).isEqualTo(proof);
      assertThat(sampling.rehearse(now, telling).proof().error().orElseThrow()).contains("23514");

      target.execute("postgres", "REVOKE SELECT ON app.buys FROM looks");
      RehearsalProof madeUp = sampling.rehearse(now, harmless).proof();

      assertThat(madeUp.rows().given()).isEqualTo(10);
      assertThat(madeUp.unproven())
          .singleElement()
          .satisfies(
              unproven -> {
                assertThat(unproven.what()).isEqualTo("app.buys");
                assertThat(unproven.why()).contains("could be sampled");
              });
    }
  }

  /** The same, declared for the tables that the masked rows are of. */
  private static Migration touching(Migration migration) {
    Migration.Step step = migration.steps().get(0);
    return new Migration(
        migration.dialect(),
        migration.from(),
        migration.to(),
        List.of(
            new Migration.Step(
                step.kind(),
                new ObjectName("app", "buys"),
                step.statements(),
                step.commit(),
                step.route(),
                Map.of(
                    "app.buys", LockMode.ACCESS_EXCLUSIVE, "app.people", LockMode.ACCESS_EXCLUSIVE),
                step.work(),
                step.hazards(),
                step.precondition(),
                step.probe(),
                step.verification(),
                step.undo(),
                step.act())),
        migration.refusals(),
        migration.remarks());
  }

  @Test
  void a_large_schema_is_rebuilt_within_the_limit() throws Exception {
    StringBuilder tables = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      tables
          .append("CREATE TABLE app.w")
          .append(i)
          .append(" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text UNIQUE, b bigint")
          .append(i == 0 ? "" : " REFERENCES app.w" + (i - 1) + " (id)")
          .append(");");
    }
    target.execute("postgres", tables.toString());
    DatabaseSchema now = read();

    RehearsalProof proof = rehearser.rehearse(now, to(now, ADD)).proof();

    assertThat(proof.standing()).isEqualTo(Standing.PROVEN);
    assertThat(proof.unproven()).isEmpty();
  }
}
