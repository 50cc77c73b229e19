package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.Outside;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.postgres.migrate.MigrationResult.Ending;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a migration on one connection. Used once. */
final class Run {
  private static final Logger LOG = LoggerFactory.getLogger(Run.class);

  final MigrationRunner runner;
  final Migration migration;
  final Hash id;
  final Optional<Prediction> prediction;
  final Patience patience = new Patience(this);
  private final Set<Obstacle> met = new LinkedHashSet<>();
  private Optional<CatalogWatch.Seen> seen = Optional.empty();
  private int done;

  Run(MigrationRunner runner, Migration migration, Optional<Prediction> prediction) {
    this.runner = runner;
    this.migration = migration;
    this.id = migration.id();
    this.prediction = prediction;
  }

  MigrationResult on(Connection connection) {
    MigrationResult result;
    try (Session session = Session.open(connection, runner.limits)) {
      try {
        requireRunnable(session);
        all(session);
        result = ended(Ending.DONE, Optional.empty());
      } catch (Halt halt) {
        result = ended(halt.ending, Optional.of(halt.why()));
      } catch (SQLException e) {
        // Outside of any step: nothing was begun that is not done.
        result = ended(Ending.FAILED, Optional.of("Between two steps " + SqlStates.told(e)));
      }
      runner.log.write(
          new Migrated.Ended(id, name(result.ending()), done, result.state(), result.why()));
    } catch (Halt halt) {
      result = ended(halt.ending, Optional.of(halt.why()));
    } catch (SQLException e) {
      result =
          ended(Ending.REFUSED, Optional.of("The session cannot be set up: " + SqlStates.told(e)));
    }
    if (result.ending() != Ending.DONE) {
      LOG.warn("Migration {} ended {}: {}", id.brief(), result.ending(), result.why().orElse(""));
    }
    return result;
  }

  private static String name(Ending ending) {
    return ending.name().toLowerCase(Locale.ROOT);
  }

  private MigrationResult ended(Ending ending, Optional<String> why) {
    return new MigrationResult(
        id,
        ending,
        done,
        migration.steps().size(),
        seen.map(CatalogWatch.Seen::fingerprint),
        why,
        new ArrayList<>(met));
  }

  private void requireRunnable(Session session) throws SQLException, Halt {
    if (!migration.dialect().equals("postgresql")) {
      throw new Halt(
          Ending.REFUSED,
          "The migration is written for "
              + Outside.of(migration.dialect()).text()
              + ", and this runner speaks PostgreSQL");
    }
    int major = session.connection.getMetaData().getDatabaseMajorVersion();
    if (migration.major().filter(planned -> planned != major).isPresent()) {
      throw new Halt(
          Ending.REFUSED,
          "It was planned for PostgreSQL "
              + migration.major().get()
              + " and the server is "
              + major
              + ", where the same statements may lock and rewrite other things. Plan anew from what"
              + " is there");
    }
    if (early().isPresent() && runner.early == Early.REFUSE) {
      throw new Halt(
          Ending.REFUSED,
          "It has a step that is not run before "
              + early().get()
              + ", for until then somebody may use what it takes away. Run it then, or tell the"
              + " runner that nobody does (MigrationRunner.Builder.early(Early.RUN), 'drift apply"
              + " --early')");
    }
  }

  /** The last first day of its steps, if that is still to come. */
  private Optional<LocalDate> early() {
    LocalDate today = LocalDate.now(runner.clock);
    return migration.steps().stream()
        .flatMap(step -> step.notBefore().stream())
        .filter(today::isBefore)
        .max(Comparator.naturalOrder());
  }

