package dev.weirkeeper;

import java.util.function.Function;

/** Opens a mailbox as a pipeline would, which only this package can. */
public final class OpenMailbox {
  private OpenMailbox() {}

  /** Carries commands of the calling thread out at once. */
  public static Mailbox answering(Mailbox mailbox, Function<PipelineCommand, Outcome> handler) {
    mailbox.open(handler);
    return mailbox;
  }
}
