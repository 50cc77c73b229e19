package dev.weirkeeper.examples.server;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.audit.JsonLinesLog;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.postgres.PostgresTarget;
import dev.weirkeeper.contracts.sql.Explanation;
import dev.weirkeeper.drift.postgres.PostgresReadTools;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Examines whether a configuration can run here: connects, looks, and changes nothing but a file
 * that it takes away again. What could not be found out is no good news.
 */
final class Doctor {
  private static final int OLDEST = 140_000;

  /** Megabytes of log; PostgreSQL writes files of 16. */
  private static final long SMALLEST_KEPT = 64;

  private static final Duration SKEW_NOTED = Duration.ofSeconds(2);
  private static final Duration SKEW_WRONG = Duration.ofMinutes(1);

  /** What was found about one thing. */
  enum State {
    OK,
    /** It works; somebody should know. */
    WARNING,
    /** It will not work, or not safely. */
    FAILED,
    /** It could not be found out. */
    UNKNOWN
  }

  /**
   * @param mend what to do; empty if nothing is
   */
  record Check(String subject, State state, String found, String mend) {}

  /** All that was found. */
  record Report(List<Check> checks) {
    Report {
      checks = List.copyOf(checks);
    }

    boolean healthy() {
      return checks.stream()
          .noneMatch(check -> check.state() == State.FAILED || check.state() == State.UNKNOWN);
    }
  }

  private final Config config;
  private final Clock clock;
  private final List<Check> checks = new ArrayList<>();

