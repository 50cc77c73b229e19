package dev.weirkeeper.drift.postgres.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Probe;
import dev.weirkeeper.Type;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.taxonomy.LossAnswer;
import dev.weirkeeper.drift.taxonomy.LossQuestion;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A count is exact, or it is said to be unknown. */
class LossCountIT {
  private static final LossCount COUNT = new LossCount(Duration.ofSeconds(20));

  private static LocalPostgres server;

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start(Map.of("fsync", "off"));
    server.execute(
        "postgres",
        "CREATE TABLE public.\"odd \"\" name\" (n bigint, t text)",
        "INSERT INTO public.\"odd \"\" name\" SELECT i, 'a' FROM generate_series(1, 1000) i",
        "INSERT INTO public.\"odd \"\" name\" VALUES (3000000000, 'b'), (-3000000000, 'c'), (NULL,"
            + " 'd')",
        "CREATE TABLE public.nothing (n bigint)",
        "CREATE TABLE public.secret (n bigint)",
        "INSERT INTO public.secret VALUES (3000000000)",
        "ALTER TABLE public.secret ENABLE ROW LEVEL SECURITY",
        "CREATE TABLE public.parts (n bigint, k int) PARTITION BY LIST (k)",
        "CREATE TABLE public.part PARTITION OF public.parts FOR VALUES IN (1)",
        "INSERT INTO public.parts VALUES (1, 1), (3000000000, 1)",
        "CREATE FUNCTION public.evil() RETURNS bigint LANGUAGE plpgsql AS"
            + " 'BEGIN PERFORM pg_sleep(60); RETURN 1; END'",
        "CREATE VIEW public.seen AS SELECT public.evil() AS n",
        "CREATE ROLE reader LOGIN",
        "GRANT SELECT ON public.secret TO reader");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static LossQuestion question(String table, String column) {
    return new LossQuestion("public", table, column, Type.of("int8"), Type.of("int4"));
  }

  private static Probe<LossAnswer> ask(LossQuestion question) throws Exception {
    try (Connection connection = server.connect("postgres")) {
      Probe<LossAnswer> answer = COUNT.of(connection, question);
      assertThat(connection.getAutoCommit()).isTrue();
      return answer;
    }
  }

  @Test
  void values_that_do_not_fit_are_counted_exactly() throws Exception {
    assertThat(ask(question("odd \" name", "n")))
        .isEqualTo(new Probe.Value<>(new LossAnswer(1003, 1002, 2, 0)));
    assertThat(ask(question("nothing", "n")))
        .isEqualTo(new Probe.Value<>(new LossAnswer(0, 0, 0, 0)));
  }

  @Test
  void what_goes_with_a_column_or_a_table_is_counted_exactly() throws Exception {
    try (Connection connection = server.connect("postgres")) {
      ObjectName odd = new ObjectName("public", "odd \" name");

      assertThat(COUNT.values(connection, odd, "n"))
          .isEqualTo(new Probe.Value<>(new LossCount.Filled(1003, 1002)));
      assertThat(COUNT.rows(connection, odd))
          .isEqualTo(new Probe.Value<>(new LossCount.Filled(1003, 1003)));
      assertThat(COUNT.values(connection, odd, "missing")).isInstanceOf(Probe.Unknown.class);
      assertThat(COUNT.rows(connection, new ObjectName("public", "seen")))
          .isInstanceOf(Probe.Unknown.class);
    }
    try (Connection reader = server.connect("postgres", "reader")) {
      assertThat(COUNT.rows(reader, new ObjectName("public", "secret")))
          .isInstanceOf(Probe.Unknown.class);
    }
  }

  @Test
  void invariant_8_what_could_not_be_counted_is_unknown_and_never_zero() throws Exception {
    assertThat(ask(question("missing", "n"))).isInstanceOf(Probe.Unknown.class);
    assertThat(ask(question("nothing", "missing"))).isInstanceOf(Probe.Unknown.class);
    assertThat(ask(new LossQuestion("public", "nothing", "n", Type.of("int8"), Type.of("jsonb"))))
        .isInstanceOf(Probe.Unknown.class);
    try (Connection reader = server.connect("postgres", "reader")) {
      assertThat(COUNT.of(reader, question("secret", "n"))).isInstanceOf(Probe.Unknown.class);
    }
  }

  @Test
  void rows_of_parts_are_counted_and_code_of_views_is_not_run() throws Exception {
    assertThat(ask(question("parts", "n")))
        .isEqualTo(new Probe.Value<>(new LossAnswer(2, 2, 1, 0)));
    assertThat(ask(question("seen", "n")))
        .isInstanceOfSatisfying(
            Probe.Unknown.class, unknown -> assertThat(unknown.why()).contains("holds rows"));
  }

  @Test
  void invariant_2_a_count_changes_nothing_and_sees_one_moment() throws Exception {
    try (Connection connection = server.connect("postgres")) {
      connection.createStatement().execute("SET statement_timeout = '7s'");

      COUNT.of(connection, question("nothing", "n"));

      try (java.sql.ResultSet row =
          connection
              .createStatement()
              .executeQuery(
                  "SELECT current_setting('statement_timeout'),"
                      + " current_setting('transaction_read_only'),"
                      + " current_setting('default_transaction_read_only')")) {
        row.next();
        assertThat(row.getString(1)).isEqualTo("7s");
        assertThat(row.getString(2)).isEqualTo("off");
        assertThat(row.getString(3)).isEqualTo("off");
      }
    }
  }

  @Test
  void invariant_8_a_count_that_takes_too_long_is_unknown() throws Exception {
    try (Connection other = server.connect("postgres");
        Connection connection = server.connect("postgres")) {
      other.setAutoCommit(false);
      other.createStatement().execute("LOCK TABLE public.nothing");

      Probe<LossAnswer> answer =
          new LossCount(Duration.ofMillis(50)).of(connection, question("nothing", "n"));

      assertThat(answer).isInstanceOf(Probe.Unknown.class);
    }
  }

  @Test
  void a_transaction_of_somebody_else_is_not_used() throws Exception {
    try (Connection connection = server.connect("postgres")) {
      connection.setAutoCommit(false);

      assertThatThrownBy(() -> COUNT.of(connection, question("nothing", "n")))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
