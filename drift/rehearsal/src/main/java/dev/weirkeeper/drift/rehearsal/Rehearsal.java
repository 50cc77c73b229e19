package dev.weirkeeper.drift.rehearsal;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.postgres.migrate.Prediction;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Standing;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.StepProof;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Undone;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Unproven;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Opaque;
import dev.weirkeeper.drift.schema.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** One rehearsal in a database of its own. Used once. */
final class Rehearsal {
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final int MOST_UNPROVEN = 1000;

  private final ScratchServer server;
  private final String database;
  private final DatabaseSchema target;
  private final List<String> schemas;
  private final RowSource source;
  private final Duration timeout;
  private final Budget budget;
  private final List<Unproven> unproven = new ArrayList<>();
  private final List<StepProof> proofs = new ArrayList<>();
  private final List<Hash> states = new ArrayList<>();
  private final List<String> exceeded = new ArrayList<>();
  private final List<Duration> took = new ArrayList<>();
  private Optional<Hash> reached = Optional.empty();

  Rehearsal(
      ScratchServer server,
      String database,
      DatabaseSchema target,
      List<String> schemas,
      RowSource source,
      Duration timeout,
      Budget budget) {
    this.server = server;
    this.database = database;
    this.target = target;
    this.schemas = schemas;
    this.source = source;
    this.timeout = timeout;
    this.budget = budget;
  }

  Rehearsed of(Rehearser.Script script) throws SQLException {
    try (Connection worker = server.connect(database, timeout.multipliedBy(3).plus(GRACE));
        Connection watcher = server.connect(database, timeout.multipliedBy(3).plus(GRACE))) {
      settle(worker);
      settle(watcher);
      for (Opaque other : target.others()) {
        unproven.add(
            new Unproven(
                Shown.text(other.kind()),
                Shown.text(other.identity()),
                "It is not modelled, so it was not there"));
      }
      new Rebuild(worker, target, schemas, timeout, budget, unproven).run();
      DatabaseSchema now = read(worker);
      Hash rebuilt = Prediction.state(now);
      Set<ObjectName> touched = touched(script.steps());
      Filling filling = new Filling(worker, now, source, budget);
      filling.fill(touched);
      unproven.addAll(filling.unproven());
      Contents first = Contents.read(worker, now, withParts(now, touched));
      RehearsalProof.Rows rows =
          new RehearsalProof.Rows(
              source.otherwise().seed(), first.count(), filling.taken(), first.hash());
      Relations atFirst = Relations.read(worker);
      states.add(rebuilt);
      Optional<String> error =
          steps(script.steps(), now, worker, watcher, atFirst, first.columns());
      if (error.isEmpty()) {
        error = missed(script, now, read(worker));
      }
      Hash wanted = Prediction.state(target);
      return new Rehearsed(
          new RehearsalProof(
              script.subject(),
              script.migration(),
              Sql.texts(worker, "SHOW server_version").get(0),
              standing(error, rebuilt.equals(wanted)),
              wanted,
              rebuilt,
              few(unproven),
              rows,
              proofs,
              states,
              exceeded,
              error),
          took);
    }
  }

  /** A proof goes into the log, where a record has its bounds. */
  private static List<Unproven> few(List<Unproven> all) {
    if (all.size() <= MOST_UNPROVEN) {
      return all;
    }
    List<Unproven> few = new ArrayList<>(all.subList(0, MOST_UNPROVEN));
    few.add(
        new Unproven(
            "more",
            (all.size() - MOST_UNPROVEN) + " others",
            "They are not named one by one: the schema has too many of them"));
    return few;
  }

  private Standing standing(Optional<String> error, boolean isRebuilt) {
    if (error.isPresent()) {
      return isRebuilt ? Standing.FAILED : Standing.UNPROVEN;
    }
    if (!exceeded.isEmpty()) {
      return Standing.EXCEEDED;
    }
    return isRebuilt ? Standing.PROVEN : Standing.PARTLY;
  }

  private void settle(Connection connection) throws SQLException {
    Sql.execute(connection, "SET search_path = ''");
    Sql.execute(connection, "SET \"TimeZone\" = 'UTC'");
    Sql.execute(connection, "SET \"DateStyle\" = 'ISO, YMD'");
    Sql.execute(connection, "SET \"IntervalStyle\" = 'postgres'");
    Sql.execute(connection, "SET lock_timeout = " + timeout.toMillis());
    Sql.execute(connection, "SET statement_timeout = " + timeout.toMillis());
  }

  private DatabaseSchema read(Connection connection) throws SQLException {
    return (schemas.isEmpty() ? SchemaReader.ofAll() : SchemaReader.of(schemas))
        .read(connection)
        .schema();
  }