  private Doctor(Config config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  static Report examine(Config config, Clock clock) {
    Doctor doctor = new Doctor(config, clock);
    doctor.folder();
    doctor.journal();
    doctor.source();
    doctor.target();
    doctor.datasets();
    doctor.dbt();
    return new Report(doctor.checks);
  }

  // ---- this machine

  private void folder() {
    Path folder = config.folder();
    if (Files.notExists(folder)) {
      ok("folder", "is not there yet; the first start makes it");
      return;
    }
    try {
      Set<PosixFilePermission> open = Files.getPosixFilePermissions(folder);
      open.removeAll(PosixFilePermissions.fromString("rwx------"));
      if (open.isEmpty()) {
        ok("folder", "is private");
      } else {
        failed("folder", "others may enter it", "chmod 700 " + folder);
      }
      Path probe = Files.createTempFile(folder, "doctor-", "");
      try (FileChannel channel = FileChannel.open(probe, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(new byte[] {1}));
        channel.force(true);
      } finally {
        Files.delete(probe);
      }
      ok("folder.durable", "takes a file and makes it durable");
    } catch (IOException e) {
      failed(
          "folder.durable",
          "cannot be written: " + e.getClass().getSimpleName(),
          "let the user of the server own " + folder + ", on a disk with room");
    }
    try {
      ControlSocket.pathIn(folder, ControlSocket.PERSONS);
    } catch (IOException e) {
      failed("folder.path", String.valueOf(e.getMessage()), "choose another folder");
    }
  }

  private void journal() {
    Path log = config.folder().resolve("audit");
    if (Files.notExists(log)) {
      ok("journal", "is empty");
      return;
    }
    try {
      JsonLinesLog.Report report = JsonLinesLog.in(log).verify();
      if (!report.intact()) {
        failed(
            "journal",
            "is broken: " + report.problem().map(JsonLinesLog.Problem::toString).orElse(""),
            "keep it as it is, find out who wrote to it, and start in another folder");
        return;
      }
      ok("journal", report.head().records() + " records are right");
      int unsettled = JsonLinesLog.in(log).unsettled().size();
      if (unsettled > 0) {
        warn(
            "journal.unsettled",
            unsettled + " acts of which nobody knows what they came to",
            "look at them with weirkeeper journal unsettled, then settle them");
      }
      Optional<Instant> last = lastTime(log);
      if (last.isPresent() && last.get().isAfter(clock.instant().plus(SKEW_NOTED))) {
        failed(
            "clock",
            "the log has a record of " + last.get() + ", which is to come",
            "set the clock");
      }
    } catch (IOException e) {
      unknown("journal", "cannot be read: " + said(e), "let the user of the server read it");
    }
  }

  private static Optional<Instant> lastTime(Path log) throws IOException {
    Optional<Instant> last = Optional.empty();
    try (JsonLinesLog.Entries entries = JsonLinesLog.in(log).entries()) {
      for (Optional<JsonLinesLog.Entry> at = entries.next(); at.isPresent(); at = entries.next()) {
        last = Optional.of(at.get().record().at());
      }
    }
    return last;
  }

  // ---- the source

  private void source() {
    Properties login = config.logins().source();
    try (Connection connection = DriverManager.getConnection(config.source().url(), login)) {
      ok("source", "is reached");
      server("source", connection);
      sourceSettings(connection);
      slot(connection);
      for (String table : config.source().tables()) {
        table(connection, table);
      }
      publication(connection);
      eventTrigger(connection);
    } catch (SQLException e) {
      unreachable("source", e);
    }
  }

  private void server(String subject, Connection connection) throws SQLException {
    List<String> row =
        row(
            connection,
            "SELECT current_setting('server_version_num'), current_setting('server_version'),"
                + " pg_is_in_recovery()::text");
    if (Integer.parseInt(row.get(0)) < OLDEST) {
      failed(subject + ".version", "PostgreSQL " + row.get(1), "use 14 or newer");
    } else {
      ok(subject + ".version", "PostgreSQL " + row.get(1));
    }
    if (row.get(2).equals("true")) {
      failed(subject + ".primary", "is a standby", "connect to the primary");
    }
    clock(subject, connection);
  }

  private void clock(String subject, Connection connection) throws SQLException {
    Instant before = clock.instant();
    Instant there;
    try (PreparedStatement query = connection.prepareStatement("SELECT clock_timestamp()");
        ResultSet row = query.executeQuery()) {
      row.next();
      Timestamp time = row.getTimestamp(1);
      there = time.toInstant();
    }
    Duration skew = Duration.between(before, there).abs();
    if (skew.compareTo(SKEW_WRONG) > 0) {
      failed(
          subject + ".clock",
          "differs from this machine's by " + skew.toSeconds() + " s",
          "set the clock that is wrong: budgets and approvals go by this machine's");
    } else if (skew.compareTo(SKEW_NOTED) > 0) {
      warn(
          subject + ".clock",
          "differs from this machine's by " + skew.toSeconds() + " s",
          "let both follow a time server");
    } else {
      ok(subject + ".clock", "agrees with this machine's");
    }
  }

  private void sourceSettings(Connection connection) throws SQLException {
    List<String> row =
        row(
            connection,
            "SELECT current_setting('wal_level'), current_setting('max_slot_wal_keep_size'),"
                + " current_setting('max_replication_slots')::int"
                + " - (SELECT count(*) FROM pg_replication_slots),"
                + " current_setting('max_wal_senders'),"
                + " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)::text,"
                + " (SELECT rolreplication FROM pg_roles WHERE rolname = current_user)::text,"
                + " coalesce((SELECT pg_has_role(current_user, oid, 'USAGE') FROM pg_roles"
                + " WHERE rolname = 'rds_replication'), false)::text, quote_ident(current_user)");
    if (row.get(0).equals("logical")) {
      ok("source.wal_level", "logical");
    } else {
      failed(
          "source.wal_level",
          row.get(0) + ": the log does not tell rows",
          "ALTER SYSTEM SET wal_level = 'logical', then restart the server");
    }
    if (row.get(1).equals("-1")) {
      warn(
          "source.max_slot_wal_keep_size",
          "no bound: while this server is stopped, the slot may fill the source's disk",
          "ALTER SYSTEM SET max_slot_wal_keep_size = '"
              + keepAtMost(config.source().walBudget())
              + "' (twice the wal-budget), then reload; beyond it tables are loaded again");
    } else {
      ok("source.max_slot_wal_keep_size", row.get(1));
    }
    boolean superuser = row.get(4).equals("true");
    if (superuser) {
      warn(
          "source.login",
          row.get(7) + " is a superuser",
          "use a login with LOGIN, REPLICATION and SELECT on the tables only");
    }
    if (superuser || row.get(5).equals("true") || row.get(6).equals("true")) {
      ok("source.replication", row.get(7) + " may read the log");
    } else {
      failed(
          "source.replication",
          row.get(7) + " may not read the log",
          "ALTER ROLE " + row.get(7) + " REPLICATION");
    }
    if (slotRow(connection).isEmpty() && Integer.parseInt(row.get(2)) < 1) {
      failed(
          "source.slots",
          "no replication slot is left",
          "raise max_replication_slots, or drop one that nobody needs");
    }
    if (row.get(3).equals("0")) {
      failed("source.wal_senders", "max_wal_senders is 0", "raise it and restart the server");
    }
  }

  /** Never 0, which would have the source give up the slot at once. */
  private static String keepAtMost(long walBudget) {
    long megabytes = Math.max(SMALLEST_KEPT, walBudget >> 19);
    return megabytes % 1024 == 0 ? megabytes / 1024 + "GB" : megabytes + "MB";
  }

  private Optional<List<String>> slotRow(Connection connection) throws SQLException {
    return rows(
            connection,
            "SELECT coalesce(wal_status, ''), active::text,"
                + " coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint::text"
                + " FROM pg_replication_slots WHERE slot_name = ?",
            "wk_" + config.source().system().replace('-', '_'))
        .stream()
        .findFirst();
  }

  private void slot(Connection connection) throws SQLException {
    Optional<List<String>> slot = slotRow(connection);
    if (slot.isEmpty()) {
      ok("source.slot", "is not there yet; the first start makes it");
      return;
    }
    long kept = Long.parseLong(slot.get().get(2));
    if (slot.get().get(0).equals("lost")) {
      failed(
          "source.slot",
          "is lost: the source removed log that was still needed",
          "drop it and forget the stored position, so that the tables are loaded again");
    } else if (kept > config.source().walBudget()) {
      warn(
          "source.slot",
          "keeps " + kept + " bytes of log, more than wal-budget",
          "start the server, or find out why it is behind");
    } else {
      ok(
          "source.slot",
          "keeps "
              + kept
              + " bytes of log"
              + (slot.get().get(1).equals("true") ? "; a server reads it now" : ""));
    }
  }

  private void table(Connection connection, String table) throws SQLException {
    int dot = table.indexOf('.');
    List<List<String>> found =
        rows(
            connection,
            "SELECT has_table_privilege(c.oid, 'SELECT')::text, (EXISTS (SELECT FROM pg_index i"
                + " WHERE i.indrelid = c.oid AND (i.indisprimary OR i.indisreplident))"
                + " OR c.relreplident = 'f')::text"
                + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')",
            table.substring(0, dot),
            table.substring(dot + 1));
    String subject = "source.table " + table;
    if (found.isEmpty()) {
      failed(subject, "is not there", "name it as the source does, or create it");
    } else if (!found.get(0).get(0).equals("true")) {
      failed(subject, "may not be read", "GRANT SELECT ON it TO the login of the source");
    } else if (!found.get(0).get(1).equals("true")) {
      warn(subject, "has no key: only inserts are followed", "give it a primary key");
    } else {
      ok(subject, "can be read and has a key");
    }
  }

  private void publication(Connection connection) throws SQLException {
    String name = "wk_" + config.source().system().replace('-', '_');
    Set<String> published = new java.util.TreeSet<>();
    rows(
            connection,
            "SELECT schemaname || '.' || tablename FROM pg_publication_tables"
                + " WHERE pubname IN (?, ?)",
            name,
            name + "_ins")
        .forEach(row -> published.add(row.get(0)));
    List<String> missing =
        config.source().tables().stream().filter(table -> !published.contains(table)).toList();
    if (missing.isEmpty()) {
      ok("source.publication", name + " has all tables");
      return;
    }
    List<String> mayMake =
        row(connection, "SELECT has_database_privilege(current_database(), 'CREATE')::text");
    long foreign = 0;
    for (String table : missing) {
      int dot = table.indexOf('.');
      foreign +=
          rows(
                  connection,
                  "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                      + " WHERE n.nspname = ? AND c.relname = ?"
                      + " AND NOT pg_has_role(current_user, c.relowner, 'USAGE')",
                  table.substring(0, dot),
                  table.substring(dot + 1))
              .size();
    }
    if (mayMake.get(0).equals("true") && foreign == 0) {
      ok("source.publication", "can be made for " + String.join(", ", missing));
    } else {
      failed(
          "source.publication",
          name + " lacks " + String.join(", ", missing) + ", and the login may not add them",
          "as owner of the tables: CREATE PUBLICATION "
              + name
              + " FOR TABLE "
              + String.join(", ", missing));
    }
  }

  private void eventTrigger(Connection connection) throws SQLException {
    if (rows(
            connection,
            "SELECT 1 FROM pg_event_trigger WHERE evtname LIKE 'weirkeeper%' AND evtenabled <> 'D'")
        .isEmpty()) {
      warn(
          "source.ddl",
          "there is no DDL event trigger: some changes show only with the next row",
          "a superuser installs it; see docs/postgres-boundary.md");
    } else {
      ok("source.ddl", "the event trigger tells of DDL");
    }
  }

  // ---- the target

  private void target() {
    DataSource change = login(PostgresBoundary.Login.CHANGE);
    try (Connection connection = change.getConnection()) {
      ok("target", "is reached");
      server("target", connection);
      boundary(connection, PostgresBoundary.Login.CHANGE);
      boundary(connection, PostgresBoundary.Login.ROWS);
      if (reads()) {
        boundary(connection, PostgresBoundary.Login.READ);
      }
    } catch (SQLException e) {
      unprepared("target", e);
    }
    try {
      PostgresTarget.builder(config.target().system(), login(PostgresBoundary.Login.ROWS))
          .open()
          .close();
      ok("target.rows", "wk_rows reaches its bookkeeping");
    } catch (IOException e) {
      failed("target.rows", said(e), prepare());
    }
    if (reads()) {
      try {
        PostgresReadTools.builder(
                config.target().system(),
                login(PostgresBoundary.Login.READ),
                Masking.with(new byte[32]))
            .build();
        ok("target.reads", "wk_read may read and nothing else");
      } catch (SQLException | IllegalStateException e) {
        failed(
            "target.reads", said(e), "mend the login, or leave out validate and say reads: none");
      }
    }
  }

  /** Whether anything is done as wk_read. */
  private boolean reads() {
    return config.reads().scope() == Config.Reads.Scope.TARGET
        || !config.validation().datasets().isEmpty();
  }

  private void datasets() {
    for (Config.Dataset dataset : config.validation().datasets()) {
      String subject = "validate " + dataset.name();
      Contract contract = dataset.contracted().contract();
      DatasetRef table = new DatasetRef(new Asset(config.target().system(), contract.asset()), "");
      try {
        Explanation cost =
            config.validator().explain(contract, table, Options.DEFAULT, CallControl.NONE);
        if (cost.unjudged().isEmpty()) {
          ok(subject, "is readable, and all rules can be asked of its columns");
        } else {
          warn(
              subject,
              cost.unjudged().size() + " rules cannot be judged: " + cost.unjudged().keySet(),
              "mend the contract or the table; these rules are never kept");
        }
      } catch (IOException e) {
        // The first start makes tables of the stream, so this need not be a mistake.
        warn(
            subject,
            said(e),
            "start the stream if it makes the table, or GRANT SELECT on it to wk_read");
      }
    }
  }

  private void dbt() {
    config
        .dbt()
        .ifPresent(
            dbt -> {
              if (Files.isExecutable(dbt.executable())) {
                ok("dbt", "is a program");
              } else {
                failed(
                    "dbt", dbt.executable() + " cannot be run", "install dbt 1.8 or later there");
              }
              if (Files.isReadable(dbt.project().resolve("dbt_project.yml"))) {
                ok("dbt.project", "is there");
              } else {
                failed(
                    "dbt.project",
                    dbt.project() + " has no dbt_project.yml",
                    "let dbt.project name the folder of the project");
              }
            });
  }

  private DataSource login(PostgresBoundary.Login login) {
    return config.logins().target(login, config.target().url());
  }

  private void boundary(Connection connection, PostgresBoundary.Login login) {
    String subject = "target.boundary " + login.role();
    try {
      PostgresBoundary.Report report = PostgresBoundary.check(connection, login);
      report.dangers().forEach(danger -> failed(subject, danger.what(), danger.mend()));
      report.warnings().forEach(danger -> warn(subject, danger.what(), danger.mend()));
      if (report.dangers().isEmpty()) {
        ok(subject, "has no way around the boundary");
      }
    } catch (SQLException e) {
      unprepared(subject, e);
    }
  }

  private void unprepared(String subject, SQLException e) {
    String state = String.valueOf(e.getSQLState());
    boolean missing = state.startsWith("28") || state.startsWith("42") || state.equals("3F000");
    if (missing) {
      failed(
          subject, "is not prepared, or the login is refused (SQLSTATE " + state + ")", prepare());
    } else {
      unreachable(subject, e);
    }
  }

  private static String prepare() {
    return "as its administrator, run once: java -jar quickstart.jar --prepare URL, or the scripts of"
        + " docs/postgres-boundary.md; then set the passwords";
  }

  private void unreachable(String subject, SQLException e) {
    String state = String.valueOf(e.getSQLState());
    checks.add(
        new Check(
            subject,
            state.startsWith("28") ? State.FAILED : State.UNKNOWN,
            (state.startsWith("28") ? "refuses the login" : "cannot be asked")
                + " (SQLSTATE "
                + state
                + ")",
            state.startsWith("28")
                ? "look at pg_hba.conf and at the password file (PGPASSFILE)"
                : "is the server up, and are host, port and database of the URL right?"));
  }

  // ---- small things

  private static List<String> row(Connection connection, String sql) throws SQLException {
    return rows(connection, sql).get(0);
  }

  private static List<List<String>> rows(Connection connection, String sql, String... values)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        query.setString(i + 1, values[i]);
      }
      List<List<String>> all = new ArrayList<>();
      try (ResultSet rows = query.executeQuery()) {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
          List<String> row = new ArrayList<>();
          for (int column = 1; column <= columns; column++) {
            row.add(String.valueOf(rows.getString(column)));
          }
          all.add(row);
        }
      }
      return all;
    }
  }

  private static String said(Exception e) {
    return Redaction.redacted(String.valueOf(e.getMessage()));
  }

  private void ok(String subject, String found) {
    checks.add(new Check(subject, State.OK, found, ""));
  }

  private void warn(String subject, String found, String mend) {
    checks.add(new Check(subject, State.WARNING, found, mend));
  }

  private void failed(String subject, String found, String mend) {
    checks.add(new Check(subject, State.FAILED, found, mend));
  }

  private void unknown(String subject, String found, String mend) {
    checks.add(new Check(subject, State.UNKNOWN, found, mend));
  }
}
