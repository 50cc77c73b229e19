package dev.weirkeeper;

import java.io.IOException;
import java.util.Optional;

/** Carries out what the mailbox brings, between two commits. */
final class PipelineCommands {
  private final PipelineSession session;

  private record Mode(String table, TableState.Mode mode) {}

  private record Replayed(String table, long published, long stillQuarantined) {}

  PipelineCommands(PipelineSession session) {
    this.session = session;
  }

  Outcome carryOut(PipelineCommand command) {
    Optional<TableState> found = session.tables().of(command.asset());
    if (found.isEmpty()) {
      return new Outcome.Refused(
          "The pipeline has no table "
              + command.asset()
              + "; it has "
              + session.tables().published().keySet());
    }
    TableState state = found.get();
    try {
      if (command instanceof PipelineCommand.Pause pause) {
        return pause(state, pause);
      } else if (command instanceof PipelineCommand.Resume) {
        return resume(state);
      } else if (command instanceof PipelineCommand.Resync) {
        return resync(state);
      } else if (command instanceof PipelineCommand.Apply apply) {
        return apply(state, apply);
      }
      return replay(state, (PipelineCommand.Replay) command);
    } catch (IOException e) {
      throw new PipelineException("The pipeline failed while it was asked to act", e);
    }
  }

  private Outcome pause(TableState state, PipelineCommand.Pause pause) throws IOException {
    if (state.mode() == TableState.Mode.RESYNC_NEEDED) {
      return new Outcome.Refused(state.asset() + " needs a resync; there is nothing to pause");
    }
    session.tables().put(state.paused(pause.reason()));
    session.steerLoad(state.paused(pause.reason()));
    return done(state);
  }

  private Outcome resume(TableState state) throws IOException {
    if (state.mode() == TableState.Mode.RESYNC_NEEDED) {
      return new Outcome.Refused(
          "Changes of "
              + state.asset()
              + " were lost ("
              + state.reason().orElse("")
              + "); only a resync makes it right");
    }
    if (!state.spools()) {
      return new Outcome.Refused(state.asset() + " is not paused");
    }
    if (state.accepted().isEmpty() || !state.accepted().get().equals(state.latest())) {
      Optional<Plan> plan = session.schema().pending(state, session.position());
      boolean unseen = state.accepted().isEmpty();
      if (unseen || !same(state, plan)) {
        return new Outcome.Refused(
            "The target does not follow the schema of "
                + state.asset()
                + " yet; "
                + plan.map(waiting -> "apply plan " + waiting.id())
                    .orElse("no safe plan exists, so change source or target by hand"));
      }
    }
    session.tables().put(state.in(TableState.Mode.DRAINING));
    return done(state);
  }

  /** Whether the two versions differ in nothing that the detector would name. */
  private boolean same(TableState state, Optional<Plan> plan) {
    return plan.isEmpty() && session.schema().unchanged(state, session.position());
  }

  private Outcome resync(TableState state) throws IOException {
    if (state.accepted().isEmpty()) {
      return new Outcome.Refused(
          "The target does not have " + state.asset() + " yet; apply its plan, which loads it");
    }
    TableState loading = state.loading(Load.begin(state.asset()));
    session.tables().put(loading);
    session.steerLoad(loading);
    return done(state);
  }

  private Outcome apply(TableState state, PipelineCommand.Apply apply) throws IOException {
    Optional<Plan> plan = session.schema().pending(state, session.position());
    if (plan.isEmpty() || !plan.get().id().equals(apply.plan())) {
      return new Outcome.Refused(
          "Plan "
              + apply.plan().brief()
              + " is not the plan that waits for "
              + state.asset()
              + plan.map(waiting -> "; that is " + waiting.id()).orElse("; none does"));
    }
    session.commit();
    if (!session.schema().carryOut(state.asset(), plan.get(), plan.get().id())) {
      session.save();
      return new Outcome.Failed(
          session.tables().of(state.asset()).flatMap(TableState::reason).orElse("not done"));
    }
    TableState after = session.tables().of(state.asset()).orElseThrow();
    if (after.mode() == TableState.Mode.PAUSED) {
      session.tables().put(after.in(TableState.Mode.DRAINING));
    }
    session.save();
    session.steerLoad(session.tables().of(state.asset()).orElseThrow());
    return done(state);
  }

  private Outcome replay(TableState state, PipelineCommand.Replay replay) throws IOException {
    if (state.spools() || state.mode() == TableState.Mode.RESYNC_NEEDED) {
      return new Outcome.Refused(
          state.asset() + " is " + state.mode() + "; resume it first, then replay");
    }
    Optional<String> refusal = session.replay(state.asset(), replay.selection());
    Counts counts = session.replayed();
    if (refusal.isPresent()) {
      return new Outcome.Failed("The target takes no more: " + refusal.get());
    }
    return new Outcome.Done(
        Json.of(new Replayed(state.asset().name(), counts.published(), counts.quarantined())),
        Outcome.Verification.VERIFIED);
  }

  /** Answers once the target has stored the state. */
  private Outcome done(TableState state) throws IOException {
    session.save();
    return new Outcome.Done(
        Json.of(
            new Mode(
                state.asset().name(), session.tables().of(state.asset()).orElseThrow().mode())),
        Outcome.Verification.VERIFIED);
  }
}
