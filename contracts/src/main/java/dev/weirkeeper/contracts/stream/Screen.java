package dev.weirkeeper.contracts.stream;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Labels;
import dev.weirkeeper.Observation;
import dev.weirkeeper.PluginException;
import dev.weirkeeper.Position;
import dev.weirkeeper.Reading;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowBatches;
import dev.weirkeeper.Screened;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.Violation;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.RecordReader;
import dev.weirkeeper.spi.RowJudge;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Holds the records of a host that keeps its own source and sink against contracts and the schemas
 * it knows: the light way to embed Weirkeeper. It gives verdicts only. Whether the host writes what
 * was accepted and nothing else is the host's word.
 *
 * <p>A batch is checked, written by the host, and {@linkplain Screening#done done}. A batch that
 * was checked but not done is checked again after a restart or after {@link #forget}: at least
 * once. Records that the source delivers again are known by their place in its log, as long as the
 * screen remembers it, and given neither as accepted nor as rejected.
 *
 * <p>It fails closed: drift beyond the tolerance, a removal of all rows, or a contract that cannot
 * be judged pauses it, and nothing passes until a person {@linkplain #resume resumes} it. If the
 * journal cannot be written, {@link #check} throws and nothing passes.
 *
 * <p>Works on the caller's thread and is confined to it.
 *
 * @param <R> the host's type of records
 */
public final class Screen<R> implements AutoCloseable {
  /** The rule of records that the reader cannot read. */
  public static final String UNDECODABLE = "undecodable";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");

  /** A table within a stream: each partition comes to a new schema at its own time. */
  record Place(String stream, Asset asset) {}

  /** What rows are compared with. */
  record Known(Relation relation, Evidence evidence) {}

  private record Step(Asset asset, Hash from, Hash to) {}

  private record Removal(Asset asset, String id) {}

  /** What is held up, and what a person would let pass. */
  private record Held(
      Screening.Pause pause,
      List<Finding> findings,
      Optional<Step> step,
      Optional<Removal> removal) {}

  private record Row<R>(R message, Reading.Change change) {}

  private final String name;
  private final RecordReader<R> reader;
  private final Journal journal;
  private final Clock clock;
  private final Judges contracts;
  private final DriftDetector detector;
  private final Tolerance tolerance;

  private final Map<Place, Known> settled = new HashMap<>();
  private final Map<Place, Known> working = new HashMap<>();
  private final Map<Asset, Known> newestOfAsset = new HashMap<>();
  private final Set<Step> allowedSteps = new HashSet<>();
  private final Set<Removal> allowedRemovals = new HashSet<>();
  private final Delivered delivered = new Delivered();
  private final Deque<Screening<R>> open = new ArrayDeque<>();
  private @Nullable Held held;
  private boolean closed;

  private Screen(Builder<R> from, RecordReader<R> reader, Journal journal, Clock clock) {
    this.name = from.name;
    this.reader = reader;
    this.journal = journal;
    this.clock = clock;
    this.contracts = from.contracts;
    this.detector = requireNonNull(from.detector);
    this.tolerance = from.tolerance;
    from.known.forEach(
        (place, known) -> {
          settled.put(place, known);
          newestOfAsset.put(place.asset(), known);
        });
    working.putAll(settled);
    allowedSteps.addAll(from.steps);
    allowedRemovals.addAll(from.removals);
  }

  /**
   * @param name names the screen in the journal: lower-case words with hyphens
   */
  public static <R> Builder<R> named(String name) {
    return new Builder<>(name);
  }

  /**
   * Says what of a batch may be written. That it was checked is in the journal on return.
   *
   * @param position where the host's source stands once the batch is finished
   * @throws dev.weirkeeper.JournalException if the verdict cannot be written down; write nothing
   */
  public Screening<R> check(Iterable<? extends R> batch, Position position) {
    requireOpen();
    requireNonNull(position, "position");
    Held stopped = held;
    if (stopped != null) {
      return paused(stopped, position);
    }
    return new Check(position).of(batch);
  }

  /**
   * Lets the screen go on, as a person says who has looked. The one change that it was paused for
   * is accepted, and no other. A pause for a contract that cannot be judged comes back unless what
   * it names was mended. Check the batch again afterwards.
   *
   * @throws IllegalArgumentException if the caller is not the host: no agent and no policy resumes
   * @throws IllegalStateException if the screen is not paused
   */
  public void resume(Caller person) {
    requireOpen();
    if (person.kind() != Caller.Kind.HOST) {
      throw new IllegalArgumentException(
          "Screen "
              + name
              + " is resumed by the host or a person at its console, not by "
              + person.actor()
              + "; let a person look at the findings");
    }
    Held stopped = held;
    if (stopped == null) {
      throw new IllegalStateException("Screen " + name + " is not paused");
    }
    journal.write(
        Screened.Resumed.KIND,
        person.actor(),
        Optional.of(stopped.pause().asset()),
        new Screened.Resumed(
            name,
            person,
            stopped.step().map(Step::from),
            stopped.step().map(Step::to),
            stopped.removal().map(Removal::id)),
        List.of(stopped.pause().id()));
    stopped.step().ifPresent(allowedSteps::add);
    stopped.removal().ifPresent(allowedRemovals::add);
    held = null;
  }

  /** Why nothing passes, if so. */
  public Optional<Screening.Pause> paused() {
    return Optional.ofNullable(held).map(Held::pause);
  }

  /**
   * Gives up all batches that are not done, and what is remembered of earlier deliveries: call it
   * when the source will be read from another place than it stands at, after a rebalance or when
   * the host's sink has failed. A pause stays.
   */
  public void forget() {
    open.clear();
    delivered.forget();
    working.clear();
    working.putAll(settled);
  }

  /** Batches that are not done stay so, and are to be checked again. */
  @Override
  public void close() {
    closed = true;
    forget();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("Screen " + name + " is closed");
    }
  }

  void done(Screening<R> screening) {
    requireOpen();
    if (screening.paused().isPresent()) {
      throw new IllegalStateException(
          "Screen "
              + name
              + " let nothing of this batch pass, so it cannot be done; resume the"
              + " screen and check the batch again");
    }
    if (!open.contains(screening)) {
      throw new IllegalStateException(
          "This batch of screen " + name + " was done already, or was forgotten");
    }
    if (!screening.equals(open.peekFirst())) {
      throw new IllegalStateException(
          "A batch before this one is not done; finish batches in the order they were checked in,"
              + " or call forget() and check them again");
    }
    Hash checked = screening.checked().orElseThrow();
    screening.moved().forEach((place, known) -> remember(place, known, checked));
    journal.write(
        Screened.Done.KIND,
        actor(),
        Optional.empty(),
        new Screened.Done(name, screening.position(), screening.tally()),
        List.of(checked));
    open.removeFirst();
    delivered.settle(screening.newest());
  }

  private void remember(Place place, Known known, Hash checked) {
    Relation relation = known.relation();
    if (known.equals(settled.get(place))) {
      return;
    }
    journal.write(
        Screened.Baseline.KIND,
        actor(),
        Optional.of(place.asset()),
        new Screened.Baseline(
            name,
            place.stream(),
            relation.id(),
            relation.version(),
            relation.identity(),
            relation.columns(),
            known.evidence()),
        List.of(checked));
    settled.put(place, known);
    newestOfAsset.put(place.asset(), known);
  }

  private String actor() {
    return "screen:" + name;
  }

  private Screening<R> paused(Held stopped, Position position) {
    return new Screening<>(
        this,
        position,
        List.of(),
        List.of(),
        stopped.findings(),
        Optional.of(stopped.pause()),
        new Screened.Tally(0, 0, 0, 0),
        Optional.empty(),
        Map.of(),
        Map.of());
  }

  /** The way of one batch. */
  private final class Check {
    private final Position position;
    private final Delivered.Batch again;
    private final Map<Place, Known> moved = new LinkedHashMap<>();
    private final List<R> messages = new ArrayList<>();
    private final List<@Nullable List<Violation>> broken = new ArrayList<>();
    private final List<Row<R>> rows = new ArrayList<>();

    /** Index in {@link #messages} of each of {@link #rows}. */
    private final List<Integer> indexes = new ArrayList<>();

    private final List<Finding> drift = new ArrayList<>();
    private final Map<String, Long> rules = new TreeMap<>();
    private long in;
    private long duplicates;

    Check(Position position) {
      this.position = position;
      Map<String, Delivered.Newest> unsettled = new HashMap<>();
      open.forEach(screening -> unsettled.putAll(screening.newest()));
      this.again = delivered.batch(unsettled);
    }

    Screening<R> of(Iterable<? extends R> batch) {
      for (R message : batch) {
        Optional<Held> stop = take(message);
        if (stop.isPresent()) {
          held = stop.get();
          return paused(stop.get(), position);
        }
      }
      Optional<Held> stop = judge();
      if (stop.isPresent()) {
        held = stop.get();
        return paused(stop.get(), position);
      }
      return verdict();
    }

    private Optional<Held> take(R message) {
      in++;
      Reading reading = read(message);
      if (reading instanceof Reading.Change change) {
        if (again.isAgain(change)) {
          duplicates++;
          return Optional.empty();
        }
        Optional<Held> stop = schema(change);
        rows.add(new Row<>(message, change));
        indexes.add(messages.size());
        add(message, null);
        return stop;
      }
      if (reading instanceof Reading.Undecodable undecodable) {
        add(message, List.of(new Violation(UNDECODABLE, undecodable.reason())));
        return Optional.empty();
      }
      add(message, null);
      return reading instanceof Reading.Truncated truncated ? removal(truncated) : Optional.empty();
    }

    private void add(R message, @Nullable List<Violation> reasons) {
      messages.add(message);
      broken.add(reasons);
    }

    private Reading read(R message) {
      try {
        return requireNonNull(reader.read(message), "reading");
      } catch (RuntimeException e) {
        throw new PluginException(reader.getClass().getName(), "reading a record", e);
      }
    }

    private Optional<Held> schema(Reading.Change change) {
      Place place = new Place(change.stream(), change.relation().asset());
      Known now = new Known(change.relation(), change.evidence());
      Known before = moved.getOrDefault(place, working.get(place));
      if (before != null && before.relation().equals(now.relation())) {
        return Optional.empty();
      }
      // A stream that is new here begins where its table stood.
      Known baseline = before == null ? newestOfAsset.get(place.asset()) : before;
      moved.put(place, now);
      if (baseline != null && baseline.relation().equals(now.relation())) {
        return Optional.empty();
      }
      List<Finding> findings = findings(place.asset(), Optional.ofNullable(baseline), now);
      if (baseline == null || findings.isEmpty()) {
        return Optional.empty(); // Nothing to compare with, or nothing that anybody reads changed.
      }
      Incident incident = new Incident(place.asset(), position, findings);
      Step step = new Step(place.asset(), baseline.relation().version(), now.relation().version());
      boolean within = tolerance.exceededBy(incident).isEmpty();
      boolean unseen = findings.stream().anyMatch(found -> found.flags().contains(Flag.RESYNC));
      if ((within && !unseen) || allowedSteps.contains(step)) {
        findings.stream().filter(found -> !drift.contains(found)).forEach(drift::add);
        return Optional.empty();
      }
      return Optional.of(
          stop(
              place.asset(),
              findings,
              List.of(),
              Optional.of(step),
              Optional.empty(),
              within
                  ? "The schema of the records changed, and rows that were written before may now"
                      + " differ at the source without a record that says so; look at the"
                      + " findings, read those rows again if they matter, then resume the screen"
                  : "The schema of the records changed beyond what is tolerated ("
                      + incident.verdict()
                      + "); look at the findings, then resume the screen or mend the source"));
    }

    private List<Finding> findings(Asset asset, Optional<Known> from, Known to) {
      Observation baseline = observed(asset, from);
      Observation current = observed(asset, Optional.of(to));
      Detection detection;
      try {
        detection = detector.detect(baseline, current);
      } catch (RuntimeException e) {
        throw new PluginException(detector.id(), "comparing two schemas", e);
      }
      return detection.findings();
    }

    private Observation observed(Asset asset, Optional<Known> known) {
      return new Observation(
          asset,
          clock.instant(),
          Optional.of(position),
          known
              .map(it -> List.<Facet>of(new Facet.Schema(it.relation(), it.evidence())))
              .orElse(List.of()));
    }

    private Optional<Held> removal(Reading.Truncated truncated) {
      Removal removal = new Removal(truncated.asset(), truncated.id());
      if (tolerance.truncate() == Tolerance.Truncation.APPLY || allowedRemovals.contains(removal)) {
        return Optional.empty();
      }
      return Optional.of(
          stop(
              truncated.asset(),
              List.of(),
              List.of(),
              Optional.empty(),
              Optional.of(removal),
              "The source removed all rows of the table; resume the screen to hand that on"));
    }

    /** Judges all rows; a rule that forbids the whole batch stops it. */
    private Optional<Held> judge() {
      int length = 0;
      for (Row<R> row : rows) {
        length = Math.addExact(length, row.change().encoded().length);
      }
      byte[] data = new byte[length];
      RowBatches batches = new RowBatches();
      batches.start(data, rows.size());
      int at = 0;
      for (int i = 0; i < rows.size(); i++) {
        byte[] encoded = rows.get(i).change().encoded();
        System.arraycopy(encoded, 0, data, at, encoded.length);
        batches.add(rows.get(i).change().relation(), i, at, encoded.length);
        at += encoded.length;
      }
      for (RowBatch batch : batches.finish()) {
        RowJudge judge = contracts.on(batch.relation());
        List<Violation> blocks = judge.block(RowJudge.ROWS_UNKNOWN);
        if (!blocks.isEmpty()) {
          return Optional.of(
              stop(
                  batch.relation().asset(),
                  drift,
                  blocks,
                  Optional.empty(),
                  Optional.empty(),
                  "The contract cannot be judged on these records: "
                      + blocks.stream().map(Violation::rule).toList()
                      + "; mend the contract or the records, then start again"));
        }
        Labels labels = judge.label(batch);
        if (labels.allGood()) {
          continue;
        }
        for (int row = 0; row < batch.rows(); row++) {
          if (!labels.good(row)) {
            broken.set(indexes.get((int) batch.ordinal(row)), labels.violations(row));
          }
        }
      }
      return Optional.empty();
    }

    private Screening<R> verdict() {
      List<R> accepted = new ArrayList<>(messages.size());
      List<Screening.Rejected<R>> rejected = new ArrayList<>();
      for (int i = 0; i < messages.size(); i++) {
        List<Violation> reasons = broken.get(i);
        if (reasons == null) {
          accepted.add(messages.get(i));
        } else {
          rejected.add(new Screening.Rejected<>(messages.get(i), reasons));
          reasons.stream()
              .map(Violation::rule)
              .distinct()
              .forEach(rule -> rules.merge(rule, 1L, Long::sum));
        }
      }
      Screened.Tally tally = new Screened.Tally(in, accepted.size(), rejected.size(), duplicates);
      Set<Hash> schemas = new TreeSet<>();
      rows.forEach(row -> schemas.add(row.change().relation().version()));
      Hash checked =
          journal.write(
              Screened.Checked.KIND,
              actor(),
              Optional.empty(),
              new Screened.Checked(
                  name,
                  position,
                  contracts.digest(),
                  List.copyOf(schemas),
                  tally,
                  rules,
                  drift.stream().map(Finding::id).toList()),
              List.of());
      working.putAll(moved);
      Screening<R> screening =
          new Screening<>(
              Screen.this,
              position,
              accepted,
              rejected,
              drift,
              Optional.empty(),
              tally,
              Optional.of(checked),
              moved,
              again.moved());
      open.addLast(screening);
      return screening;
    }

    private Held stop(
        Asset asset,
        List<Finding> findings,
        List<Violation> blocks,
        Optional<Step> step,
        Optional<Removal> removal,
        String reason) {
      Hash id =
          journal.write(
              Screened.Paused.KIND,
              actor(),
              Optional.of(asset),
              new Screened.Paused(
                  name, position, findings, tolerance, blocks, removal.map(Removal::id), reason),
              List.of());
      return new Held(new Screening.Pause(id, asset, reason), List.copyOf(findings), step, removal);
    }
  }

  /**
   * Puts a screen together. Required: {@link #reading}, {@link #journal}, {@link #contracts} and
   * {@link #drift}.
   */
  public static final class Builder<R> {
    private final String name;
    private @Nullable RecordReader<R> reader;
    private @Nullable Journal journal;
    private @Nullable Clock clock;
    private Judges contracts = Contracts.none();
    private @Nullable DriftDetector detector;
    private Tolerance tolerance = Tolerance.STANDARD;
    private final Map<Place, Known> known = new LinkedHashMap<>();
    private final Set<Step> steps = new HashSet<>();
    private final Set<Removal> removals = new HashSet<>();
    private boolean judged;

    private Builder(String name) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "A screen is named by lower-case letters, digits and hyphens, 64 at most");
      }
      this.name = name;
    }

    /** What the host's records mean. */
    public Builder<R> reading(RecordReader<R> reader) {
      this.reader = requireNonNull(reader, "reader");
      return this;
    }

    public Builder<R> journal(Journal journal, Clock clock) {
      this.journal = requireNonNull(journal, "journal");
      this.clock = requireNonNull(clock, "clock");
      return this;
    }

    /** The contracts in force; {@link Contracts#none} if rows shall pass unjudged. */
    public Builder<R> contracts(Judges contracts) {
      this.contracts = requireNonNull(contracts, "contracts");
      this.judged = true;
      return this;
    }

    /**
     * How schemas are compared, and what is borne without a person. Not how fast and when: that is
     * for those who carry plans out, and a screen lets pass or pauses.
     */
    public Builder<R> drift(DriftDetector detector, Tolerance tolerance) {
      if (tolerance.rate().isPresent() || tolerance.quiet().isPresent()) {
        throw new IllegalArgumentException(
            "A screen carries nothing out, so it has no drift rate and no quiet hours; pass a"
                + " tolerance without them");
      }
      this.detector = requireNonNull(detector, "detector");
      this.tolerance = requireNonNull(tolerance, "tolerance");
      return this;
    }

    /**
     * Takes up what earlier runs came to, from the host's own journal: without it, the first schema
     * after a restart is taken for the known one, whatever changed meanwhile.
     *
     * @param records in the order of the journal; those of others are passed over
     */
    public Builder<R> recalling(Iterable<AuditRecord> records) {
      for (AuditRecord record : records) {
        if (record.kind().equals(Screened.Baseline.KIND)) {
          Screened.Baseline body = record.body().as(Screened.Baseline.class);
          if (body.screen().equals(name)) {
            Asset asset = record.asset().orElseThrow();
            Relation relation =
                Relation.of(asset, body.relation(), body.identity(), body.columns());
            Place place = new Place(body.stream(), asset);
            known.remove(place);
            known.put(place, new Known(relation, body.evidence()));
          }
        } else if (record.kind().equals(Screened.Resumed.KIND)) {
          Screened.Resumed body = record.body().as(Screened.Resumed.class);
          if (body.screen().equals(name)) {
            Asset asset = record.asset().orElseThrow();
            body.from()
                .ifPresent(from -> steps.add(new Step(asset, from, body.to().orElseThrow())));
            body.truncation().ifPresent(id -> removals.add(new Removal(asset, id)));
          }
        }
      }
      return this;
    }

    /**
     * @throws IllegalStateException if something required is missing
     */
    public Screen<R> build() {
      if (reader == null) {
        throw missing("how records are read", "reading(…)");
      }
      if (journal == null || clock == null) {
        throw missing("a journal", "journal(…)");
      }
      if (!judged) {
        throw missing("contracts", "contracts(…), with Contracts.none() if you want none");
      }
      if (detector == null) {
        throw missing("a drift detector", "drift(…)");
      }
      return new Screen<>(this, reader, journal, clock);
    }

    private IllegalStateException missing(String what, String how) {
      return new IllegalStateException("Screen " + name + " needs " + what + "; call " + how);
    }
  }
}
