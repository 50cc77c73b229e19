package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/** What an action came to. Never an exception. */
public sealed interface Outcome {

  /** It was done and read back. */
  record Done(Json result, Verification verification) implements Outcome {
    public Done {
      requireNonNull(result, "result");
      requireNonNull(verification, "verification");
    }
  }

  /** Some of it was done: a call over many things where a few failed. */
  record Partial(Json done, Json notDone) implements Outcome {
    public Partial {
      requireNonNull(done, "done");
      requireNonNull(notDone, "notDone");
    }
  }

  /** It was started and goes on elsewhere; a READ tool settles the handle. */
  record Pending(String handle, Instant deadline) implements Outcome {
    public Pending {
      requireNonNull(handle, "handle");
      requireNonNull(deadline, "deadline");
    }
  }

  /** It was not tried: the door or the tool said no. */
  record Refused(String reason) implements Outcome {
    public Refused {
      requireNonNull(reason, "reason");
    }
  }

  /** It was tried and is known not to have happened. */
  record Failed(String error) implements Outcome {
    public Failed {
      requireNonNull(error, "error");
    }
  }

  /** It was tried and may have happened. Never retried blindly; a person sees it. */
  record Unknown(String error) implements Outcome {
    public Unknown {
      requireNonNull(error, "error");
    }
  }

  /** What reading back showed. */
  enum Verification {
    /** The tool reads only: there is nothing to verify. */
    NOT_NEEDED,
    VERIFIED
  }

  default boolean isDone() {
    return this instanceof Done;
  }
}
