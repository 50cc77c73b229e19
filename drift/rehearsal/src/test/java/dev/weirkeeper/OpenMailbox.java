package dev.weirkeeper;

/** Opens a mailbox as a pipeline would, which only this package can. */
public final class OpenMailbox implements Mailbox.Worker {
  private final PipelineView view;

  private OpenMailbox(PipelineView view) {
    this.view = view;
  }

  /** Shows a pipeline that nobody commands or asks. */
  public static Mailbox showing(Mailbox mailbox, PipelineView view) {
    mailbox.open(new OpenMailbox(view));
    return mailbox;
  }

  @Override
  public Outcome carryOut(PipelineCommand command, CallControl control) {
    return new Outcome.Refused("Nothing is commanded here");
  }

  @Override
  public <T> Probe<T> answer(PipelineQuestion<T> question) {
    return new Probe.Unknown<>("there is no target");
  }

  @Override
  public PipelineView view() {
    return view;
  }
}
