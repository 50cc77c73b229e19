package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Hash;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.RowTest;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Engine;
import dev.weirkeeper.contracts.engine.Evaluation;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.MetricException;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleResult;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.memory.MemoryEngine;
import dev.weirkeeper.contracts.memory.RowLabeller;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** One batch at a gate, from its first row to its report. */
final class GateRun {
  /** What the rows are judged for. */
  enum Purpose {
    CHECK,
    DRY_RUN,
    WRITE
  }

  /** What a target threw while rows were on their way to it. */
  private static final class StoppedException extends IOException {
    private static final long serialVersionUID = 1L;

    StoppedException(Exception cause) {
      super(cause);
    }
  }

  /** The rows are not those of the token. */
  private static final class NotPromisedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final Gate gate;
  private final @Nullable FrameSource input;
  private final Purpose purpose;
  private final Optional<Hash> promised;
  private final Optional<Replay> replay;
  private final CallControl control;
  private final Instant now;

  // Found out on the way.
  private List<Waiver> waivers = List.of();
  private @Nullable Compiled compiled;
  private Optional<Hash> digest = Optional.empty();
  private Optional<DatasetRef> dataset = Optional.empty();
  private Optional<String> version = Optional.empty();
  private final Map<Integer, RuleTally> wholes = new LinkedHashMap<>();
  private final Set<Integer> shared = new HashSet<>();
  private Pass pass = new Pass(0, 0);
  private List<Long> checked = List.of();

  private GateRun(
      Gate gate,
      @Nullable FrameSource input,
      Purpose purpose,
      Optional<Hash> promised,
      Optional<Replay> replay,
      CallControl control) {
    this.gate = gate;
    this.input = input;
    this.purpose = purpose;
    this.promised = promised;
    this.replay = replay;
    this.control = control;
    now = gate.clock.instant();
    if (input != null) {
      dataset = Optional.of(input.ref());
    }
  }

  GateRun(
      Gate gate, FrameSource input, Purpose purpose, Optional<Hash> promised, CallControl control) {
    this(gate, input, purpose, promised, Optional.empty(), control);
  }

  static GateRun replaying(Gate gate, Replay replay, CallControl control) {
    return new GateRun(gate, null, Purpose.WRITE, Optional.empty(), Optional.of(replay), control);
  }

  /** What one reading of all rows counted. */
  private static final class Pass {
    /** Rows that break a rule about single rows. */
    final long[] broken;

    /** Rows that could break it, where that is asked. */
    final long[] considered;

    /** Rows that it is about, where that is asked. */
    final long[] applies;

    long rows;
    long bad;

    Pass(int rules, int ofContract) {
      broken = new long[rules];
      considered = new long[ofContract];
      applies = new long[ofContract];
    }
  }

  private Compiled compiled() {
    return requireNonNull(compiled, "compiled");
  }

  GateReport run() throws IOException {
    Contract contract = gate.contract;
    if (contract.rules().isEmpty()) {
      return ended(
          GateStatus.ERROR,
          "Contract " + contract.id() + " has no rules: nothing passes by asking nothing");
    }
    waivers = gate.target.waivers(now);
    if (promised.isPresent()) {
      Optional<GateReport> stored = gate.target.find(gate.batch(promised.get(), Optional.empty()));
      if (stored.isPresent()) {
        return stored.get();
      }
    }
    List<TargetColumn> columns = gate.target.columns();
    try {
      Fields fields = input == null ? replayed(columns) : input.fields();
      compiled = Compiled.of(contract, fields, columns, gate.policy.duplicates());
    } catch (IllegalArgumentException e) {
      return ended(GateStatus.ERROR, String.valueOf(e.getMessage()));
    }
    if (!compiled().errors().isEmpty()) {
      return ended(GateStatus.ERROR, "Rules cannot be judged: see each of them");
    }
    try {
      return judgeAndWrite();
    } catch (NotPromisedException e) {
      return ended(
          GateStatus.BLOCKED,
          "The input is not the one that was checked; check it, and write what was checked");
    } catch (MetricException | CancellationException | GateRefusedException e) {
      return ended(GateStatus.ERROR, String.valueOf(e.getMessage()));
    }
  }

