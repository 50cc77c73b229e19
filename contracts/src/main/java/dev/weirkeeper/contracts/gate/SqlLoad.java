package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.gate.GateDialect.Load;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Loads the rows of one write. Good rows go straight into the table where nothing has to be asked
 * about them first; else all rows are staged beside it. Bad rows wait in a scratch table, since the
 * id of the batch is known only when all rows have come.
 */
final class SqlLoad {
  private final SqlBatch batch;
  private final GateConnection session;
  private final GatePlan plan;
  private final boolean staged;
  private final Optional<SqlReplay> replay;
  private final MessageDigest sha256 = InputDigest.sha256();
  private final List<String> ruleJson = new ArrayList<>();
  private @Nullable BulkLoad goodLoad;
  private @Nullable BulkLoad badLoad;
  private long in;
  private long bad;

  SqlLoad(SqlBatch batch, Optional<SqlReplay> replay) throws SQLException {
    this.batch = batch;
    this.replay = replay;
    session = batch.session();
    plan = batch.plan();
    staged = batch.isStaged();
    for (GateRule rule : plan.rules()) {
      ruleJson.add(Json.of(rule.id()).text());
    }
    if (staged) {
      batch.execute(
          batch.dialect().createScratch()
              + " "
              + batch.stage()
              + " "
              + SqlQuarantine.ddl(stageColumns()));
      goodLoad = session.load(batch.stage(), stageColumns());
    } else {
      goodLoad = session.load(batch.table(), typed());
    }
  }

  /** How many rows have come. */
  long in() {
    return in;
  }

  /** How many of them break a rule of the input. */
  long bad() {
    return bad;
  }

  private List<Load> typed() {
    List<Load> typed = new ArrayList<>();
    plan.typings().forEach(t -> typed.add(new Load(t.column().name(), t.column())));
    return typed;
  }

  private List<Load> stageColumns() {
    List<Load> all = new ArrayList<>();
    all.add(SqlQuarantine.number("wk_row_no"));
    all.add(SqlQuarantine.number("wk_considered"));
    all.add(SqlQuarantine.number("wk_bad"));
    all.add(SqlQuarantine.text("wk_digest"));
    all.addAll(typed());
    return all;
  }

  /** Takes rows on: the good ones to where they are published or wait, the bad ones aside. */
  void accept(LabelledFrame rows) throws SQLException {
    Frame frame = rows.frame();
    for (int row = 0; row < frame.rows(); row++) {
      boolean good = rows.isGood(row);
      String digest = staged || !good ? digest(rows, row) : "";
      if (staged) {
        stage(rows, row, digest);
      } else if (good) {
        publish(frame, row);
      }
      if (!good) {
        setAside(rows, row, digest);
        bad++;
      }
    }
    in += frame.rows();
  }

  /** A replayed row keeps the digest that it has, also if it was mended. */
  private String digest(LabelledFrame rows, int row) {
    return replay.isPresent()
        ? replay.get().digest(rows.firstRow() + row)
        : InputDigest.ofRow(rows.frame(), row, sha256);
  }

  private void publish(Frame frame, int row) throws SQLException {
    BulkLoad load = requireNonNull(goodLoad);
    for (int i = 0; i < plan.typings().size(); i++) {
      load.cell(plan.typings().get(i), frame.columns().get(i), row);
    }
    load.endRow();
  }

  private void stage(LabelledFrame rows, int row, String digest) throws SQLException {
    BulkLoad load = requireNonNull(goodLoad);
    boolean good = rows.isGood(row);
    load.number(rows.firstRow() + row);
    load.number(rows.considered().length == 0 ? 0 : rows.considered()[row]);
    load.number(good ? 0 : 1);
    load.text(digest);
    for (int i = 0; i < plan.typings().size(); i++) {
      Typing typing = plan.typings().get(i);
      Vec values = rows.frame().columns().get(i);
      if (good || values.isNull(row) || typing.always() || typing.fits(values, row)) {
        load.cell(typing, values, row);
      } else {
        load.absent();
      }
    }
    load.endRow();
  }

  private void setAside(LabelledFrame rows, int row, String digest) throws SQLException {
    BulkLoad load = badLoad;
    if (load == null) {
      session.settle();
      List<Load> loaded = SqlQuarantine.loaded(plan.typings());
      batch.execute(
          batch.dialect().createScratch() + " " + batch.bad() + " " + SqlQuarantine.ddl(loaded));
      load = session.load(batch.bad(), loaded);
      badLoad = load;
    }
    Frame frame = rows.frame();
    int[] labels = rows.broken()[row];
    load.number(rows.firstRow() + row);
    load.text(digest);
    load.text(ruleIds(labels));
    load.text(reasons(frame, row, labels));
    load.text(severity(labels).name());
    Map<String, String> untyped = new LinkedHashMap<>();
    for (int i = 0; i < plan.typings().size(); i++) {
      Typing typing = plan.typings().get(i);
      Vec values = frame.columns().get(i);
      if (!values.isNull(row) && !typing.always() && !typing.fits(values, row)) {
        // No database takes this character as text.
        untyped.put(typing.column().name(), storable(typing.text(values, row)));
      }
    }
    if (untyped.isEmpty()) {
      load.absent();
    } else {
      load.text(Json.of(untyped).text());
    }
    for (int i = 0; i < plan.typings().size(); i++) {
      Typing typing = plan.typings().get(i);
      if (untyped.containsKey(typing.column().name())) {
        load.absent();
      } else {
        load.cell(typing, frame.columns().get(i), row);
      }
    }
    load.endRow();
  }

  /** Text without what JSON text cannot carry through UTF-8: halves of pairs, and NUL. */
  private static String storable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (c == 0 || Character.getType(c) == Character.SURROGATE) {
                out.append("\\u").append(HexFormat.of().toHexDigits((char) c));
              } else {
                out.appendCodePoint(c);
              }
            });
    return out.toString();
  }

  private String ruleIds(int[] labels) {
    StringBuilder ids = new StringBuilder("[");
    for (int i = 0; i < labels.length; i++) {
      ids.append(i == 0 ? "" : ",").append(ruleJson.get(labels[i]));
    }
    return ids.append(']').toString();
  }

  private String reasons(Frame frame, int row, int[] labels) {
    StringBuilder reasons = new StringBuilder("[");
    for (int i = 0; i < labels.length; i++) {
      GateRule rule = plan.rules().get(labels[i]);
      boolean absent = false;
      for (String column : rule.columns()) {
        int at = frame.fields().names().indexOf(column);
        absent |= at >= 0 && frame.columns().get(at).isNull(row);
      }
      reasons
          .append(i == 0 ? "" : ",")
          .append(SqlQuarantine.reason(rule, absent ? "null" : "value"));
    }
    return reasons.append(']').toString();
  }

  private Rule.Severity severity(int[] labels) {
    Rule.Severity worst = Rule.Severity.INFO;
    for (int label : labels) {
      Rule.Severity severity = plan.rules().get(label).severity();
      worst = severity.compareTo(worst) > 0 ? severity : worst;
    }
    return worst;
  }

  /**
   * Ends loading; more than once is as good as once.
   *
   * @return whether it went on until now
   */
  boolean finish() throws SQLException {
    BulkLoad good = goodLoad;
    if (good != null) {
      good.finish();
      goodLoad = null;
    }
    BulkLoad aside = badLoad;
    if (aside != null) {
      aside.finish();
      badLoad = null;
    }
    session.settle();
    return good != null;
  }
}
