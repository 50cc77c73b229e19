package dev.weirkeeper.healing;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.OpenMailbox;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.PipelineCommand;
import dev.weirkeeper.TableState;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

class PipelineToolsKitTest extends ToolRegistryKit {
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final String TABLE = ORDERS.name();

  @Override
  protected ToolRegistry registry() {
    Mailbox mailbox =
        OpenMailbox.answering(
            new Mailbox(Clock.systemUTC()),
            command ->
                command.asset().equals(ORDERS)
                    ? new Outcome.Done(Json.of(result(command)), Outcome.Verification.VERIFIED)
                    : new Outcome.Refused("The pipeline has no such table"));
    return new PipelineTools("shop", mailbox);
  }

  private static Record result(PipelineCommand command) {
    return command instanceof PipelineCommand.Replay
        ? new PipelineTools.Replayed(TABLE, 2, 1)
        : new PipelineTools.Routed(TABLE, TableState.Mode.LIVE);
  }

  @Override
  protected List<Action> accepted() {
    return List.of(
        call(PipelineTools.PAUSE, new PipelineTools.Pause(TABLE, "looks odd")),
        call(PipelineTools.RESUME, new PipelineTools.Resume(TABLE)),
        call(PipelineTools.RESYNC, new PipelineTools.Resync(TABLE)),
        call(PipelineTools.REPLAY, new PipelineTools.Replay(TABLE, Optional.of("r1"), 10)),
        call(PipelineTools.APPLY, new PipelineTools.Apply(TABLE, Hash.of(new byte[0]))));
  }

  @Override
  protected List<Action> refused() {
    return List.of(
        call(PipelineTools.PAUSE, new PipelineTools.Pause(TABLE, " ")),
        new Action(
            PipelineTools.RESYNC,
            Json.of(new PipelineTools.Resync("public.other")),
            new Asset("shop", "public.other")));
  }

  private static Action call(String tool, Record input) {
    return new Action(tool, Json.of(input), ORDERS);
  }
}