  /** Columns that can be read back; of those with a default only what came or is asked about. */
  private Fields replayed(List<TargetColumn> columns) throws IOException {
    Set<String> wanted = new HashSet<>(gate.mode.keys());
    wanted.addAll(gate.target.given(replay.orElseThrow().filter()));
    gate.contract.rules().forEach(rule -> wanted.addAll(rule.columns()));
    return SqlReplay.fields(
        columns.stream()
            .filter(column -> column.kind() != CellKind.OTHER)
            .filter(
                column ->
                    column.absence() != TargetColumn.Absence.DEFAULTED
                        || wanted.contains(column.name()))
            .toList());
  }

  private GateReport judgeAndWrite() throws IOException, GateRefusedException {
    GatePlan plan =
        new GatePlan(
            gate.contract,
            compiled().fields(),
            compiled().typings(),
            gate.mode,
            compiled().rules(),
            compiled().checks(),
            replay,
            now);
    boolean targetIsAsked =
        purpose == Purpose.WRITE
            || !compiled().checks().isEmpty()
            || gate.mode.kind() == WriteMode.Kind.UPSERT;
    if (input != null) {
      prelude(input);
      if (!targetIsAsked) {
        read(input, null);
        Optional<GateReport> stored = stored();
        return stored.isPresent()
            ? stored.get()
            : verdict(GateTally.of(pass.rows - pass.bad, pass.bad, 0));
      }
    }
    int conflicts = 0;
    while (true) {
      try (GateWrite write = gate.target.begin(plan)) {
        FrameSource source = input;
        if (source == null) {
          source = write.replayed();
          dataset = Optional.of(source.ref());
          prelude(source);
        }
        read(source, write);
        Optional<GateReport> stored = stored();
        if (stored.isPresent()) {
          return stored.get();
        }
        if (replay.isPresent() && pass.rows == 0) {
          return verdict(GateTally.of(0, 0, 0))
              .instead(GateStatus.BLOCKED, "No row in quarantine waits for a replay");
        }
        while (true) {
          try {
            return judged(write);
          } catch (GateConflictException e) {
            if (e.again() == GateConflictException.Again.WRITE || ++conflicts > gate.retries) {
              throw e;
            }
          }
        }
      } catch (GateConflictException e) {
        if (++conflicts > gate.retries) {
          throw new IOException(
              "Other writers of "
                  + gate.target.asset()
                  + " were faster "
                  + conflicts
                  + " times; nothing is published, send the batch again",
              e);
        }
      } catch (StoppedException e) {
        if (e.getCause() instanceof GateRefusedException refused) {
          throw refused;
        }
        if (!(e.getCause() instanceof GateConflictException) || ++conflicts > gate.retries) {
          throw e;
        }
      }
    }
  }

  /** The report of this very batch, if it is published already. */
  private Optional<GateReport> stored() throws IOException {
    Optional<Hash> batch = batch();
    return batch.isPresent() ? gate.target.find(batch.get()) : Optional.empty();
  }

  private GateReport judged(GateWrite write)
      throws IOException, GateConflictException, GateRefusedException {
    version = write.version();
    checked = write.check(control);
    version = write.version();
    Set<Integer> routed = new LinkedHashSet<>();
    for (int i = 0; i < compiled().checks().size(); i++) {
      int rule = compiled().checks().get(i).rule();
      if (checked.get(i) > 0
          && !keptByShare(rule, checked.get(i), pass.considered[rule])
          && response(rule) == Response.QUARANTINE) {
        routed.add(i);
      }
    }
    GateTally tally = write.route(routed);
    GateReport report = verdict(tally);
    if (!report.status().publishes()) {
      // Its own rows are in the way of a batch that somebody else has just published.
      return stored().orElse(report);
    }
    if (purpose != Purpose.WRITE) {
      return report;
    }
    gate.judged(report, purpose);
    return write.commit(report);
  }

  /** What must be known before a row can be labelled. */
  private void prelude(FrameSource source) throws IOException {
    boolean byBatch = waivers.stream().anyMatch(waiver -> waiver.batch().isPresent());
    digest = Optional.empty();
    judgeWholes(source);
    if (!compiled().hasShares() && !byBatch) {
      return;
    }
    read(source, null);
    for (int i = 0; i < gate.contract.rules().size(); i++) {
      Compiled.Ask ask = new Compiled.Ask(Compiled.Question.BROKEN, i);
      if (compiled().tests().containsKey(ask)
          && gate.contract.rules().get(i).mostly() < 1
          && keptByShare(i, pass.broken[i], pass.considered[i])) {
        shared.add(i);
      }
    }
  }

