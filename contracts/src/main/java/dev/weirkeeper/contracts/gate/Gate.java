package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Domain;
import dev.weirkeeper.Domains;
import dev.weirkeeper.Gated;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.memory.MemoryBudget;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one way of batches into a table: what a contract does not let through is not published, and
 * what comes in is published, quarantined or dropped for a stated reason, to the last row.
 *
 * <p>Each row is labelled once, as it is read; the digest of what was read is that of what is
 * published. A batch is known by contract, input and target: delivered again, it gets the stored
 * report and writes nothing. A rule that cannot be judged is an error, and nothing is published; so
 * is a contract without rules. Rules about the batch as a whole block or warn.
 *
 * <p>What this gate does is the host's to say: contract, target and policy are given by hand. A
 * caller that is not the host first {@linkplain #check checks}, and {@linkplain #write(FrameSource,
 * ValidationToken, CallControl) writes} with the token it got. Safe to share between threads;
 * target and journal belong to the host, which closes them.
 */
public final class Gate {
  private static final int SECRET_BYTES = 32;

  final GateTarget target;
  final Contract contract;
  final GatePolicy policy;
  final WriteMode mode;
  final RuleKinds kinds;
  final Clock clock;
  final int retries;
  final Supplier<MemoryBudget> memory;
  final Tokens tokens;
  final Duration tokenLife;
  private final Domains domains;
  private final @Nullable Journal journal;

  private Gate(Builder builder) {
    target = builder.target;
    contract = requireNonNull(builder.contract);
    policy = builder.policy;
    mode = builder.mode;
    kinds = builder.kinds;
    clock = builder.clock;
    retries = builder.retries;
    memory = builder.memory;
    tokens = new Tokens(builder.secret);
    tokenLife = builder.tokenLife;
    domains = builder.domains;
    journal = builder.journal;
  }

  public static Builder to(GateTarget target) {
    return new Builder(target);
  }

  /** Sets up a gate. */
  public static final class Builder {
    private final GateTarget target;
    private @Nullable Contract contract;
    private GatePolicy policy = GatePolicy.STANDARD;
    private WriteMode mode = WriteMode.append();
    private RuleKinds kinds = RuleKinds.standard();
    private Clock clock = Clock.systemUTC();
    private int retries = 5;
    private Supplier<MemoryBudget> memory = MemoryBudget::standard;
    private byte[] secret = random();
    private Duration tokenLife = Duration.ofMinutes(15);
    private Domains domains = Domains.none();
    private @Nullable Journal journal;

    private Builder(GateTarget target) {
      this.target = requireNonNull(target, "target");
    }

    private static byte[] random() {
      byte[] secret = new byte[SECRET_BYTES];
      new SecureRandom().nextBytes(secret);
      return secret;
    }

    /** The contract in force. */
    public Builder contract(Contract inForce) {
      contract = requireNonNull(inForce, "inForce");
      return this;
    }

    public Builder policy(GatePolicy given) {
      policy = requireNonNull(given, "given");
      return this;
    }

    public Builder mode(WriteMode given) {
      mode = requireNonNull(given, "given");
      return this;
    }

    public Builder kinds(RuleKinds installed) {
      kinds = requireNonNull(installed, "installed");
      return this;
    }

    public Builder clock(Clock source) {
      clock = requireNonNull(source, "source");
      return this;
    }

    /** How often a write is tried again after another writer was faster. */
    public Builder retries(int atMost) {
      if (atMost < 0) {
        throw new IllegalArgumentException("Retries are counted from 0");
      }
      retries = atMost;
      return this;
    }

    /** What rules about the batch as a whole may hold in memory, for each batch anew. */
    public Builder memory(Supplier<MemoryBudget> budgets) {
      memory = requireNonNull(budgets, "budgets");
      return this;
    }

    /**
     * What tokens are sealed with, for gates in several processes that honour each other's. Without
     * it each gate makes a secret of its own.
     */
    public Builder secret(byte[] bytes) {
      if (bytes.length < SECRET_BYTES) {
        throw new IllegalArgumentException("A secret has at least " + SECRET_BYTES + " bytes");
      }
      secret = bytes.clone();
      return this;
    }

    public Builder tokenLife(Duration life) {
      if (life.isNegative() || life.isZero()) {
        throw new IllegalArgumentException("A token lives for a while, not for " + life);
      }
      tokenLife = life;
      return this;
    }

    /** Who owns the target: whose persons may grant waivers. Without an owner nobody can. */
    public Builder domains(Domains owners) {
      domains = requireNonNull(owners, "owners");
      return this;
    }

    /** Where verdicts are written down before anything is published. */
    public Builder journal(Journal log) {
      journal = requireNonNull(log, "log");
      return this;
    }

