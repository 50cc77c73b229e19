package dev.weirkeeper;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Asks persons for leave. */
final class Requests {
  static final Duration LONGEST = Duration.ofDays(1);

  /** Requests that one caller may have open: whoever reads them is a person. */
  private static final int OPEN_PER_CALLER = 20;

  /** Under which rules, why and for how long leave is asked for. */
  record Terms(Hash policy, String reason, Duration validFor) {}

  private final Attempt.Parts parts;

  Requests(Attempt.Parts parts) {
    this.parts = parts;
  }

  Outcome ask(
      ToolSpec tool,
      Caller caller,
      Action action,
      Optional<Hash> state,
      Terms terms,
      List<Hash> causes,
      Function<String, Outcome> refused) {
    Domain domain = parts.rules().domains().of(action.target());
    Set<String> approvers = new TreeSet<>(domain.approvers());
    approvers.remove(caller.principal());
    int persons = domain.personsFor(tool);
    if (approvers.size() < persons) {
      return refused.apply(
          "It needs the approval of "
              + persons
              + " persons, and domain "
              + domain.name()
              + " has "
              + approvers.size()
              + " approvers beside who asks; the owner of the domain names more");
    }
    Instant clock = parts.clock().instant();
    Hash id = action.id(tool);
    List<Approval> known = parts.memory().look(memory -> memory.approvals(memory.now(clock)));
    Optional<Approval> twin =
        known.stream()
            .filter(approval -> isOpen(approval) && isFor(approval.request(), id, caller))
            .filter(approval -> approval.request().state().equals(state))
            .filter(approval -> approval.request().policy().equals(terms.policy()))
            .findFirst();
    if (twin.isPresent()) {
      return asked(twin.get().request());
    }
    long open =
        known.stream()
            .filter(Requests::isOpen)
            .filter(approval -> approval.request().requester().equals(caller))
            .count();
    if (open >= OPEN_PER_CALLER) {
      return refused.apply(
          "'"
              + caller.principal()
              + "' has "
              + open
              + " requests open already; wait for persons, or revoke some");
    }
    Approval.Request request =
        new Approval.Request(
            id,
            tool.name(),
            action.input(),
            action.target(),
            caller,
            state,
            terms.policy(),
            domain.name(),
            approvers,
            persons,
            terms.reason(),
            clock,
            clock.plus(terms.validFor()));
    parts
        .journal()
        .write(
            Approval.Request.KIND, caller.actor(), Optional.of(action.target()), request, causes);
    parts
        .memory()
        .update(memory -> new DoorMemory.Change<>(List.of(new DoorEvent.Requested(request)), true));
    parts.raise(
        new Alert(
            Alert.Kind.APPROVAL_WANTED,
            clock,
            request.id().hex(),
            Optional.of(action.target()),
            caller.actor() + " asks for " + tool.name()));
    return asked(request);
  }

  private static boolean isOpen(Approval approval) {
    return approval.status() == Approval.Status.OPEN
        || approval.status() == Approval.Status.APPROVED;
  }

  private static boolean isFor(Approval.Request request, Hash action, Caller caller) {
    return request.action().equals(action) && request.requester().equals(caller);
  }

  private static Outcome asked(Approval.Request request) {
    return new Outcome.Done(Json.of(request), Outcome.Verification.NOT_NEEDED);
  }
}
