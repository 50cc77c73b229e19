package dev.weirkeeper.contracts.dbt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Cell;
import dev.weirkeeper.Mask;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SamplerIT {
  private static final List<String> ORDERS = List.of("main.orders");

  private LocalPostgres postgres;
  private Sampler sampler;

  @BeforeAll
  void start() throws Exception {
    postgres = LocalPostgres.start();
    postgres.createDatabase("shop");
    postgres.execute(
        "shop",
        "CREATE SCHEMA main",
        "CREATE TABLE main.orders (id int, customer_id int, status text, amount int, user_email"
            + " text)",
        "INSERT INTO main.orders SELECT i, i % 3, 'open', -i, 'u' || i || '@example.org' FROM"
            + " generate_series(1, 20) AS i",
        "CREATE SEQUENCE main.numbers");
    sampler =
        new Sampler(
            postgres.dataSource("shop"),
            "warehouse",
            Masking.with(
                new byte[16],
                new Masking.Rule("warehouse:main.orders", "status", Mask.HASH),
                new Masking.Rule("warehouse:main.orders", "customer_id", Mask.PARTIAL)));
  }

  @AfterAll
  void stop() throws Exception {
    postgres.close();
  }

  private Probe<TestReport.Samples> sample(String sql) {
    return sampler.sample(Optional.of(sql), ORDERS, Duration.ofSeconds(20), 10_000);
  }

  private TestReport.Samples value(String sql) {
    Probe<TestReport.Samples> samples = sample(sql);
    assertThat(samples).as(sql).isInstanceOf(Probe.Value.class);
    return ((Probe.Value<TestReport.Samples>) samples).value();
  }

  @Test
  void a_few_rows_of_a_failing_test_are_shown() {
    TestReport.Samples samples =
        value("select id, amount from \"shop\".\"main\".\"orders\" where amount < 0");

    assertThat(samples.columns()).containsExactly(Outside.of("id"), Outside.of("amount"));
    assertThat(samples.rows()).hasSize(5);
    assertThat(samples.rows().get(0)).containsExactly(Outside.of("1"), Outside.of("-1"));
    assertThat(samples.end()).isEqualTo(TestReport.End.LIMIT);
  }

  @Test
  void no_failing_row_is_not_unknown() {
    assertThat(sample("select id from main.orders where id is null"))
        .isEqualTo(new Probe.Empty<>());
  }

  @Test
  void masks_are_those_of_the_columns() {
    List<Cell> row = value("select * from main.orders where id = 7").rows().get(0);

    assertThat(row.get(0)).isEqualTo(Outside.of("7"));
    assertThat(row.get(1)).isEqualTo(new Cell.Masked(Mask.PARTIAL, Optional.empty()));
    assertThat(row.get(2))
        .isInstanceOfSatisfying(
            Cell.Masked.class, masked -> assertThat(masked.by()).isEqualTo(Mask.HASH));
    assertThat(row.get(4)).isEqualTo(new Cell.Masked(Mask.REDACT, Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select user_email as unique_field, count(*) as n_records from main.orders group by 1",
        "select user_email as id from main.orders",
        "select \"user_email\" || '' as id from main.orders",
        "select USER_EMAIL as id from main.orders",
        "with v as (select user_email as value_field from main.orders) select * from v",
        "select x.v from (select lower(user_email) as v from main.orders) x"
      })
  void a_masked_column_is_masked_by_whatever_name_it_goes(String sql) {
    assertThat(value(sql).toString()).doesNotContain("example.org");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "with v(a, b, c, d, e) as (select * from main.orders) select e from v",
        "select t.e from main.orders as t(a, b, c, d, e)",
        "select t.e from main.orders t(a, b, c, d, e)",
        "select t.e from (select * from main.orders) t(a, b, c, d, e)"
      })
  void columns_behind_lists_of_new_names_are_not_read(String sql) {
    assertThat(sample(sql)).isInstanceOf(Probe.Unknown.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "delete from main.orders",
        "select 1; delete from main.orders",
        "select 1; select 2",
        "with gone as (delete from main.orders returning *) select * from gone",
        "select * into main.copy from main.orders",
        "select * from main.orders for update",
        "select nextval('main.numbers')",
        "create table main.copy as select 1",
        "truncate main.orders",
        "not sql at all",
        "select id from main.nowhere",
        "select 1 / (id - id) from main.orders",
        ""
      })
  void invariant_4_what_is_not_one_select_that_reads_is_not_run(String sql) throws Exception {
    assertThat(sample(sql)).isInstanceOf(Probe.Unknown.class);

    try (Connection connection = postgres.connect("shop");
        Statement statement = connection.createStatement();
        ResultSet count =
            statement.executeQuery(
                "SELECT count(*), (SELECT is_called FROM main.numbers),"
                    + " to_regclass('main.copy') FROM main.orders")) {
      count.next();
      assertThat(count.getLong(1)).isEqualTo(20);
      assertThat(count.getBoolean(2)).isFalse();
      assertThat(count.getString(3)).isNull();
    }
  }

  @Test
  void the_database_refuses_what_the_parser_let_pass() {
    assertThat(sample("select lo_create(4711) from main.orders")).isInstanceOf(Probe.Unknown.class);
  }

  @Test
  void a_query_that_takes_too_long_is_given_up() {
    assertThat(
            sampler.sample(
                Optional.of("select pg_sleep(60) from main.orders"),
                ORDERS,
                Duration.ofMillis(1_500),
                10_000))
        .isInstanceOf(Probe.Unknown.class);
  }

  @Test
  void what_was_recorded_from_dbt_is_run_and_masked(@TempDir java.nio.file.Path folder)
      throws Exception {
    Recorded.copy(Recorded.NEWEST, "manifest.json", folder);
    Recorded.copy(Recorded.NEWEST, "run_results.json", folder);
    RunResults found = RunResults.read(folder, 1_000_000);
    Manifest manifest = Manifest.read(folder, 1_000_000, Results.ids(found));
    postgres.execute("shop", "CREATE TABLE main.customers (id int)");
    int values = 0;
    for (RunResults.Result result : found.results()) {
      if (!Set.of(TestReport.Status.FAIL, TestReport.Status.WARN).contains(result.status())) {
        continue;
      }
      Manifest.Test test = Optional.ofNullable(manifest.tests().get(result.id())).orElseThrow();
      Probe<TestReport.Samples> samples =
          sampler.sample(
              result.compiled(), manifest.relations(test), Duration.ofSeconds(20), 10_000);
      assertThat(samples).as(result.id()).isNotInstanceOf(Probe.Unknown.class);
      assertThat(samples.toString()).doesNotContain("example.org");
      values += samples instanceof Probe.Value ? 1 : 0;
    }
    assertThat(values).isGreaterThanOrEqualTo(3);
  }
}
