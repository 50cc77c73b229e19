package dev.weirkeeper.contracts.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.Judgement.Status;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.engine.RuleResult;
import dev.weirkeeper.contracts.sql.Explanation;
import dev.weirkeeper.contracts.sql.JdbcValidator;
import dev.weirkeeper.contracts.sql.Limit;
import dev.weirkeeper.contracts.sql.LimitException;
import dev.weirkeeper.contracts.sql.SqlJudge;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The JDBC validator over PostgreSQL. */
class ValidatorIT {
  private static LocalPostgres postgres;

  @BeforeAll
  static void start() throws IOException, SQLException {
    postgres = LocalPostgres.start(Map.of("fsync", "off"));
    postgres.execute(
        "postgres",
        "CREATE TABLE orders AS SELECT n AS id, CASE WHEN n = 5 THEN NULL ELSE 'x' || n END AS s,"
            + " CAST(n AS char(6)) AS p FROM generate_series(1, 1000) AS n",
        "CREATE TABLE customers AS SELECT n AS id FROM generate_series(1, 990) AS n",
        "ANALYZE orders",
        "CREATE TABLE \"odd \"\" name\" (\"a'; DROP TABLE orders; --\" text)",
        "INSERT INTO \"odd \"\" name\" VALUES ('''); DROP TABLE orders; --')");
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  private static JdbcValidator validator(Limit limit) {
    return JdbcValidator.postgresql(
        postgres.dataSource("postgres"),
        new SqlJudge(RuleKinds.standard(), ValueTests::of, limit),
        Duration.ofSeconds(30));
  }

  private static DatasetRef table(String name) {
    return new DatasetRef(new Asset("shop", name), "");
  }

  private static ContractReport report(
      String table, Options options, CallControl control, Rule... rules) throws IOException {
    return validator(Limit.NONE)
        .validate(Contract.of("c", "1", table, rules), table(table), options, control);
  }

  private static List<RuleResult> judge(String table, Options options, Rule... rules)
      throws IOException {
    return report(table, options, CallControl.NONE, rules).results();
  }

  @Test
  void patterns_mean_their_letters_whatever_the_collation_of_a_column() throws Exception {
    postgres.execute(
        "postgres",
        "CREATE COLLATION IF NOT EXISTS public.loose (provider = icu, locale ="
            + " 'und-u-ks-level2', deterministic = false)",
        "CREATE TABLE public.loose (s text COLLATE public.loose)",
        "INSERT INTO public.loose VALUES ('abc'), ('ABC')");

    List<RuleResult> results =
        judge(
            "public.loose",
            Options.DEFAULT,
            Rule.like("s", "ab%"),
            Rule.matches("s", "^ab"),
            Rule.inSet("s", "abc"),
            Rule.unique("s"));

    assertThat(results)
        .extracting(result -> result.judgement().status())
        .containsExactly(Status.FAILED, Status.FAILED, Status.FAILED, Status.PASSED);
  }

  @Test
  void a_table_is_judged_where_it_is() throws Exception {
    ContractReport report =
        report(
            "public.orders",
            Options.DEFAULT.indexedBy(List.of("id")),
            CallControl.NONE,
            Rule.notNull("s"),
            Rule.unique("id"),
            Rule.refers(List.of("id"), "customers", List.of("id")),
            Rule.lengthBetween("p", 1, 3),
            Rule.increasing("id", Expr.Strictness.STRICT),
            Rule.jsonParseable("s"),
            TableRules.medianBetween("id", Range.of(500.5, 500.5)));

    List<RuleResult> results = report.results();
    assertThat(report.engine()).isEqualTo("postgresql");
    assertThat(report.dataset().version()).matches("\\d+:\\d+:.*");
    assertThat(results)
        .extracting(result -> result.judgement().status())
        .containsExactly(
            Status.FAILED,
            Status.PASSED,
            Status.FAILED,
            Status.FAILED,
            Status.PASSED,
            Status.FAILED,
            Status.PASSED);
    Judgement.Rows missing = (Judgement.Rows) results.get(0).judgement().measured();
    assertThat(missing.sample())
        .singleElement()
        .satisfies(row -> assertThat(row.values().get(1)).hasValue(5L));
    assertThat(((Judgement.Rows) results.get(2).judgement().measured()).unexpected()).isEqualTo(10);
    assertThat(((Judgement.Rows) results.get(3).judgement().measured()).unexpected()).isEqualTo(1);
    assertThat(((Judgement.Rows) results.get(5).judgement().measured()).unexpected())
        .isEqualTo(999);
  }

  @Test
  void a_rule_about_order_needs_something_to_order_by() throws Exception {
    RuleResult result =
        judge("orders", Options.DEFAULT, Rule.increasing("id", Expr.Strictness.STRICT)).get(0);

    assertThat(result.judgement().status()).isEqualTo(Status.ERROR);
    assertThat(result.judgement().reason().orElseThrow()).contains("name index columns");
  }

  @Test
  void a_query_that_fails_takes_no_other_with_it() throws Exception {
    List<RuleResult> results =
        judge(
            "orders",
            Options.DEFAULT,
            Rule.unique("id"),
            TableRules.noRows("SELECT 1 / (id - id) FROM {batch}").named("division"),
            Rule.refers(List.of("id"), "nowhere", List.of("id")),
            Rule.refers(List.of("id"), "orders", List.of("id")).named("itself"));

    assertThat(results)
        .extracting(result -> result.judgement().status())
        .containsExactly(Status.PASSED, Status.ERROR, Status.ERROR, Status.PASSED);
    assertThat(results.get(1).judgement().reason().orElseThrow()).contains("22012");
  }

  @Test
  void names_and_values_are_never_read_as_sql() throws Exception {
    String column = "a'; DROP TABLE orders; --";
    String value = "'); DROP TABLE orders; --";

    List<RuleResult> results =
        judge(
            "odd \" name",
            Options.DEFAULT,
            Rule.inSet(column, value),
            Rule.matches(column, "^'\\);"),
            Rule.like(column, value),
            Rule.notInSet(column, "?", "$1", ":x", "{fn now()}", "E'\\x'", "<y>"),
            Rule.unique(column));

    assertThat(results).allMatch(RuleResult::passed);
    assertThat(judge("orders", Options.DEFAULT, Rule.unique("id"))).allMatch(RuleResult::passed);
  }

  @Test
  void all_answers_are_of_one_state() throws Exception {
    postgres.execute("postgres", "CREATE TABLE moving AS SELECT 1 AS id");
    AtomicInteger heard = new AtomicInteger();
    CallControl writer =
        new CallControl(
            Optional::empty,
            (done, total, what) -> {
              heard.incrementAndGet();
              try {
                postgres.execute("postgres", "INSERT INTO moving VALUES (1)");
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });

    List<RuleResult> results =
        report(
                "moving",
                Options.DEFAULT,
                writer,
                Rule.unique("id"),
                Rule.rowCountBetween(Range.of(1, 1)),
                TableRules.queryBetween("SELECT COUNT(*) FROM {batch}", Range.of(1, 1)))
            .results();

    assertThat(heard).hasValueGreaterThan(1);
    assertThat(results).allMatch(RuleResult::passed);
  }

  @Test
  void a_select_changes_nothing() throws Exception {
    postgres.execute("postgres", "CREATE SEQUENCE numbers");

    RuleResult result =
        judge(
                "orders",
                Options.DEFAULT,
                TableRules.noRows("SELECT nextval('numbers') FROM {batch}"))
            .get(0);

    assertThat(result.judgement().status()).isEqualTo(Status.ERROR);
  }

  @Test
  void a_running_query_is_cancelled() {
    AtomicInteger asked = new AtomicInteger();
    CallControl control =
        new CallControl(
            () -> asked.incrementAndGet() > 20 ? Optional.of("it took long") : Optional.empty(),
            (done, total, what) -> {});

    assertThatThrownBy(
            () ->
                report(
                    "orders",
                    Options.DEFAULT,
                    control,
                    TableRules.noRows(
                        "SELECT 1 FROM {batch} a, {batch} b, {batch} c"
                            + " WHERE (a.id * b.id + c.id) % 1000003 = 7")))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("it took long");
  }

  @Test
  void sql_and_cost_are_told_before_anything_runs() throws Exception {
    Contract contract = Contract.of("c", "1", "orders", Rule.notNull("s"), Rule.unique("id"));

    Explanation told =
        validator(Limit.NONE).explain(contract, table("orders"), Options.DEFAULT, CallControl.NONE);

    assertThat(told.rows()).hasValue(1000);
    assertThat(told.bytes().getAsLong()).isPositive();
    assertThat(told.queries()).hasSize(2);
    assertThatThrownBy(
            () ->
                validator(Limit.ofRows(10))
                    .validate(contract, table("orders"), Options.DEFAULT, CallControl.NONE))
        .isInstanceOf(LimitException.class)
        .hasMessageContaining("nothing was run");
  }

  @Test
  void a_table_that_is_not_there_is_an_error_that_names_it() {
    assertThatThrownBy(() -> judge("nothing", Options.DEFAULT, Rule.unique("id")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("shop:nothing cannot be read")
        .hasMessageContaining("42P01");
  }
}
