package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.gate.GateDialect.Load;
import dev.weirkeeper.contracts.sql.SqlCondition;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One batch in one transaction. Good rows go straight into the table where nothing has to be asked
 * about them first; else all rows are staged beside it. Bad rows wait in a scratch table, since the
 * id of the batch is known only when all rows have come.
 */
final class SqlWrite implements GateWrite {
  private static final SecureRandom TAGS = new SecureRandom();

  // Codes of what was found out about a staged row; those of checks are 2 * check and one more.
  private static final int PUBLISHED_ALREADY = -1;
  private static final int KEY_PUBLISHED = -2;

  // What becomes of a staged row that is not published.
  private static final int QUARANTINE = 1;
  private static final int DROP = 2;

  private static final GateRule KEY_RULE =
      new GateRule("key-published", "a key that is not published", List.of(), Rule.Severity.INFO);

  private final SqlGateTarget target;
  private final GateDialect dialect;
  private final GateConnection session;
  private final Connection connection;
  private final GatePlan plan;
  private final SqlQuarantine quarantine;
  private final Consumer<GateStep> steps;
  private final String table;
  private final List<String> columns;
  private final boolean staged;
  private final String stage;
  private final String bad;
  private final String broken;
  private final String fate;
  private final String replaying;
  private final MessageDigest sha256 = InputDigest.sha256();
  private final List<String> ruleJson = new ArrayList<>();

  private @Nullable BulkLoad goodLoad;
  private @Nullable BulkLoad badLoad;
  private @Nullable SqlReplay replay;
  private long version;
  private long in;
  private long locallyBad;
  private boolean answered;
  private @Nullable GateTally routed;

  SqlWrite(
      SqlGateTarget target,
      GateDialect dialect,
      GateConnection session,
      GatePlan plan,
      List<TargetColumn> columnsOfTarget,
      SqlQuarantine quarantine,
      long version,
      Consumer<GateStep> steps)
      throws SQLException, GateRefusedException {
    this.target = target;
    this.dialect = dialect;
    this.session = session;
    connection = session.sql();
    this.plan = plan;
    this.quarantine = quarantine;
    this.version = version;
    this.steps = steps;
    table = dialect.table(target.asset().name());
    columns = plan.typings().stream().map(typing -> typing.column().name()).toList();
    staged =
        !plan.checks().isEmpty()
            || plan.mode().kind() == WriteMode.Kind.UPSERT
            || plan.replay().isPresent();
    byte[] random = new byte[6];
    TAGS.nextBytes(random);
    String tag = HexFormat.of().formatHex(random);
    stage = SqlNames.own("stage_" + tag);
    bad = SqlNames.own("bad_" + tag);
    broken = SqlNames.own("broken_" + tag);
    fate = SqlNames.own("fate_" + tag);
    replaying = SqlNames.own("replay_" + tag);
    for (GateRule rule : plan.rules()) {
      ruleJson.add(Json.of(rule.id()).text());
    }
    requireFit(columnsOfTarget);
    if (plan.replay().isPresent()) {
      replay = new SqlReplay(dialect, session, quarantine, plan, columnsOfTarget, replaying, tag);
    }
    if (staged) {
      execute(dialect.createScratch() + " " + stage + " " + SqlQuarantine.ddl(stageColumns()));
      execute(dialect.createScratch() + " " + broken + " (code bigint, row_no bigint)");
      execute(dialect.createScratch() + " " + fate + " (row_no bigint, fate bigint)");
      goodLoad = session.load(stage, stageColumns());
    } else {
      goodLoad = session.load(table, typed());
    }
    steps.accept(GateStep.BEGUN);
  }

