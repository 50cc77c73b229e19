package dev.weirkeeper.contracts.delta;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.gate.CellKind;
import dev.weirkeeper.contracts.gate.GatePlan;
import dev.weirkeeper.contracts.gate.GateRefusedException;
import dev.weirkeeper.contracts.gate.GateRule;
import dev.weirkeeper.contracts.gate.QuarantineFilter;
import dev.weirkeeper.contracts.gate.QuarantinedRow;
import dev.weirkeeper.contracts.gate.TargetColumn;
import dev.weirkeeper.contracts.gate.Typing;
import io.delta.kernel.Scan;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.exceptions.ConcurrentWriteException;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.util.FileNames;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterable;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The Delta table beside the target that holds bad rows: its columns, all of which may be NULL, and
 * what is known about each row. It follows the target, and never loses a column.
 *
 * <p>A row counts if the ledger says that the batch was published by the attempt in {@code
 * wk_attempt}; other rows are left from attempts that came to nothing.
 */
final class DeltaQuarantine {
  private static final String PREFIX = "wk_";

  private static final List<TargetColumn> ABOUT =
      List.of(
          text("wk_batch"),
          number("wk_attempt"),
          number("wk_row_no"),
          text("wk_digest"),
          text("wk_contract"),
          text("wk_contract_version"),
          text("wk_contract_digest"),
          text("wk_rules"),
          text("wk_reasons"),
          text("wk_severity"),
          text("wk_first_seen"),
          number("wk_attempts"),
          text("wk_status"),
          text("wk_untyped"));

  private static TargetColumn text(String name) {
    return new TargetColumn(name, "string", CellKind.TEXT, 0, 0, TargetColumn.Absence.NULLABLE);
  }

  private static TargetColumn number(String name) {
    return new TargetColumn(name, "long", CellKind.INT64, 0, 0, TargetColumn.Absence.NULLABLE);
  }

  private final DeltaTable table;

  DeltaQuarantine(DeltaTable table) {
    this.table = table;
  }

  DeltaTable table() {
    return table;
  }

  /** Takes on columns that the target has and it has not. */
  void follow(StructType target) throws IOException, GateRefusedException {
    for (String name : target.fieldNames()) {
      if (name.startsWith(PREFIX)) {
        throw new GateRefusedException(
            "Column \""
                + name
                + "\" of "
                + table.path()
                + "'s target begins with wk_, which the quarantine keeps for itself; rename it");
      }
    }
    Optional<Snapshot> there = table.find();
    try {
      if (there.isEmpty()) {
        create(target);
      } else {
        add(there.get(), target);
      }
    } catch (KernelException e) {
      // Another gate may have done the same meanwhile.
      Optional<Snapshot> now = table.find();
      if (now.isEmpty() || !missing(now.get().getSchema(), target).isEmpty()) {
        throw new GateRefusedException(
            "The quarantine at " + table.path() + " cannot take on the columns of its target", e);
      }
    }
  }

  private void create(StructType target) {
    List<StructField> fields = new ArrayList<>(DeltaTypes.schema(ABOUT).fields());
    target.fields().forEach(field -> fields.add(nullable(field)));
    TableManager.buildCreateTableTransaction(
            table.path(), new StructType(fields), DeltaTable.ENGINE_INFO)
        .build(table.engine())
        .commit(table.engine(), CloseableIterable.emptyIterable());
  }

  private static StructField nullable(StructField field) {
    return new StructField(field.getName(), field.getDataType(), true);
  }

  private List<StructField> missing(StructType there, StructType target) {
    return target.fields().stream()
        .filter(field -> !there.fieldNames().contains(field.getName()))
        .toList();
  }

  private void add(Snapshot there, StructType target) throws IOException, GateRefusedException {
    StructType schema = there.getSchema();
    for (StructField field : target.fields()) {
      boolean other =
          schema.fieldNames().contains(field.getName())
              && !schema.get(field.getName()).getDataType().equivalent(field.getDataType());
      if (other) {
        throw new GateRefusedException(
            "Column \""
                + field.getName()
                + "\" is "
                + field.getDataType()
                + " in the target and "
                + schema.get(field.getName()).getDataType()
                + " in its quarantine: move "
                + table.path()
                + " away once its rows are dealt with, a new one is made");
      }
    }
    List<StructField> missing = missing(schema, target);
    if (missing.isEmpty()) {
      return;
    }
    List<StructField> fields = new ArrayList<>(schema.fields());
    missing.forEach(field -> fields.add(nullable(field)));
    // By a commit of our own: Kernel adds columns only to tables that it does not write rows into.
    Row action =
        SingleAction.createMetadataSingleAction(
            there.getMetadata().withNewSchema(new StructType(fields)).toRow());
    try {
      table
          .engine()
          .getJsonHandler()
          .writeJsonFileAtomically(
              FileNames.deltaFile(there.getLogPath(), there.getVersion() + 1),
              Utils.singletonCloseableIterator(action),
              false);
    } catch (FileAlreadyExistsException e) {
      throw new ConcurrentWriteException();
    }
  }

