package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.JournalListener;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the log says of earlier drift: how much of it each table had, where its {@link DriftBreaker}
 * stands, and which columns came by it. Derived from journaled records alone, so it is the same
 * after a restart, and for anybody who reads the log.
 *
 * <p>A host hands it to its {@link Journal} as a listener and, before that, {@link #written hands
 * it} all records that its log holds already, oldest first. One that did not hear of the log from
 * its beginning knows no budget for as long as one may look back, and takes every column for new:
 * unknown is never nothing. Safe to share between threads.
 */
public final class DriftHistory implements JournalListener {
  private static final int MOST = 10_000;

  private final int most;
  private final Map<Asset, Past> tables = new HashMap<>();

  /** Healing acts of probes that are not finished, by what their next record follows from. */
  private final Map<Hash, Asset> probes = new HashMap<>();

  private final Set<Place> newColumns = new HashSet<>();
  private boolean whole;
  private Optional<Instant> begins = Optional.empty();

  private record Place(Asset table, String column) {}

  /** A finding at a place of the stream: one that is met again after a crash counts once. */
  private record Seen(Position position, Hash finding) {}

  private record Noted(Instant at, Verdict verdict) {}

  /** What is known of one table. */
  private static final class Past {
    private DriftBreaker breaker = DriftBreaker.NEW;
    private final Map<Seen, Noted> findings = new LinkedHashMap<>();
    private Hash last = Hash.of(Json.empty());

    /** When the newest of those findings was seen that were too many or too old to keep. */
    private Instant forgotten = Instant.MIN;
  }

  public DriftHistory() {
    this(MOST);
  }

  /**
   * @param most how many findings are kept of one table
   */
  DriftHistory(int most) {
    this.most = most;
  }

  /** Takes in a record: one that was just written, or one that the log held before. */
  @Override
  public void written(AuditRecord record, Receipt receipt) {
    Optional<Record> body =
        switch (record.kind()) {
          case Decided.KIND, Act.Started.KIND, Act.Finished.KIND -> RecordKinds.read(record);
          default -> Optional.empty();
        };
    synchronized (this) {
      if (begins.isEmpty()) {
        whole = receipt.sequence() == 0;
        begins = Optional.of(record.at());
      }
      body.ifPresent(known -> note(record, receipt, known));
    }
  }

  private void note(AuditRecord record, Receipt receipt, Record body) {
    if (body instanceof Decided decided) {
      decided(decided, receipt.record());
    } else if (body instanceof Act.Started) {
      record.causes().stream()
          .filter(probes::containsKey)
          .findFirst()
          .ifPresent(probe -> probes.put(receipt.record(), requireNonNull(probes.get(probe))));
    } else if (body instanceof Act.Finished finished && !record.causes().isEmpty()) {
      Asset probed = probes.remove(record.causes().get(0));
      if (probed != null && !finished.outcome().isDone()) {
        past(probed).breaker = DriftBreaker.opened(record.at());
      }
    }
  }

  private void decided(Decided decided, Hash record) {
    Incident incident = decided.incident();
    Past past = past(incident.asset());
    past.last = record;
    probes.values().removeIf(incident.asset()::equals);
    Instant now = decided.situation().now();
    for (Finding finding : incident.findings()) {
      if (finding.isDrift()) {
        past.findings.putIfAbsent(
            new Seen(incident.position(), finding.id()), new Noted(now, finding.verdict()));
      }
    }
    forget(past, now);
    DriftBreaker.after(decided).ifPresent(next -> past.breaker = next);
    if (decided.decision() instanceof Decision.Heal
        && decided
            .situation()
            .breaker()
            .filter(before -> before.state() == DriftBreaker.State.HALF_OPEN)
            .isPresent()) {
      probes.put(record, incident.asset());
    }
    if (decided.situation().tolerance().newColumns().isPresent()) {
      decided.situation().proposed().ifPresent(plan -> columnsOf(plan, incident.asset()));
    }
  }

  /** What is too old by a clock that is ahead is not too old once somebody sets it back. */
  private void forget(Past past, Instant now) {
    Instant oldest = now.minus(DriftRate.LONGEST);
    int tooMany = past.findings.size() - most;
    Iterator<Noted> findings = past.findings.values().iterator();
    for (int i = 0; findings.hasNext(); i++) {
      Instant at = findings.next().at();
      if (i < tooMany || at.isBefore(oldest)) {
        findings.remove();
        past.forgotten = at.isAfter(past.forgotten) ? at : past.forgotten;
      }
    }
  }

  /** A column's new name is as unknown as a new column: rules go by names. */
  private void columnsOf(Plan plan, Asset source) {
    for (Plan.Step step : plan.steps()) {
      named(step.action())
          .ifPresent(
              name -> {
                newColumns.add(new Place(step.action().target(), name));
                newColumns.add(new Place(source, name));
              });
    }
  }

  private static Optional<String> named(Action action) {
    try {
      return switch (action.tool()) {
        case TableChange.AddColumn.TOOL ->
            Optional.of(action.input().as(TableChange.AddColumn.class).column());
        case TableChange.RenameColumn.TOOL ->
            Optional.of(action.input().as(TableChange.RenameColumn.class).to());
        default -> Optional.empty();
      };
    } catch (IllegalArgumentException e) {
      // No such change: the door refuses an input that its tool cannot read, so no column comes.
      return Optional.empty();
    }
  }

  private Past past(Asset asset) {
    return tables.computeIfAbsent(asset, unseen -> new Past());
  }

  /** Whether a decision about an asset was heard of last. */
  synchronized boolean heard(Asset asset, Hash decision) {
    return past(asset).last.equals(decision);
  }

  /** How the budget of an asset stands before an incident; empty if that is not known. */
  synchronized Optional<DriftBreaker> breaker(DriftRate rate, Incident incident, Instant now) {
    Set<Seen> met = new HashSet<>();
    incident.findings().forEach(found -> met.add(new Seen(incident.position(), found.id())));
    return breaker(rate, incident.asset(), met, now);
  }

  /** How the budget of an asset stands; empty if that is not known. */
  synchronized Optional<DriftBreaker> breaker(DriftRate rate, Asset asset, Instant now) {
    return breaker(rate, asset, Set.of(), now);
  }

  private Optional<DriftBreaker> breaker(
      DriftRate rate, Asset asset, Set<Seen> without, Instant now) {
    Past past = tables.getOrDefault(asset, new Past());
    Instant from = now.minus(rate.window());
    if (!reaches(now.minus(DriftRate.LONGEST)) || past.forgotten.isAfter(from)) {
      return Optional.empty();
    }
    // One that closed while the clock was ahead counts all that it would count otherwise.
    Instant since = past.breaker.since().isAfter(now) ? Instant.MIN : past.breaker.since();
    long counted =
        past.findings.entrySet().stream()
            .filter(entry -> !without.contains(entry.getKey()))
            .map(Map.Entry::getValue)
            .filter(noted -> noted.at().isAfter(from))
            .filter(noted -> !noted.at().isBefore(since))
            .mapToLong(noted -> rate.weight(noted.verdict()))
            .sum();
    return Optional.of(past.breaker.at(now, rate, counted));
  }

  private boolean reaches(Instant back) {
    return whole || begins.filter(first -> !first.isAfter(back)).isPresent();
  }

  /**
   * Whether a column came by drift where the tolerance hid such ones, or may have. By the name that
   * it has at the target and, in its system, at the source.
   */
  synchronized boolean isNew(Asset table, String column) {
    return !whole || newColumns.contains(new Place(table, column));
  }
}
