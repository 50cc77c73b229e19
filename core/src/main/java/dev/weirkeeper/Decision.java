package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/** What a policy makes of an incident. Data: only the host acts on it. */
public sealed interface Decision {

  /** The policy has no opinion; the host fails closed. */
  record Abstain(String reason) implements Decision {
    public Abstain {
      requireNonNull(reason, "reason");
    }
  }

  /** Nothing needs doing, and the new state is the baseline from now on. */
  record Dismiss(String reason) implements Decision {
    public Dismiss {
      requireNonNull(reason, "reason");
    }
  }

  /** A person should approve this plan; until then rows of the asset wait in the spool. */
  record Propose(Plan plan, String reason) implements Decision {
    public Propose {
      requireNonNull(plan, "plan");
      requireNonNull(reason, "reason");
    }
  }

  /** Carry the plan out now. */
  record Heal(Plan plan, String reason) implements Decision {
    public Heal {
      requireNonNull(plan, "plan");
      requireNonNull(reason, "reason");
    }
  }

  /** Limit the damage now, and perhaps propose a plan for later. */
  record Contain(List<Action> now, Optional<Plan> plan, String reason) implements Decision {
    public Contain {
      now = List.copyOf(now);
      requireNonNull(plan, "plan");
      requireNonNull(reason, "reason");
    }
  }

  String reason();
}
