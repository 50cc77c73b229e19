package dev.weirkeeper.healing;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Inputs;
import dev.weirkeeper.Json;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.PipelineCommand;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.TableState;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Undo;
import dev.weirkeeper.spi.Target;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A running pipeline's own acts as tools: pause, resume and resync a table, replay its quarantine,
 * apply the plan that waits for it. A call leaves a command in the mailbox and waits for the
 * pipeline's answer until the deadline of the call. An action's target is the table at the source.
 */
public final class PipelineTools implements ToolRegistry {
  public static final String PAUSE = "table_pause";
  public static final String RESUME = "table_resume";
  public static final String RESYNC = "table_resync";
  public static final String REPLAY = "quarantine_replay";
  public static final String APPLY = "plan_apply";

  /** The longest reason of a pause, in characters. */
  public static final int MAX_REASON = 1000;

  /**
   * Input of {@code table_pause}.
   *
   * @param table name at the source, with its schema: {@code public.orders}
   */
  public record Pause(String table, String reason) {
    public Pause {
      requireNonNull(table, "table");
      requireNonNull(reason, "reason");
    }
  }

  /** Input of {@code table_resume}. */
  public record Resume(String table) {
    public Resume {
      requireNonNull(table, "table");
    }
  }

  /** Input of {@code table_resync}. */
  public record Resync(String table) {
    public Resync {
      requireNonNull(table, "table");
    }
  }

  /**
   * Input of {@code quarantine_replay}.
   *
   * @param rule only entries that broke this rule; empty for all
   * @param limit at most so many entries, at least 1
   */
  public record Replay(String table, Optional<String> rule, int limit) {
    public Replay {
      requireNonNull(table, "table");
      requireNonNull(rule, "rule");
      if (limit < 1) {
        throw new IllegalArgumentException(
            "limit is " + limit + "; a replay takes at least 1 entry");
      }
    }
  }

  /**
   * Input of {@code plan_apply}: the plan is named, never described.
   *
   * @param proof of the rehearsal that whoever gives leave goes by: then the plan is applied only
   *     if this is the newest one that the log has of it, and it went as it should
   */
  public record Apply(String table, Hash plan, Optional<Hash> proof) {
    public Apply {
      requireNonNull(table, "table");
      requireNonNull(plan, "plan");
      requireNonNull(proof, "proof");
    }

    /** A plan that goes by no rehearsal. */
    public Apply(String table, Hash plan) {
      this(table, plan, Optional.empty());
    }
  }

  /**
   * Result of what changes how a table is routed.
   *
   * @param mode how it is routed from now on
   */
  public record Routed(String table, TableState.Mode mode) {
    public Routed {
      requireNonNull(table, "table");
      requireNonNull(mode, "mode");
    }
  }

  /**
   * Result of {@code quarantine_replay}.
   *
   * @param published entries that reached the table
   * @param stillQuarantined entries that are kept back again
   */
  public record Replayed(String table, long published, long stillQuarantined) {
    public Replayed {
      requireNonNull(table, "table");
    }
  }

  private final String sourceSystem;
  private final Mailbox mailbox;
  private final Optional<Rehearsals> rehearsals;

  /** Tools of a host that keeps no book of its log: no plan is applied by its rehearsal there. */
  public PipelineTools(String sourceSystem, Mailbox mailbox) {
    this(sourceSystem, mailbox, Optional.empty());
  }

  /**
   * @param book where rehearsals of plans are found
   */
  public PipelineTools(String sourceSystem, Mailbox mailbox, LogBook book) {
    this(sourceSystem, mailbox, Optional.of(new Rehearsals(book)));
  }