  private boolean keptByShare(int rule, long broken, long considered) {
    double mostly = gate.contract.rules().get(rule).mostly();
    return broken == 0 || (mostly < 1 && (double) (considered - broken) / considered >= mostly);
  }

  private void judgeWholes(FrameSource source) throws IOException {
    wholes.clear();
    if (compiled().wholes().isEmpty()) {
      return;
    }
    Contract about =
        new Contract(
            gate.contract.id(),
            gate.contract.version(),
            gate.contract.asset(),
            List.copyOf(compiled().wholes().values()));
    List<RuleResult> results;
    WatchedRows watched = new WatchedRows(source);
    try (Engine engine = new MemoryEngine(watched, Map.of(), ValueTests::of, gate.memory.get())) {
      results = Evaluation.of(about, gate.kinds, engine, Options.DEFAULT.sampling(0), control);
    }
    if (watched.read().size() > 1) {
      throw changed();
    }
    digest = watched.read().stream().findFirst();
    int at = 0;
    for (int rule : compiled().wholes().keySet()) {
      Judgement judgement = results.get(at++).judgement();
      long broken = judgement.measured() instanceof Judgement.Rows rows ? rows.unexpected() : 0;
      Rule of = gate.contract.rules().get(rule);
      RuleTally.Outcome outcome =
          switch (judgement.status()) {
            case PASSED -> RuleTally.Outcome.KEPT;
            case ERROR, UNSUPPORTED -> RuleTally.Outcome.ERROR;
            // Decided when waivers and responses are looked at.
            case FAILED -> RuleTally.Outcome.BLOCKED;
          };
      // What a rule that failed measured may be a value of the data.
      Optional<String> why =
          outcome == RuleTally.Outcome.ERROR ? judgement.reason() : Optional.empty();
      wholes.put(rule, new RuleTally(of.id(), of.severity(), outcome, broken, why));
    }
  }

  // Labelling.

  /** Reads all rows once; sends them on if there is a write. */
  private void read(FrameSource source, @Nullable GateWrite write) throws IOException {
    Compiled plan = compiled();
    pass = new Pass(plan.rules().size(), gate.contract.rules().size());
    InputDigest content = new InputDigest(source.fields());
    Map<String, RowTest> tests = new LinkedHashMap<>();
    plan.tests().forEach((ask, test) -> tests.put(ask.id(), test));
    List<Compiled.Ask> asks = List.copyOf(plan.tests().keySet());
    RowLabeller labeller =
        new RowLabeller(source, tests, Map.of(), ValueTests::of, gate.memory.get());
    labeller.label(
        labelled -> {
          Frame frame = labelled.frame();
          content.add(frame);
          LabelledFrame rows = label(frame, labelled.first(), asks, labelled.broken());
          if (write != null) {
            try {
              write.accept(rows);
            } catch (GateConflictException | GateRefusedException e) {
              throw new StoppedException(e);
            }
          }
        },
        control);
    Hash read = content.digest();
    if (digest.isPresent() && !digest.get().equals(read)) {
      throw changed();
    }
    digest = Optional.of(read);
    if (promised.isPresent() && !promised.get().equals(read)) {
      throw new NotPromisedException();
    }
  }

  private static MetricException changed() {
    return new MetricException(
        "The input changed while it was read: what was judged is not what would be published");
  }

