package dev.weirkeeper.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectCheckTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT count(*) FROM {batch}",
        "SELECT * FROM {batch} WHERE amount < 0",
        "select count(*) from Air_Quality where DataValue <= 0 or DataValue >= 500",
        "SELECT b.id FROM {batch} b LEFT JOIN public.customers c ON b.customer = c.id"
            + " WHERE c.id IS NULL",
        "SELECT b.id FROM {batch} AS b WHERE NOT EXISTS (SELECT 1 FROM c WHERE c.id = b.id)",
        "SELECT id FROM t GROUP BY id HAVING count(*) > 1",
        "SELECT 100.0 * sum(CASE WHEN x IS NULL THEN 1 ELSE 0 END) / nullif(count(*), 0) FROM t",
        "SELECT avg(x)::numeric(10,2), CAST(y AS double precision) FROM \"Orders\"",
        "WITH late AS (SELECT * FROM {batch} WHERE due < current_date) SELECT count(*) FROM late",
        "SELECT a FROM t UNION ALL SELECT b FROM u EXCEPT SELECT c FROM v",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM t",
        "SELECT sum(x) OVER (PARTITION BY y ORDER BY z ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"
            + " FROM t",
        "SELECT count(*) FILTER (WHERE x > 0) FROM t",
        "SELECT count(DISTINCT x) FROM t WHERE name LIKE 'a%' AND name NOT IN ('b', 'it''s', ';')",
        "SELECT * FROM t WHERE d > now() - interval '1 day' AND d >= DATE '2020-01-01'",
        "SELECT extract(year FROM d), trim(both ' ' FROM name) FROM t WHERE code ~ '^\\d+$'",
        "SELECT * FROM t WHERE (a, b) IN (SELECT a, b FROM u) ORDER BY a DESC NULLS LAST LIMIT 5",
        "SELECT * FROM t WHERE x BETWEEN 1 AND 2 AND y IS NOT DISTINCT FROM z AND NOT (w = -1)"
      })
  void a_select_that_only_reads_is_let_through(String select) {
    assertThat(SelectCheck.check(select)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Not a SELECT.
        "",
        "DELETE FROM t",
        "UPDATE t SET a = 1",
        "INSERT INTO t VALUES (1)",
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE",
        "DROP TABLE t",
        "TRUNCATE t",
        "ALTER TABLE t ADD COLUMN x int",
        "CREATE TABLE x AS SELECT * FROM t",
        "CREATE VIEW v AS SELECT 1",
        "GRANT ALL ON t TO public",
        "CALL proc()",
        "EXECUTE plan",
        "SET search_path = evil",
        "PRAGMA database_list",
        "ATTACH 'x.db' AS x",
        "COPY t TO 'x.csv'",
        "COPY t FROM PROGRAM 'id'",
        "LOAD httpfs",
        "INSTALL httpfs",
        "VACUUM t",
        "ANALYZE t",
        "EXPLAIN ANALYZE DELETE FROM t",
        "EXPLAIN SELECT * FROM t",
        "SHOW TABLES",
        "DESCRIBE t",
        "SUMMARIZE t",
        "DO 'BEGIN END'",
        "LISTEN x",
        "BEGIN",
        "EXPORT DATABASE 'x'",
        "TABLE t",
        "VALUES (1)",
        // More than one, or text that hides one.
        "SELECT 1 FROM t; DROP TABLE t",
        "SELECT 1 FROM t;",
        "SELECT 1 FROM t -- comment\n",
        "SELECT 1 /* x */ FROM t",
        "SELECT 1 /*! ; DROP TABLE t */ FROM t",
        "SELECT 1 /* /* */ ; DROP TABLE t -- */ */ FROM t",
        "SELECT $$a$$ FROM t",
        "SELECT $x$'$x$ FROM t",
        "SELECT E'\\'; DROP TABLE t; --' FROM t",
        "SELECT 'a\\' FROM t WHERE x = ' OR 1=1",
        "SELECT U&'\\0041' FROM t",
        "SELECT `a` FROM t",
        "SELECT [a] FROM t",
        "SELECT 'a FROM t",
        "SELECT \u201ca\u201d FROM t",
        "SELECT a\u00a0FROM t",
        "SELECT 1 FROM t WHERE a = :a",
        "SELECT 1 FROM t WHERE a = ?",
        "SELECT 1 FROM t WHERE a = $1",
        "SELECT @@version FROM t",
        "SELECT 1 # comment\n FROM t",
        "SELECT 1 FROM t \0",
        // Writes and locks within a SELECT.
        "SELECT * INTO x FROM t",
        "SELECT * INTO TEMP x FROM t",
        "SELECT * FROM t INTO OUTFILE 'x'",
        "SELECT * FROM t FOR UPDATE",
        "SELECT * FROM t FOR UPDATE SKIP LOCKED",
        "SELECT * FROM t FOR NO KEY UPDATE",
        "SELECT * FROM t FOR SHARE",
        "SELECT * FROM (SELECT * FROM t FOR UPDATE) x",
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        "WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x",
        "WITH x AS (UPDATE t SET a = 1 RETURNING *) SELECT * FROM x",
        "SELECT * FROM t WHERE a IN (WITH x AS (DELETE FROM t RETURNING a) SELECT a FROM x)",
        "WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x) SELECT * FROM x",
        // Files, hosts, catalogs.
        "SELECT * FROM 'file.csv'",
        "SELECT * FROM \"file.csv\"",
        "SELECT * FROM file.csv",
        "SELECT * FROM folder.file.parquet",
        "SELECT * FROM 'https://example.com/x.parquet'",
        "SELECT * FROM \"s3://bucket/x\"",
        "SELECT * FROM read_csv('x.csv')",
        "SELECT * FROM read_parquet('x')",
        "SELECT * FROM parquet_scan('x')",
        "SELECT * FROM t JOIN read_json('x') j ON true",
        "SELECT * FROM t, LATERAL read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM sqlite_scan('a', 'b')",
        "SELECT * FROM postgres_query('a', 'b')",
        "SELECT * FROM dblink('host=x', 'SELECT 1') AS d(a int)",
        "SELECT * FROM generate_series(1, 1000000000)",
        "SELECT pg_read_file('/etc/passwd') FROM t",
        "SELECT PG_READ_FILE('/etc/passwd') FROM t",
        "SELECT \"pg_read_file\"('/etc/passwd') FROM t",
        "SELECT pg_catalog.pg_read_file('/etc/passwd') FROM t",
        "SELECT pg_ls_dir('/') FROM t",
        "SELECT lo_import('/etc/passwd') FROM t",
        "SELECT lo_export(1, '/tmp/x') FROM t",
        "SELECT getenv('HOME') FROM t",
        "SELECT load_extension('x') FROM t",
        "SELECT query_to_xml('DELETE FROM t', true, true, '') FROM t",
        "SELECT * FROM pg_catalog.pg_authid",
        "SELECT * FROM pg_shadow",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM duckdb_secrets",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM a.b.c.d",
        "SELECT * FROM t@remote",
        // Functions that act.
        "SELECT pg_sleep(100) FROM t",
        "SELECT nextval('s') FROM t",
        "SELECT s.nextval FROM t",
        "SELECT NEXT VALUE FOR s FROM t",
        "SELECT setval('s', 1) FROM t",
        "SELECT set_config('a', 'b', false) FROM t",
        "SELECT current_setting('a') FROM t",
        "SELECT pg_terminate_backend(1) FROM t",
        "SELECT pg_cancel_backend(1) FROM t",
        "SELECT pg_advisory_lock(1) FROM t",
        "SELECT pg_notify('a', 'b') FROM t",
        "SELECT pg_reload_conf() FROM t",
        "SELECT txid_current() FROM t",
        "SELECT my_function(a) FROM t",
        "SELECT public.my_function(a) FROM t",
        "SELECT count(*) FILTER (WHERE pg_sleep(1) IS NULL) FROM t",
        "SELECT sum(a) OVER (ORDER BY pg_sleep(1)) FROM t",
        "SELECT a FROM t ORDER BY pg_sleep(1)",
        "SELECT a FROM t GROUP BY pg_sleep(1)",
        "SELECT a FROM t LIMIT (SELECT pg_sleep(1))",
        "SELECT a FROM t JOIN u ON pg_sleep(1) IS NULL",
        "SELECT CASE WHEN true THEN pg_sleep(1) END FROM t",
        "SELECT count(DISTINCT pg_sleep(a)) FROM t",
        "SELECT repeat('a', 1000000000) FROM t",
        "SELECT lpad('a', 1000000000) FROM t",
        "SELECT 'pg_authid'::regclass FROM t",
        "SELECT CAST(a AS evil) FROM t",
        // The placeholder where no table can stand.
        "SELECT '{batch}' FROM t",
        "SELECT {batch}.a FROM {batch}",
        "SELECT {batch} FROM t",
        "SELECT a FROM {table}",
        "SELECT a FROM weirkeeper_batch_placeholder.x",
      })
  void anything_else_is_refused(String hostile) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SelectCheck.check(hostile))
        .withMessageContaining("refused");
  }

  @Test
  void it_tells_the_tables_that_are_read() {
    assertThat(
            SelectCheck.check(
                "WITH x AS (SELECT * FROM sales.orders) SELECT 1 FROM x JOIN {batch} b ON x.id = b.id"
                    + " WHERE b.id IN (SELECT id FROM Customers)"))
        .containsExactlyInAnyOrder("sales.orders", "{batch}", "Customers");
  }

  @Test
  void comments_and_a_last_semicolon_can_be_tidied_away_and_hide_nothing() {
    assertThat(SelectCheck.tidied(" SELECT a -- it's\n FROM t /* all */ WHERE b = '--x;' ; "))
        .isEqualTo("SELECT a  \n FROM t   WHERE b = '--x;'");
    for (String hostile :
        List.of(
            "SELECT 1 FROM t; DROP TABLE t; --",
            "SELECT 1 /*! DROP */ FROM t",
            "SELECT 1 /*+ hint */ FROM t",
            "SELECT 1 /* /* */ FROM t",
            "SELECT 1 FROM t /* not closed")) {
      assertThatIllegalArgumentException()
          .as(hostile)
          .isThrownBy(() -> SelectCheck.check(SelectCheck.tidied(hostile)));
    }
  }

  @Test
  void a_text_made_to_be_slow_is_refused_in_time() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SelectCheck.check("SELECT " + "(".repeat(5000) + "1 FROM t"));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SelectCheck.check("SELECT a FROM t WHERE a = '" + "x".repeat(30_000) + "'"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SelectCheck.check("SELECT " + "CASE WHEN ".repeat(1500) + "1 FROM t"));
  }

  @Test
  void a_function_that_is_not_listed_is_found_wherever_it_stands() {
    String select =
        "SELECT %s, CASE %s WHEN %s THEN %s ELSE %s END FROM a JOIN b ON %s = %s WHERE %s IN (%s)"
            + " AND %s BETWEEN %s AND %s AND x LIKE %s AND NOT (%s IS NULL) GROUP BY %s"
            + " HAVING max(%s) > %s ORDER BY %s";
    int places = select.split("%s", -1).length - 1;
    Random random = new Random(7);
    for (int place = 0; place < places; place++) {
      Object[] fill = new Object[places];
      for (int i = 0; i < places; i++) {
        fill[i] = i == place ? "evil(1)" : List.of("x", "lower(y)", "1").get(random.nextInt(3));
      }
      String hostile = select.formatted(fill);

      assertThatIllegalArgumentException()
          .as(hostile)
          .isThrownBy(() -> SelectCheck.check(hostile))
          .withMessageContaining("evil");
      assertThat(SelectCheck.check(hostile.replace("evil(1)", "upper(z)"))).contains("a", "b");
    }
  }
}
