package dev.weirkeeper.audit;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.spi.HealingPolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Asks a policy again what it was asked when a log was written, and compares what it says now with
 * what was recorded, byte for byte. Anybody with the log and the policy can do it, offline.
 *
 * <p>Immutable; safe to share between threads if the policy is.
 */
public final class Replay {
  private static final int MOST_DIFFERENCES = 100;
  private static final int MOST_ACTORS = 1_000;

  private final HealingPolicy policy;

  private Replay(HealingPolicy policy) {
    this.policy = policy;
  }

  /** Why a decision is not as it was recorded. */
  public enum Why {
    /** The policy now says something else. */
    DECIDES_OTHERWISE,
    /** The record says that the policy made it, its situation that another did, or the reverse. */
    CONTRADICTS_ITSELF,
    /** The body of the record is no decision, or not in the form in which one is written. */
    UNREADABLE
  }

  /**
   * A decision that is not as it was recorded.
   *
   * @param receipt where it is
   * @param recorded what the log says: the decision, or the whole body if it is unreadable
   * @param now what the policy says now; empty unless it was asked
   */
  public record Difference(Receipt receipt, Why why, Json recorded, Optional<Json> now) {
    public Difference {
      requireNonNull(receipt, "receipt");
      requireNonNull(why, "why");
      requireNonNull(recorded, "recorded");
      requireNonNull(now, "now");
    }

    @Override
    public String toString() {
      return "decision "
          + receipt.sequence()
          + " "
          + why
          + ": recorded "
          + recorded
          + now.map(decision -> ", now " + decision).orElse("");
    }
  }

  /**
   * What a replay found. Each decision is counted once: {@code decisions = equal + different +
   * ofOthers}.
   *
   * @param decisions how many the log holds, whoever made them
   * @param equal those that the policy makes again
   * @param different those that are not as they were recorded
   * @param ofOthers those that another policy or the host itself made, by actor
   * @param differences the first hundred of those that are different
   */
  public record Report(
      long decisions,
      long equal,
      long different,
      SortedMap<String, Long> ofOthers,
      List<Difference> differences) {
    public Report {
      ofOthers = Collections.unmodifiableSortedMap(new TreeMap<>(ofOthers));
      differences = List.copyOf(differences);
    }

    /** Whether nothing differs. Says nothing of a log that holds no decision of the policy. */
    public boolean same() {
      return different == 0;
    }
  }

  public static Replay of(HealingPolicy policy) {
    return new Replay(requireNonNull(policy, "policy"));
  }

  /**
   * Replays all decisions of the policy in a log. See {@link #over(JsonLinesLog, Head)}.
   *
   * @throws IOException if the log cannot be read or is not right
   */
  public Report over(JsonLinesLog log) throws IOException {
    return over(log, Head.EMPTY);
  }

  /**
   * Replays all decisions of the policy in a log, which is checked first. Holds one record and the
   * first hundred differences in memory, however long the log is.
   *
   * @param earlier a head of the log that was noted elsewhere
   * @throws IOException if the log cannot be read, is not right, or no longer holds what it held
   *     when its head was noted
   */
  public Report over(JsonLinesLog log, Head earlier) throws IOException {
    requireIntact(log, earlier);
    Run run = new Run();
    try (JsonLinesLog.Entries entries = log.entries()) {
      for (Optional<JsonLinesLog.Entry> next = entries.next();
          next.isPresent();
          next = entries.next()) {
        if (next.get().record().kind().equals(Decided.KIND)) {
          run.meet(next.get());
        }
      }
    }
    return run.report();
  }

  private static void requireIntact(JsonLinesLog log, Head earlier) throws IOException {
    Optional<JsonLinesLog.Problem> problem = log.verify(earlier).problem();
    if (problem.isPresent()) {
      throw new IOException(
          "The log is not right, so nothing is replayed; "
              + problem.get()
              + ". Find out who changed it");
    }
  }

  /**
   * A decision that was asked for again.
   *
   * @param incident what it was about
   * @param recorded what the log says
   * @param now what the policy says now; empty where another made it, and the policy was not asked
   */
  public record Again(
      Receipt receipt, String actor, Incident incident, Json recorded, Optional<Json> now) {
    public Again {
      requireNonNull(receipt, "receipt");
      requireNonNull(actor, "actor");
      requireNonNull(incident, "incident");
      requireNonNull(recorded, "recorded");
      requireNonNull(now, "now");
    }

    /** Whether the policy says the same, byte for byte. */
    public boolean same() {
      return now.equals(Optional.of(recorded));
    }
  }

