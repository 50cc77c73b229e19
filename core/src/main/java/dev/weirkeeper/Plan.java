package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * An ordered list of actions that takes an asset from one state to another. Content-addressed: a
 * person who approves an id approves exactly this.
 *
 * @param from version of the relation that the target follows now; empty if it has none yet
 * @param to version of the relation that the target follows afterwards
 * @param steps carried out in order; the first that is not done stops the plan
 * @param proof why the planner believes that the steps lead from {@code from} to {@code to}
 */
public record Plan(Asset asset, Optional<Hash> from, Hash to, List<Step> steps, Json proof) {

  /**
   * One action of a plan.
   *
   * @param precondition what must be true of the target, for people; the tool checks it
   * @param undo the action that takes it back, where there is one
   * @param verification what is read back afterwards, for people; the tool checks it
   */
  public record Step(
      Action action, String precondition, Optional<Action> undo, String verification) {
    public Step {
      requireNonNull(action, "action");
      requireNonNull(precondition, "precondition");
      requireNonNull(undo, "undo");
      requireNonNull(verification, "verification");
    }
  }

  public Plan {
    requireNonNull(asset, "asset");
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    steps = List.copyOf(steps);
    requireNonNull(proof, "proof");
  }

  public Hash id() {
    return Hash.of(Json.of(this));
  }
}
