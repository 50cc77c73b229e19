package dev.weirkeeper;

import dev.weirkeeper.spi.Target;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Opens a mailbox as a pipeline would, which only this package can. */
public final class OpenMailbox implements Mailbox.Worker {
  private final Function<PipelineCommand, Outcome> handler;
  private final Supplier<PipelineView> view;
  private final Optional<Target> target;

  private OpenMailbox(
      Function<PipelineCommand, Outcome> handler,
      Supplier<PipelineView> view,
      Optional<Target> target) {
    this.handler = handler;
    this.view = view;
    this.target = target;
  }

  /** Carries commands of the calling thread out at once. */
  public static Mailbox answering(Mailbox mailbox, Function<PipelineCommand, Outcome> handler) {
    PipelineView nothing = new PipelineView("test", new Position("test", "0"), List.of(), Map.of());
    mailbox.open(new OpenMailbox(handler, () -> nothing, Optional.empty()));
    return mailbox;
  }

  /** Shows a pipeline, and what its target keeps; questions are of the calling thread. */
  public static Mailbox showing(Mailbox mailbox, PipelineView view, Target target) {
    return showing(mailbox, () -> view, target);
  }

  /** The same for a pipeline that looks anew each time. */
  public static Mailbox showing(Mailbox mailbox, Supplier<PipelineView> view, Target target) {
    mailbox.open(
        new OpenMailbox(
            command -> new Outcome.Refused("Nothing is commanded here"),
            view,
            Optional.of(target)));
    return mailbox;
  }

  /** Shows a pipeline whose target nobody can ask. */
  public static Mailbox showing(Mailbox mailbox, PipelineView view) {
    mailbox.open(
        new OpenMailbox(
            command -> new Outcome.Refused("Nothing is commanded here"),
            () -> view,
            Optional.empty()));
    return mailbox;
  }

  @Override
  public Outcome carryOut(PipelineCommand command, CallControl control) {
    return handler.apply(command);
  }

  @Override
  public <T> Probe<T> answer(PipelineQuestion<T> question) {
    if (target.isEmpty()) {
      return new Probe.Unknown<>("there is no target");
    }
    try {
      return new Probe.Value<>(question.answer(new Backlog(view.get().feed(), target.get())));
    } catch (IOException e) {
      return new Probe.Unknown<>("it could not be looked up");
    }
  }

  @Override
  public PipelineView view() {
    return view.get();
  }
}