  /**
   * Replays what was decided at one place of a feed: all decisions there, in their order, whoever
   * made them; the first hundred.
   *
   * @param earlier a head of the log that was noted elsewhere
   * @param place the position as it is written, or what is behind its last colon: the LSN of a
   *     PostgreSQL feed, {@code 0/16B3748}
   * @throws IOException as {@link #over(JsonLinesLog, Head)} does, if a decision cannot be read, or
   *     if one there is not in the form in which it would be written now
   */
  public List<Again> at(JsonLinesLog log, Head earlier, String place) throws IOException {
    requireIntact(log, earlier);
    List<Again> found = new ArrayList<>();
    try (JsonLinesLog.Entries entries = log.entries()) {
      for (Optional<JsonLinesLog.Entry> next = entries.next();
          next.isPresent() && found.size() < MOST_DIFFERENCES;
          next = entries.next()) {
        AuditRecord record = next.get().record();
        if (record.kind().equals(Decided.KIND)) {
          again(next.get(), place).ifPresent(found::add);
        }
      }
    }
    return found;
  }

  private Optional<Again> again(JsonLinesLog.Entry entry, String place) throws IOException {
    AuditRecord record = entry.record();
    Decided decided;
    try {
      decided = record.body().as(Decided.class);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "Decision "
              + entry.receipt().sequence()
              + " cannot be read, so nobody knows its place: replay with the version that wrote the"
              + " log",
          e);
    }
    if (!lies(decided.incident().position().text(), place)) {
      return Optional.empty();
    }
    if (!Json.of(decided).equals(record.body())) {
      throw new IOException(
          "Decision "
              + entry.receipt().sequence()
              + " is not in the form in which this version writes one: replay it with the version"
              + " that wrote the log");
    }
    boolean ours = record.actor().equals("policy:" + policy.id());
    return Optional.of(
        new Again(
            entry.receipt(),
            record.actor(),
            decided.incident(),
            Json.of(decided.decision()),
            ours
                ? Optional.of(
                    Json.of(Decided.by(policy, decided.incident(), decided.situation()).decision()))
                : Optional.empty()));
  }

  private static boolean lies(String position, String place) {
    return position.equals(place)
        || position.substring(position.lastIndexOf(':') + 1).equalsIgnoreCase(place);
  }

  /** One replay. */
  private final class Run {
    private final String actor = "policy:" + policy.id();
    private long decisions;
    private long equal;
    private long different;
    private final TreeMap<String, Long> ofOthers = new TreeMap<>();
    private final List<Difference> differences = new ArrayList<>();

    void meet(JsonLinesLog.Entry entry) {
      decisions++;
      AuditRecord record = entry.record();
      Optional<Decided> decided = decided(record.body());
      if (decided.isEmpty()) {
        differs(entry, Why.UNREADABLE, record.body(), Optional.empty());
        return;
      }
      Json recorded = Json.of(decided.get().decision());
      boolean ours = record.actor().equals(actor);
      if (!ours
              && record.actor().startsWith("policy:")
              && decided.get().situation().policy().equals(policy.id())
          || ours && !decided.get().situation().policy().equals(policy.id())) {
        differs(entry, Why.CONTRADICTS_ITSELF, recorded, Optional.empty());
        return;
      }
      if (!ours) {
        String other =
            ofOthers.size() < MOST_ACTORS || ofOthers.containsKey(record.actor())
                ? record.actor()
                : "…";
        ofOthers.merge(other, 1L, Long::sum);
        return;
      }
      Json now =
          Json.of(
              Decided.by(policy, decided.get().incident(), decided.get().situation()).decision());
      if (now.equals(recorded)) {
        equal++;
      } else {
        differs(entry, Why.DECIDES_OTHERWISE, recorded, Optional.of(now));
      }
    }

    /** Empty if what is read would not be written as the same bytes again. */
    private static Optional<Decided> decided(Json body) {
      try {
        Decided decided = body.as(Decided.class);
        return Json.of(decided).equals(body) ? Optional.of(decided) : Optional.empty();
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }

    private void differs(JsonLinesLog.Entry entry, Why why, Json recorded, Optional<Json> now) {
      different++;
      if (differences.size() < MOST_DIFFERENCES) {
        differences.add(new Difference(entry.receipt(), why, recorded, now));
      }
    }

    Report report() {
      return new Report(decisions, equal, different, ofOthers, differences);
    }
  }
}