  private LabelledFrame label(
      Frame frame, long first, List<Compiled.Ask> asks, List<long[]> answers) {
    Compiled plan = compiled();
    int rows = frame.rows();
    int[][] broken = new int[rows][];
    Arrays.fill(broken, LabelledFrame.GOOD);
    long[] considered = plan.checks().isEmpty() ? new long[0] : new long[rows];
    for (int i = 0; i < asks.size(); i++) {
      int rule = asks.get(i).rule();
      long[] words = answers.get(i);
      switch (asks.get(i).question()) {
        case APPLIES -> pass.applies[rule] += count(words);
        case CONSIDERED -> {
          pass.considered[rule] += count(words);
          mark(considered, words, rows, rule);
        }
        case BROKEN -> {
          long found = count(words);
          pass.broken[rule] += found;
          if (found > 0 && !shared.contains(rule) && response(rule) == Response.QUARANTINE) {
            for (int row = next(words, 0); row >= 0 && row < rows; row = next(words, row + 1)) {
              broken[row] = with(broken[row], rule);
            }
          }
        }
      }
    }
    for (int column = 0; column < plan.typings().size(); column++) {
      fit(frame.columns().get(column), rows, column, broken);
    }
    for (int[] labels : broken) {
      pass.bad += labels.length == 0 ? 0 : 1;
    }
    pass.rows += rows;
    return new LabelledFrame(frame, first, considered, broken);
  }

  private void mark(long[] considered, long[] words, int rows, int rule) {
    List<TargetCheck> checks = compiled().checks();
    for (int check = 0; check < checks.size(); check++) {
      if (checks.get(check).rule() == rule) {
        for (int row = next(words, 0); row >= 0 && row < rows; row = next(words, row + 1)) {
          considered[row] |= 1L << check;
        }
      }
    }
  }

  private void fit(Vec values, int rows, int column, int[][] broken) {
    Typing typing = compiled().typings().get(column);
    boolean nullable = typing.column().absence() == TargetColumn.Absence.NULLABLE;
    boolean always = typing.always();
    for (int row = 0; row < rows; row++) {
      if (values.isNull(row)) {
        if (!nullable) {
          int rule = compiled().absenceRule(column);
          pass.broken[rule]++;
          broken[row] = with(broken[row], rule);
        }
      } else if (!always && !typing.fits(values, row)) {
        int rule = compiled().typeRule(column);
        pass.broken[rule]++;
        broken[row] = with(broken[row], rule);
      }
    }
  }

  private static int[] with(int[] labels, int rule) {
    int[] more = Arrays.copyOf(labels, labels.length + 1);
    more[labels.length] = rule;
    return more;
  }

  private static long count(long[] words) {
    long count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    return count;
  }