  private void requireFit(List<TargetColumn> there) throws GateRefusedException {
    Set<TargetColumn> known = new HashSet<>(there);
    for (Typing typing : plan.typings()) {
      if (!known.contains(typing.column())) {
        throw new GateRefusedException(
            "Column \""
                + typing.column().name()
                + "\" of "
                + target.asset()
                + " is not what it was when the batch was judged; judge it again");
      }
    }
    for (String key : plan.mode().keys()) {
      if (!columns.contains(key)) {
        throw new GateRefusedException(
            "The input has no column \"" + key + "\", which is a key of " + target.asset());
      }
    }
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

  private void execute(String sql) throws SQLException {
    update(sql);
  }

  private long update(String sql) throws SQLException {
    session.settle();
    try (Statement statement = connection.createStatement()) {
      return statement.execute(sql) ? 0 : Math.max(0, statement.getLargeUpdateCount());
    }
  }

  static long count(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    }
  }

  private long count(String sql) throws SQLException {
    session.settle();
    return count(connection, sql);
  }

  @Override
  public Optional<String> version() {
    return Optional.of(Long.toString(version));
  }

  @Override
  public FrameSource replayed() {
    SqlReplay rows = replay;
    if (rows == null) {
      throw new IllegalStateException("The plan of this write is no replay");
    }
    return rows;
  }