  /** Writes down bad rows in the form that the quarantine has for them. */
  static final class Form {
    private final GatePlan plan;
    private final String batch;
    private final long attempt;
    private final StructType schema;
    private final List<String> ruleJson;

    Form(GatePlan plan, Hash batch, long attempt, StructType schema) {
      this.plan = plan;
      this.batch = batch.hex();
      this.attempt = attempt;
      this.schema = schema;
      ruleJson = plan.rules().stream().map(rule -> Json.of(rule.id()).text()).toList();
    }

    /**
     * @param rows of the chunk that go to quarantine
     * @param checked which checks send a row of the batch there: index and whether the target is
     *     why
     */
    FilteredColumnarBatch batch(Spool.Chunk chunk, int[] rows, Broken checked) {
      int count = chunk.rows();
      @Nullable String[] rules = new String[count];
      @Nullable String[] reasons = new String[count];
      @Nullable String[] severities = new String[count];
      @Nullable String[] untyped = new String[count];
      long[] numbers = new long[count];
      for (int row : rows) {
        numbers[row] = chunk.first() + row;
        untyped[row] = chunk.untyped()[row].isEmpty() ? null : chunk.untyped()[row];
        List<String> ids = new ArrayList<>();
        List<String> why = new ArrayList<>();
        Rule.Severity worst = Rule.Severity.INFO;
        for (int label : chunk.broken()[row]) {
          GateRule rule = plan.rules().get(label);
          ids.add(ruleJson.get(label));
          why.add(reason(rule, absent(chunk, row, rule) ? "null" : "value"));
          worst = worse(worst, rule);
        }
        for (int check = 0; check < plan.checks().size(); check++) {
          Optional<String> observed = checked.observed(check, numbers[row]);
          if (observed.isPresent()) {
            int label = plan.checks().get(check).rule();
            ids.add(ruleJson.get(label));
            why.add(reason(plan.rules().get(label), observed.get()));
            worst = worse(worst, plan.rules().get(label));
          }
        }
        rules[row] = "[" + String.join(",", ids) + "]";
        reasons[row] = "[" + String.join(",", why) + "]";
        severities[row] = worst.name();
      }
      Map<String, Vec> columns = new HashMap<>();
      columns.put("wk_batch", constant(batch, count));
      columns.put("wk_attempt", constant(attempt, count));
      columns.put("wk_row_no", new Vec.Longs(numbers, new long[0]));
      columns.put("wk_digest", new Vec.Texts(chunk.digests()));
      columns.put("wk_contract", constant(plan.contract().id(), count));
      columns.put("wk_contract_version", constant(plan.contract().version(), count));
      columns.put("wk_contract_digest", constant(plan.contract().digest().hex(), count));
      columns.put("wk_rules", new Vec.Texts(rules));
      columns.put("wk_reasons", new Vec.Texts(reasons));
      columns.put("wk_severity", new Vec.Texts(severities));
      columns.put("wk_first_seen", constant(plan.now().toString(), count));
      columns.put("wk_attempts", constant(1, count));
      columns.put("wk_status", constant(QuarantinedRow.Status.OPEN.name(), count));
      columns.put("wk_untyped", new Vec.Texts(untyped));
      for (int i = 0; i < plan.typings().size(); i++) {
        columns.put(plan.typings().get(i).column().name(), chunk.columns().get(i));
      }
      List<Optional<Vec>> ordered =
          schema.fieldNames().stream().map(name -> Optional.ofNullable(columns.get(name))).toList();
      return Columns.batch(schema, ordered, rows);
    }

    private static Vec constant(String text, int count) {
      @Nullable String[] all = new String[count];
      Arrays.fill(all, text);
      return new Vec.Texts(all);
    }

    private static Vec constant(long number, int count) {
      long[] all = new long[count];
      Arrays.fill(all, number);
      return new Vec.Longs(all, new long[0]);
    }

    private boolean absent(Spool.Chunk chunk, int row, GateRule rule) {
      boolean absent = false;
      for (int i = 0; i < plan.typings().size(); i++) {
        Typing typing = plan.typings().get(i);
        absent |=
            rule.columns().contains(typing.column().name())
                && chunk.untyped()[row].isEmpty()
                && chunk.columns().get(i).isNull(row);
      }
      return absent;
    }

    private static Rule.Severity worse(Rule.Severity worst, GateRule rule) {
      return rule.severity().compareTo(worst) > 0 ? rule.severity() : worst;
    }

    private static String reason(GateRule rule, String observed) {
      return Json.of(Map.of("rule", rule.id(), "observed", observed, "expected", rule.expected()))
          .text();
    }
  }

  /** What checks found about rows of the batch. */
  interface Broken {
    /** What was seen, if the row breaks the check. */
    Optional<String> observed(int check, long row);
  }