  /** The next set bit, or -1. */
  private static int next(long[] words, int from) {
    int word = from >> 6;
    if (word >= words.length) {
      return -1;
    }
    long rest = words[word] & (-1L << from);
    while (rest == 0) {
      if (++word == words.length) {
        return -1;
      }
      rest = words[word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(rest);
  }

  // Judging.

  private Response response(int rule) {
    if (!compiled().isOfContract(rule)) {
      return Response.QUARANTINE;
    }
    Rule of = gate.contract.rules().get(rule);
    return waiver(of.id()).isPresent() ? Response.WARN : gate.policy.to(of.severity());
  }

  private Optional<Waiver> waiver(String rule) {
    return waivers.stream()
        .filter(
            waiver ->
                waiver.rule().equals(rule)
                    && (waiver.batch().isEmpty()
                        || batch().map(id -> waiver.covers(rule, id, now)).orElse(false)))
        .findFirst();
  }

  private Optional<Hash> batch() {
    return digest.map(
        input ->
            gate.batch(
                input, replay.isPresent() ? dataset.map(DatasetRef::version) : Optional.empty()));
  }

  /** The verdict on all rows, once the target has answered. */
  private GateReport verdict(GateTally tally) {
    List<RuleTally> rules = new ArrayList<>();
    Set<Hash> used = new LinkedHashSet<>();
    for (int i = 0; i < compiled().rules().size(); i++) {
      if (compiled().isOfContract(i)) {
        rules.add(tally(i, used));
      } else if (pass.broken[i] > 0) {
        rules.add(
            new RuleTally(
                compiled().rules().get(i).id(),
                Rule.Severity.CRITICAL,
                RuleTally.Outcome.QUARANTINED,
                pass.broken[i],
                Optional.empty()));
      }
    }
    GateStatus status = status(rules, tally);
    Optional<String> reason =
        switch (status) {
          case ERROR -> Optional.of("Rules cannot be judged: see each of them");
          case BLOCKED ->
              Optional.of(
                  rules.stream().anyMatch(r -> r.outcome() == RuleTally.Outcome.BLOCKED)
                      ? "Rules that block are broken: see each of them"
                      : "More rows would go to quarantine than the policy bears: "
                          + tally.quarantined()
                          + " of "
                          + tally.in());
          default -> Optional.empty();
        };
    return report(status, tally, rules, List.copyOf(used), reason);
  }

  private GateStatus status(List<RuleTally> rules, GateTally tally) {
    if (rules.stream().anyMatch(rule -> rule.outcome() == RuleTally.Outcome.ERROR)) {
      return GateStatus.ERROR;
    }
    boolean blocked = rules.stream().anyMatch(r -> r.outcome() == RuleTally.Outcome.BLOCKED);
    boolean over = replay.isEmpty() && !gate.policy.bears(tally.quarantined(), tally.in());
    if (blocked || over) {
      return GateStatus.BLOCKED;
    }
    if (tally.quarantined() > 0) {
      return GateStatus.QUARANTINED;
    }
    boolean warned =
        rules.stream()
            .anyMatch(
                rule ->
                    rule.outcome() == RuleTally.Outcome.WARNED
                        || rule.outcome() == RuleTally.Outcome.WAIVED);
    return warned ? GateStatus.PASS_WITH_WARNINGS : GateStatus.PASS;
  }

  private RuleTally tally(int index, Set<Hash> used) {
    Rule rule = gate.contract.rules().get(index);
    RuleTally whole = wholes.get(index);
    if (whole != null && whole.outcome() != RuleTally.Outcome.BLOCKED) {
      return whole;
    }
    Optional<String> empty = Optional.empty();
    if (rule.onEmpty() == Rule.Answer.FAIL && whole == null && pass.applies[index] == 0) {
      empty = Optional.of("There are no rows, and the rule needs some");
    }
    long broken = whole != null ? whole.broken() : broken(index);
    boolean kept =
        whole == null && empty.isEmpty() && keptByShare(index, broken, pass.considered[index]);
    if (kept) {
      return new RuleTally(
          rule.id(), rule.severity(), RuleTally.Outcome.KEPT, broken, Optional.empty());
    }
    Optional<Waiver> waiver = waiver(rule.id());
    waiver.ifPresent(granted -> used.add(granted.id()));
    boolean ofRows = whole == null && empty.isEmpty();
    RuleTally.Outcome outcome =
        waiver.isPresent()
            ? RuleTally.Outcome.WAIVED
            : switch (gate.policy.to(rule.severity())) {
              case WARN -> RuleTally.Outcome.WARNED;
              case QUARANTINE -> ofRows ? RuleTally.Outcome.QUARANTINED : RuleTally.Outcome.BLOCKED;
              case BLOCK -> RuleTally.Outcome.BLOCKED;
            };
    return new RuleTally(rule.id(), rule.severity(), outcome, broken, empty);
  }

  private long broken(int rule) {
    for (int i = 0; i < compiled().checks().size(); i++) {
      if (compiled().checks().get(i).rule() == rule) {
        return i < checked.size() ? checked.get(i) : 0;
      }
    }
    return pass.broken[rule];
  }

  private GateReport report(
      GateStatus status,
      GateTally tally,
      List<RuleTally> rules,
      List<Hash> used,
      Optional<String> reason) {
    return new GateReport(
        status,
        batch(),
        replay.flatMap(again -> again.filter().batch()),
        GateReport.ContractId.of(gate.contract),
        dataset.orElseGet(() -> new DatasetRef(gate.target.asset(), "quarantine")),
        digest,
        gate.target.asset(),
        version,
        Optional.empty(),
        tally,
        rules,
        used,
        "memory, " + gate.target.id(),
        gate.policy.digest(),
        reason,
        now);
  }

  /** The report of a batch that came to nothing. */
  GateReport ended(GateStatus status, String why) {
    List<RuleTally> rules = new ArrayList<>();
    Compiled plan = compiled;
    if (plan != null) {
      plan.errors()
          .forEach(
              (index, reason) -> {
                Rule rule = gate.contract.rules().get(index);
                rules.add(
                    new RuleTally(
                        rule.id(),
                        rule.severity(),
                        RuleTally.Outcome.ERROR,
                        0,
                        Optional.of(reason)));
              });
    }
    return report(status, GateTally.of(0, 0, 0), rules, List.of(), Optional.of(why));
  }
}