  private static Set<ObjectName> touched(List<Migration.Step> steps) {
    Set<ObjectName> touched = new TreeSet<>();
    for (Migration.Step step : steps) {
      touched.add(step.on());
      for (String relation : step.locks().keySet()) {
        int dot = relation.indexOf('.');
        if (dot > 0) {
          touched.add(new ObjectName(relation.substring(0, dot), relation.substring(dot + 1)));
        }
      }
    }
    return touched;
  }

  private static Set<ObjectName> withParts(DatabaseSchema schema, Set<ObjectName> tables) {
    Set<ObjectName> all = new TreeSet<>(tables);
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Table table : schema.tables()) {
        if (table.parents().stream().anyMatch(all::contains)) {
          grown |= all.add(table.name());
        }
      }
    }
    return all;
  }

  /** Why they ended early. */
  private Optional<String> steps(
      List<Migration.Step> steps,
      DatabaseSchema start,
      Connection worker,
      Connection watcher,
      Relations atFirst,
      Map<String, Set<String>> firstColumns)
      throws SQLException {
    DatabaseSchema now = start;
    for (int i = 0; i < steps.size(); i++) {
      Migration.Step step = steps.get(i);
      budget.goOn();
      try {
        now = step(i, step, now, worker, watcher, atFirst, firstColumns);
      } catch (SQLException e) {
        if (e.getSQLState() == null || e.getSQLState().startsWith("08")) {
          throw e;
        }
        budget.goOn();
        return Optional.of("Step " + i + " failed: " + Sql.told(e));
      }
    }
    return Optional.empty();
  }

  private DatabaseSchema step(
      int number,
      Migration.Step step,
      DatabaseSchema before,
      Connection worker,
      Connection watcher,
      Relations atFirst,
      Map<String, Set<String>> firstColumns)
      throws SQLException {
    Relations relations = Relations.read(worker);
    Contents contents = Contents.read(worker, before, withParts(before, touched(List.of(step))));
    Trial trial = new Trial(worker, watcher, timeout);
    Undoing undoing = new Undoing(worker, this::read, timeout);
    boolean isAlone = step.commit() == Migration.Commit.ALONE;
    Undone undone = isAlone ? Undone.NONE : undoing.inTransaction(step, before, contents);
    long start = System.nanoTime();
    SortedMap<ObjectName, LockMode> locked = trial.carryOut(step, relations);
    took.add(Duration.ofNanos(System.nanoTime() - start));
    if (isAlone) {
      undone = undoing.alone(step, before, trial, relations);
    }
    DatabaseSchema after = read(worker);
    List<ObjectName> rewritten = relations.rewrittenIn(Relations.read(worker));
    List<RehearsalProof.TableRows> rows = contents.after(worker, after, firstColumns);
    new Declared(number, step, exceeded)
        .hold(locked, rewritten, rows, undone, atFirst.namesIn(relations));
    SortedMap<String, LockMode> shown = new TreeMap<>();
    locked.forEach((name, mode) -> shown.put(Shown.name(name), mode));
    proofs.add(
        new StepProof(
            number,
            step.kind(),
            Shown.name(step.on()),
            Hash.of(Json.of(step.statements())),
            states.get(states.size() - 1),
            Prediction.state(after),
            shown,
            rewritten.stream().map(Shown::name).toList(),
            rows,
            undone));
    states.add(Prediction.state(after));
    return after;
  }

  /** Whether it leads elsewhere than it says. */
  private Optional<String> missed(
      Rehearser.Script script, DatabaseSchema start, DatabaseSchema end) {
    if (!states.get(0).equals(Prediction.state(target))) {
      return Optional.empty();
    }
    Hash found = foretold(start, end).fingerprint();
    reached = Optional.of(found);
    if (script.goal().isEmpty() || found.equals(script.goal().get())) {
      return Optional.empty();
    }
    if (!target.others().isEmpty()) {
      unproven.add(
          new Unproven(
              "goal",
              script.goal().get().brief(),
              "The schema reached is not the goal if all that is not modelled stays as it is; what"
                  + " becomes of that was not shown"));
      return Optional.empty();
    }
    return Optional.of(
        "The steps lead to schema "
            + found.brief()
            + ", and the migration says "
            + script.goal().get().brief());
  }

  /** The end as the target will have it: what was not there is taken to stay as it was. */
  private DatabaseSchema foretold(DatabaseSchema start, DatabaseSchema end) {
    List<Opaque> others = new ArrayList<>(target.others());
    others.addAll(end.others().stream().filter(each -> !start.others().contains(each)).toList());
    return new DatabaseSchema(
        end.major(),
        end.namespaces(),
        end.enums(),
        end.domains(),
        end.sequences(),
        end.tables(),
        end.indexes(),
        end.views(),
        others,
        List.of());
  }

  /** Fingerprint of the schema that the target will have; empty if that cannot be told. */
  Optional<Hash> reached() {
    return reached;
  }
}
