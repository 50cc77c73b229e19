package dev.weirkeeper.drift.postgres.migrate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.drift.plan.Migration;
import java.sql.Connection;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Takes a PostgreSQL database through a migration, step by step, on a connection that the host or
 * its administrator lends, with the rights of that login. It is no tool: no agent reaches it, and
 * the logins of the role boundary are refused.
 *
 * <p>Before each step the schema is what the migration, or its rehearsal, says it is, and that is
 * known again once the step's locks are held; otherwise nothing is done. A step waits {@link
 * RunLimits#lock} for its locks and is tried again only if a lock was not given (SQLSTATE 55P03) or
 * a deadlock was broken (40P01). Nobody else's session is ever ended. What is begun is written to a
 * {@link MigrationLog} first, with the transaction that will commit it, so that a run after a crash
 * asks the server what happened to it ({@code pg_xact_status}). A migration with a step that has a
 * first day is not begun before it, unless the host says {@link Early#RUN}. Protocol: ADR 0025.
 *
 * <p>Safe to share between threads; a connection is not.
 */
public final class MigrationRunner {
  final MigrationLog log;
  final List<String> schemas;
  final RunLimits limits;
  final RandomGenerator random;
  final Cancellation cancellation;
  final Consumer<Progress> listener;
  final CatalogWatch.Source source;
  final Clock clock;
  final Early early;

  private MigrationRunner(Builder builder) {
    this.log = builder.log;
    this.schemas = builder.schemas;
    this.limits = builder.limits;
    this.random = builder.random;
    this.cancellation = builder.cancellation;
    this.listener = builder.listener;
    this.source = SchemaSource.of(builder.schemas);
    this.clock = builder.clock;
    this.early = builder.early;
  }

  /**
   * @param log where runs are written down
   * @param random spreads the pauses between attempts
   */
  public static Builder builder(MigrationLog log, RandomGenerator random) {
    return new Builder(log, random);
  }

  /**
   * Runs a migration that nobody rehearsed: each step starts from the state in which the last one
   * was seen to leave the schema.
   *
   * @param connection in auto-commit mode; its settings are given back as they were
   */
  public MigrationResult run(Connection connection, Migration migration) {
    return new Run(this, migration, Optional.empty()).on(requireNonNull(connection, "connection"));
  }

  /**
   * Runs a migration that was rehearsed: each step starts from and leads to the state that the
   * rehearsal found there.
   */
  public MigrationResult run(Connection connection, Migration migration, Prediction prediction) {
    if (prediction.states().size() != migration.steps().size() + 1
        || !prediction.migration().equals(migration.id())) {
      throw new IllegalArgumentException(
          "The proof is of another migration: rehearse this one and pass its proof");
    }
    return new Run(this, migration, Optional.of(prediction))
        .on(requireNonNull(connection, "connection"));
  }

  /** Says what a run would meet now. Changes nothing and waits for nobody. */
  public Explanation explain(Connection connection, Migration migration) {
    return new Explaining(this, migration).on(requireNonNull(connection, "connection"));
  }

  /** What a host decides. */
  public static final class Builder {
    private final MigrationLog log;
    private final RandomGenerator random;
    private List<String> schemas = List.of();
    private RunLimits limits = RunLimits.usual();
    private Cancellation cancellation = new Cancellation();
    private Consumer<Progress> listener = progress -> {};
    private Clock clock = Clock.systemUTC();
    private Early early = Early.REFUSE;

    private Builder(MigrationLog log, RandomGenerator random) {
      this.log = requireNonNull(log, "log");
      this.random = requireNonNull(random, "random");
    }

    /** The schemas that the migration was planned on; without them it is all of the database. */
    public Builder schemas(List<String> names) {
      this.schemas = List.copyOf(names);
      return this;
    }

    public Builder limits(RunLimits limits) {
      this.limits = requireNonNull(limits, "limits");
      return this;
    }

    public Builder cancellation(Cancellation cancellation) {
      this.cancellation = requireNonNull(cancellation, "cancellation");
      return this;
    }

    /** Is told on the runner's thread; what it throws ends the run between two steps. */
    public Builder listener(Consumer<Progress> listener) {
      this.listener = requireNonNull(listener, "listener");
      return this;
    }

    /** Says what day it is, in its zone; without it, UTC. */
    public Builder clock(Clock clock) {
      this.clock = requireNonNull(clock, "clock");
      return this;
    }

    /** Whether steps are run before their first day; without it, they are not. */
    public Builder early(Early early) {
      this.early = requireNonNull(early, "early");
      return this;
    }

    public MigrationRunner build() {
      return new MigrationRunner(this);
    }
  }
}
