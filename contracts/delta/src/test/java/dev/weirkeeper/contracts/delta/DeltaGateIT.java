package dev.weirkeeper.contracts.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.gate.CellKind;
import dev.weirkeeper.contracts.gate.Gate;
import dev.weirkeeper.contracts.gate.GatePolicy;
import dev.weirkeeper.contracts.gate.GateReport;
import dev.weirkeeper.contracts.gate.GateStatus;
import dev.weirkeeper.contracts.gate.GateStep;
import dev.weirkeeper.contracts.gate.GateTally;
import dev.weirkeeper.contracts.gate.GateTarget;
import dev.weirkeeper.contracts.gate.QuarantineFilter;
import dev.weirkeeper.contracts.gate.QuarantinedRow;
import dev.weirkeeper.contracts.gate.Replay;
import dev.weirkeeper.contracts.gate.TargetColumn;
import dev.weirkeeper.contracts.gate.WriteMode;
import dev.weirkeeper.contracts.memory.Frames;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is peculiar to Delta: types, partitions, features of tables, other engines beside us. */
class DeltaGateIT {
  private static final Fields SMALL =
      new Fields(
          List.of(new Field("id", Form.INTEGER, "int64"), new Field("name", Form.TEXT, "text")));
  private static final List<TargetColumn> SMALL_COLUMNS = DeltaFixture.COLUMNS.subList(0, 2);

  private DeltaFixture delta;

  @BeforeEach
  void start() throws Exception {
    delta = new DeltaFixture();
  }

  @AfterEach
  void stop() throws Exception {
    delta.close();
  }

  private static FrameSource source(Fields fields, List<List<@Nullable Object>> rows) {
    return Frames.source(new DatasetRef(DeltaFixture.ITEMS, "in"), fields, rows, 7);
  }

