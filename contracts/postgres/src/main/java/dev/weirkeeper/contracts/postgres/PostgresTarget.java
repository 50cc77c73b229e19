package dev.weirkeeper.contracts.postgres;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Position;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.Target;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches into a PostgreSQL database: rows, quarantine, spool, ledger and position in one
 * transaction, so that each change is there exactly once whatever is killed.
 *
 * <p>An asset {@code shop.orders} is the table {@code orders} of schema {@code shop}, with the
 * columns of the accepted relation. The login needs SELECT, INSERT, UPDATE and DELETE there and on
 * the bookkeeping (see {@link #install(Connection, String)}), and nothing else: it creates nothing,
 * not even temporary tables.
 *
 * <p>A table whose spool would outgrow its budget is refused with a reason that begins with {@code
 * spool budget}.
 *
 * <p>When a load begins, what waits in spool and quarantine of its table is closed: the load reads
 * it all again. Discarded spool rows are counted in {@code weirkeeper.discarded}.
 *
 * <p>Not safe to share between threads. Feeds that it gives read on its own connection, between two
 * batches.
 */
public final class PostgresTarget implements Target {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresTarget.class);
  private static final int VERSION = 2;
  private static final int RETRIES = 5;
  private static final long INSTALL_LOCK = 0x7765_6972_6b65_6570L;

  private final String system;
  private final DataSource connections;
  private final BatchWriter.Budgets budgets;
  private final Clock clock;
  private final Memory memory;
  private @Nullable Session session;

  private PostgresTarget(Builder builder) {
    system = builder.system;
    connections = builder.connections;
    budgets = new BatchWriter.Budgets(builder.refusedBudget, builder.spoolBudget);
    clock = builder.clock;
    memory = new Memory(builder.openKeys);
  }

  /**
   * @param system the name of the target system, for messages
   * @param connections where the target takes its connection from; not a pool that shares it
   */
  public static Builder builder(String system, DataSource connections) {
    return new Builder(system, connections);
  }

  /** Sets up a target. */
  public static final class Builder {
    private final String system;
    private final DataSource connections;
    private int refusedBudget = 1000;
    private long spoolBudget = 10L << 30;
    private int openKeys = 100_000;
    private Clock clock = Clock.systemUTC();

    private Builder(String system, DataSource connections) {
      this.system = requireNonNull(system, "system");
      this.connections = requireNonNull(connections, "connections");
    }

    /** Rows of one table in one batch that the database may refuse before the table is. */
    public Builder refusedBudget(int rowsPerBatch) {
      if (rowsPerBatch < 0) {
        throw new IllegalArgumentException("A budget is never negative");
      }
      refusedBudget = rowsPerBatch;
      return this;
    }

    /** Bytes that the spool of one table may hold before more are refused. */
    public Builder spoolBudget(long bytesPerTable) {
      if (bytesPerTable < 0) {
        throw new IllegalArgumentException("A budget is never negative");
      }
      spoolBudget = bytesPerTable;
      return this;
    }

    /** Keys in quarantine that are held in memory. */
    Builder openKeys(int atMost) {
      openKeys = atMost;
      return this;
    }

    public Builder clock(Clock source) {
      clock = requireNonNull(source, "source");
      return this;
    }

    /** A target that connects when it is first asked for something. */
    public PostgresTarget build() {
      return new PostgresTarget(this);
    }

    /**
     * A target that is connected.
     *
     * @throws IOException if the database cannot be reached, the bookkeeping is missing or of
     *     another version, or the login lacks a right
     */
    public PostgresTarget open() throws IOException {
      PostgresTarget target = build();
      target.session();
      return target;
    }
  }

  /**
   * Creates the bookkeeping in schema {@code weirkeeper}, once; a second call changes nothing. For
   * the database's administrator.
   */
  public static void install(Connection connection) throws SQLException {
    boolean auto = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(" + INSTALL_LOCK + ")");
      int installed = version(statement);
      if (installed > VERSION) {
        throw new SQLException(
            "The bookkeeping is of version "
                + installed
                + ", newer than this library's "
                + VERSION
                + "; upgrade the library");
      }
      for (int next = installed + 1; next <= VERSION; next++) {
        statement.execute(script(next));
      }
      connection.commit();
    } catch (SQLException | RuntimeException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(auto);
    }
  }

  /**
   * Creates the bookkeeping and lets a login use it.
   *
   * @param login the role that targets connect as; it gets no right to change what the ledger says
   */
  public static void install(Connection connection, String login) throws SQLException {
    install(connection);
    String role = Sql.quoted(login);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "GRANT USAGE ON SCHEMA weirkeeper TO "
              + role
              + "; "
              + "GRANT SELECT ON ALL TABLES IN SCHEMA weirkeeper TO "
              + role
              + "; "
              + "GRANT INSERT ON weirkeeper.ledger, weirkeeper.discarded, weirkeeper.asset,"
              + " weirkeeper.relation TO "
              + role
              + "; "
              + "GRANT INSERT, UPDATE ON weirkeeper.feed, weirkeeper.quarantine TO "
              + role
              + "; "
              + "GRANT INSERT, DELETE ON weirkeeper.spool, weirkeeper.stale TO "
              + role
              + "; "
              + "GRANT INSERT, UPDATE, DELETE ON weirkeeper.table_state TO "
              + role);
      if (!connection.getAutoCommit()) {
        connection.commit();
      }
    }
  }

  private static int version(Statement statement) throws SQLException {
    try (ResultSet result =
        statement.executeQuery("SELECT to_regclass('weirkeeper.installed') IS NOT NULL")) {
      result.next();
      if (!result.getBoolean(1)) {
        return 0;
      }
    }
    try (ResultSet result =
        statement.executeQuery("SELECT coalesce(max(version), 0) FROM weirkeeper.installed")) {
      result.next();
      return result.getInt(1);
    }
  }

  private static String script(int version) {
    String name = "schema-" + version + ".sql";
    try (InputStream in = PostgresTarget.class.getResourceAsStream(name)) {
      return new String(requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("The script " + name + " cannot be read", e);
    }
  }

  private Session session() throws IOException {
    Session open = session;
    if (open == null) {
      open = connect();
      session = open;
    }
    return open;
  }

  private Session connect() throws IOException {
    Connection connection;
    try {
      connection = connections.getConnection();
    } catch (SQLException e) {
      throw Failures.shown("Target " + system + " cannot be reached", e);
    }
    try {
      check(connection);
      return new Session(connection);
    } catch (SQLException | IOException e) {
      try {
        connection.close();
      } catch (SQLException closing) {
        e.addSuppressed(Failures.shown("The connection could not be closed", closing));
      }
      throw e instanceof IOException io
          ? io
          : Failures.shown("Target " + system + " cannot be used", (SQLException) e);
    }
  }

  private void check(Connection connection) throws SQLException, IOException {
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      try (ResultSet result =
          statement.executeQuery(
              "SELECT count(*) > 0, coalesce(bool_and(has_schema_privilege(oid, 'USAGE')), false)"
                  + " FROM pg_namespace WHERE nspname = 'weirkeeper'")) {
        result.next();
        if (!result.getBoolean(1)) {
          throw new IOException(
              "Target "
                  + system
                  + " has no bookkeeping: have the administrator run"
                  + " PostgresTarget.install(connection, login)");
        }
        if (!result.getBoolean(2)) {
          throw new IOException(
              "Target "
                  + system
                  + ": the login lacks USAGE on schema weirkeeper; have the"
                  + " administrator run PostgresTarget.install(connection, login)");
        }
      }
      int installed = version(statement);
      if (installed != VERSION) {
        throw new IOException(
            "Target "
                + system
                + " has bookkeeping of version "
                + installed
                + " where "
                + VERSION
                + " is needed; have the administrator run PostgresTarget.install of this"
                + " library's version");
      }
      try (ResultSet result =
          statement.executeQuery(
              "SELECT string_agg(wanted.p || ' on weirkeeper.' || wanted.t, ', ') FROM (VALUES"
                  + " ('installed','SELECT'), ('feed','SELECT'), ('feed','INSERT'),"
                  + " ('feed','UPDATE'), ('asset','SELECT'), ('asset','INSERT'),"
                  + " ('relation','SELECT'), ('relation','INSERT'), ('table_state','SELECT'),"
                  + " ('table_state','INSERT'), ('table_state','UPDATE'),"
                  + " ('table_state','DELETE'), ('ledger','SELECT'), ('ledger','INSERT'),"
                  + " ('quarantine','SELECT'), ('quarantine','INSERT'),"
                  + " ('quarantine','UPDATE'), ('spool','SELECT'), ('spool','INSERT'),"
                  + " ('spool','DELETE'), ('discarded','SELECT'), ('discarded','INSERT'),"
                  + " ('stale','SELECT'), ('stale','INSERT'), ('stale','DELETE'))"
                  + " AS wanted (t, p)"
                  + " WHERE NOT has_table_privilege('weirkeeper.' || wanted.t, wanted.p)")) {
        result.next();
        if (result.getString(1) != null) {
          throw new IOException(
              "Target "
                  + system
                  + ": the login lacks "
                  + result.getString(1)
                  + "; have the administrator run PostgresTarget.install(connection, login)");
        }
      }
    }
  }

  @Override
  public Capability capability() {
    return Capability.TRANSACTIONAL;
  }

  /** Something to be asked of the database between two batches. */
  @FunctionalInterface
  interface Question<T> {
    T ask(Session session, Bookkeeping bookkeeping) throws SQLException, IOException;
  }

  <T> T ask(String what, Question<T> question) throws IOException {
    Session open = session();
    try {
      T answer = question.ask(open, new Bookkeeping(open, memory));
      open.rollback();
      return answer;
    } catch (SQLException e) {
      discard();
      throw Failures.shown("Target " + system + ": " + what + " failed", e);
    } catch (IOException | RuntimeException e) {
      undo(open);
      throw e;
    }
  }

  @Override
  public Optional<Resume> resume(String feed) throws IOException {
    // Another host may have written since, or a person mended something.
    memory.clear();
    return ask("reading the position", (open, bookkeeping) -> bookkeeping.resume(feed));
  }

  @Override
  public Commit write(Batch batch, Progress progress) throws IOException {
    requireNonNull(progress, "progress");
    BatchWriter.Care care = BatchWriter.Care.OPTIMISTIC;
    int failures = 0;
    while (true) {
      Attempt attempt = attempt(batch, progress, care);
      if (attempt.commit != null) {
        return attempt.commit;
      }
      SQLException failure = requireNonNull(attempt.failure);
      Failures.Kind kind = Failures.kind(failure);
      if (kind == Failures.Kind.ROW && care == BatchWriter.Care.OPTIMISTIC) {
        LOG.debug("Batch {}: the database refused a row, looking for it", batch.id().brief());
        care = BatchWriter.Care.CAREFUL;
      } else if (kind == Failures.Kind.AGAIN && ++failures <= RETRIES) {
        LOG.debug("Batch {}: write conflict, trying again", batch.id().brief());
      } else {
        throw Failures.shown(
            "Target "
                + system
                + ": batch "
                + batch.id().brief()
                + " was not written, nothing of it was applied",
            failure);
      }
    }
  }

  /** Either what became of the batch, or why it was rolled back. */
  private record Attempt(@Nullable Commit commit, @Nullable SQLException failure) {}

  private Attempt attempt(Batch batch, Progress progress, BatchWriter.Care care)
      throws IOException {
    Session open = session();
    BatchWriter writer =
        new BatchWriter(open, memory, batch, progress, care, budgets, clock.instant());
    Map<Asset, Counts> counts;
    String xact;
    boolean written = false;
    try {
      Bookkeeping.Claim claim = new Bookkeeping(open, memory).claim(batch, clock.instant());
      if (claim instanceof Bookkeeping.Claim.Found found) {
        return new Attempt(found(batch, found.stored()), null);
      }
      xact = ((Bookkeeping.Claim.Taken) claim).xact();
      counts = writer.write();
      written = true;
    } catch (RefusalException e) {
      return new Attempt(new Commit.Refused(e.asset(), requireNonNull(e.getMessage())), null);
    } catch (SQLException e) {
      if (Failures.kind(e) == Failures.Kind.ROW) {
        writer.overlapped();
      }
      return new Attempt(null, e);
    } finally {
      if (!written) {
        undo(open);
      }
    }
    return commit(open, batch, xact, counts);
  }

  private Commit found(Batch batch, Bookkeeping.@Nullable Stored stored) throws IOException {
    if (stored == null) {
      throw new IOException(
          "Target "
              + system
              + ": the position of feed "
              + batch.next().feed()
              + " was there and is gone; nothing was written");
    }
    boolean same =
        stored.position().equals(batch.next()) && stored.batch().equals(batch.id().hex());
    return same ? new Commit.Duplicate(stored.position()) : new Commit.Conflict(stored.position());
  }

  private Attempt commit(Session open, Batch batch, String xact, Map<Asset, Counts> counts)
      throws IOException {
    Commit.Applied applied = new Commit.Applied(batch.next(), counts);
    try {
      open.commit();
      return new Attempt(applied, null);
    } catch (SQLException e) {
      Failures.Kind kind = Failures.kind(e);
      if (kind == Failures.Kind.ROW || kind == Failures.Kind.AGAIN) {
        undo(open);
        return new Attempt(null, e);
      }
      discard();
      LOG.warn(
          "Target {}: the answer to the commit of batch {} is lost, reading it back",
          system,
          batch.id().brief());
      settle(batch, xact, e);
      return new Attempt(applied, null);
    }
  }

  /**
   * Finds out on a new connection whether a transaction was committed.
   *
   * @throws IOException if it was not, or if that cannot be found out
   */
  private void settle(Batch batch, String xact, SQLException lost) throws IOException {
    String name = "Target " + system + ": batch " + batch.id().brief();
    String status;
    try {
      Session open = session();
      open.execute("SET LOCAL lock_timeout = '30s'");
      try (PreparedStatement wait =
          open.prepare(
              "INSERT INTO weirkeeper.feed (feed, position, batch, xact, updated_at)"
                  + " VALUES (?, '', '', pg_current_xact_id(), now())"
                  + " ON CONFLICT (feed) DO UPDATE SET feed = EXCLUDED.feed")) {
        wait.setString(1, batch.next().feed());
        wait.executeUpdate();
      }
      open.rollback();
      try (PreparedStatement select =
          open.prepare(
              "SELECT CASE WHEN EXISTS (SELECT FROM weirkeeper.feed WHERE feed = ?"
                  + " AND xact = ?::xid8) THEN 'committed' ELSE pg_xact_status(?::xid8) END")) {
        select.setString(1, batch.next().feed());
        select.setString(2, xact);
        select.setString(3, xact);
        try (ResultSet result = select.executeQuery()) {
          result.next();
          status = String.valueOf(result.getString(1));
        }
      }
      open.rollback();
    } catch (SQLException | IOException e) {
      discard();
      IOException unknown =
          new IOException(
              name
                  + ": the answer to its commit is lost and could not be read back. Read the"
                  + " position (resume) before writing anything",
              e instanceof SQLException sql ? Failures.shown("Reading it back failed", sql) : e);
      unknown.addSuppressed(Failures.shown("The commit was not answered", lost));
      throw unknown;
    }
    if (status.equals("aborted")) {
      throw Failures.shown(name + " was not committed, nothing of it was applied", lost);
    }
    if (!status.equals("committed")) {
      throw Failures.shown(
          name
              + ": the answer to its commit is lost and the database says '"
              + status
              + "' of it. Read the position (resume) before writing anything",
          lost);
    }
  }

  /** Rolls back and forgets. A connection that cannot even do that is given up. */
  private void undo(Session open) {
    memory.clear();
    try {
      open.rollback();
    } catch (SQLException e) {
      LOG.debug("Rolling back failed with SQLSTATE {}, connecting anew", Failures.state(e));
      discard();
    }
  }

  private void discard() {
    memory.clear();
    Session open = session;
    session = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.debug("A broken connection did not close, SQLSTATE {}", Failures.state(e));
      }
    }
  }

  @Override
  public Feed spool(String feed, Asset asset) {
    return new StoredFeed(
        "spool",
        asset,
        () -> position(feed),
        () -> new SpoolReader(this, feed, asset, clock)::next);
  }

  @Override
  public Feed quarantine(String feed, Asset asset, Selection selection) {
    return new StoredFeed(
        "quarantine",
        asset,
        () -> position(feed),
        () -> new QuarantineReader(this, feed, asset, selection, clock)::next);
  }

  private Optional<Position> position(String feed) throws IOException {
    return ask(
        "reading the position",
        (open, bookkeeping) ->
            Optional.ofNullable(bookkeeping.stored(feed)).map(Bookkeeping.Stored::position));
  }

  @Override
  public Map<Asset, Long> spooled(String feed) throws IOException {
    return ask(
        "counting the spools",
        (open, bookkeeping) -> {
          Map<Asset, Long> rows = new HashMap<>();
          try (PreparedStatement select =
              open.prepare(
                  "SELECT a.system, a.name, count(*) FROM weirkeeper.spool s"
                      + " JOIN weirkeeper.asset a ON a.id = s.asset"
                      + " WHERE a.feed = ? AND NOT s.marker GROUP BY a.system, a.name")) {
            select.setString(1, feed);
            try (ResultSet result = select.executeQuery()) {
              while (result.next()) {
                rows.put(new Asset(result.getString(1), result.getString(2)), result.getLong(3));
              }
            }
          }
          return rows;
        });
  }

  @Override
  public long spooledBytes(String feed, Asset asset) throws IOException {
    return ask(
        "measuring a spool",
        (open, bookkeeping) -> {
          try (PreparedStatement select =
              open.prepare(
                  "SELECT coalesce(sum(octet_length(s.image)), 0) FROM weirkeeper.spool s"
                      + " JOIN weirkeeper.asset a ON a.id = s.asset"
                      + " WHERE a.feed = ? AND a.system = ? AND a.name = ?")) {
            select.setString(1, feed);
            select.setString(2, asset.system());
            select.setString(3, asset.name());
            try (ResultSet result = select.executeQuery()) {
              result.next();
              return result.getLong(1);
            }
          }
        });
  }

  @Override
  public List<Quarantined> quarantined(String feed, Asset asset, long afterId, int limit)
      throws IOException {
    return ask(
        "reading the quarantine",
        (open, bookkeeping) -> {
          List<Quarantined> page = new ArrayList<>();
          try (PreparedStatement select =
              open.prepare(
                  "SELECT q.id, q.position, q.ordinal, q.rules, q.reasons"
                      + " FROM weirkeeper.quarantine q JOIN weirkeeper.asset a ON a.id = q.asset"
                      + " WHERE a.feed = ? AND a.system = ? AND a.name = ?"
                      + " AND q.status = 'OPEN' AND q.id > ? ORDER BY q.id LIMIT ?")) {
            select.setString(1, feed);
            select.setString(2, asset.system());
            select.setString(3, asset.name());
            select.setLong(4, afterId);
            select.setInt(5, limit);
            try (ResultSet result = select.executeQuery()) {
              while (result.next()) {
                page.add(
                    new Quarantined(
                        result.getLong(1),
                        asset,
                        result.getString(2),
                        result.getLong(3),
                        List.of((String[]) result.getArray(4).getArray()),
                        Quarantine.Reasons.shown(result.getString(5))));
              }
            }
          }
          return page;
        });
  }

  @Override
  public Map<Asset, Counts> ledger(String feed) throws IOException {
    return ask(
        "adding up the ledger",
        (open, bookkeeping) -> {
          Map<Asset, Counts> sums = new HashMap<>();
          try (PreparedStatement select =
              open.prepare(
                  "SELECT a.system, a.name, sum(l.n_published), sum(l.n_quarantined),"
                      + " sum(l.n_spooled) FROM weirkeeper.ledger l"
                      + " JOIN weirkeeper.asset a ON a.id = l.asset"
                      + " WHERE a.feed = ? AND l.origin IN ('STREAM', 'SNAPSHOT')"
                      + " GROUP BY a.system, a.name")) {
            select.setString(1, feed);
            try (ResultSet result = select.executeQuery()) {
              while (result.next()) {
                sums.put(
                    new Asset(result.getString(1), result.getString(2)),
                    Counts.of(result.getLong(3), result.getLong(4), result.getLong(5)));
              }
            }
          }
          return sums;
        });
  }

  @Override
  public void close() throws IOException {
    memory.clear();
    Session open = session;
    session = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        throw Failures.shown("Target " + system + ": the connection did not close", e);
      }
    }
  }
}