  @Override
  public void accept(LabelledFrame rows)
      throws IOException, GateConflictException, GateRefusedException {
    try {
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
          locallyBad++;
        }
      }
      in += frame.rows();
    } catch (SQLException e) {
      throw failure(e);
    }
    steps.accept(GateStep.LOADED);
  }

  /** A replayed row keeps the digest that it has, also if it was mended. */
  private String digest(LabelledFrame rows, int row) {
    SqlReplay again = replay;
    return again == null
        ? InputDigest.ofRow(rows.frame(), row, sha256)
        : again.digest(rows.firstRow() + row);
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
      execute(dialect.createScratch() + " " + bad + " " + SqlQuarantine.ddl(loaded));
      load = session.load(bad, loaded);
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
      reasons.append(i == 0 ? "" : ",").append(reason(rule, absent ? "null" : "value"));
    }
    return reasons.append(']').toString();
  }

  private static String reason(GateRule rule, String observed) {
    return Json.of(Map.of("rule", rule.id(), "observed", observed, "expected", rule.expected()))
        .text();
  }

  private Rule.Severity severity(int[] labels) {
    Rule.Severity worst = Rule.Severity.INFO;
    for (int label : labels) {
      Rule.Severity severity = plan.rules().get(label).severity();
      worst = severity.compareTo(worst) > 0 ? severity : worst;
    }
    return worst;
  }

  private void finishLoads() throws SQLException {
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
  }

  @Override
  public List<Long> check(CallControl control)
      throws IOException, GateConflictException, GateRefusedException {
    try {
      boolean first = goodLoad != null;
      finishLoads();
      if (!staged) {
        steps.accept(GateStep.CHECKED);
        return List.of();
      }
      if (first) {
        dialect.analyze(connection, stage);
      }
      execute("DELETE FROM " + broken);
      dialect.keepOthersOut(connection, target.asset());
      judgeReplay();
      for (int i = 0; i < plan.checks().size(); i++) {
        Optional<String> given = control.cancelled().get();
        if (given.isPresent()) {
          throw new GateRefusedException("The write was given up: " + given.get());
        }
        if (plan.checks().get(i) instanceof TargetCheck.Unique unique) {
          repeated(unique, i);
        }
        against(i);
      }
      while (leaningOnBroken() > 0) {
        // Rows that lean on the ones just found are next.
      }
      List<Long> counts = new ArrayList<>();
      for (int i = 0; i < plan.checks().size(); i++) {
        counts.add(
            count(
                "SELECT count(DISTINCT row_no) FROM "
                    + broken
                    + " WHERE code IN ("
                    + 2 * i
                    + ", "
                    + (2 * i + 1)
                    + ")"));
      }
      dialect.analyze(connection, broken);
      answered = true;
      steps.accept(GateStep.CHECKED);
      return List.copyOf(counts);
    } catch (SQLException e) {
      throw failure(e);
    } catch (IllegalArgumentException e) {
      throw new GateRefusedException(String.valueOf(e.getMessage()), e);
    }
  }

  private void judgeReplay() throws SQLException {
    if (plan.replay().isEmpty()) {
      return;
    }
    Replay how = plan.replay().get();
    execute(
        "INSERT INTO "
            + broken
            + " SELECT "
            + PUBLISHED_ALREADY
            + ", r.row_no FROM "
            + replaying
            + " r WHERE EXISTS (SELECT 1 FROM "
            + quarantine.table()
            + " q WHERE q.wk_status = 'REPLAYED' AND q.wk_digest = r.wk_digest"
            + " AND q.wk_copy = r.wk_copy)"
            + " OR EXISTS (SELECT 1 FROM "
            + replaying
            + " o WHERE o.row_no < r.row_no AND o.wk_digest = r.wk_digest"
            + " AND o.wk_copy = r.wk_copy)");
    List<String> keys = plan.mode().keys();
    if (keys.isEmpty()) {
      return;
    }
    boolean asks = how.onPublished() == Replay.OnPublished.ASK;
    String newer =
        how.newestBy()
            .map(SqlNames::quoted)
            .map(
                by ->
                    // A row that may be older replaces nothing.
                    " AND (s."
                        + by
                        + " IS NULL OR t."
                        + by
                        + " IS NULL OR t."
                        + by
                        + " >= s."
                        + by
                        + ")")
            .orElse("");
    execute(
        "INSERT INTO "
            + broken
            + " SELECT "
            + (asks ? KEY_PUBLISHED : PUBLISHED_ALREADY)
            + ", s.wk_row_no FROM "
            + stage
            + " s WHERE EXISTS (SELECT 1 FROM "
            + table
            + " t WHERE "
            + equal("t", keys, "s", keys, Expr.Nulls.DISTINCT)
            + newer
            + ")");
    if (how.newestBy().isPresent()) {
      // Of several rows with one key the newest is published, the others are older than it.
      execute(
          "INSERT INTO "
              + broken
              + " SELECT "
              + PUBLISHED_ALREADY
              + ", row_no FROM (SELECT s.wk_row_no AS row_no, row_number() OVER (PARTITION BY "
              + SqlNames.of("s", keys)
              + " ORDER BY s."
              + SqlNames.quoted(how.newestBy().get())
              + " DESC NULLS LAST, s.wk_row_no DESC) AS n FROM "
              + stage
              + " s WHERE s.wk_bad = 0) x WHERE n > 1");
    }
  }

  private static String equal(
      String left, List<String> columns, String right, List<String> others, Expr.Nulls nulls) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      parts.add(
          left
              + "."
              + SqlNames.quoted(columns.get(i))
              + (nulls == Expr.Nulls.EQUAL ? " IS NOT DISTINCT FROM " : " = ")
              + right
              + "."
              + SqlNames.quoted(others.get(i)));
    }
    return String.join(" AND ", parts);
  }

  private static String considered(int check) {
    return "(s.wk_considered & " + (1L << check) + ") <> 0";
  }

  /** Rows of a replay that are dropped take no part: what is published stands for them. */
  private String takesPart() {
    return plan.replay().isEmpty()
        ? ""
        : " AND NOT EXISTS (SELECT 1 FROM "
            + broken
            + " d WHERE d.row_no = s.wk_row_no AND d.code = "
            + PUBLISHED_ALREADY
            + ")";
  }

  /** Finds rows that break a check as things stand; how many were not found before. */
  private long against(int index) throws SQLException, GateRefusedException {
    TargetCheck check = plan.checks().get(index);
    return check instanceof TargetCheck.Unique unique
        ? taken(unique, index)
        : missing((TargetCheck.Refers) check, index);
  }

  /**
   * A row may be good only because of another row of the batch: the one that it refers to, or one
   * that replaces the row of the target in its way. Where that one is broken by whichever check, so
   * is this one.
   */
  private long leaningOnBroken() throws SQLException, GateRefusedException {
    long found = 0;
    for (int i = 0; i < plan.checks().size(); i++) {
      TargetCheck check = plan.checks().get(i);
      boolean leans =
          check instanceof TargetCheck.Refers refers
              ? isSelf(refers)
              : plan.mode().kind() == WriteMode.Kind.UPSERT;
      found += leans ? against(i) : 0;
    }
    return found;
  }

  private void repeated(TargetCheck.Unique check, int index) throws SQLException {
    String partition = "PARTITION BY " + SqlNames.of("s", check.columns());
    String number =
        check.duplicates().keep() == Duplicates.Keep.NONE
            ? "count(*) OVER (" + partition + ")"
            : "row_number() OVER ("
                + partition
                + " ORDER BY s.wk_bad"
                + check.duplicates().by().stream()
                    .map(by -> ", s." + SqlNames.quoted(by) + " NULLS LAST")
                    .collect(Collectors.joining())
                + ", s.wk_row_no)";
    execute(
        "INSERT INTO "
            + broken
            + " SELECT "
            + 2 * index
            + ", row_no FROM (SELECT s.wk_row_no AS row_no, "
            + number
            + " AS n FROM "
            + stage
            + " s WHERE "
            + considered(index)
            + notNull(check)
            + takesPart()
            + ") x WHERE n > 1");
  }

  private long taken(TargetCheck.Unique check, int index) throws SQLException {
    boolean upsert = plan.mode().kind() == WriteMode.Kind.UPSERT;
    if (upsert && Set.copyOf(check.columns()).equals(Set.copyOf(plan.mode().keys()))) {
      // A row of the target with the same values is the one that is replaced.
      return 0;
    }
    String replaced =
        upsert
            ? " AND NOT EXISTS (SELECT 1 FROM "
                + stage
                + " r WHERE r.wk_bad = 0 AND "
                + equal("r", plan.mode().keys(), "t", plan.mode().keys(), Expr.Nulls.DISTINCT)
                + " AND (r.wk_row_no = s.wk_row_no OR NOT EXISTS (SELECT 1 FROM "
                + broken
                + " d WHERE d.row_no = r.wk_row_no)))"
            : "";
    return update(
        "INSERT INTO "
            + broken
            + " SELECT "
            + (2 * index + 1)
            + ", s.wk_row_no FROM "
            + stage
            + " s WHERE "
            + considered(index)
            + notNull(check)
            + takesPart()
            + " AND NOT EXISTS (SELECT 1 FROM "
            + broken
            + " b WHERE b.row_no = s.wk_row_no AND b.code IN ("
            + 2 * index
            + ", "
            + (2 * index + 1)
            + ")) AND EXISTS (SELECT 1 FROM "
            + table
            + " t WHERE "
            + equal("t", check.columns(), "s", check.columns(), check.nulls())
            + scope(check)
            + replaced
            + ")");
  }

  private static String notNull(TargetCheck.Unique check) {
    return check.nulls() == Expr.Nulls.EQUAL
        ? ""
        : check.columns().stream()
            .map(column -> " AND s." + SqlNames.quoted(column) + " IS NOT NULL")
            .collect(Collectors.joining());
  }

  private String scope(TargetCheck.Unique check) throws SQLException {
    return check.simple() == TargetCheck.Scope.WHOLE
        ? ""
        : " AND ("
            + SqlCondition.of(dialect.sql(), SqlReplay.fields(targetColumns()), check.within())
            + ") IS TRUE";
  }

  private List<TargetColumn> targetColumns() throws SQLException {
    session.settle();
    return dialect.columns(connection, target.asset());
  }

  private boolean isSelf(TargetCheck.Refers check) {
    return dialect.table(check.table()).equals(table) && columns.containsAll(check.keys());
  }

  private long missing(TargetCheck.Refers check, int index)
      throws SQLException, GateRefusedException {
    session.settle();
    if (!dialect.exists(connection, new Asset(target.asset().system(), check.table()))) {
      throw new GateRefusedException(
          "There is no table " + check.table() + " to refer to, or this login may not see it");
    }
    String unknown =
        "INSERT INTO "
            + broken
            + " SELECT "
            + 2 * index
            + ", s.wk_row_no FROM "
            + stage
            + " s WHERE "
            + considered(index)
            + takesPart()
            + " AND NOT EXISTS (SELECT 1 FROM "
            + dialect.table(check.table())
            + " r WHERE "
            + equal("r", check.keys(), "s", check.columns(), Expr.Nulls.DISTINCT)
            + ")";
    if (!isSelf(check)) {
      String referred = dialect.table(check.table());
      dialect.keepReferred(
          connection,
          referred,
          "SELECT 1 FROM "
              + referred
              + " r WHERE EXISTS (SELECT 1 FROM "
              + stage
              + " s WHERE "
              + considered(index)
              + " AND "
              + equal("r", check.keys(), "s", check.columns(), Expr.Nulls.DISTINCT)
              + ")");
      return update(unknown);
    }
    // A row may refer to one of its own batch, unless that one goes to quarantine, and so on.
    String orphan =
        unknown
            + " AND NOT EXISTS (SELECT 1 FROM "
            + broken
            + " o WHERE o.row_no = s.wk_row_no AND o.code = "
            + 2 * index
            + ") AND NOT EXISTS (SELECT 1 FROM "
            + stage
            + " p WHERE p.wk_bad = 0 AND "
            + equal("p", check.keys(), "s", check.columns(), Expr.Nulls.DISTINCT)
            + " AND NOT EXISTS (SELECT 1 FROM "
            + broken
            + " b WHERE b.row_no = p.wk_row_no))";
    long found = 0;
    long more;
    while ((more = update(orphan)) > 0) {
      // Rows that refer to the ones just found are next.
      found += more;
    }
    return found;
  }

  @Override
  public GateTally route(Set<Integer> checks)
      throws IOException, GateConflictException, GateRefusedException {
    try {
      finishLoads();
      if (!staged) {
        GateTally tally = GateTally.of(in - locallyBad, locallyBad, 0);
        routed = tally;
        return tally;
      }
      if (!answered) {
        throw new IllegalStateException("Ask check() first");
      }
      List<String> codes = new ArrayList<>(List.of(Integer.toString(KEY_PUBLISHED)));
      for (int check : checks) {
        codes.add(Integer.toString(2 * check));
        codes.add(Integer.toString(2 * check + 1));
      }
      String routedCodes = String.join(", ", codes);
      execute("DELETE FROM " + fate);
      execute(
          "INSERT INTO "
              + fate
              + " SELECT row_no, max(CASE WHEN code = "
              + PUBLISHED_ALREADY
              + " THEN "
              + DROP
              + " ELSE "
              + QUARANTINE
              + " END) FROM "
              + broken
              + " WHERE code = "
              + PUBLISHED_ALREADY
              + " OR code IN ("
              + routedCodes
              + ") GROUP BY row_no");
      dialect.analyze(connection, fate);
      long dropped = count("SELECT count(*) FROM " + fate + " WHERE fate = " + DROP);
      long published = count("SELECT count(*) FROM " + stage + " s WHERE " + isGood());
      requireKeys();
      GateTally tally = new GateTally(in, published, in - published - dropped, dropped);
      routed = tally;
      return tally;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private String isGood() {
    return "s.wk_bad = 0 AND NOT EXISTS (SELECT 1 FROM "
        + fate
        + " f WHERE f.row_no = s.wk_row_no)";
  }

  /** Two rows with one key, or one without, are no upsert. */
  private void requireKeys() throws SQLException, GateRefusedException {
    if (plan.mode().kind() != WriteMode.Kind.UPSERT) {
      return;
    }
    List<String> keys = plan.mode().keys();
    String without =
        keys.stream()
            .map(key -> "s." + SqlNames.quoted(key) + " IS NULL")
            .collect(Collectors.joining(" OR "));
    long bare =
        count("SELECT count(*) FROM " + stage + " s WHERE " + isGood() + " AND (" + without + ")");
    long twice =
        count(
            "SELECT count(*) FROM (SELECT 1 AS one FROM "
                + stage
                + " s WHERE "
                + isGood()
                + " GROUP BY "
                + SqlNames.of("s", keys)
                + " HAVING count(*) > 1) x");
    if (bare + twice > 0) {
      throw new GateRefusedException(
          bare
              + " good rows have no key ("
              + String.join(", ", keys)
              + ") and "
              + twice
              + " keys have several good rows: add rules not-null and unique for the key, so that"
              + " they go to quarantine");
    }
  }

  @Override
  public GateReport commit(GateReport draft)
      throws IOException, GateConflictException, GateRefusedException {
    GateTally tally = routed;
    if (tally == null || !tally.equals(draft.tally())) {
      throw new IllegalStateException("The report is not about the rows that were routed");
    }
    Hash batch = draft.batch().orElseThrow();
    try {
      session.settle();
      dialect.hold(connection, target.asset().toString());
      Optional<GateReport> before = SqlGateTarget.stored(connection, batch);
      if (before.isPresent()) {
        return before.get();
      }
      requireVersion();
      long kept = keepBad(batch);
      steps.accept(GateStep.QUARANTINED);
      long published = publishGood();
      steps.accept(GateStep.PUBLISHED);
      GateTally stored = GateTally.of(published, kept, tally.dropped());
      if (!stored.equals(tally) || stored.in() != in) {
        throw new GateRefusedException(
            "Of "
                + in
                + " rows, "
                + published
                + " were published and "
                + kept
                + " quarantined, not "
                + tally.published()
                + " and "
                + tally.quarantined()
                + ": a trigger or a rule of "
                + target.asset()
                + " drops rows; nothing is published");
      }
      quarantine.requireRoom(connection);
      GateReport report =
          draft.between(
              Optional.of(Long.toString(version)), Optional.of(Long.toString(version + 1)));
      write(report, batch);
      steps.accept(GateStep.LEDGERED);
      dropScratch();
      return committed(report, batch);
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private GateReport committed(GateReport report, Hash batch) throws IOException, SQLException {
    try {
      connection.commit();
    } catch (SQLException e) {
      if (dialect.problem(e) == GateDialect.Problem.SERVER) {
        Optional<GateReport> settled = target.settled(batch);
        if (settled.isPresent()) {
          return settled.get();
        }
      }
      throw e;
    }
    steps.accept(GateStep.COMMITTED);
    return report;
  }

  private void requireVersion() throws SQLException, GateConflictException {
    long now = target.current(connection);
    if (now != version && staged) {
      version = now;
      throw new GateConflictException(GateConflictException.Again.CHECKS);
    }
    version = now;
  }

  private long keepBad(Hash batch) throws SQLException {
    if (plan.replay().isPresent()) {
      return keepReplayed(batch);
    }
    long kept = 0;
    if (locallyBad > 0) {
      kept += quarantine.keep(connection, plan, batch, "SELECT * FROM " + bad);
    }
    if (staged) {
      kept += quarantine.keep(connection, plan, batch, checkedBad());
      if (locallyBad > 0) {
        // What breaks a rule about single rows may break one about the target too.
        execute(
            "UPDATE "
                + quarantine.table()
                + " AS q SET wk_rules = substr(q.wk_rules, 1, length(q.wk_rules) - 1) || ',' ||"
                + " substr(x.rules, 2), wk_reasons = substr(q.wk_reasons, 1,"
                + " length(q.wk_reasons) - 1) || ',' || substr(x.reasons, 2) FROM ("
                + labels()
                + ") x, "
                + stage
                + " s WHERE q.wk_batch = "
                + SqlNames.literal(batch.hex())
                + " AND q.wk_row_no = x.row_no AND s.wk_row_no = x.row_no AND s.wk_bad = 1");
      }
    }
    return kept;
  }

  /** Rows that only checks send to quarantine, in the form that it takes. */
  private String checkedBad() {
    return "SELECT s.wk_row_no, s.wk_digest, x.rules AS wk_rules, x.reasons AS wk_reasons,"
        + " CASE x.severity WHEN 2 THEN 'CRITICAL' WHEN 1 THEN 'WARNING' ELSE 'INFO' END"
        + " AS wk_severity, CAST(NULL AS text) AS wk_untyped"
        + (columns.isEmpty() ? "" : ", " + SqlNames.of("s", columns))
        + " FROM "
        + stage
        + " s JOIN "
        + fate
        + " f ON f.row_no = s.wk_row_no AND f.fate = "
        + QUARANTINE
        + " JOIN ("
        + labels()
        + ") x ON x.row_no = s.wk_row_no WHERE s.wk_bad = 0";
  }

  /** The rules that checks found broken, by row. */
  private String labels() {
    StringBuilder rules = new StringBuilder("CASE code");
    StringBuilder reasons = new StringBuilder("CASE code");
    StringBuilder severities = new StringBuilder("CASE code");
    for (int i = 0; i < plan.checks().size(); i++) {
      TargetCheck check = plan.checks().get(i);
      GateRule rule = plan.rules().get(check.rule());
      boolean unique = check instanceof TargetCheck.Unique;
      label(2 * i, rule, unique ? "repeated in the batch" : "missing", rules, reasons, severities);
      label(2 * i + 1, rule, "in the target already", rules, reasons, severities);
    }
    label(KEY_PUBLISHED, KEY_RULE, "in the target already", rules, reasons, severities);
    return "SELECT row_no, '[' || string_agg("
        + rules
        + " END, ',' ORDER BY code) || ']' AS rules, '[' || string_agg("
        + reasons
        + " END, ',' ORDER BY code) || ']' AS reasons, max("
        + severities
        + " END) AS severity FROM "
        + broken
        + " WHERE code <> "
        + PUBLISHED_ALREADY
        + " GROUP BY row_no";
  }

  private static void label(
      int code,
      GateRule rule,
      String observed,
      StringBuilder rules,
      StringBuilder reasons,
      StringBuilder severities) {
    String when = " WHEN " + code + " THEN ";
    rules.append(when).append(SqlNames.literal(Json.of(rule.id()).text()));
    reasons.append(when).append(SqlNames.literal(reason(rule, observed)));
    severities.append(when).append(rank(rule.severity()));
  }

  private static int rank(Rule.Severity severity) {
    return switch (severity) {
      case INFO -> 0;
      case WARNING -> 1;
      case CRITICAL -> 2;
    };
  }

  /** Rows of a replay are in quarantine already: only what is said about them changes. */
  private long keepReplayed(Hash batch) throws SQLException {
    String same = "q.wk_batch = r.wk_batch AND q.wk_row_no = r.wk_row_no";
    execute(
        "UPDATE "
            + quarantine.table()
            + " AS q SET wk_status = 'WAIVED', wk_replay = NULL FROM "
            + replaying
            + " r, "
            + fate
            + " f WHERE "
            + same
            + " AND f.row_no = r.row_no AND f.fate = "
            + DROP);
    long kept = 0;
    if (locallyBad > 0) {
      kept +=
          update(
              "UPDATE "
                  + quarantine.table()
                  + " AS q SET wk_status = 'OPEN', wk_replay = NULL, wk_rules = x.wk_rules,"
                  + " wk_reasons = x.wk_reasons, wk_severity = x.wk_severity FROM "
                  + replaying
                  + " r, "
                  + bad
                  + " x WHERE "
                  + same
                  + " AND x.wk_row_no = r.row_no AND NOT EXISTS (SELECT 1 FROM "
                  + fate
                  + " f WHERE f.row_no = r.row_no AND f.fate = "
                  + DROP
                  + ")");
    }
    kept +=
        update(
            "UPDATE "
                + quarantine.table()
                + " AS q SET wk_status = 'OPEN', wk_replay = NULL, wk_rules = x.wk_rules,"
                + " wk_reasons = x.wk_reasons, wk_severity = x.wk_severity FROM "
                + replaying
                + " r, ("
                + checkedBad()
                + ") x WHERE "
                + same
                + " AND x.wk_row_no = r.row_no");
    execute(
        "UPDATE "
            + quarantine.table()
            + " AS q SET wk_status = 'REPLAYED', wk_replay = NULL, wk_replayed_batch = "
            + SqlNames.literal(batch.hex())
            + " FROM "
            + replaying
            + " r, "
            + stage
            + " s WHERE "
            + same
            + " AND s.wk_row_no = r.row_no AND "
            + isGood());
    return kept;
  }

  private long publishGood() throws SQLException {
    if (!staged) {
      return in - locallyBad;
    }
    String values = SqlNames.of("s", columns);
    if (plan.mode().kind() == WriteMode.Kind.APPEND) {
      return update(
          "INSERT INTO "
              + table
              + " ("
              + SqlNames.quoted(columns)
              + ") SELECT "
              + values
              + " FROM "
              + stage
              + " s WHERE "
              + isGood()
              + " ORDER BY s.wk_row_no");
    }
    List<String> keys = plan.mode().keys();
    List<String> others = columns.stream().filter(column -> !keys.contains(column)).toList();
    String match = equal("t", keys, "s", keys, Expr.Nulls.DISTINCT);
    long replaced =
        others.isEmpty()
            ? count(
                "SELECT count(*) FROM "
                    + stage
                    + " s WHERE "
                    + isGood()
                    + " AND EXISTS (SELECT 1 FROM "
                    + table
                    + " t WHERE "
                    + match
                    + ")")
            : update(
                "UPDATE "
                    + table
                    + " AS t SET "
                    + others.stream()
                        .map(c -> SqlNames.quoted(c) + " = s." + SqlNames.quoted(c))
                        .collect(Collectors.joining(", "))
                    + " FROM "
                    + stage
                    + " s WHERE "
                    + match
                    + " AND "
                    + isGood());
    long added =
        update(
            "INSERT INTO "
                + table
                + " ("
                + SqlNames.quoted(columns)
                + ") SELECT "
                + values
                + " FROM "
                + stage
                + " s WHERE "
                + isGood()
                + " AND NOT EXISTS (SELECT 1 FROM "
                + table
                + " t WHERE "
                + match
                + ") ORDER BY s.wk_row_no");
    return replaced + added;
  }

  private void write(GateReport report, Hash batch) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE weirkeeper_gate.target SET version = version + 1 WHERE asset = ?")) {
      update.setString(1, target.asset().toString());
      update.executeUpdate();
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO weirkeeper_gate.ledger (batch, asset, contract, input, parent, status,"
                + " n_in, n_published, n_quarantined, n_dropped, version_before, version_after,"
                + " report, written_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)")) {
      GateTally tally = report.tally();
      insert.setString(1, batch.hex());
      insert.setString(2, target.asset().toString());
      insert.setString(3, report.contract().digest().hex());
      insert.setString(4, report.input().orElseThrow().hex());
      insert.setString(5, report.parent().map(Hash::hex).orElse(null));
      insert.setString(6, report.status().name());
      insert.setLong(7, tally.in());
      insert.setLong(8, tally.published());
      insert.setLong(9, tally.quarantined());
      insert.setLong(10, tally.dropped());
      insert.setLong(11, version);
      insert.setLong(12, version + 1);
      insert.setString(13, Json.of(report).text());
      insert.setString(14, report.at().toString());
      insert.executeUpdate();
    }
  }

  private void dropScratch() throws SQLException {
    if (staged) {
      execute("DROP TABLE " + stage);
      execute("DROP TABLE " + broken);
      execute("DROP TABLE " + fate);
    }
    if (locallyBad > 0) {
      execute("DROP TABLE " + bad);
    }
    if (plan.replay().isPresent()) {
      execute("DROP TABLE " + replaying);
    }
  }

  private IOException failure(SQLException e) throws GateConflictException, GateRefusedException {
    return switch (dialect.problem(e)) {
      case CONFLICT -> throw new GateConflictException(GateConflictException.Again.WRITE);
      case REFUSED ->
          throw new GateRefusedException(
              "The database refuses the batch for "
                  + target.asset()
                  + " (SQLSTATE "
                  + e.getSQLState()
                  + "): look at the constraints and triggers of the table and of its quarantine,"
                  + " and at the rights of the gate's login; nothing is published",
              SqlGateTarget.redacted(e));
      case SERVER ->
          SqlGateTarget.withheld("The write to " + target.asset() + " failed on the way", e);
    };
  }

  @Override
  public void close() throws IOException {
    try {
      session.close();
    } catch (SQLException e) {
      throw SqlGateTarget.withheld("Cannot end the write to " + target.asset(), e);
    }
  }
}