  private void all(Session session) throws SQLException, Halt {
    CatalogWatch watch = new CatalogWatch(session, runner.source);
    String database = Databases.identity(session);
    Start start = new Start(this, session, runner.log.read(id));
    done = start.first(watch, database);
    CatalogWatch.Seen now = seen.orElseThrow();
    runner.log.write(
        new Migrated.Begun(
            id,
            database,
            now.fingerprint(),
            migration.steps().size(),
            done,
            prediction.map(Prediction::proof),
            early()));
    for (int i : start.foundDone()) {
      runner.log.write(
          new Migrated.Stepped(id, i, now.fingerprint(), predicted(i), 0, Migrated.Way.FOUND_DONE));
      tell(i, Progress.Phase.FOUND_DONE, 0, 0, 1);
    }
    Attempts attempts = new Attempts(this, session, watch);
    while (done < migration.steps().size()) {
      requireNotCancelled();
      step(session, watch, attempts);
    }
    Hash last = seen.orElseThrow().fingerprint();
    if (migration.refusals().isEmpty() && !last.equals(migration.to())) {
      throw new Halt(
          Ending.MOVED,
          "All steps are done, and the schema is "
              + last.brief()
              + " where the migration leads to "
              + migration.to().brief()
              + ". Compare anew and plan the rest");
    }
  }

  private void step(Session session, CatalogWatch watch, Attempts attempts)
      throws SQLException, Halt {
    Migration.Step step = migration.steps().get(done);
    CatalogWatch.Seen before = seen.orElseThrow();
    if (isDone(session, done, step).equals(Optional.of(true))) {
      record(before, 0, Migrated.Way.FOUND_DONE);
      return;
    }
    long rows =
        switch (step.commit()) {
          case TRANSACTION -> attempts.inTransaction(done, step, before);
          case ALONE -> attempts.alone(done, step, before);
          case BATCHES -> attempts.inBatches(done, step, before);
        };
    CatalogWatch.Seen after = look(watch);
    if (isDone(session, done, step).equals(Optional.of(false))) {
      throw new Halt(
          Ending.UNDECIDED,
          "Step "
              + done
              + " was carried out and its probe does not see it. Plan anew from what is"
              + " there");
    }
    record(after, rows, Migrated.Way.RUN);
  }

  private void record(CatalogWatch.Seen after, long rows, Migrated.Way way) throws Halt {
    Optional<Hash> expected = predicted(done);
    if (expected.isPresent() && !expected.get().equals(after.state())) {
      throw new Halt(
          Ending.MOVED,
          "After step "
              + done
              + " the schema is "
              + after.state().brief()
              + ", and the rehearsal found "
              + expected.get().brief()
              + " there: somebody changed it meanwhile. Plan anew from what is there");
    }
    runner.log.write(new Migrated.Stepped(id, done, after.fingerprint(), expected, rows, way));
    tell(
        done,
        way == Migrated.Way.RUN ? Progress.Phase.DONE : Progress.Phase.FOUND_DONE,
        0,
        rows,
        1);
    done++;
  }

  CatalogWatch.Seen look(CatalogWatch watch) throws SQLException, Halt {
    CatalogWatch.Seen now = patience.ask(done, watch::look);
    seen = Optional.of(now);
    return now;
  }

  Optional<Boolean> isDone(Session session, int number, Migration.Step step)
      throws SQLException, Halt {
    return patience.ask(number, () -> Probes.isDone(session, step));
  }

  private Optional<Hash> predicted(int step) {
    return prediction.map(states -> states.after(step));
  }

  /** Writes down that a step is about to be tried. */
  void announce(int number, Migration.Step step, int attempt, Optional<String> transaction) {
    runner.log.write(
        new Migrated.Stepping(
            id,
            number,
            step.kind(),
            Outside.of(step.on().toString()).text(),
            Hash.of(Json.of(step.statements())),
            attempt,
            transaction,
            seen.orElseThrow().fingerprint()));
    tell(number, Progress.Phase.TRYING, attempt, 0, 0);
  }

  void tell(int step, Progress.Phase phase, int attempt, long rows, double part) {
    runner.listener.accept(
        new Progress(step, migration.steps().size(), phase, attempt, rows, part));
  }

  void meet(List<Obstacle> obstacles) {
    met.addAll(obstacles);
  }

  void requireNotCancelled() throws Halt {
    if (runner.cancellation.isCancelled()) {
      throw new Halt(
          Ending.CANCELLED,
          "The host cancelled it before step " + done + "; run it again to go on");
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new Halt(Ending.CANCELLED, "The thread was interrupted; run it again to go on");
    }
  }
}
