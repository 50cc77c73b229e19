package dev.weirkeeper.contracts.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.Judgement.Status;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.engine.RuleResult;
import dev.weirkeeper.contracts.sql.Explanation;
import dev.weirkeeper.contracts.sql.Limit;
import dev.weirkeeper.contracts.sql.LimitException;
import dev.weirkeeper.contracts.sql.SqlJudge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DuckDbValidatorTest {
  private static final DatasetRef ORDERS = new DatasetRef(new Asset("lake", "orders"), "");

  @TempDir private Path folder;

  private static void run(String... statements) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
      for (String sql : statements) {
        Worker.execute(connection, sql);
      }
    }
  }

  private Path parquet(String name, String select) throws Exception {
    Path file = folder.resolve(name);
    run("COPY (" + select + ") TO '" + file + "' (FORMAT PARQUET, ROW_GROUP_SIZE 2048)");
    return file;
  }

  private static DuckDbCaps caps(Path temporary) {
    return new DuckDbCaps(512, 2, temporary, 1_000);
  }

  private DuckDbValidator over(Path path, Limit limit) {
    return new DuckDbValidator(
        dataset -> path, new SqlJudge(RuleKinds.standard(), ValueTests::of, limit), caps(folder));
  }

  private List<RuleResult> judge(Path path, Options options, Rule... rules) throws IOException {
    ContractReport report =
        over(path, Limit.NONE)
            .validate(Contract.of("c", "1", "orders", rules), ORDERS, options, CallControl.NONE);
    return report.results();
  }

  private static Judgement.Rows rows(RuleResult result) {
    return (Judgement.Rows) result.judgement().measured();
  }

  @Test
  void bad_rows_of_several_parquet_files_are_shown_with_their_places() throws Exception {
    Path lake = Files.createDirectory(folder.resolve("lake"));
    for (int file = 0; file < 3; file++) {
      parquet(
          "lake/part-" + file + ".parquet",
          "SELECT range + "
              + file * 5000
              + " AS id, CASE WHEN range = 4321 THEN NULL ELSE 'x' END"
              + " AS s FROM range(5000)");
    }

    List<RuleResult> results =
        judge(lake, Options.DEFAULT.indexedBy(List.of("id")), Rule.notNull("s"), Rule.unique("id"));

    assertThat(rows(results.get(0)).unexpected()).isEqualTo(3);
    assertThat(rows(results.get(0)).sample())
        .extracting(row -> row.index().getAsLong())
        .containsExactly(4321L, 9321L, 14321L);
    assertThat(rows(results.get(0)).sample())
        .extracting(row -> row.values().get(1).orElseThrow())
        .containsExactly(4321L, 9321L, 14321L);
    assertThat(results.get(1).passed()).isTrue();
  }

  @Test
  void order_is_that_of_the_rows_in_the_files() throws Exception {
    Path file =
        parquet(
            "o.parquet",
            "SELECT CASE WHEN range = 7000 THEN 1 ELSE range END AS id FROM range(9000)");

    RuleResult result =
        judge(file, Options.DEFAULT, Rule.increasing("id", Expr.Strictness.STRICT)).get(0);

    assertThat(rows(result).unexpected()).isEqualTo(1);
    assertThat(rows(result).sample().get(0).index()).hasValue(7000);
  }

  @Test
  void csv_and_json_are_judged_like_parquet() throws Exception {
    Path csv = folder.resolve("o.csv");
    Files.writeString(csv, "id,s\n1,a\n2,\n2,c\n");
    Path json = folder.resolve("o.jsonl");
    Files.writeString(json, "{\"id\":1,\"s\":\"a\"}\n{\"id\":2}\n{\"id\":2,\"s\":\"c\"}\n");

    for (Path file : List.of(csv, json)) {
      List<RuleResult> results =
          judge(
              file,
              Options.DEFAULT,
              Rule.notNull("s"),
              Rule.unique("id"),
              Rule.between("id", 1, 1));
      assertThat(rows(results.get(0)).sample())
          .singleElement()
          .satisfies(row -> assertThat(row.index()).hasValue(1));
      assertThat(rows(results.get(1)).unexpected()).isEqualTo(2);
      assertThat(rows(results.get(2)).unexpected()).isEqualTo(2);
    }
  }

  @Test
  void names_and_values_are_never_read_as_sql() throws Exception {
    String name = "a\"; DROP TABLE x; --";
    String value = "'); DROP TABLE x; --\\";
    Path file =
        parquet(
            "o'; --.parquet".replace("'", "_"),
            "SELECT '" + value.replace("'", "''") + "' AS \"" + name.replace("\"", "\"\"") + "\"");

    List<RuleResult> results =
        judge(
            file,
            Options.DEFAULT,
            Rule.inSet(name, value),
            Rule.notInSet(name, value, "?", ":x", "<y>", "{fn now()}"),
            Rule.matches(name, "'\\);"),
            Rule.like(name, value),
            Rule.unique(name),
            TableRules.maxBetween(name, dev.weirkeeper.contracts.Range.of(value, value)));

    assertThat(results)
        .extracting(RuleResult::passed)
        .containsExactly(true, false, true, true, true, true);
  }

  @Test
  void a_select_reaches_nothing_but_the_data_set() throws Exception {
    Path file = parquet("o.parquet", "SELECT 1 AS id");
    Path secret = folder.resolve("secret.csv");
    Files.writeString(secret, "a\n1\n");

    List<RuleResult> results =
        judge(
            file,
            Options.DEFAULT,
            TableRules.noRows("SELECT * FROM {batch} WHERE id > 5").named("none"),
            TableRules.noRows("SELECT * FROM read_csv('" + secret + "')").named("secret"),
            TableRules.noRows("SELECT * FROM {batch} b WHERE b.id = 1").named("one"));

    assertThat(results)
        .extracting(result -> result.judgement().status())
        .containsExactly(Status.PASSED, Status.ERROR, Status.FAILED);
    assertThat(results.get(1).judgement().reason().orElseThrow()).doesNotContain("secret");
  }

  @Test
  void a_rule_that_fails_takes_no_other_with_it() throws Exception {
    Path file = parquet("o.parquet", "SELECT range AS id, 'x' AS s FROM range(10)");

    List<RuleResult> results =
        judge(
            file,
            Options.DEFAULT,
            Rule.notNull("id"),
            Rule.refers(List.of("id"), "nowhere", List.of("id")),
            Rule.notNull("nothing"),
            Rule.unique("id"));

    assertThat(results)
        .extracting(result -> result.judgement().status())
        .containsExactly(Status.PASSED, Status.ERROR, Status.ERROR, Status.PASSED);
  }

  @Test
  void a_damaged_file_is_an_error_without_its_values() throws Exception {
    Path file = parquet("o.parquet", "SELECT 'topsecret' || range AS s FROM range(20000)");
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 100; i < bytes.length / 2; i++) {
      bytes[i] ^= 0x5a;
    }
    Files.write(file, bytes);
    Path cut = folder.resolve("cut.parquet");
    Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length / 2));

    assertThatThrownBy(() -> judge(cut, Options.DEFAULT, Rule.notNull("s")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cut.parquet cannot be read by DuckDB")
        .hasMessageNotContaining(folder.toString());
    RuleResult damaged = judge(file, Options.DEFAULT, Rule.lengthBetween("s", 1, 99)).get(0);
    assertThat(damaged.judgement().status()).isEqualTo(Status.ERROR);
    assertThat(damaged.judgement().reason().orElseThrow()).doesNotContain("topsecret");
  }

  @Test
  void a_file_that_changes_meanwhile_is_an_error() throws Exception {
    Path file = parquet("o.parquet", "SELECT range AS id FROM range(10)");
    AtomicInteger heard = new AtomicInteger();
    CallControl control =
        new CallControl(
            Optional::empty,
            (done, total, what) -> {
              if (heard.getAndIncrement() == 0) {
                try {
                  Files.setLastModifiedTime(
                      file, java.nio.file.attribute.FileTime.fromMillis(1_000_000));
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              }
            });

    assertThatThrownBy(
            () ->
                over(file, Limit.NONE)
                    .validate(
                        Contract.of("c", "1", "orders", Rule.notNull("id")),
                        ORDERS,
                        Options.DEFAULT,
                        control))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has changed while it was read");
    assertThat(heard).hasPositiveValue();
  }

  @Test
  void another_version_than_the_one_asked_for_is_refused() throws Exception {
    Path file = parquet("o.parquet", "SELECT 1 AS id");
    DatasetRef other = new DatasetRef(ORDERS.asset(), "0000");

    assertThatThrownBy(
            () ->
                over(file, Limit.NONE)
                    .validate(
                        Contract.of("c", "1", "orders", Rule.notNull("id")),
                        other,
                        Options.DEFAULT,
                        CallControl.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not in the version");
  }

  @Test
  void what_nobody_waits_for_is_given_up() throws Exception {
    Path file = parquet("o.parquet", "SELECT 1 AS id");
    CallControl control =
        new CallControl(() -> Optional.of("the caller left"), (done, total, what) -> {});

    assertThatThrownBy(
            () ->
                over(file, Limit.NONE)
                    .validate(
                        Contract.of("c", "1", "orders", Rule.notNull("id")),
                        ORDERS,
                        Options.DEFAULT,
                        control))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("the caller left");
  }

  @Test
  void a_running_query_is_cancelled() throws Exception {
    Path file = parquet("o.parquet", "SELECT range AS id FROM range(100000)");
    AtomicInteger asked = new AtomicInteger();
    CallControl control =
        new CallControl(
            () -> asked.incrementAndGet() > 3 ? Optional.of("it took long") : Optional.empty(),
            (done, total, what) -> {});

    assertThatThrownBy(
            () ->
                over(file, Limit.NONE)
                    .validate(
                        Contract.of(
                            "c",
                            "1",
                            "orders",
                            TableRules.noRows(
                                "SELECT a.id FROM {batch} a, {batch} b, {batch} c"
                                    + " WHERE (a.id * b.id + c.id) % 1000003 = 7")),
                        ORDERS,
                        Options.DEFAULT,
                        control))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void sql_and_cost_are_told_before_anything_runs() throws Exception {
    Path file = parquet("o.parquet", "SELECT range AS id, 'x' AS s FROM range(5000)");
    Contract contract =
        Contract.of(
            "c",
            "1",
            "orders",
            Rule.between("id", 0, 10),
            Rule.unique("id"),
            Rule.jsonParseable("s"),
            new Rule(
                "odd",
                "no-such-kind",
                List.of(),
                dev.weirkeeper.Json.empty(),
                Rule.Severity.CRITICAL,
                Rule.Answer.FAIL,
                Rule.Answer.PASS));

    Explanation told = over(file, Limit.NONE).explain(contract, ORDERS, Options.DEFAULT);

    assertThat(told.rows()).hasValue(5000);
    assertThat(told.bytes()).hasValue(told.queries().size() * Files.size(file));
    assertThat(told.queries())
        .extracting(Explanation.Query::kind)
        .contains(Explanation.Kind.PUSHED_DOWN, Explanation.Kind.STREAMED);
    assertThat(told.queries()).anySatisfy(query -> assertThat(query.sql()).contains("GROUP BY"));
    assertThat(told.unjudged()).containsOnlyKeys("odd");
    assertThatThrownBy(
            () ->
                over(file, Limit.ofRows(4999))
                    .validate(contract, ORDERS, Options.DEFAULT, CallControl.NONE))
        .isInstanceOf(LimitException.class)
        .hasMessageContaining("5000 rows")
        .hasMessageContaining("nothing was run");
    assertThatThrownBy(
            () ->
                over(file, Limit.ofBytes(10))
                    .validate(contract, ORDERS, Options.DEFAULT, CallControl.NONE))
        .isInstanceOf(LimitException.class);
  }

  @Test
  void files_are_read_as_frames_of_the_same_values() throws Exception {
    Path file =
        parquet(
            "o.parquet",
            "SELECT range AS id, CAST(range AS UTINYINT) AS u, CAST(range AS HUGEINT) AS h,"
                + " CAST(range / 4.0 AS DECIMAL(9, 2)) AS n, range / 4.0::DOUBLE AS f,"
                + " CAST(0.5 AS FLOAT) AS g, 'é' || range AS s, range % 2 = 0 AS b,"
                + " DATE '1969-12-31' + CAST(range AS INTEGER) AS d,"
                + " CAST('infinity' AS DATE) AS never,"
                + " TIMESTAMP '1969-12-31 23:59:59.999999' AS at,"
                + " CAST('2020-01-01 00:00:00.123456789' AS TIMESTAMP_NS) AS ns,"
                + " TIMESTAMPTZ '2020-01-01 00:00:00+02' AS z,"
                + " CAST(NULL AS INTEGER) AS nothing, [1, 2] AS list FROM range(200)");
    List<Object> first = new ArrayList<>();
    int rows = 0;

    try (DuckDbFiles files = DuckDbFiles.open(ORDERS, file, caps(folder));
        FrameSource.Cursor cursor = files.open()) {
      for (Optional<Frame> next = cursor.next(); next.isPresent(); next = cursor.next()) {
        Frame frame = next.get();
        if (rows == 0) {
          frame.columns().forEach(column -> first.add(column.value(1).orElse("NULL")));
        }
        rows += frame.rows();
      }
    }

    assertThat(rows).isEqualTo(200);
    assertThat(first)
        .containsExactly(
            1L,
            1L,
            // Parquet has no whole numbers of this size: DuckDB writes doubles.
            1.0,
            new java.math.BigDecimal("0.25"),
            0.25,
            0.5,
            "é1",
            false,
            LocalDate.EPOCH,
            LocalDate.ofEpochDay(Integer.MAX_VALUE),
            LocalDateTime.parse("1969-12-31T23:59:59.999999"),
            LocalDateTime.parse("2020-01-01T00:00:00.123457"),
            java.time.Instant.parse("2019-12-31T22:00:00Z"),
            "NULL",
            "[1, 2]");
  }

  @Test
  void an_unknown_kind_of_file_is_refused() throws Exception {
    Path file = Files.writeString(folder.resolve("o.txt"), "x");
    Path empty = Files.createDirectory(folder.resolve("empty"));

    assertThatThrownBy(() -> DuckDbFiles.open(ORDERS, file, caps(folder)))
        .hasMessageContaining("no file of a known kind");
    assertThatThrownBy(() -> DuckDbFiles.open(ORDERS, empty, caps(folder)))
        .hasMessageContaining("holds no Parquet, CSV or JSON");
  }

  @Test
  void nothing_is_left_in_the_temporary_folder() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Path file = parquet("o.parquet", "SELECT range AS id FROM range(300000)");

    try (DuckDbFiles files =
        DuckDbFiles.open(ORDERS, file, new DuckDbCaps(64, 1, temporary, 500))) {
      assertThat(files.fields().names()).containsExactly("id");
    }

    try (var left = Files.list(temporary)) {
      assertThat(left).isEmpty();
    }
  }
}