    /**
     * A gate that is open, after what a crash left half done in the target is settled.
     *
     * @throws IllegalStateException if there is no contract, it is about another table, or readers
     *     of the target could see half a batch
     * @throws IOException if the target cannot be reached
     */
    public Gate open() throws IOException {
      if (contract == null) {
        throw new IllegalStateException("A gate needs a contract: call contract(...)");
      }
      if (!contract.asset().equals(target.asset().name())) {
        throw new IllegalStateException(
            "Contract "
                + contract.id()
                + " is about "
                + contract.asset()
                + ", the target is "
                + target.asset().name());
      }
      if (target.capability() == Capability.NONE) {
        throw new IllegalStateException(
            "Readers of "
                + target.asset()
                + " could see half a batch: a gate needs a target that publishes at once");
      }
      Gate gate = new Gate(this);
      gate.recover();
      return gate;
    }
  }

  public Contract contract() {
    return contract;
  }

  public GateTarget target() {
    return target;
  }

  public GatePolicy policy() {
    return policy;
  }

  /**
   * Judges a batch as {@link #write(FrameSource, CallControl)} would, publishes nothing, and gives
   * a token if it would publish something.
   *
   * @throws IOException if input or target cannot be read
   */
  public GateVerdict check(FrameSource input, CallControl control) throws IOException {
    GateReport report = run(input, GateRun.Purpose.CHECK, Optional.empty(), control);
    if (!report.status().publishes()) {
      return new GateVerdict(report, Optional.empty());
    }
    ValidationToken token =
        tokens.issue(
            new Tokens.Claims(
                report.input().orElseThrow(),
                contract.digest(),
                target.asset(),
                terms(),
                clock.instant().plus(tokenLife)));
    return new GateVerdict(report, Optional.of(token));
  }

  /** What a write would come to; gives no token and writes nothing down. */
  public GateReport dryRun(FrameSource input, CallControl control) throws IOException {
    return run(input, GateRun.Purpose.DRY_RUN, Optional.empty(), control);
  }

  /**
   * Judges a batch and publishes what is good, in one pass where the contract allows it. For the
   * host itself: others need a token.
   *
   * @throws IOException if the batch is not published for a reason that may pass, or it cannot be
   *     known whether it is; the same batch again settles it
   */
  public GateReport write(FrameSource input, CallControl control) throws IOException {
    return run(input, GateRun.Purpose.WRITE, Optional.empty(), control);
  }

  /**
   * Publishes what was checked. It is judged once more as it is written, so that a target that
   * changed since then is seen. A token that is forged, expired or about something else is BLOCKED,
   * and so is an input that is not what was checked.
   *
   * @throws IOException as the other one
   */
  public GateReport write(FrameSource input, ValidationToken token, CallControl control)
      throws IOException {
    requireNonNull(token, "token");
    Tokens.Claims claims;
    try {
      claims = tokens.read(token);
    } catch (IllegalArgumentException e) {
      return refused(input, String.valueOf(e.getMessage()));
    }
    if (!clock.instant().isBefore(claims.expires())) {
      return refused(input, "The token has expired; check the data again");
    }
    if (!claims.contract().equals(contract.digest())
        || !claims.target().equals(target.asset())
        || !claims.terms().equals(terms())) {
      return refused(
          input,
          "The token is about another contract, target or policy than this gate's; check the data"
              + " again");
    }
    return run(input, GateRun.Purpose.WRITE, Optional.of(claims.input()), control);
  }

  private GateReport refused(FrameSource input, String why) throws IOException {
    GateReport report =
        new GateRun(this, input, GateRun.Purpose.WRITE, Optional.empty(), CallControl.NONE)
            .ended(GateStatus.BLOCKED, why);
    return noted(report, GateRun.Purpose.WRITE);
  }

  private GateReport run(
      FrameSource input, GateRun.Purpose purpose, Optional<Hash> promised, CallControl control)
      throws IOException {
    requireNonNull(input, "input");
    requireNonNull(control, "control");
    GateReport report = new GateRun(this, input, purpose, promised, control).run();
    return noted(report, purpose);
  }

  /** What was published was written down before; everything else is now. */
  private GateReport noted(GateReport report, GateRun.Purpose purpose) throws IOException {
    if (purpose == GateRun.Purpose.WRITE && report.status().publishes()) {
      published(report);
      return report;
    }
    if (purpose != GateRun.Purpose.DRY_RUN) {
      judged(report, purpose);
    }
    if (purpose == GateRun.Purpose.WRITE) {
      target.note(report);
    }
    return report;
  }

