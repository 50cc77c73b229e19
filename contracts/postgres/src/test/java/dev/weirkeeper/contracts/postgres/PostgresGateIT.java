package dev.weirkeeper.contracts.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Gated;
import dev.weirkeeper.Journal;
import dev.weirkeeper.JournalException;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.gate.Gate;
import dev.weirkeeper.contracts.gate.GatePolicy;
import dev.weirkeeper.contracts.gate.GateReport;
import dev.weirkeeper.contracts.gate.GateStatus;
import dev.weirkeeper.contracts.gate.GateStep;
import dev.weirkeeper.contracts.gate.GateTally;
import dev.weirkeeper.contracts.memory.Frames;
import dev.weirkeeper.spi.AuditSink;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresGateIT {
  private static final Fields FIELDS =
      new Fields(
          List.of(new Field("id", Form.INTEGER, "int64"), new Field("name", Form.TEXT, "text")));
  private static final Contract NAMED =
      Contract.of("items", "1", "public.items", Rule.notNull("name"));
  private static final GatePolicy GENEROUS = GatePolicy.STANDARD.quarantining(1000, 1);

  private GateFixture database;

  @BeforeEach
  void start() throws Exception {
    database = new GateFixture();
  }

  @AfterEach
  void stop() throws Exception {
    database.close();
  }

  private Gate.Builder gate(Contract contract) throws IOException {
    return Gate.to(PostgresGateTarget.of(GateFixture.ITEMS, database.login()).build())
        .contract(contract)
        .policy(GENEROUS);
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // the array is copied, and nothing else is done with it
  private static FrameSource rows(List<@Nullable Object>... rows) {
    return source(FIELDS, List.of(rows));
  }

  private static FrameSource source(Fields fields, List<List<@Nullable Object>> rows) {
    return Frames.source(new DatasetRef(new Asset("test", "input"), "1"), fields, rows, 2);
  }

  private static List<@Nullable Object> row(@Nullable Object id, @Nullable Object name) {
    return Arrays.asList(id, name);
  }

  /** What a sink does with a record. */
  private interface Append {
    void append(AuditRecord record) throws IOException;
  }

  private static AuditSink sink(Append append) {
    return new AuditSink() {
      private long sequence;

      @Override
      public Receipt append(AuditRecord record) throws IOException {
        append.append(record);
        return new Receipt(sequence++, record.id());
      }

      @Override
      public void close() {}
    };
  }

  private long ledger() throws SQLException {
    return Long.parseLong(
        database.query("SELECT count(*)::text FROM weirkeeper_gate.ledger").get(0));
  }

  @Test
  void a_quarantine_that_may_not_be_written_fails_the_whole_batch() throws Exception {
    database.execute("REVOKE CREATE ON SCHEMA weirkeeper_gate FROM " + GateFixture.LOGIN);

    GateReport report =
        gate(NAMED).open().write(rows(row(1L, "a"), row(2L, null)), CallControl.NONE);

    assertThat(report.status()).isEqualTo(GateStatus.ERROR);
    assertThat(report.reason().orElseThrow()).contains("prepare schema");
    assertThat(database.published()).isEmpty();
    assertThat(ledger()).isZero();
    assertThat(database.query("SELECT status FROM weirkeeper_gate.attempt"))
        .containsExactly("ERROR");
  }

  @Test
  void a_quarantine_that_is_full_fails_the_whole_batch() throws Exception {
    Gate gate =
        Gate.to(
                PostgresGateTarget.of(GateFixture.ITEMS, database.login())
                    .quarantineLimit(1)
                    .build())
            .contract(NAMED)
            .policy(GENEROUS)
            .open();
    gate.write(rows(row(1L, null)), CallControl.NONE);

    GateReport report = gate.write(rows(row(2L, "b"), row(3L, null)), CallControl.NONE);

    assertThat(report.status()).isEqualTo(GateStatus.ERROR);
    assertThat(report.reason().orElseThrow()).contains("is full");
    assertThat(database.published()).isEmpty();
    assertThat(ledger()).isEqualTo(1);
  }

  @Test
  void what_a_constraint_of_the_table_refuses_is_an_error_without_the_value() throws Exception {
    database.execute("ALTER TABLE public.items ADD CHECK (name <> 'secret-name')");

    GateReport report =
        gate(NAMED).open().write(rows(row(1L, "a"), row(2L, "secret-name")), CallControl.NONE);

    assertThat(report.status()).isEqualTo(GateStatus.ERROR);
    assertThat(report.reason().orElseThrow()).contains("23514").doesNotContain("secret-name");
    assertThat(database.published()).isEmpty();
  }

  @Test
  void invariant_6_a_trigger_that_drops_rows_undoes_the_batch() throws Exception {
    database.execute(
        "CREATE FUNCTION public.swallow() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN IF NEW.id = 2 THEN RETURN NULL; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER swallow BEFORE INSERT ON public.items FOR EACH ROW"
            + " EXECUTE FUNCTION public.swallow()");
    Contract staged =
        Contract.of("items", "2", "public.items", Rule.notNull("name"), Rule.unique("id"));

    List<GateReport> reports = new ArrayList<>();
    for (Contract contract : List.of(NAMED, staged)) {
      reports.add(gate(contract).open().write(rows(row(1L, "a"), row(2L, "b")), CallControl.NONE));
    }

    assertThat(reports).extracting(GateReport::status).containsOnly(GateStatus.ERROR);
    assertThat(database.published()).isEmpty();
    assertThat(ledger()).isZero();
  }

  @Test
  void uniqueness_under_a_condition_asks_rows_of_the_target_that_meet_it() throws Exception {
    database.execute("INSERT INTO public.items VALUES (1, 'old'), (2, 'live')");
    Expr live =
        new Expr.Compare(Operand.column("name"), Expr.Comparison.EQUAL, Operand.constant("live"));
    Contract contract = Contract.of("items", "3", "public.items", Rule.unique("id").where(live));

    GateReport report =
        gate(contract).open().write(rows(row(1L, "live"), row(2L, "live")), CallControl.NONE);

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 1, 0));
    assertThat(database.published()).contains("1|live|null");
  }

  /** What happens to the commit of a write. */
  private enum Fault {
    LOST_ANSWER,
    NEVER_ARRIVES
  }

  private Gate failing(Fault fault) throws IOException {
    DataSource real = database.login();
    AtomicBoolean armed = new AtomicBoolean();
    DataSource faulty =
        (DataSource)
            Proxy.newProxyInstance(
                DataSource.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, args) -> wrapped(real.getConnection(), fault, armed));
    return Gate.to(
            PostgresGateTarget.of(GateFixture.ITEMS, faulty)
                .steps(step -> armed.set(step == GateStep.LEDGERED))
                .build())
        .contract(NAMED)
        .policy(GENEROUS)
        .open();
  }

  private static Connection wrapped(Connection real, Fault fault, AtomicBoolean armed) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, args) -> {
              if (method.getName().equals("commit") && armed.getAndSet(false)) {
                if (fault == Fault.LOST_ANSWER) {
                  real.commit();
                }
                real.abort(Runnable::run);
                throw new SQLException("The connection broke", "08006");
              }
              try {
                return method.invoke(real, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void invariant_6_a_commit_whose_answer_is_lost_is_found_in_the_ledger() throws Exception {
    GateReport report =
        failing(Fault.LOST_ANSWER).write(rows(row(1L, "a"), row(2L, null)), CallControl.NONE);

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 1, 0));
    assertThat(database.published()).containsExactly("1|a|null");
    assertThat(ledger()).isEqualTo(1);
  }

  @Test
  void invariant_6_a_commit_that_never_arrived_is_no_report_and_may_come_again() throws Exception {
    Gate gate = failing(Fault.NEVER_ARRIVES);

    assertThatThrownBy(() -> gate.write(rows(row(1L, "a"), row(2L, null)), CallControl.NONE))
        .isInstanceOf(IOException.class);
    assertThat(database.published()).isEmpty();
    GateReport report =
        gate(NAMED).open().write(rows(row(1L, "a"), row(2L, null)), CallControl.NONE);

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 1, 0));
    assertThat(database.published()).containsExactly("1|a|null");
  }

  @Test
  void the_login_of_the_gate_can_neither_change_nor_delete_what_is_published() throws Exception {
    gate(NAMED).open().write(rows(row(1L, "a")), CallControl.NONE);

    for (String attack :
        List.of(
            "UPDATE public.items SET name = 'x'",
            "DELETE FROM public.items",
            "TRUNCATE public.items",
            "DROP TABLE public.items",
            "ALTER TABLE public.items ADD COLUMN x int",
            "UPDATE weirkeeper_gate.ledger SET n_in = 0",
            "DELETE FROM weirkeeper_gate.ledger",
            "DROP TABLE weirkeeper_gate.ledger",
            "UPDATE weirkeeper_gate.waiver SET waiver = ''")) {
      assertThatThrownBy(
              () -> {
                try (var connection = database.login().getConnection();
                    var statement = connection.createStatement()) {
                  statement.execute(attack);
                }
              })
          .as(attack)
          .isInstanceOf(SQLException.class)
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("42501");
    }
  }

  @Test
  void values_of_all_types_arrive_as_they_are() throws Exception {
    database.execute(
        "CREATE TABLE public.types (i2 smallint, i4 int, i8 bigint, f4 real, f8 double precision,"
            + " n numeric, n102 numeric(10,2), t text, v varchar(5), b boolean, d date,"
            + " ts timestamp, tz timestamptz, u uuid, j jsonb)",
        "GRANT SELECT, INSERT ON public.types TO " + GateFixture.LOGIN);
    Fields fields =
        new Fields(
            List.of(
                new Field("i2", Form.INTEGER, "int16"),
                new Field("i4", Form.INTEGER, "int32"),
                new Field("i8", Form.INTEGER, "int64"),
                new Field("f4", Form.FLOAT, "float"),
                new Field("f8", Form.FLOAT, "double"),
                new Field("n", Form.DECIMAL, "decimal"),
                new Field("n102", Form.DECIMAL, "decimal"),
                new Field("t", Form.TEXT, "text"),
                new Field("v", Form.TEXT, "text"),
                new Field("b", Form.TRUTH, "bool"),
                new Field("d", Form.DATE, "date"),
                new Field("ts", Form.TIMESTAMP, "timestamp"),
                new Field("tz", Form.TIMESTAMP_WITH_ZONE, "timestamptz"),
                new Field("u", Form.UUID, "uuid"),
                new Field("j", Form.OTHER, "json")));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    String uuid = "123e4567-e89b-12d3-a456-426614174000";
    for (String number :
        List.of(
            "0",
            "-0.0001",
            "1",
            "10000",
            "123456789.123456789",
            "-99999999999999999999.5",
            "0.00000001",
            "1E+20",
            "4294967296.0000")) {
      rows.add(
          Arrays.asList(
              -7L,
              70_000L,
              Long.MIN_VALUE,
              0.5,
              -1.25e-300,
              new BigDecimal(number),
              new BigDecimal("-12345678.9"),
              "é\n\t\\😀",
              "äöü€x",
              true,
              LocalDate.of(1969, 12, 31),
              LocalDateTime.of(1999, 12, 31, 23, 59, 59, 999_999_000),
              Instant.parse("2038-01-19T03:14:08.000001Z"),
              uuid,
              "{\"a\": [1, null]}"));
    }
    rows.add(Arrays.asList(new Object[15]));
    Contract contract = Contract.of("types", "1", "public.types", Rule.columnsInclude("i2"));
    Gate gate =
        Gate.to(
                PostgresGateTarget.of(new Asset("warehouse", "public.types"), database.login())
                    .build())
            .contract(contract)
            .open();

    GateReport report = gate.write(source(fields, rows), CallControl.NONE);

    assertThat(report.status()).isEqualTo(GateStatus.PASS);
    assertThat(database.query("SELECT n::text FROM public.types WHERE n IS NOT NULL"))
        .extracting(text -> new BigDecimal(text).stripTrailingZeros())
        .containsExactlyElementsOf(
            rows.stream()
                .filter(row -> row.get(5) != null)
                .map(row -> ((BigDecimal) row.get(5)).stripTrailingZeros())
                .toList());
    assertThat(
            database.query(
                "SELECT DISTINCT concat_ws('|', i2, i4, i8, f4, f8, n102, t, v, b, d, ts, tz AT"
                    + " TIME ZONE 'UTC', u, j) FROM public.types WHERE i2 IS NOT NULL"))
        .containsExactly(
            "-7|70000|-9223372036854775808|0.5|-1.25e-300|-12345678.90|é\n\t\\😀|äöü€x|t|"
                + "1969-12-31|1999-12-31 23:59:59.999999|2038-01-19 03:14:08.000001|"
                + uuid
                + "|{\"a\": [1, null]}");
  }

  @Test
  void invariant_2_what_is_published_is_written_down_first_and_holds_no_value() throws Exception {
    List<AuditRecord> records = new ArrayList<>();
    List<Integer> publishedBefore = new ArrayList<>();
    Journal journal =
        new Journal(
            sink(
                record -> {
                  records.add(record);
                  try {
                    publishedBefore.add(database.published().size());
                  } catch (SQLException e) {
                    throw new IOException(e);
                  }
                }),
            Clock.systemUTC());

    gate(NAMED)
        .journal(journal)
        .open()
        .write(rows(row(1L, "secret-name"), row(2L, null)), CallControl.NONE);

    assertThat(records)
        .extracting(AuditRecord::kind)
        .containsExactly(Gated.Judged.KIND, Gated.Published.KIND);
    assertThat(publishedBefore).containsExactly(0, 1);
    assertThat(records.toString()).doesNotContain("secret-name");
    assertThat(database.query("SELECT report FROM weirkeeper_gate.ledger").get(0))
        .doesNotContain("secret-name");
  }

  @Test
  void invariant_2_a_journal_that_cannot_be_written_stops_the_write_before_it_is_published()
      throws Exception {
    Journal journal =
        new Journal(
            sink(
                record -> {
                  throw new IOException("disk full");
                }),
            Clock.systemUTC());

    assertThatThrownBy(
            () -> gate(NAMED).journal(journal).open().write(rows(row(1L, "a")), CallControl.NONE))
        .isInstanceOf(JournalException.class);
    assertThat(database.published()).isEmpty();
    assertThat(ledger()).isZero();
  }
}
