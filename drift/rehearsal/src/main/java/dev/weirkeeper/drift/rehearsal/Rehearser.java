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

/**
 * Tries migrations out: rebuilds the schema of a target on an embedded PostgreSQL of the same
 * major, fills it with rows, carries out each step, and says what it locked, rewrote and kept, and
 * whether its undo leads back.
 *
 * <p>The servers listen on 127.0.0.1 at a port of their own, run no code of the target but the
 * expressions of its tables and views, those as a login without any rights beyond its database, and
 * are gone after {@link #close}. Nothing there takes longer than the time-out for a statement. Safe
 * to share between threads: one rehearsal runs at a time.
 */
public final class Rehearser implements AutoCloseable {
  private final PostgresBinaries binaries;
  private final RowSource rows;
  private final Duration timeout;
  private final List<String> schemas;
  private final Map<Integer, ScratchServer> servers = new HashMap<>();

  private Rehearser(Builder builder) {
    this.binaries = builder.binaries;
    this.rows = builder.rows;
    this.timeout = builder.timeout;
    this.schemas = builder.schemas;
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
   * @throws IllegalArgumentException if it starts from another schema or is no PostgreSQL, or the
   *     binaries of the target's major are missing; the message says which artifact to add
   * @throws IllegalStateException if the scratch server does not work
   */
  public Rehearsed rehearse(DatabaseSchema target, Migration migration) {
    requireNonNull(target, "target");
    if (!migration.dialect().equals("postgresql")) {
      throw new IllegalArgumentException("Only migrations of PostgreSQL are rehearsed");
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
            migration.refusals().isEmpty() ? Optional.of(migration.to()) : Optional.empty()));
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
    Tried tried = trying(target, new Script(open.id(), open.id(), open.steps(), Optional.empty()));
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
    return new Migration("postgresql", open.from(), to, steps, List.of(), remarks);
  }

  /**
   * Rehearses the typed changes of a plan, as the functions of the role boundary carry them out.
   * Other acts of the plan, such as reading a table again, change no schema and are left out.
   *
   * @param target the schema of the target that the plan is about
   * @throws IllegalArgumentException as for a migration, or if a change names what is not there
   */
  public Rehearsed rehearse(DatabaseSchema target, Plan plan) {
    requireNonNull(target, "target");
    Migration migration = BoundarySteps.migration(target, plan);
    return rehearse(
        target, new Script(plan.id(), migration.id(), migration.steps(), Optional.empty()));
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

  private Rehearsed rehearse(DatabaseSchema target, Script script) {
    return trying(target, script).rehearsed();
  }

  private synchronized Tried trying(DatabaseSchema target, Script script) {
    try {
      ScratchServer server = server(target.major());
      String database = server.create();
      try {
        Rehearsal rehearsal = new Rehearsal(server, database, target, schemas, rows, timeout);
        return new Tried(rehearsal.of(script), rehearsal.reached());
      } finally {
        server.drop(database);
      }
    } catch (IOException | SQLException e) {
      throw new IllegalStateException(
          "The scratch server for rehearsals does not work ("
              + (e instanceof SQLException sql ? Sql.told(sql) : e.getClass().getSimpleName())
              + "). As root it needs unshare and user namespaces; its folder has to allow programs"
              + " to run",
          Redaction.withheld(e));
    }
  }

  synchronized ScratchServer server(int major) throws IOException {
    ScratchServer server = servers.get(major);
    if (server == null) {
      binaries.require(major);
      server = ScratchServer.start(binaries, major);
      servers.put(major, server);
    }
    return server;
  }

  @Override
  public synchronized void close() throws IOException {
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

  /** What a host decides. */
  public static final class Builder {
    private final PostgresBinaries binaries;
    private RowSource rows = RowSource.synthetic(1, 20);
    private Duration timeout = Duration.ofSeconds(30);
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