  /**
   * Judges quarantined rows again, under the contract in force, and publishes those that are good
   * now, each once. Others stay, with what is wrong with them now.
   *
   * @throws IOException as {@link #write(FrameSource, CallControl)}
   */
  public GateReport replay(Replay replay, CallControl control) throws IOException {
    requireNonNull(replay, "replay");
    if (replay.onPublished() == Replay.OnPublished.KEEP_NEWEST
        && mode.kind() != WriteMode.Kind.UPSERT) {
      throw new IllegalArgumentException("Only an upsert can keep the newest row of a key");
    }
    GateReport report = GateRun.replaying(this, replay, control).run();
    return noted(report, GateRun.Purpose.WRITE);
  }

  /**
   * Settles what a crash left half done; {@link Builder#open} has done it once.
   *
   * @return reports of batches that turned out to be published
   */
  public List<GateReport> recover() throws IOException {
    List<GateReport> found = target.recover();
    found.forEach(this::published);
    return found;
  }

  /** Waivers that are in force. */
  public List<Waiver> waivers() throws IOException {
    return target.waivers(clock.instant());
  }

  /** Rows in quarantine, oldest first, without their values. */
  public List<QuarantinedRow> quarantined(QuarantineFilter filter, int limit) throws IOException {
    return target.quarantined(filter, limit);
  }

  /**
   * Lets rows that break a rule through until the waiver expires, or the rule is changed.
   *
   * @param granter a person of the domain that owns the target; authenticated by whoever calls
   * @param requester principal of who asked for it
   * @param batch only this batch, by {@link GateReport#batch}; empty: every one
   * @throws IllegalArgumentException if the granter may not, or is who asked, or there is no such
   *     rule
   */
  public Waiver waive(
      Caller granter,
      String requester,
      String rule,
      Optional<Hash> batch,
      String reason,
      Instant expires)
      throws IOException {
    if (granter.kind() != Caller.Kind.HOST) {
      throw new IllegalArgumentException(
          granter.actor() + " is no person: only persons grant waivers");
    }
    Asset asset = target.asset();
    Optional<Domain> owner = domains.ownerOf(asset);
    if (owner.isEmpty() || !owner.get().approvers().contains(granter.principal())) {
      throw new IllegalArgumentException(
          "'"
              + granter.principal()
              + "' is not among the approvers of the domain that owns "
              + asset
              + ": "
              + owner
                  .map(domain -> domain.approvers().stream().sorted().toList())
                  .orElse(List.of()));
    }
    Rule waived =
        contract.rules().stream()
            .filter(candidate -> candidate.id().equals(rule))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "Contract " + contract.id() + " has no rule '" + rule + "'"));
    Waiver waiver =
        new Waiver(
            asset,
            rule,
            batch,
            requester,
            granter.principal(),
            reason,
            clock.instant(),
            expires,
            contract.id(),
            waived.digest());
    Journal log = journal;
    if (log != null) {
      log.write(
          Gated.Waived.KIND,
          granter.actor(),
          Optional.of(asset),
          new Gated.Waived(waiver.id(), rule, batch, granter, requester, expires),
          List.of());
    }
    target.keep(waiver);
    return waiver;
  }

  /** What a token is bound to beside rows, contract and target: how this gate writes. */
  Hash terms() {
    return Hash.of(Json.of(Map.of("policy", policy.digest(), "mode", mode)));
  }

  Hash batch(Hash input, Optional<String> replay) {
    return Hash.of(
        Json.of(
            Map.of(
                "contract", contract.digest(),
                "input", input,
                "target", target.asset().toString(),
                "replay", replay.orElse(""))));
  }

  private static Gated.Tally tally(GateReport report) {
    GateTally tally = report.tally();
    return new Gated.Tally(tally.in(), tally.published(), tally.quarantined(), tally.dropped());
  }

  private static String words(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Written first. */
  void judged(GateReport report, GateRun.Purpose purpose) {
    Journal log = journal;
    if (log == null) {
      return;
    }
    Map<String, Long> broken = new TreeMap<>();
    for (RuleTally rule : report.rules()) {
      if (rule.outcome() != RuleTally.Outcome.KEPT) {
        broken.put(rule.rule(), rule.broken());
      }
    }
    log.write(
        Gated.Judged.KIND,
        "gate",
        Optional.of(target.asset()),
        new Gated.Judged(
            words(purpose),
            words(report.status()),
            report.contract().digest(),
            report.batch(),
            report.input(),
            tally(report),
            broken,
            report.waivers(),
            report.policy(),
            report.engine(),
            report.versionBefore()),
        List.of());
  }

  private void published(GateReport report) {
    Journal log = journal;
    if (log == null || report.batch().isEmpty()) {
      return;
    }
    log.write(
        Gated.Published.KIND,
        "gate",
        Optional.of(target.asset()),
        new Gated.Published(
            report.batch().get(),
            report.contract().digest(),
            report.input().orElseThrow(),
            report.parent(),
            tally(report),
            report.versionBefore(),
            report.versionAfter(),
            report.digest()),
        List.of());
  }
}