  /** Says of an attempt whether its rows count. */
  interface Settled {
    boolean is(Hash batch, long attempt) throws IOException;
  }

  /** Rows that count, oldest first. */
  List<QuarantinedRow> rows(QuarantineFilter filter, int limit, Settled settled)
      throws IOException {
    Optional<Snapshot> there = table.find();
    if (there.isEmpty() || limit <= 0) {
      return List.of();
    }
    Comparator<QuarantinedRow> order =
        Comparator.comparing(QuarantinedRow::firstSeen)
            .thenComparing(QuarantinedRow::batch)
            .thenComparing(QuarantinedRow::number);
    PriorityQueue<QuarantinedRow> oldest = new PriorityQueue<>(order.reversed());
    Map<String, Boolean> known = new HashMap<>();
    read(
        there.get(),
        ABOUT,
        (frame, row) -> {
          Hash batch = new Hash(text(frame, 0, row));
          long attempt = number(frame, 1, row);
          if (filter.batch().isPresent() && !filter.batch().get().equals(batch)) {
            return;
          }
          if (!isSettled(known, batch, attempt, settled)) {
            return;
          }
          List<String> rules = new ArrayList<>();
          for (Object id : Json.parse(text(frame, 7, row)).as(List.class)) {
            rules.add(Json.of(id).as(String.class));
          }
          if (filter.rule().isPresent() && !rules.contains(filter.rule().get())) {
            return;
          }
          oldest.add(
              new QuarantinedRow(
                  batch,
                  number(frame, 2, row),
                  new Hash(text(frame, 3, row)),
                  rules,
                  Rule.Severity.valueOf(text(frame, 9, row)),
                  Instant.parse(text(frame, 10, row)),
                  Math.toIntExact(number(frame, 11, row)),
                  QuarantinedRow.Status.valueOf(text(frame, 12, row)),
                  Optional.empty()));
          if (oldest.size() > limit) {
            oldest.remove();
          }
        });
    return oldest.stream().sorted(order).toList();
  }

  /** Whether the log alone shows that it holds no more rows, whether they count or not. */
  boolean isSurelyWithin(long limit) throws IOException {
    Optional<Snapshot> there = table.find();
    if (there.isEmpty()) {
      return true;
    }
    long rows = 0;
    Scan scan = there.get().getScanBuilder().build();
    try (CloseableIterator<FilteredColumnarBatch> files = scan.getScanFiles(table.engine(), true)) {
      while (files.hasNext()) {
        try (CloseableIterator<Row> adds = files.next().getRows()) {
          while (adds.hasNext()) {
            Row add = adds.next().getStruct(InternalScanFileUtils.ADD_FILE_ORDINAL);
            if (add.isNullAt(InternalScanFileUtils.ADD_FILE_STATS_ORDINAL)) {
              return false;
            }
            String stats = add.getString(InternalScanFileUtils.ADD_FILE_STATS_ORDINAL);
            if (!(Json.parse(stats).as(Map.class).get("numRecords") instanceof Json number)) {
              return false;
            }
            rows += number.as(Long.class);
          }
        }
      }
    } catch (RuntimeException e) {
      throw new IOException("Cannot read the log of " + table.path(), e);
    }
    return rows <= limit;
  }

  /** How many rows count. */
  long size(Settled settled) throws IOException {
    Optional<Snapshot> there = table.find();
    if (there.isEmpty()) {
      return 0;
    }
    Map<String, Boolean> known = new HashMap<>();
    long[] size = {0};
    read(
        there.get(),
        ABOUT.subList(0, 2),
        (frame, row) -> {
          if (isSettled(known, new Hash(text(frame, 0, row)), number(frame, 1, row), settled)) {
            size[0]++;
          }
        });
    return size[0];
  }

  private static boolean isSettled(
      Map<String, Boolean> known, Hash batch, long attempt, Settled settled) throws IOException {
    String key = batch.hex() + attempt;
    Boolean before = known.get(key);
    if (before != null) {
      return before;
    }
    boolean is = settled.is(batch, attempt);
    known.put(key, is);
    return is;
  }

  private interface Look {
    void at(Frame frame, int row) throws IOException;
  }

  private void read(Snapshot snapshot, List<TargetColumn> columns, Look look) throws IOException {
    try (DeltaScan scan = new DeltaScan(table.engine(), snapshot, columns, Optional.empty());
        FrameSource.Cursor cursor = scan.open()) {
      for (Optional<Frame> next = cursor.next(); next.isPresent(); next = cursor.next()) {
        for (int row = 0; row < next.get().rows(); row++) {
          look.at(next.get(), row);
        }
      }
    }
  }

  private static String text(Frame frame, int column, int row) {
    return requireNonNull(((Vec.Texts) frame.columns().get(column)).values()[row]);
  }

  private static long number(Frame frame, int column, int row) {
    return ((Vec.Longs) frame.columns().get(column)).values()[row];
  }
}
