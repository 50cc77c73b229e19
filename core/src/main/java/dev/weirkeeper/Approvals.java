package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where persons see what leave is asked for, and give it, deny it or take it back. The host's own
 * code reaches it through {@link Toolbox#approvals}, another process of a person through the same
 * folder.
 *
 * <p>Who a person is must be known apart from who asked: callers of these methods have
 * authenticated it. A vote of somebody who may not approve is refused here, and again by the door
 * when the act is about to be made. Safe to share between threads.
 */
public final class Approvals {
  private final DoorMemory memory;
  private final Clock clock;
  private final @Nullable Journal journal;

  Approvals(DoorMemory memory, Clock clock, @Nullable Journal journal) {
    this.memory = memory;
    this.clock = clock;
    this.journal = journal;
  }

  /** Approvals of a door in another process; that door writes them into its journal. */
  public static Approvals in(DoorMemory memory, Clock clock) {
    return new Approvals(requireNonNull(memory, "memory"), requireNonNull(clock, "clock"), null);
  }

  /** All requests that are remembered, newest first. */
  public List<Approval> list() {
    return memory.look(state -> state.approvals(state.now(clock.instant())));
  }

  public Optional<Approval> find(Hash request) {
    return memory.look(state -> state.approval(request, state.now(clock.instant())));
  }

  /**
   * Approves a request, as one of the persons that it needs.
   *
   * @throws IllegalArgumentException if there is no such request, or the person is not one of its
   *     approvers or is its requester
   * @throws IllegalStateException if it is not open any more
   */
  public Approval approve(Caller person, Hash request) {
    return vote(person, request, Approval.Word.APPROVE);
  }

  /** Denies a request for good. One approver's no is enough. */
  public Approval deny(Caller person, Hash request) {
    return vote(person, request, Approval.Word.DENY);
  }

  /** Takes a request or an approval back, before it is used: an approver may, and who asked. */
  public Approval revoke(Caller person, Hash request) {
    return vote(person, request, Approval.Word.REVOKE);
  }

  private Approval vote(Caller person, Hash request, Approval.Word word) {
    requireNonNull(person, "person");
    requireNonNull(request, "request");
    Approval.Vote vote =
        memory.look(
            state -> {
              Instant now = state.now(clock.instant());
              require(person, known(state, request, now), word);
              return new Approval.Vote(request, now, person.principal(), word);
            });
    Journal log = journal;
    if (log != null) {
      // Written first; what is refused after it is written too, and counts for nothing.
      log.write(
          Approval.Vote.KIND,
          person.actor(),
          find(request).map(approval -> approval.request().target()),
          vote,
          List.of(request));
    }
    return memory.update(
        state -> {
          Instant now = state.now(clock.instant());
          Approval before = known(state, request, now);
          require(person, before, word);
          return new DoorMemory.Change<>(
              List.of(new DoorEvent.Voted(vote)), state.with(before, vote, now));
        });
  }

  private static Approval known(DoorState state, Hash request, Instant now) {
    return state
        .approval(request, now)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no request "
                        + request.brief()
                        + "; list() shows those that are remembered"));
  }

  private static void require(Caller person, Approval approval, Approval.Word word) {
    Approval.Request request = approval.request();
    boolean asked = person.principal().equals(request.requester().principal());
    if (person.kind() != Caller.Kind.HOST && !(asked && word == Approval.Word.REVOKE)) {
      throw new IllegalArgumentException(
          person.actor() + " is no person: only persons approve and deny");
    }
    if (asked && word != Approval.Word.REVOKE) {
      throw new IllegalArgumentException(
          "'" + person.principal() + "' asked for it; another person has to decide");
    }
    if (!asked && !request.approvers().contains(person.principal())) {
      throw new IllegalArgumentException(
          "'"
              + person.principal()
              + "' is not among the approvers of domain "
              + request.domain()
              + ": "
              + request.approvers().stream().sorted().toList());
    }
    boolean mayBe =
        approval.status() == Approval.Status.OPEN
            || (approval.status() == Approval.Status.APPROVED && word != Approval.Word.APPROVE);
    if (!mayBe) {
      throw new IllegalStateException(
          "Request " + request.id().brief() + " is " + approval.status() + " and stays so");
    }
  }
}