  private static List<List<@Nullable Object>> rows(@Nullable Object... idsAndNames) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < idsAndNames.length; i += 2) {
      rows.add(Arrays.asList(idsAndNames[i], idsAndNames[i + 1]));
    }
    return rows;
  }

  private static Contract contract(Rule... rules) {
    return Contract.of("items", "1", DeltaFixture.ITEMS.name(), rules);
  }

  private static GateReport write(
      GateTarget target, Contract contract, Fields fields, List<List<@Nullable Object>> rows)
      throws IOException {
    return Gate.to(target)
        .contract(contract)
        .policy(GatePolicy.STANDARD.quarantining(Long.MAX_VALUE, 1))
        .open()
        .write(source(fields, rows), CallControl.NONE);
  }

  private static List<QuarantinedRow> quarantine(GateTarget target) throws IOException {
    return target.quarantined(QuarantineFilter.all(), 100);
  }

  @Test
  void values_of_every_type_come_back_as_they_went_through_kernel_and_through_duckdb()
      throws Exception {
    List<TargetColumn> columns =
        List.of(
            DeltaFixture.column("no", CellKind.INT64, 0, 0),
            DeltaFixture.column("i8", CellKind.INT8, 0, 0),
            DeltaFixture.column("i16", CellKind.INT16, 0, 0),
            DeltaFixture.column("i32", CellKind.INT32, 0, 0),
            DeltaFixture.column("f32", CellKind.FLOAT32, 0, 0),
            DeltaFixture.column("f64", CellKind.FLOAT64, 0, 0),
            DeltaFixture.column("d9", CellKind.DECIMAL, 9, 3),
            DeltaFixture.column("d18", CellKind.DECIMAL, 18, 0),
            DeltaFixture.column("d38", CellKind.DECIMAL, 38, 10),
            DeltaFixture.column("text", CellKind.TEXT, 0, 0),
            DeltaFixture.column("truth", CellKind.TRUTH, 0, 0),
            DeltaFixture.column("day", CellKind.DATE, 0, 0),
            DeltaFixture.column("local", CellKind.TIMESTAMP, 0, 0),
            DeltaFixture.column("instant", CellKind.TIMESTAMP_WITH_ZONE, 0, 0));
    List<Form> forms =
        List.of(
            Form.INTEGER,
            Form.INTEGER,
            Form.INTEGER,
            Form.INTEGER,
            Form.FLOAT,
            Form.FLOAT,
            Form.DECIMAL,
            Form.DECIMAL,
            Form.DECIMAL,
            Form.TEXT,
            Form.TRUTH,
            Form.DATE,
            Form.TIMESTAMP,
            Form.TIMESTAMP_WITH_ZONE);
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      fields.add(new Field(columns.get(i).name(), forms.get(i), "any"));
    }
    Random random = new Random(11);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (long no = 0; no < 500; no++) {
      List<@Nullable Object> row = new ArrayList<>();
      row.add(no);
      for (int i = 1; i < columns.size(); i++) {
        row.add(random.nextInt(6) == 0 ? null : value(columns.get(i), random));
      }
      rows.add(row);
    }
    DeltaGateTarget target = delta.target().create(columns, List.of()).build();

    GateReport report = write(target, contract(Rule.notNull("no")), new Fields(fields), rows);

    assertThat(report.tally()).as("seed 11").isEqualTo(GateTally.of(500, 0, 0));
    DeltaTable table = target.table();
    List<List<@Nullable Object>> back = new ArrayList<>();
    try (DeltaScan scan =
            new DeltaScan(table.engine(), table.latest(), target.columns(), Optional.empty());
        FrameSource.Cursor cursor = scan.open()) {
      for (Optional<Frame> frame = cursor.next(); frame.isPresent(); frame = cursor.next()) {
        for (int row = 0; row < frame.get().rows(); row++) {
          List<@Nullable Object> values = new ArrayList<>();
          for (Vec column : frame.get().columns()) {
            values.add(column.value(row).orElse(null));
          }
          back.add(values);
        }
      }
    }
    assertThat(back).as("seed 11").hasSize(500);
    for (int row = 0; row < 500; row++) {
      for (int i = 0; i < columns.size(); i++) {
        Object sent = rows.get(row).get(i);
        Object got = back.get(row).get(i);
        if (sent instanceof BigDecimal number && got instanceof BigDecimal stored) {
          assertThat(stored).as("seed 11, row " + row).isEqualByComparingTo(number);
        } else {
          assertThat(got).as("seed 11, row %s, %s", row, columns.get(i).name()).isEqualTo(sent);
        }
      }
    }
    List<String> seen =
        delta.rows(
            "concat_ws('|', i8, i16, i32, d9, d38, truth, day, local, epoch_us(instant), md5(text),"
                + " isnan(f64))");
    for (int row = 0; row < 500; row++) {
      assertThat(seen.get(row)).as("seed 11, row " + row).isEqualTo(shown(rows.get(row)));
    }
  }

  private static Object value(TargetColumn column, Random random) {
    return switch (column.kind()) {
      case INT8 -> (long) (byte) random.nextInt();
      case INT16 -> (long) (short) random.nextInt();
      case INT32 -> (long) random.nextInt();
      case FLOAT32 -> (double) random.nextFloat() * random.nextInt(3);
      case FLOAT64 ->
          random.nextInt(4) == 0
              ? (Object) List.of(Double.NaN, -0.0, Double.NEGATIVE_INFINITY).get(random.nextInt(3))
              : (Object) random.nextGaussian();
      case DECIMAL ->
          new BigDecimal(
              new BigInteger(random.nextInt(column.precision() * 3), random)
                  .mod(BigInteger.TEN.pow(column.precision()))
                  .multiply(BigInteger.valueOf(random.nextBoolean() ? 1 : -1)),
              column.scale());
      case TRUTH -> random.nextBoolean();
      case DATE -> LocalDate.ofEpochDay(random.nextInt(60_000) - 30_000);
      case TIMESTAMP ->
          LocalDateTime.ofEpochSecond(
              random.nextInt(), random.nextInt(1_000_000) * 1000, ZoneOffset.UTC);
      case TIMESTAMP_WITH_ZONE ->
          Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000) * 1000L);
      default -> List.of("", "a", "ä€𝄞", "x".repeat(300), "'\"\\\n").get(random.nextInt(5));
    };
  }

  private static String shown(List<@Nullable Object> row) throws Exception {
    List<String> parts = new ArrayList<>();
    for (int i : new int[] {1, 2, 3, 6, 8, 10, 11, 12, 13, 9, 5}) {
      Object value = row.get(i);
      if (value instanceof BigDecimal number) {
        parts.add(number.toPlainString());
      } else if (value instanceof LocalDateTime time) {
        String text =
            java.time.format.DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS").format(time);
        parts.add(
            text.replaceAll("\\.?0*$", "").length() < 19
                ? text.substring(0, 19)
                : text.replaceAll("0+$", "").replaceAll("\\.$", ""));
      } else if (value instanceof Instant instant) {
        parts.add(
            Long.toString(java.time.temporal.ChronoUnit.MICROS.between(Instant.EPOCH, instant)));
      } else if (value instanceof String text) {
        byte[] md5 =
            java.security.MessageDigest.getInstance("MD5")
                .digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        parts.add(java.util.HexFormat.of().formatHex(md5));
      } else if (value instanceof Double number) {
        parts.add(Boolean.toString(number.isNaN()));
      } else if (value != null) {
        parts.add(value.toString());
      }
    }
    return String.join("|", parts);
  }

  @Test
  void a_null_in_a_required_column_is_quarantined_and_never_written() throws Exception {
    GateTarget target =
        delta
            .target()
            .create(
                List.of(
                    DeltaFixture.required("id", CellKind.INT64),
                    DeltaFixture.column("name", CellKind.TEXT, 0, 0)),
                List.of())
            .build();

    GateReport report =
        write(target, contract(Rule.notNull("name")), SMALL, rows(1L, "a", null, "b", 3L, null));

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 2, 0));
    assertThat(quarantine(target))
        .extracting(QuarantinedRow::rules)
        .contains(List.of("target-not-null.id"));
    assertThat(delta.rows("id || name")).containsExactly("1a");
    // Kernel can read what it wrote.
    assertThat(write(target, contract(Rule.unique("id")), SMALL, rows(1L, "z", 4L, "d")).tally())
        .isEqualTo(GateTally.of(1, 1, 0));
  }

  @Test
  void rows_go_into_the_partitions_that_they_belong_to() throws Exception {
    GateTarget target = delta.target().create(SMALL_COLUMNS, List.of("name")).build();

    GateReport report =
        write(
            target,
            contract(Rule.unique("id")),
            SMALL,
            rows(1L, "x y", 2L, "b", 3L, null, 4L, "b", 4L, "b"));

    assertThat(report.tally()).isEqualTo(GateTally.of(3, 2, 0));
    GateReport second =
        write(target, contract(Rule.unique("name")), SMALL, rows(5L, "x y", 6L, "new"));
    assertThat(second.tally()).isEqualTo(GateTally.of(1, 1, 0));
    try (Stream<Path> folders = Files.list(delta.table)) {
      assertThat(folders.map(folder -> folder.getFileName().toString()))
          .contains("name=b", "name=new", "name=__HIVE_DEFAULT_PARTITION__")
          .filteredOn(name -> name.startsWith("name=x"))
          .hasSize(1);
    }
  }

  @Test
  void more_partitions_than_a_batch_may_touch_are_refused() throws Exception {
    GateTarget target = delta.target().create(SMALL_COLUMNS, List.of("id")).build();
    List<List<@Nullable Object>> many = new ArrayList<>();
    for (long id = 0; id < 201; id++) {
      many.add(Arrays.asList(id, "a"));
    }

    GateReport report = write(target, contract(Rule.notNull("id")), SMALL, many);

    assertThat(report.status()).isEqualTo(GateStatus.ERROR);
    assertThat(report.reason().orElseThrow()).contains("200 partitions");
  }

  @Test
  void a_table_that_kernel_would_write_without_what_it_promises_is_refused() throws Exception {
    delta.target().create(SMALL_COLUMNS, List.of());
    Map<String, Object> plain = delta.metadata();
    Map<String, String> refused =
        Map.of(
            "delta.constraints.positive", "CHECK constraint \"positive\"",
            "delta.columnMapping.mode", "maps its columns");
    for (Map.Entry<String, String> one : refused.entrySet()) {
      Map<String, Object> metadata = new java.util.LinkedHashMap<>(plain);
      metadata.put(
          "configuration", Map.of(one.getKey(), one.getKey().endsWith("mode") ? "name" : "id > 0"));
      delta.commit(Map.of("metaData", metadata));

      GateReport report =
          write(delta.target().build(), contract(Rule.notNull("id")), SMALL, rows(1L, "a"));

      assertThat(report.status()).isEqualTo(GateStatus.ERROR);
      assertThat(report.reason().orElseThrow()).contains(one.getValue());
    }
    assertThat(delta.rows("id")).isEmpty();
  }

  @Test
  void a_table_with_a_feature_of_writers_that_kernel_lacks_is_refused_by_its_name()
      throws Exception {
    delta.target().create(SMALL_COLUMNS, List.of());
    delta.commit(
        Map.of(
            "protocol",
            Map.of(
                "minReaderVersion", 1,
                "minWriterVersion", 7,
                "writerFeatures", List.of("featureOfTomorrow"))));

    GateReport report =
        write(delta.target().build(), contract(Rule.notNull("id")), SMALL, rows(1L, "a"));

    assertThat(report.status()).isEqualTo(GateStatus.ERROR);
    assertThat(report.reason().orElseThrow())
        .contains("featureOfTomorrow", "Drop the table feature");
  }

  @Test
  void a_nested_column_is_refused_with_its_name() throws Exception {
    delta.target().create(SMALL_COLUMNS, List.of());
    Map<String, Object> metadata = delta.metadata();
    String schema = ((dev.weirkeeper.Json) metadata.get("schemaString")).as(String.class);
    metadata.put(
        "schemaString",
        schema.replaceFirst(
            "]}$",
            ",{\"name\":\"tags\",\"type\":{\"type\":\"array\",\"elementType\":\"string\","
                + "\"containsNull\":true},\"nullable\":true,\"metadata\":{}}]}"));
    delta.commit(Map.of("metaData", metadata));

    GateReport report =
        write(delta.target().build(), contract(Rule.notNull("id")), SMALL, rows(1L, "a"));

    assertThat(report.status()).isEqualTo(GateStatus.ERROR);
    assertThat(report.reason().orElseThrow()).contains("\"tags\"", "flat rows");
  }

  @Test
  void a_writer_that_slips_in_between_check_and_commit_makes_the_check_be_asked_again()
      throws Exception {
    delta.target().create(SMALL_COLUMNS, List.of());
    AtomicBoolean slipped = new AtomicBoolean();
    GateTarget target =
        delta
            .target()
            .steps(
                step -> {
                  // After the intent: nothing but the commit itself can notice.
                  if (step == GateStep.INTENDED && slipped.compareAndSet(false, true)) {
                    append("SELECT 1::BIGINT AS id, 'other' AS name");
                  }
                })
            .build();

    GateReport report = write(target, contract(Rule.unique("id")), SMALL, rows(1L, "a", 2L, "b"));

    assertThat(slipped).isTrue();
    assertThat(report.tally()).isEqualTo(GateTally.of(1, 1, 0));
    assertThat(delta.rows("id || name")).containsExactlyInAnyOrder("1other", "2b");
    assertThat(quarantine(target)).hasSize(1);
    assertThat(report.versionBefore()).contains("1");
    assertThat(report.versionAfter()).contains("2");
  }

  private void append(String select) {
    try {
      delta.append(select);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void a_batch_that_asks_nothing_of_the_table_follows_a_faster_writer() throws Exception {
    delta.target().create(SMALL_COLUMNS, List.of());
    AtomicBoolean slipped = new AtomicBoolean();
    GateTarget target =
        delta
            .target()
            .steps(
                step -> {
                  if (step == GateStep.INTENDED && slipped.compareAndSet(false, true)) {
                    append("SELECT 1::BIGINT AS id, 'other' AS name");
                  }
                })
            .build();

    GateReport report =
        write(target, contract(Rule.notNull("name")), SMALL, rows(1L, "a", 2L, null));

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 1, 0));
    assertThat(report.versionAfter()).contains("2");
    assertThat(delta.rows("id || name")).containsExactlyInAnyOrder("1other", "1a");
    assertThat(quarantine(target)).hasSize(1);
    assertThat(Path.of(delta.table + "__gate", "intent")).isEmptyDirectory();
  }

  @Test
  void a_reference_reaches_tables_that_the_host_names_and_no_other() throws Exception {
    GateTarget target = delta.target().create(SMALL_COLUMNS, List.of()).build();
    String parents = delta.folder.resolve("parents").toString();
    GateTarget parent =
        DeltaGateTarget.of(new dev.weirkeeper.Asset("delta", "parents"), parents)
            .create(SMALL_COLUMNS, List.of())
            .build();
    write(
        parent,
        Contract.of("parents", "1", "parents", Rule.notNull("id")),
        SMALL,
        rows(1L, "p", 2L, "q"));
    Rule refers = Rule.refers(List.of("id"), "parents", List.of("id"));

    GateReport unknown = write(target, contract(refers), SMALL, rows(1L, "a", 9L, "b"));
    GateReport known =
        write(
            delta.target().reference("parents", parents).build(),
            contract(refers),
            SMALL,
            rows(1L, "a", 9L, "b"));

    assertThat(unknown.status()).isEqualTo(GateStatus.ERROR);
    assertThat(unknown.reason().orElseThrow()).contains("parents", "reference(name, path)");
    assertThat(known.tally()).isEqualTo(GateTally.of(1, 1, 0));
  }

  @Test
  void more_keys_than_may_be_held_and_more_rows_than_the_quarantine_may_hold_are_refused()
      throws Exception {
    delta.target().create(SMALL_COLUMNS, List.of());

    GateReport keys =
        write(
            delta.target().maxKeys(2).build(),
            contract(Rule.unique("id")),
            SMALL,
            rows(1L, "a", 2L, "b", 3L, "c"));
    GateTarget full = delta.target().quarantineLimit(1).build();
    Contract named = contract(Rule.notNull("name"));
    GateReport first = write(full, named, SMALL, rows(1L, null, 2L, "b"));
    GateReport second = write(full, named, SMALL, rows(3L, null, 4L, "d"));

    assertThat(keys.status()).isEqualTo(GateStatus.ERROR);
    assertThat(keys.reason().orElseThrow()).contains("maxKeys");
    assertThat(first.status()).isEqualTo(GateStatus.QUARANTINED);
    assertThat(second.status()).isEqualTo(GateStatus.ERROR);
    assertThat(second.reason().orElseThrow()).contains("full");
    assertThat(delta.rows("id")).containsExactly("2");
  }

  @Test
  void uniqueness_under_a_condition_and_of_several_columns_looks_at_the_rows_that_it_is_about()
      throws Exception {
    GateTarget target = delta.target().create(SMALL_COLUMNS, List.of()).build();
    Rule live = Rule.unique("id").where(new Expr.Matches(new Operand.Column("name"), "^live"));
    Rule both = Rule.compoundUnique(Terms.Ignore.ANY, "id", "name");
    write(target, contract(Rule.notNull("id")), SMALL, rows(1L, "live a", 2L, "dead", 3L, null));

    GateReport report =
        write(
            target,
            contract(live, both),
            SMALL,
            rows(1L, "live b", 2L, "live c", 2L, "dead", 3L, null, 3L, "dead", 5L, "live d"));

    // 1 is live there, (2, dead) is there; a NULL makes no copy.
    assertThat(report.tally()).isEqualTo(GateTally.of(4, 2, 0));
    assertThat(quarantine(target))
        .extracting(QuarantinedRow::number, QuarantinedRow::rules)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(0L, List.of(live.id())),
            org.assertj.core.groups.Tuple.tuple(2L, List.of(both.id())));
  }

  @Test
  void a_replay_and_an_upsert_are_refused() throws Exception {
    GateTarget target = delta.target().create(SMALL_COLUMNS, List.of()).build();
    Gate gate = Gate.to(target).contract(contract(Rule.notNull("id"))).open();
    Gate upsert =
        Gate.to(target).contract(contract(Rule.notNull("id"))).mode(WriteMode.upsert("id")).open();

    GateReport replayed = gate.replay(Replay.of(QuarantineFilter.all()), CallControl.NONE);
    GateReport upserted = upsert.write(source(SMALL, rows(1L, "a")), CallControl.NONE);

    assertThat(replayed.reason().orElseThrow()).contains("does not replay");
    assertThat(upserted.reason().orElseThrow()).contains("only appends");
  }

  @Test
  void a_failed_write_leaves_no_file_and_a_missing_table_is_named() throws Exception {
    delta.target().create(SMALL_COLUMNS, List.of());
    GateTarget target =
        delta
            .target()
            .steps(
                step -> {
                  if (step == GateStep.QUARANTINED) {
                    throw new IllegalStateException("stopped");
                  }
                })
            .build();

    assertThatThrownBy(() -> write(target, contract(Rule.notNull("id")), SMALL, rows(1L, "a")))
        .hasMessage("stopped");

    try (Stream<Path> files = Files.list(delta.table)) {
      assertThat(files.filter(file -> file.toString().endsWith(".parquet"))).isEmpty();
    }
    assertThatThrownBy(
            () -> DeltaGateTarget.of(DeltaFixture.ITEMS, delta.table + "-none").build().columns())
        .hasMessageContaining("There is no Delta table");
    assertThatThrownBy(() -> delta.target().create(SMALL_COLUMNS, List.of()))
        .isInstanceOf(IOException.class);
  }
}
