package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/** Something the door remembers across restarts. A line of {@link DoorMemory}. */
sealed interface DoorEvent {
  /** What is frozen when everything is. */
  String ALL = "*";

  /** What a person thaws when the clock was wrong. */
  String CLOCK = "clock";

  Instant at();

  /** The first line of a file: a file that was written anew has another generation. */
  record Begun(long generation, Instant at) implements DoorEvent {
    public Begun {
      requireNonNull(at, "at");
    }
  }

  /**
   * A call was let through, and has drawn on its budget.
   *
   * @param number of the call, ascending
   */
  record Spent(
      long number,
      Instant at,
      Hash action,
      String tool,
      Asset asset,
      String budget,
      long rows,
      String principal,
      Optional<Hash> approval)
      implements DoorEvent {
    public Spent {
      requireNonNull(at, "at");
      requireNonNull(action, "action");
      requireNonNull(tool, "tool");
      requireNonNull(asset, "asset");
      requireNonNull(budget, "budget");
      requireNonNull(principal, "principal");
      requireNonNull(approval, "approval");
      if (number < 1 || rows < 0) {
        throw new IllegalArgumentException("A call has a number, and touches no rows or some");
      }
    }
  }

  /** A call is over; or, by a person's word or a tool's, it is settled what it came to. */
  record Came(long number, Instant at, Result result, Optional<Outcome.Pending> pending)
      implements DoorEvent {
    public Came {
      requireNonNull(at, "at");
      requireNonNull(result, "result");
      requireNonNull(pending, "pending");
    }
  }

  /** An outcome, without what it says. */
  enum Result {
    DONE,
    PARTIAL,
    PENDING,
    REFUSED,
    FAILED,
    UNKNOWN;

    static Result of(Outcome outcome) {
      if (outcome instanceof Outcome.Done) {
        return DONE;
      } else if (outcome instanceof Outcome.Partial) {
        return PARTIAL;
      } else if (outcome instanceof Outcome.Pending) {
        return PENDING;
      } else if (outcome instanceof Outcome.Refused) {
        return REFUSED;
      }
      return outcome instanceof Outcome.Failed ? FAILED : UNKNOWN;
    }

    boolean wentWrong() {
      return this == PARTIAL || this == FAILED || this == UNKNOWN;
    }
  }

  /** Something is wrong with an asset. */
  record Alarmed(Instant at, Asset asset) implements DoorEvent {
    public Alarmed {
      requireNonNull(at, "at");
      requireNonNull(asset, "asset");
    }
  }

  /** No act of a class is let through any more. */
  record Frozen(Instant at, String what, String why) implements DoorEvent {
    public Frozen {
      requireNonNull(at, "at");
      requireNonNull(what, "what");
      requireNonNull(why, "why");
    }
  }

  /** A person lets a class act again. */
  record Thawed(Instant at, String what, String person) implements DoorEvent {
    public Thawed {
      requireNonNull(at, "at");
      requireNonNull(what, "what");
      requireNonNull(person, "person");
    }
  }

  /** A person says that it is now so late, though the door saw later times. */
  record ClockSet(Instant at, String person) implements DoorEvent {
    public ClockSet {
      requireNonNull(at, "at");
      requireNonNull(person, "person");
    }
  }

  /** Leave was asked for. */
  record Requested(Approval.Request request) implements DoorEvent {
    public Requested {
      requireNonNull(request, "request");
    }

    @Override
    public Instant at() {
      return request.at();
    }
  }

  /** A person said something about a request. */
  record Voted(Approval.Vote vote) implements DoorEvent {
    public Voted {
      requireNonNull(vote, "vote");
    }

    @Override
    public Instant at() {
      return vote.at();
    }
  }
}
