package dev.weirkeeper.mcp;

import dev.weirkeeper.Action;
import dev.weirkeeper.Approval;
import dev.weirkeeper.Approvals;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Inputs;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Undo;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How clients ask persons for leave, and see how it stands: on the door's own methods, since they
 * need to know who asks. There is no tool that gives leave: persons have other ways to the door.
 */
final class ApprovalTools {
  static final String REQUEST = "approval_request";
  static final String STATUS = "approval_status";

  /**
   * Input of {@code approval_request}.
   *
   * @param tool name of the tool that is to be called
   * @param input arguments of that call
   * @param reason for the persons who decide
   * @param validMinutes how long the leave is of use; an hour if it is not said
   */
  record Request(String tool, Json input, String reason, Optional<Integer> validMinutes) {
    private static final int REASON_LENGTH = 1024;
    private static final int LONGEST = 24 * 60;

    Request {
      if (reason.isBlank() || reason.length() > REASON_LENGTH) {
        throw new IllegalArgumentException(
            "reason says in 1 to " + REASON_LENGTH + " characters why persons should agree");
      }
      if (validMinutes.filter(minutes -> minutes < 1 || minutes > LONGEST).isPresent()) {
        throw new IllegalArgumentException("validMinutes is 1 to " + LONGEST);
      }
    }

    Duration validFor() {
      return Duration.ofMinutes(validMinutes.orElse(60));
    }
  }

  /**
   * Input of {@code approval_status}.
   *
   * @param request which request; all of the caller's if it is not said
   */
  record Which(Optional<Hash> request, Optional<String> cursor) {}

  /**
   * How a request stands.
   *
   * @param reason as the requester worded it
   * @param voted persons who have said something, of {@code persons} that must approve
   */
  record Standing(
      Hash request,
      Approval.Status status,
      String tool,
      Json input,
      String target,
      String requester,
      Outside reason,
      String domain,
      int persons,
      int voted,
      Instant at,
      Instant expires,
      String next) {
    static Standing of(Approval approval) {
      Approval.Request request = approval.request();
      return new Standing(
          request.id(),
          approval.status(),
          request.tool(),
          request.input(),
          Shown.text(request.target().toString(), 512),
          request.requester().actor(),
          Outside.of(request.reason()),
          request.domain(),
          request.persons(),
          (int) approval.votes().stream().map(Approval.Vote::person).distinct().count(),
          request.at(),
          request.expires(),
          next(approval.status()));
    }

    private static String next(Approval.Status status) {
      return switch (status) {
        case OPEN -> "Persons have to decide; ask again later";
        case APPROVED -> "Make the very call that was approved, once, before it expires";
        case DENIED -> "Persons said no; do not ask for the same again without a new reason";
        case REVOKED, EXPIRED, USED -> "It is over; a further call needs a request of its own";
      };
    }
  }

  /** Requests, a page of them. */
  record Standings(List<Standing> requests, Optional<String> nextCursor) {}

  static final List<ToolSpec> SPECS =
      List.of(
          new ToolSpec(
              REQUEST,
              "Asks persons for leave to make one call that you may not make by yourself. It holds"
                  + " for exactly that call, once. Answers at once with the request; persons decide"
                  + " later, and you cannot. See approval_status.",
              Json.schemaOf(Request.class),
              Json.schemaOf(Standing.class),
              Effect.WRITE,
              Repeat.SAFE,
              Undo.EXACT,
              Inputs.TEXT),
          new ToolSpec(
              STATUS,
              "Shows how your requests for approval stand: one by its id, or all of them, newest"
                  + " first.",
              Json.schemaOf(Which.class),
              Json.schemaOf(Standings.class),
              Effect.READ,
              Repeat.SAFE,
              Undo.EXACT,
              Inputs.IDS));

  private final Toolbox door;

  ApprovalTools(Toolbox door) {
    this.door = door;
  }

  /**
   * @throws IllegalArgumentException if the input is not valid
   */
  Outcome request(Caller caller, Request asked) {
    Action action = door.action(asked.tool(), asked.input());
    Outcome outcome = door.request(caller, action, asked.reason(), asked.validFor(), List.of());
    if (!(outcome instanceof Outcome.Done done)) {
      return outcome;
    }
    Hash id = done.result().as(Approval.Request.class).id();
    return mine(caller, id)
        .<Outcome>map(
            approval ->
                new Outcome.Done(Json.of(Standing.of(approval)), Outcome.Verification.VERIFIED))
        .orElseGet(() -> new Outcome.Unknown("The request is not remembered any more"));
  }

  Outcome status(Caller caller, Which which) {
    Pages.Page<Approval> page;
    if (which.request().isPresent()) {
      Optional<Approval> found = mine(caller, which.request().get());
      if (found.isEmpty()) {
        return new Outcome.Refused("You have asked for nothing of this id that is remembered");
      }
      page = new Pages.Page<>(List.of(found.get()), Optional.empty());
    } else {
      Approvals approvals = door.approvals();
      page =
          Pages.of(
              approvals.list().stream()
                  .filter(approval -> shows(caller, approval))
                  .sorted(Comparator.comparing(ApprovalTools::key))
                  .toList(),
              ApprovalTools::key,
              which.cursor());
    }
    return new Outcome.Done(
        Json.of(new Standings(page.entries().stream().map(Standing::of).toList(), page.next())),
        Outcome.Verification.NOT_NEEDED);
  }

  /** Newest first, in an order that stays when others are added. */
  private static String key(Approval approval) {
    long age = Long.MAX_VALUE - approval.request().at().toEpochMilli();
    return String.format(java.util.Locale.ROOT, "%019d", age) + approval.request().id().hex();
  }

  private Optional<Approval> mine(Caller caller, Hash id) {
    return door.approvals().find(id).filter(approval -> shows(caller, approval));
  }

  private static boolean shows(Caller caller, Approval approval) {
    return caller.kind() == Caller.Kind.HOST || approval.request().requester().equals(caller);
  }
}
