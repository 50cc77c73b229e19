package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.postgres.migrate.MigrationResult.Ending;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the first step that is not done, from what earlier runs wrote down, what the server says of
 * the transaction that they may have died in, and what the schema is now. In doubt it stops.
 */
final class Start {
  private final Run run;
  private final Session session;
  private final List<Migrated> earlier;
  private final List<Integer> foundDone = new ArrayList<>();

  Start(Run run, Session session, List<Migrated> earlier) {
    this.run = run;
    this.session = session;
    this.earlier = earlier;
  }

  /** Steps that an earlier run did without being able to say so. */
  List<Integer> foundDone() {
    return foundDone;
  }

  int first(CatalogWatch watch, String database) throws SQLException, Halt {
    int known = 0;
    Hash state = run.migration.from();
    Optional<Migrated.Stepping> open = Optional.empty();
    Optional<String> where = Optional.empty();
    for (Migrated body : earlier) {
      if (body instanceof Migrated.Begun begun) {
        where = Optional.of(begun.database());
      } else if (body instanceof Migrated.Stepping stepping) {
        open = Optional.of(stepping);
      } else if (body instanceof Migrated.Stepped stepped) {
        known = Math.max(known, stepped.step() + 1);
        state = stepped.state();
        open = Optional.empty();
      }
    }
    if (!where.equals(Optional.of(database))) {
      return byProof(run.look(watch));
    }
    if (open.isPresent() && open.get().step() == known && happened(open.get(), watch)) {
      foundDone.add(known);
      return requireAfter(known, run.look(watch));
    }
    CatalogWatch.Seen now = run.look(watch);
    return state.equals(now.fingerprint()) ? known : moved(now.fingerprint(), known, state);
  }

  /** The step after one that an earlier run died in, if the schema is what it must be there. */
  private int requireAfter(int step, CatalogWatch.Seen now) throws Halt {
    if (run.prediction.isPresent()) {
      Hash expected = run.prediction.get().after(step);
      return expected.equals(now.state()) ? step + 1 : moved(now.state(), step + 1, expected);
    }
    if (step == run.migration.steps().size() - 1 && run.migration.to().equals(now.fingerprint())) {
      return step + 1;
    }
    throw new Halt(
        Ending.UNDECIDED,
        "An earlier run did step "
            + step
            + " and died before it could read the schema back, and there is no proof that says"
            + " what it should be. Plan anew from what is there");
  }

  /** Without records of this database, only the rehearsal's states tell where it stands. */
  private int byProof(CatalogWatch.Seen now) throws Halt {
    if (now.fingerprint().equals(run.migration.from())) {
      return 0;
    }
    int at = run.prediction.map(p -> p.states().indexOf(now.state())).orElse(-1);
    if (at <= 0) {
      // The state before the first step has to be that of all, functions and triggers too.
      return moved(now.fingerprint(), 0, run.migration.from());
    }
    for (int i = 0; i < at; i++) {
      foundDone.add(i);
    }
    return at;
  }

  private static int moved(Hash now, int step, Hash expected) throws Halt {
    throw new Halt(
        Ending.MOVED,
        "The target moved meanwhile: before step "
            + step
            + " its schema is "
            + now.brief()
            + ", not "
            + expected.brief()
            + ". Nothing is done; plan anew from what is there");
  }

  /** Whether the step that an earlier run died in is done. */
  private boolean happened(Migrated.Stepping died, CatalogWatch watch) throws SQLException, Halt {
    Migration.Step step = run.migration.steps().get(died.step());
    if (died.transaction().isPresent()) {
      Optional<String> status =
          session.text("SELECT pg_catalog.pg_xact_status(?::xid8)", died.transaction().get());
      switch (status.orElse("forgotten")) {
        case "committed" -> {
          return true;
        }
        case "aborted" -> {
          return false;
        }
        case "in progress" ->
            throw new Halt(
                Ending.BUSY,
                "The transaction of a run that died is still open on the server. Wait for its end");
        default -> {}
      }
    }
    if (step.commit() == Migration.Commit.ALONE) {
      new Leftovers(session, step).clear();
    }
    Optional<Boolean> probed = run.isDone(session, died.step(), step);
    if (probed.isPresent()) {
      return probed.get();
    }
    CatalogWatch.Seen now = run.look(watch);
    if (now.fingerprint().equals(died.state())) {
      // Nothing of it shows, so it may be done once more.
      return false;
    }
    if (run.prediction.filter(all -> all.after(died.step()).equals(now.state())).isPresent()) {
      return true;
    }
    throw new Halt(
        Ending.UNDECIDED,
        "An earlier run died in step "
            + died.step()
            + " and nothing tells whether it happened. Plan anew from what is there");
  }
}
