package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * What the door writes down of a call: the body of the journal's {@code act.*} records. Holds typed
 * inputs and outcomes, never row values.
 */
public sealed interface Act {
  /** Name of the tool, as the caller gave it. */
  String tool();

  /**
   * A call is about to be made. Durable before the tool is called; a call that was started and
   * never {@link Finished} has to be looked at by a person.
   *
   * @param action {@link Action#id} of the call
   * @param inputHash hash of {@code input}
   * @param state hash of the fingerprint that the tool read before, where it has one
   * @param definition hash of the tool's {@link ToolSpec}
   * @param policy digest of all rules of the host that let it through
   * @param rows how many rows it may touch, as the tool says beforehand; empty where no budget
   *     bounds them
   * @param approval the leave that it uses up, where it needs one
   */
  record Started(
      Hash action,
      String tool,
      Hash inputHash,
      Json input,
      Caller caller,
      Optional<Hash> state,
      Hash definition,
      Hash policy,
      Optional<Long> rows,
      Optional<Approval> approval)
      implements Act {
    public static final String KIND = "act.started";

    public Started {
      requireNonNull(action, "action");
      requireNonNull(tool, "tool");
      requireNonNull(inputHash, "inputHash");
      requireNonNull(input, "input");
      requireNonNull(caller, "caller");
      requireNonNull(state, "state");
      requireNonNull(definition, "definition");
      requireNonNull(policy, "policy");
      requireNonNull(rows, "rows");
      requireNonNull(approval, "approval");
    }
  }

  /**
   * What a call came to. The first cause of its record is the {@link Started} record.
   *
   * @param outcome without what a READ tool found, which may hold row values
   * @param answered when the tool said that it was done, where that was read back afterwards: what
   *     lies between it and the time of the record is the verification
   */
  record Finished(Hash action, String tool, Outcome outcome, Optional<Instant> answered)
      implements Act {
    public static final String KIND = "act.finished";

    public Finished {
      requireNonNull(action, "action");
      requireNonNull(tool, "tool");
      requireNonNull(outcome, "outcome");
      requireNonNull(answered, "answered");
    }

    /** A call after which nothing was read back. */
    public Finished(Hash action, String tool, Outcome outcome) {
      this(action, tool, outcome, Optional.empty());
    }
  }

  /**
   * A call that the door did not let through.
   *
   * @param inputHash hash of the input, which itself is not kept: nobody has checked it
   */
  record Refused(String tool, Hash inputHash, Caller caller, String reason) implements Act {
    public static final String KIND = "act.refused";

    public Refused {
      requireNonNull(tool, "tool");
      requireNonNull(inputHash, "inputHash");
      requireNonNull(caller, "caller");
      requireNonNull(reason, "reason");
    }
  }

  /**
   * What a call that was pending or unknown has come to after all. The asset of its record is the
   * target of the call.
   *
   * @param action {@link Action#id} of the call
   * @param how who found out, and how
   */
  record Settled(Hash action, String tool, Outcome outcome, String how) implements Act {
    public static final String KIND = "act.settled";

    public Settled {
      requireNonNull(action, "action");
      requireNonNull(tool, "tool");
      requireNonNull(outcome, "outcome");
      requireNonNull(how, "how");
    }
  }
}
