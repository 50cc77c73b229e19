package dev.weirkeeper.drift.rehearsal;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries migrations out: rebuilds the schema of a target on an embedded PostgreSQL of the same
 * major, fills it with rows, carries out each step, and says what it locked, rewrote and kept, and
 * whether its undo leads back.
 *
 * <p>The servers listen on 127.0.0.1 at a port of their own, run no code of the target but the
 * expressions of its tables and views, those as a login without any rights beyond its database, and
 * are gone after {@link #close}, or when this process is killed. No statement there takes longer
 * than its time-out and no rehearsal longer than its limit. Safe to share between threads: one
 * rehearsal runs at a time, and others wait up to the limit for it. An interrupted thread ends its
 * rehearsal, {@link #close} all.
 */
public final class Rehearser implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearser.class);

  private final PostgresBinaries binaries;
  private final RowSource rows;
  private final Duration timeout;
  private final List<String> schemas;
  private final Duration limit;
  private final ReentrantLock turn = new ReentrantLock();

  /** Guarded by itself. */
  private final Map<Integer, ScratchServer> servers = new HashMap<>();

  private volatile boolean closed;

  private Rehearser(Builder builder) {
    this.binaries = builder.binaries;
    this.rows = builder.rows;
    this.timeout = builder.timeout;
    this.schemas = builder.schemas;
    this.limit = builder.limit;
  }

  /**
   * @param binaries of the servers to rehearse on
   */
  public static Builder builder(PostgresBinaries binaries) {
    return new Builder(binaries);
  }

  /**
   * Rehearses a migration.
   *
   * @param target the schema that it starts from
   * @throws IllegalArgumentException if it starts from another schema, is for another major or no
   *     PostgreSQL, or the binaries of the target's major are missing; the message says which
   *     artifact to add
   * @throws IllegalStateException if it took too long or was ended, so that nothing is shown, or
   *     the scratch server does not work
   */
  public Rehearsed rehearse(DatabaseSchema target, Migration migration) {
    requireNonNull(target, "target");
    if (!migration.dialect().equals("postgresql")) {
      throw new IllegalArgumentException("Only migrations of PostgreSQL are rehearsed");
    }
    if (migration.major().filter(major -> major != target.major()).isPresent()) {
      throw new IllegalArgumentException(
          "The migration is for PostgreSQL "
              + migration.major().get()
              + " and the target is "
              + target.major()
              + "; plan anew");
    }
    if (!migration.from().equals(target.fingerprint())) {
      throw new IllegalArgumentException(
          "The migration starts from schema "
              + migration.from().brief()
              + " and the target is "
              + target.fingerprint().brief()
              + "; read the target and plan anew");
    }
    return rehearse(
        target,
        new Script(
            migration.id(),
            migration.id(),
            migration.steps(),
            migration.refusals().isEmpty() ? Optional.of(migration.to()) : Optional.empty()),
        Optional::empty);
  }

  /**
   * Finds out where steps lead that nobody planned as a whole, such as those of an {@link
   * dev.weirkeeper.drift.plan.ExpandContract}, and makes a migration of them.
   *
   * @throws IllegalArgumentException if a step fails, or the target cannot be rebuilt exactly, so
   *     that it cannot be told; or as for a migration
   */
  public Migration measured(
      DatabaseSchema target, List<Migration.Step> steps, List<String> remarks) {
    Migration open =
        new Migration(
            "postgresql", target.fingerprint(), target.fingerprint(), steps, List.of(), remarks);
    Tried tried =
        trying(
            target,
            new Script(open.id(), open.id(), open.steps(), Optional.empty()),
            Optional::empty);
    Hash to =
        tried
            .reached()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        tried
                            .rehearsed()
                            .proof()
                            .error()
                            .orElse(
                                "The target cannot be rebuilt as it is, so it cannot be told where"
                                    + " the steps lead")));
    return new Migration(
        "postgresql", open.from(), to, steps, List.of(), remarks, Optional.of(target.major()));
  }

  /**
   * Rehearses the typed changes of a plan, as the functions of the role boundary carry them out.
   * Other acts of the plan, such as reading a table again, change no schema and are left out.
   * Whether the boundary lets each change is not asked: it refuses narrowings, for instance, that
   * would go well here.
   *
   * @param target the schema of the target that the plan is about
   * @throws IllegalArgumentException as for a migration, or if a change names what is not there
   */
  public Rehearsed rehearse(DatabaseSchema target, Plan plan) {
    return rehearse(target, plan, Optional::empty);
  }

  /**
   * As {@link #rehearse(DatabaseSchema, Plan)}, until somebody stops it.
   *
   * @param stop why it must go no further; asked on the caller's thread between statements
   * @throws IllegalStateException also if it was stopped
   */
  public Rehearsed rehearse(DatabaseSchema target, Plan plan, Supplier<Optional<String>> stop) {
    requireNonNull(target, "target");
    requireNonNull(stop, "stop");
    Migration migration = BoundarySteps.migration(target, plan);
    return rehearse(
        target, new Script(plan.id(), migration.id(), migration.steps(), Optional.empty()), stop);
  }

  /**
   * What is tried out.
   *
   * @param goal fingerprint of the schema that it has to lead to
   */
  record Script(Hash subject, Hash migration, List<Migration.Step> steps, Optional<Hash> goal) {
    Script {
      steps = List.copyOf(steps);
    }
  }

  private record Tried(Rehearsed rehearsed, Optional<Hash> reached) {}

  private Rehearsed rehearse(
      DatabaseSchema target, Script script, Supplier<Optional<String>> stop) {
    return trying(target, script, stop).rehearsed();
  }

  private Tried trying(DatabaseSchema target, Script script, Supplier<Optional<String>> stop) {
    Budget budget =
        new Budget(limit, () -> closed ? Optional.of("the rehearser was closed") : stop.get());
    awaitTurn();
    try {
      return trying(target, script, budget);
    } catch (Budget.Spent e) {
      throw ended(e);
    } catch (IOException | SQLException e) {
      try {
        budget.goOn();
      } catch (Budget.Spent why) {
        throw ended(why);
      }
      throw new IllegalStateException(
          "The scratch server for rehearsals does not work ("
              + (e instanceof SQLException sql ? Sql.told(sql) : e.getClass().getSimpleName())
              + "). As root it needs unshare and user namespaces; its folder has to allow programs"
              + " to run",
          Redaction.withheld(e));
    } finally {
      turn.unlock();
    }
  }

  private static IllegalStateException ended(Budget.Spent why) {
    return new IllegalStateException(
        "The rehearsal was ended, and nothing is shown by it: " + why.getMessage());
  }

  private void awaitTurn() {
    try {
      if (turn.tryLock(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The thread was interrupted before its rehearsal began", e);
    }
    throw new IllegalStateException(
        "Others rehearse all the time: no turn came in " + limit.toSeconds() + " s; try again");
  }

  private Tried trying(DatabaseSchema target, Script script, Budget budget)
      throws IOException, SQLException {
    ScratchServer server = server(target.major());
    try {
      String database = server.create();
      Rehearsal rehearsal = new Rehearsal(server, database, target, schemas, rows, timeout, budget);
      Tried tried = new Tried(rehearsal.of(script), rehearsal.reached());
      server.drop(database);
      return tried;
    } catch (SQLException | RuntimeException e) {
      forget(target.major());
      throw e;
    }
  }

  ScratchServer server(int major) throws IOException {
    synchronized (servers) {
      if (closed) {
        throw new IllegalStateException("The rehearser is closed; make another one");
      }
      ScratchServer server = servers.get(major);
      if (server == null) {
        binaries.require(major);
        server = ScratchServer.start(binaries, major);
        servers.put(major, server);
      }
      return server;
    }
  }

  /** One in which something may still run: the next rehearsal starts another. */
  private void forget(int major) {
    synchronized (servers) {
      ScratchServer broken = servers.remove(major);
      if (broken != null) {
        try {
          broken.close();
        } catch (IOException e) {
          LOG.warn("A scratch server could not be closed; look for its process", e);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    synchronized (servers) {
      IOException failed = null;
      for (ScratchServer server : servers.values()) {
        try {
          server.close();
        } catch (IOException e) {
          if (failed == null) {
            failed = e;
          } else {
            failed.addSuppressed(e);
          }
        }
      }
      servers.clear();
      if (failed != null) {
        throw failed;
      }
    }
  }

  /** What a host decides. */
  public static final class Builder {
    private final PostgresBinaries binaries;
    private RowSource rows = RowSource.synthetic(1, 20);
    private Duration timeout = Duration.ofSeconds(30);
    private Duration limit = Duration.ofMinutes(5);
    private List<String> schemas = List.of();

    private Builder(PostgresBinaries binaries) {
      this.binaries = requireNonNull(binaries, "binaries");
    }

    public Builder rows(RowSource rows) {
      this.rows = requireNonNull(rows, "rows");
      return this;
    }

    /** How long a statement may take there. */
    public Builder timeout(Duration timeout) {
      if (timeout.toMillis() < 1 || timeout.compareTo(Duration.ofHours(1)) > 0) {
        throw new IllegalArgumentException("A statement may take a millisecond to an hour");
      }
      this.timeout = timeout;
      return this;
    }

    /**
     * How long a rehearsal may go on, give or take a statement; without it, five minutes. It also
     * waits so long for its turn.
     */
    public Builder limit(Duration limit) {
      if (limit.toMillis() < 1 || limit.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException("A rehearsal may take a millisecond to a day");
      }
      this.limit = limit;
      return this;
    }

    /** The schemas that targets are read with; without them it is all of the database. */
    public Builder schemas(List<String> names) {
      this.schemas = List.copyOf(names);
      return this;
    }

    public Rehearser build() {
      return new Rehearser(this);
    }
  }
}
