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
    Approval.Request request =
        new Approval.Request(
            action.id(tool),
            tool.name(),
            action.shown(tool),
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
    Admission before = parts.memory().look(memory -> admission(memory, request));
    if (before.twin().isPresent()) {
      return asked(before.twin().get());
    } else if (before.refusal().isPresent()) {
      return refused.apply(before.refusal().get());
    }
    parts
        .journal()
        .write(
            Approval.Request.KIND, caller.actor(), Optional.of(action.target()), request, causes);
    // Somebody may have asked meanwhile.
    Admission after =
        parts
            .memory()
            .update(
                memory -> {
                  Admission now = admission(memory, request);
                  return now.equals(Admission.FREE)
                      ? new DoorMemory.Change<>(List.of(new DoorEvent.Requested(request)), now)
                      : DoorMemory.Change.nothing(now);
                });
    if (after.twin().isPresent()) {
      return asked(after.twin().get());
    } else if (after.refusal().isPresent()) {
      return refused.apply(after.refusal().get());
    }
    parts.raise(
        new Alert(
            Alert.Kind.APPROVAL_WANTED,
            clock,
            request.id().hex(),
            Optional.of(action.target()),
            caller.actor() + " asks for " + tool.name()));
    return asked(request);
  }

  /**
   * What the memory says of a request.
   *
   * @param twin the same request, which is open already
   */
  private record Admission(Optional<Approval.Request> twin, Optional<String> refusal) {
    static final Admission FREE = new Admission(Optional.empty(), Optional.empty());

    static Admission no(String why) {
      return new Admission(Optional.empty(), Optional.of(why));
    }
  }

  private static Admission admission(DoorState state, Approval.Request request) {
    Optional<String> wrong = state.wrong(request.at());
    if (wrong.isPresent()) {
      return Admission.no(wrong.get());
    }
    Instant now = state.now(request.at());
    List<Approval.Request> open =
        state.approvals(now).stream()
            .filter(Requests::isOpen)
            .map(Approval::request)
            .filter(other -> other.requester().equals(request.requester()))
            .toList();
    Optional<Approval.Request> twin =
        open.stream()
            .filter(other -> other.action().equals(request.action()))
            .filter(other -> other.state().equals(request.state()))
            .filter(other -> other.policy().equals(request.policy()))
            .findFirst();
    if (twin.isPresent()) {
      return new Admission(twin, Optional.empty());
    }
    if (state.approval(request.id(), now).isPresent()) {
      return Admission.no("It was asked for at this very moment and answered; ask again");
    }
    return open.size() < OPEN_PER_CALLER
        ? Admission.FREE
        : Admission.no(
            "'"
                + request.requester().principal()
                + "' has "
                + open.size()
                + " requests open already; wait for persons, or revoke some");
  }

  private static boolean isOpen(Approval approval) {
    return approval.status() == Approval.Status.OPEN
        || approval.status() == Approval.Status.APPROVED;
  }

  private static Outcome asked(Approval.Request request) {
    return new Outcome.Done(Json.of(request), Outcome.Verification.NOT_NEEDED);
  }
}
