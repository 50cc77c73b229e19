package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Who may do what, as the host says. The door asks again just before each act, so what is revoked
 * is gone even for a call that is under way. Safe to share between threads.
 */
public final class Grants {
  private volatile Said said = new Said(List.of(), Set.of());

  private record Said(List<Grant> grants, Set<String> revoked) {}

  private Grants() {}

  public static Grants of(Grant... grants) {
    Grants all = new Grants();
    for (Grant grant : grants) {
      all.allow(grant);
    }
    return all;
  }

  /** Adds to what its principal was granted. */
  public synchronized void allow(Grant grant) {
    requireNonNull(grant, "grant");
    Set<String> revoked = new HashSet<>(said.revoked());
    revoked.remove(grant.principal());
    said = new Said(Stream.concat(said.grants().stream(), Stream.of(grant)).toList(), revoked);
  }

  /** Takes everything from a principal, also what kinds of callers may do without a grant. */
  public synchronized void revoke(String principal) {
    requireNonNull(principal, "principal");
    Set<String> revoked = new HashSet<>(said.revoked());
    revoked.add(principal);
    said =
        new Said(
            said.grants().stream().filter(grant -> !grant.principal().equals(principal)).toList(),
            revoked);
  }

  /** What a caller was granted. Host and policies may READ where nothing is said of them. */
  List<Grant> of(Caller caller) {
    Said now = said;
    if (now.revoked().contains(caller.principal())) {
      return List.of();
    }
    List<Grant> granted =
        now.grants().stream()
            .filter(grant -> grant.principal().equals(caller.principal()))
            .toList();
    return granted.isEmpty() && caller.kind() != Caller.Kind.AGENT
        ? List.of(Grant.to(caller.principal(), Effect.READ))
        : granted;
  }
}
