package dev.weirkeeper;

import dev.weirkeeper.spi.Guard;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What a host lets happen: the part of the door that is only asked and remembers nothing. */
final class Rules {
  private static final int DIGESTS = 1024;

  /** Whether a call may be made by the caller's own right. */
  enum Leave {
    GRANTED,
    /** Only with an approval for this one act. */
    TO_BE_ASKED
  }

  /** What the rules say of a call. */
  record Answer(Leave leave, Optional<String> objection, String because) {
    static Answer no(String why) {
      return new Answer(Leave.TO_BE_ASKED, Optional.of(why), "");
    }
  }

  private final Effect limit;
  private final Grants grants;
  private final Domains domains;
  private final Budgets budgets;
  private final List<Guard> guards;

  /** Hashes that each call needs and that rarely change: making them costs more than all else. */
  private final Map<ToolSpec, Hash> definitions = new ConcurrentHashMap<>();

  private final Map<Digest, Hash> digests = new ConcurrentHashMap<>();

  Rules(Effect limit, Grants grants, Domains domains, Budgets budgets, List<Guard> guards) {
    this.limit = limit;
    this.grants = grants;
    this.domains = domains;
    this.budgets = budgets;
    this.guards = List.copyOf(guards);
  }

  Domains domains() {
    return domains;
  }

  Budgets budgets() {
    return budgets;
  }

  /** Whether the caller may see a tool: use it somewhere, by itself or with an approval. */
  boolean shows(Caller caller, ToolSpec tool) {
    return tool.effect().compareTo(limit) <= 0
        && grants.of(caller).stream().anyMatch(grant -> grant.covers(tool.name()));
  }

  /** Whether the caller may use a tool by itself, on some asset. */
  boolean carries(Caller caller, ToolSpec tool) {
    return tool.effect().compareTo(limit) <= 0
        && !tainted(caller, tool)
        && grants.of(caller).stream()
            .anyMatch(grant -> grant.covers(tool.name()) && grant.carries(tool.effect()));
  }

  /** Caller may use anything at all. */
  Optional<String> stranger(Caller caller) {
    return grants.of(caller).isEmpty()
        ? Optional.of(
            "The host has granted nothing to "
                + (caller.kind() == Caller.Kind.AGENT ? "agent" : "caller")
                + " '"
                + caller.principal()
                + "'; ask the host for a grant")
        : Optional.empty();
  }

  Answer on(Caller caller, ToolSpec tool, Asset asset) {
    if (tool.effect().compareTo(limit) > 0) {
      return Answer.no(tool.name() + " is " + tool.effect() + ", and the host's limit is " + limit);
    }
    Domain domain = domains.of(asset);
    if (tool.effect().compareTo(domain.limit()) > 0) {
      return Answer.no(
          tool.name()
              + " is "
              + tool.effect()
              + ", and the limit of domain "
              + domain.name()
              + " is "
              + domain.limit());
    }
    List<Grant> covering =
        grants.of(caller).stream().filter(grant -> grant.covers(tool.name(), asset)).toList();
    if (covering.isEmpty()) {
      return Answer.no(
          "'" + caller.principal() + "' has no grant for " + tool.name() + " on this asset");
    }
    if (tainted(caller, tool)) {
      return asked(
          tool.name()
              + " takes text that its caller words, and an agent may have read planted text: each"
              + " such act needs an approval");
    }
    if (covering.stream().anyMatch(grant -> grant.carries(tool.effect()))) {
      return new Answer(Leave.GRANTED, Optional.empty(), "");
    }
    return asked(
        tool.name()
            + " is "
            + tool.effect()
            + ", and '"
            + caller.principal()
            + "' has no grant beyond "
            + covering.stream().map(Grant::upTo).max(Effect::compareTo).orElse(Effect.READ)
            + " without an approval of the act");
  }

  private static Answer asked(String because) {
    return new Answer(Leave.TO_BE_ASKED, Optional.empty(), because);
  }

  private static boolean tainted(Caller caller, ToolSpec tool) {
    return caller.kind() == Caller.Kind.AGENT
        && tool.effect() != Effect.READ
        && tool.inputs() == Inputs.TEXT;
  }

  /** What the host's own rules have against it. */
  Optional<String> guarded(Caller caller, ToolSpec tool, Action action, Instant now) {
    for (Guard guard : guards) {
      Optional<String> objection;
      try {
        objection = guard.objection(caller, tool, action, now);
      } catch (RuntimeException e) {
        objection = Optional.of("it failed with " + e.getClass().getSimpleName());
      }
      if (objection.isPresent()) {
        return Optional.of("The host's rule " + guard.id() + " is against it: " + objection.get());
      }
    }
    return Optional.empty();
  }

  private record Digest(
      Effect limit,
      List<Grant> grants,
      Domain domain,
      Budget budget,
      int alarms,
      Duration alarmWindow,
      List<String> guards,
      Hash tool) {}

  /** Hash of what a tool of this door is. */
  Hash definition(ToolSpec tool) {
    return definitions.computeIfAbsent(tool, spec -> Hash.of(Json.of(spec)));
  }

  /** Digest of all rules that a call depends on: under another one, an approval is void. */
  Hash digest(Caller caller, ToolSpec tool, Asset asset) {
    Digest rules =
        new Digest(
            limit,
            grants.of(caller),
            domains.of(asset),
            budgets.of(tool),
            budgets.alarms(),
            budgets.alarmWindow(),
            guards.stream().map(Guard::id).toList(),
            definition(tool));
    if (digests.size() >= DIGESTS) {
      // Grants come and go; what is still in use is made again.
      digests.clear();
    }
    return digests.computeIfAbsent(rules, all -> Hash.of(Json.of(all)));
  }
}