  private PipelineTools(String sourceSystem, Mailbox mailbox, Optional<Rehearsals> rehearsals) {
    this.sourceSystem = requireNonNull(sourceSystem, "sourceSystem");
    this.mailbox = requireNonNull(mailbox, "mailbox");
    this.rehearsals = rehearsals;
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        tool(
            spec(
                PAUSE,
                "Sends rows of a table to the spool from now on; no row is lost and other tables"
                    + " flow. Use it when rows must not reach the target yet.",
                Pause.class,
                Routed.class,
                Repeat.SAFE,
                Undo.EXACT,
                Inputs.TEXT),
            Pause.class,
            Pause::table,
            (input, asset) -> new PipelineCommand.Pause(asset, input.reason())),
        tool(
            spec(
                RESUME,
                "Empties the spool of a paused table into the target, then lets rows flow again."
                    + " Refused while the schema does not fit.",
                Resume.class,
                Routed.class,
                Repeat.SAFE,
                Undo.COMPENSATING,
                Inputs.IDS),
            Resume.class,
            Resume::table,
            (input, asset) -> new PipelineCommand.Resume(asset)),
        // A second call throws the progress of the first away.
        tool(
                spec(
                    RESYNC,
                    "Reads a whole table from its source again. Use it when changes were lost or"
                        + " stored values changed without a row event.",
                    Resync.class,
                    Routed.class,
                    Repeat.ONCE,
                    Undo.NONE,
                    Inputs.IDS),
                Resync.class,
                Resync::table,
                (input, asset) -> new PipelineCommand.Resync(asset))
            .touching((input, call) -> new Probe.Unknown<>("a resync reads a table of any size")),
        tool(
                spec(
                    REPLAY,
                    "Puts rows from quarantine through the gate again, oldest first. A row never"
                        + " overwrites something newer.",
                    Replay.class,
                    Replayed.class,
                    Repeat.SAFE,
                    Undo.NONE,
                    Inputs.IDS),
                Replay.class,
                Replay::table,
                (input, asset) ->
                    new PipelineCommand.Replay(
                        asset, new Target.Selection(input.rule(), input.limit())))
            .touching((input, call) -> new Probe.Value<>((long) input.limit())),
        tool(
            spec(
                APPLY,
                "Carries out the plan that waits for a table, if it still is the one with this id"
                    + " and, where a proof is named, that is its newest rehearsal and a good one.",
                Apply.class,
                Routed.class,
                Repeat.SAFE,
                Undo.NONE,
                Inputs.IDS),
            Apply.class,
            Apply::table,
            (input, asset) -> new PipelineCommand.Apply(asset, input.plan())));
  }

  private static ToolSpec spec(
      String name,
      String description,
      Class<? extends Record> input,
      Class<? extends Record> output,
      Repeat repeat,
      Undo undo,
      Inputs inputs) {
    return new ToolSpec(
        name,
        description,
        Json.schemaOf(input),
        Json.schemaOf(output),
        Effect.WRITE,
        repeat,
        undo,
        inputs);
  }

  @FunctionalInterface
  private interface ToCommand<I> {
    PipelineCommand command(I input, Asset asset);
  }

  private <I extends Record> Tool<I, ?> tool(
      ToolSpec spec, Class<I> input, Function<I, String> table, ToCommand<I> toCommand) {
    return Tool.<I, Record>of(spec, input, (in, call) -> send(in, call, toCommand))
        .targeting(in -> new Asset(sourceSystem, table.apply(in)));
  }

  private <I> Outcome send(I input, Tool.Call call, ToCommand<I> toCommand) {
    if (input instanceof Pause pause
        && (pause.reason().isBlank() || pause.reason().length() > MAX_REASON)) {
      return new Outcome.Refused(
          "A pause needs a reason of 1 to " + MAX_REASON + " characters; nothing was done");
    }
    Optional<String> unproven =
        input instanceof Apply apply
            ? apply.proof().flatMap(proof -> problem(apply.plan(), proof))
            : Optional.empty();
    if (unproven.isPresent()) {
      return new Outcome.Refused(unproven.get() + "; nothing was done");
    }
    Optional<String> stop = call.stop();
    if (stop.isPresent()) {
      return new Outcome.Refused(stop.get() + "; nothing was done");
    }
    return mailbox.send(
        toCommand.command(input, call.target()),
        call.deadline(),
        new CallControl(call::stop, call::progress));
  }

  private Optional<String> problem(Hash plan, Hash proof) {
    return rehearsals.isEmpty()
        ? Optional.of("This host keeps no book of rehearsals; name the plan without a proof")
        : rehearsals.get().problem(plan, proof);
  }
}
