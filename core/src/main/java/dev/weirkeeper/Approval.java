package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The leave of persons for exactly one act: this action on this target, in the state that it had
 * when leave was asked for, under the rules of that moment. Single use.
 *
 * @param votes in the order in which they were given
 */
public record Approval(Request request, List<Vote> votes, Status status) {
  /**
   * What leave is asked for.
   *
   * @param action {@link Action#id}: tool, input schema, canonical input and target
   * @param input in canonical form, without secrets: what a person has to see in full
   * @param requester who asks, and the only one who may use it
   * @param state hash of what the act depends on; an act that meets another state is refused
   * @param policy digest of all rules that applied; under other rules it is asked for again
   * @param domain name of the domain that owns the target
   * @param approvers who may approve it
   * @param persons how many of them must
   * @param reason what the requester says; text from outside if that is an agent
   */
  public record Request(
      Hash action,
      String tool,
      Json input,
      Asset target,
      Caller requester,
      Optional<Hash> state,
      Hash policy,
      String domain,
      Set<String> approvers,
      int persons,
      String reason,
      Instant at,
      Instant expires) {
    public static final String KIND = "approval.requested";

    public Request {
      requireNonNull(action, "action");
      requireNonNull(tool, "tool");
      requireNonNull(input, "input");
      requireNonNull(target, "target");
      requireNonNull(requester, "requester");
      requireNonNull(state, "state");
      requireNonNull(policy, "policy");
      requireNonNull(domain, "domain");
      approvers = Set.copyOf(approvers);
      requireNonNull(reason, "reason");
      requireNonNull(at, "at");
      requireNonNull(expires, "expires");
    }

    /** What persons and tools call it. */
    public Hash id() {
      return Hash.of(Json.of(this));
    }
  }

  /**
   * What one person said.
   *
   * @param request {@link Request#id}
   */
  public record Vote(Hash request, Instant at, String person, Word word) {
    public static final String KIND = "approval.voted";

    public Vote {
      requireNonNull(request, "request");
      requireNonNull(at, "at");
      requireNonNull(person, "person");
      requireNonNull(word, "word");
    }
  }

  /** What a person can say. */
  public enum Word {
    APPROVE,
    DENY,
    /** Takes the request or an approval back, before it is used. */
    REVOKE
  }

  /** How a request stands. */
  public enum Status {
    OPEN,
    APPROVED,
    DENIED,
    REVOKED,
    EXPIRED,
    /** An act was carried out, or begun, by it. */
    USED
  }

  public Approval {
    requireNonNull(request, "request");
    votes = List.copyOf(votes);
    requireNonNull(status, "status");
  }
}
