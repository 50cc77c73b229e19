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

  Outcome carryOut(PipelineCommand command, CallControl control) {
    Optional<TableState> found = session.tables().of(command.asset());
    if (found.isEmpty()) {
      return new Outcome.Refused(
          "The pipeline has no table "
              + command.asset()
              + "; it has "
              + session.tables().published().keySet());
    }
    TableState state = found.get();
    boolean nested =
        command instanceof PipelineCommand.Apply
            || command instanceof PipelineCommand.Replay
            || command instanceof PipelineCommand.Report;
    if (nested && session.stepping()) {
      return new Outcome.Refused("A schema change is being met; ask again when it is settled");
    }
    try {
      if (command instanceof PipelineCommand.Pause pause) {
        return pause(state, pause);
      } else if (command instanceof PipelineCommand.Resume) {
        return resume(state);
      } else if (command instanceof PipelineCommand.Resync) {
        return resync(state);
      } else if (command instanceof PipelineCommand.Apply apply) {
        return apply(state, apply, control);
      } else if (command instanceof PipelineCommand.Report report) {
        return report(state, report);
      }
      return replay(state, (PipelineCommand.Replay) command, control);
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
    Optional<String> unfit = unfit(state);
    if (unfit.isPresent()) {
      return new Outcome.Refused(unfit.get());
    }
    session.tables().put(state.in(TableState.Mode.DRAINING));
    return done(state);
  }

  /** Why rows of the newest version would not fit the target's table, if so. */
  private Optional<String> unfit(TableState state) {
    if (state.accepted().equals(Optional.of(state.latest()))
        || session.schema().unchanged(state, session.position())) {
      return Optional.empty();
    }
    return Optional.of(
        "The target does not follow the schema of "
            + state.asset()
            + " yet; "
            + session
                .schema()
                .pending(state, session.position())
                .map(waiting -> "apply plan " + waiting.id())
                .orElse("no safe plan exists, so change source or target by hand"));
  }

  private Outcome resync(TableState state) throws IOException {
    if (state.accepted().isEmpty()) {
      return new Outcome.Refused(
          "The target does not have " + state.asset() + " yet; apply its plan, which loads it");
    }
    if (session.stepping()) {
      session.beginLoad(state);
      return done(state);
    }
    Optional<String> unfit = unfit(state);
    if (unfit.isPresent()) {
      return new Outcome.Refused(unfit.get());
    }
    session.beginLoad(state);
    session.save();
    TableState after = session.tables().of(state.asset()).orElseThrow();
    if (after.mode() != TableState.Mode.LOADING) {
      session.tables().put(state.paused(after.reason().orElse("the target refuses a new load")));
      session.save();
      return new Outcome.Failed(after.reason().orElse("the target refuses a new load"));
    }
    session.steerLoad(after);
    return done(state);
  }

  private Outcome apply(TableState state, PipelineCommand.Apply apply, CallControl control)
      throws IOException {
    Optional<Plan> plan = session.schema().pending(state, session.position());
    if (plan.isEmpty() || !plan.get().id().equals(apply.plan())) {
      return new Outcome.Refused(
          "Plan "
              + apply.plan().brief()
              + " is not the plan that waits for "
              + state.asset()
              + plan.map(waiting -> "; that is " + waiting.id()).orElse("; none does"));
    }
    if (!session.carryOut(state.asset(), plan.get(), control.progress())) {
      return new Outcome.Failed(
          session.tables().of(state.asset()).flatMap(TableState::reason).orElse("not done"));
    }
    return done(state);
  }

  private Outcome replay(TableState state, PipelineCommand.Replay replay, CallControl control)
      throws IOException {
    if (state.spools() || state.mode() == TableState.Mode.RESYNC_NEEDED) {
      return new Outcome.Refused(
          state.asset() + " is " + state.mode() + "; resume it first, then replay");
    }
    Optional<String> refusal = session.replay(state.asset(), replay.selection(), control);
    Counts counts = session.replayed();
    if (refusal.isPresent()) {
      return new Outcome.Failed("The target takes no more: " + refusal.get());
    }
    return new Outcome.Done(
        Json.of(new Replayed(state.asset().name(), counts.published(), counts.quarantined())),
        Outcome.Verification.VERIFIED);
  }

  private Outcome report(TableState state, PipelineCommand.Report report) throws IOException {
    if (state.accepted().isEmpty() || state.mode() != TableState.Mode.LIVE) {
      return new Outcome.Refused(
          "Rows of " + state.asset() + " do not flow now; report again once they do");
    }
    if (report.findings().isEmpty()
        || report.findings().stream().anyMatch(each -> !each.asset().equals(state.asset()))) {
      return new Outcome.Refused("A report holds findings of " + state.asset() + " and no others");
    }
    session.found().meet(new Incident(state.asset(), session.position(), report.findings()));
    return done(state);
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
