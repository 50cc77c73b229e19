package dev.weirkeeper.otel;

import dev.weirkeeper.Act;
import dev.weirkeeper.Approval;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Decision;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Position;
import dev.weirkeeper.otel.Journaled.Entry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * From an anomaly to what came of it, with the waits for persons apart. A decision is measured once
 * its outcome is known; one that nothing more is heard of was left to persons.
 */
final class Decisions {
  private static final int OPEN = 1024;
  private static final int KNOWN = 4096;
  private static final int TRIGGERS = 200;
  private static final String REQUEST = "request";
  private static final String PROPOSE = "propose";

  /** The decision, or the request for leave, that an act belongs to. */
  record Step(Hash decision, SpanContext span, Attributes labels, Optional<Instant> asked) {}

  /** What remains of a decision when it is over: what follows from it is linked to it. */
  private record Trail(Hash id, SpanContext span, Attributes labels) {
    Step step(Optional<Instant> asked) {
      return new Step(id, span, labels, asked);
    }
  }

  /** A decision whose outcome is not known yet. Guarded by the enclosing object. */
  private static final class Open {
    private final Trail trail;
    private final Span telemetry;
    private final boolean heals;
    private final Instant began;
    private int steps;
    private Instant last;
    private Duration persons = Duration.ZERO;
    private Optional<String> worst = Optional.empty();

    Open(Trail trail, Span telemetry, boolean heals, Instant began, Instant decided, int steps) {
      this.trail = trail;
      this.telemetry = telemetry;
      this.heals = heals;
      this.began = began;
      this.last = decided;
      this.steps = steps;
    }
  }

  /** What is to be said of a decision, once nothing is held any more. */
  private record Conclusion(Open decision, String outcome, Optional<String> error, Instant at) {}

  private final Instruments instruments;
  private final Bounded triggers = new Bounded(TRIGGERS);
  private final Recent<Hash, Open> open = new Recent<>(OPEN);
  private final Recent<Asset, Hash> newest = new Recent<>(KNOWN);
  private final Recent<Hash, Trail> trails = new Recent<>(KNOWN);
  private final Recent<Hash, Trail> plans = new Recent<>(KNOWN);
  private final Recent<Hash, SpanContext> anomalies = new Recent<>(KNOWN);
  private final Recent<Position, Instant> met = new Recent<>(KNOWN);
  private final Recent<Hash, Approval.Request> requests = new Recent<>(KNOWN);

  Decisions(Instruments instruments) {
    this.instruments = instruments;
  }

  /** Notes when what the next decisions are about happened at its source. */
  synchronized void met(Position position, Instant sourceCommit) {
    met.put(position, sourceCommit);
  }

  void decided(Entry entry, Decided body) {
    Incident incident = body.incident();
    Hash id = entry.receipt().record();
    Instant known = body.situation().now();
    Optional<Instant> happened = happened(incident.position());
    Instant began = happened.filter(known::isAfter).orElse(known);
    Attributes labels =
        Attributes.of(
            Names.TRIGGER,
            triggers.label(trigger(incident)),
            Names.ACTION,
            action(body.decision()),
            Names.POLICY_ID,
            triggers.label(body.situation().policy()));
    SpanContext anomaly = anomaly(incident, labels, happened, began, known);
    Span span = span(entry, body, labels, known);
    if (anomaly.isValid()) {
      span.addLink(anomaly);
    }
    Trail trail = new Trail(id, span.getSpanContext(), labels);
    Open decision =
        new Open(
            trail,
            span,
            body.decision() instanceof Decision.Heal,
            began,
            entry.at(),
            steps(body.decision()));
    stage("diagnose", labels, Elapsed.between(known, entry.at()));
    List<Conclusion> conclusions = new ArrayList<>();
    synchronized (this) {
      // What the host holds back was denied; what waited behind a spool was left to persons.
      entry.record().causes().stream()
          .flatMap(cause -> open.take(cause).stream())
          .forEach(denied -> conclusions.add(conclusion(denied, "denied", entry.at())));
      newest
          .find(incident.asset())
          .flatMap(open::take)
          .ifPresent(left -> conclusions.add(conclusion(left, "escalated", left.last)));
      newest.put(incident.asset(), id);
      trails.put(id, trail);
      plans(body).forEach(plan -> plans.put(plan, trail));
      Optional<String> outcome = immediate(body.decision());
      if (outcome.isPresent()) {
        conclusions.add(conclusion(decision, outcome.get(), entry.at()));
      } else {
        open.put(id, decision)
            .ifPresent(
                evicted -> {
                  instruments.forgot("decision");
                  conclusions.add(conclusion(evicted, "escalated", evicted.last));
                });
      }
    }
    conclusions.forEach(this::conclude);
  }

  private synchronized Optional<Instant> happened(Position position) {
    return met.find(position);
  }

  /** The span of what a decision is about: the same for all decisions about it. */
  private SpanContext anomaly(
      Incident incident,
      Attributes labels,
      Optional<Instant> happened,
      Instant began,
      Instant known) {
    Hash id = incident.id();
    synchronized (this) {
      Optional<SpanContext> before = anomalies.find(id);
      if (before.isPresent()) {
        return before.get();
      }
    }
    Span span =
        instruments
            .tracer
            .spanBuilder(Names.ANOMALY)
            .setNoParent()
            .setStartTimestamp(began)
            .setAttribute(Names.ASSET, incident.asset().toString())
            .setAttribute(Names.TRIGGER, labels.get(Names.TRIGGER))
            .setAttribute(Names.SEVERITY, severity(incident))
            .startSpan();
    span.end(known);
    if (happened.isPresent()) {
      stage("detect", labels, Elapsed.between(began, known));
    }
    synchronized (this) {
      anomalies.put(id, span.getSpanContext());
    }
    return span.getSpanContext();
  }

  private Span span(Entry entry, Decided body, Attributes labels, Instant known) {
    SpanBuilder builder =
        instruments
            .tracer
            .spanBuilder(Names.DECISION)
            .setStartTimestamp(known)
            .setAllAttributes(labels)
            .setAttribute(Names.ASSET, body.incident().asset().toString())
            .setAttribute(Names.DECISION_ID, entry.receipt().record().hex())
            .setAttribute(Names.AUDIT_INDEX, entry.receipt().sequence());
    synchronized (this) {
      entry.record().causes().stream()
          .flatMap(cause -> trails.find(cause).stream())
          .map(Trail::span)
          .filter(SpanContext::isValid)
          .forEach(builder::addLink);
    }
    Span span = builder.startSpan();
    span.addEvent(
        Names.POLICY_EVALUATE,
        Attributes.of(
            Names.POLICY_VERDICT,
            labels.get(Names.ACTION),
            Names.POLICY_ID,
            labels.get(Names.POLICY_ID),
            Names.SEVERITY,
            severity(body.incident())),
        entry.at());
    return span;
  }

  /** An act begins: which decision or request it belongs to, and the stages before it. */
  Optional<Step> begin(Entry entry, Act.Started act) {
    Optional<Approval> approval = act.approval();
    Optional<Instant> asked = approval.map(given -> given.request().at());
    Optional<Instant> answered = approval.map(Decisions::answered);
    Optional<Instant> last;
    Optional<Step> step;
    synchronized (this) {
      Optional<Open> decision =
          entry.record().causes().stream().flatMap(cause -> open.find(cause).stream()).findFirst();
      last = decision.map(of -> of.last);
      approval.ifPresent(given -> requests.take(given.request().id()));
      if (decision.isPresent()) {
        if (asked.isPresent() && answered.isPresent()) {
          Duration wait = Elapsed.between(asked.get(), answered.get());
          decision.get().persons = decision.get().persons.plus(wait);
        }
        step = Optional.of(decision.get().trail.step(Optional.empty()));
      } else {
        step = trail(entry).map(trail -> trail.step(asked));
      }
    }
    if (step.isEmpty() && approval.isPresent()) {
      step =
          Optional.of(
              new Step(
                  approval.get().request().id(),
                  SpanContext.getInvalid(),
                  Attributes.of(Names.TRIGGER, REQUEST, Names.ACTION, PROPOSE),
                  asked));
    }
    if (step.isPresent()) {
      Attributes labels = step.get().labels();
      if (asked.isPresent() && answered.isPresent()) {
        stage("approval", labels, Elapsed.between(asked.get(), answered.get()));
      }
      answered
          .or(() -> last)
          .ifPresent(from -> stage("authorize", labels, Elapsed.between(from, entry.at())));
    }
    return step.map(
        of ->
            new Step(
                of.decision(),
                of.span(),
                of.labels(),
                // The wait for persons is no part of the figure of whoever asked.
                of.asked().map(from -> from.plus(Elapsed.between(from, answered.orElse(from))))));
  }

  /** When the last person who was needed had said yes. */
  private static Instant answered(Approval approval) {
    return approval.votes().stream()
        .filter(vote -> vote.word() == Approval.Word.APPROVE)
        .map(Approval.Vote::at)
        .max(Comparator.naturalOrder())
        .orElse(approval.request().at());
  }

  /**
   * What led to an act, where its outcome is known already or it is a plan that somebody applied.
   */
  private Optional<Trail> trail(Entry entry) {
    return entry.record().causes().stream()
        .flatMap(cause -> trails.find(cause).or(() -> plans.find(cause)).stream())
        .findFirst();
  }

  /** An act is over. */
  void came(Step step, Instant began, Optional<Instant> answered, Instant ended, String outcome) {
    stage("act", step.labels(), Elapsed.between(began, answered.orElse(ended)));
    answered.ifPresent(from -> stage("verify", step.labels(), Elapsed.between(from, ended)));
    step.asked()
        .ifPresent(from -> latency(step.labels(), Elapsed.between(from, ended), of(outcome)));
    next(step.decision(), outcome, ended);
  }

  /** An act was refused at the door. */
  Optional<Step> refused(Entry entry) {
    Optional<Trail> trail;
    synchronized (this) {
      trail = trail(entry);
    }
    trail.ifPresent(of -> next(of.id(), Outcomes.REFUSED, entry.at()));
    return trail.map(of -> of.step(Optional.empty()));
  }

  private void next(Hash id, String outcome, Instant at) {
    Optional<Conclusion> conclusion = Optional.empty();
    synchronized (this) {
      Optional<Open> found = open.find(id);
      if (found.isPresent()) {
        Open decision = found.get();
        decision.last = at;
        decision.steps--;
        boolean done = outcome.equals(Outcomes.DONE);
        if (!done && decision.worst.filter(Outcomes::wentWrong).isEmpty()) {
          decision.worst = Optional.of(outcome);
        }
        if (decision.steps <= 0 || (decision.heals && !done)) {
          open.take(id);
          conclusion = Optional.of(conclusion(decision, end(decision), at));
        }
      }
    }
    conclusion.ifPresent(this::conclude);
  }

  private static String end(Open decision) {
    return decision
        .worst
        .map(worst -> of(worst).outcome())
        // Damage was limited: the table waits for a person.
        .orElse(decision.heals ? "executed" : "escalated");
  }

  /** The outcome of a decision by that of its act. */
  private record End(String outcome, Optional<String> error) {}

  private static End of(String act) {
    if (Outcomes.wentWrong(act)) {
      return new End("failed", Optional.of(act));
    } else if (act.equals(Outcomes.REFUSED)) {
      return new End("denied", Optional.empty());
    }
    return new End(act.equals(Outcomes.PENDING) ? "escalated" : "executed", Optional.empty());
  }

  private static Conclusion conclusion(Open decision, String outcome, Instant at) {
    return new Conclusion(decision, outcome, decision.worst.flatMap(act -> of(act).error()), at);
  }

  private void conclude(Conclusion conclusion) {
    Open decision = conclusion.decision();
    decision.telemetry.setAttribute(Names.OUTCOME, conclusion.outcome());
    conclusion
        .error()
        .ifPresent(
            error ->
                decision.telemetry.setStatus(StatusCode.ERROR).setAttribute(Names.ERROR, error));
    decision.telemetry.end(conclusion.at());
    Duration all = Elapsed.between(decision.began, conclusion.at());
    Duration own = all.minus(decision.persons);
    latency(
        decision.trail.labels(),
        own.isNegative() ? Duration.ZERO : own,
        new End(conclusion.outcome(), conclusion.error()));
  }

  synchronized void requested(Approval.Request request) {
    if (requests.put(request.id(), request).isPresent()) {
      instruments.forgot("request");
    }
  }

  /** A person who says no ends a request; one who says yes is heard of when leave is used. */
  void voted(Approval.Vote vote) {
    if (vote.word() == Approval.Word.APPROVE) {
      return;
    }
    Optional<Approval.Request> request;
    synchronized (this) {
      request = requests.take(vote.request());
    }
    if (vote.word() == Approval.Word.DENY && request.isPresent()) {
      instruments.stages.record(
          Elapsed.seconds(Elapsed.between(request.get().at(), vote.at())),
          Attributes.builder()
              .put(Names.TRIGGER, REQUEST)
              .put(Names.ACTION, PROPOSE)
              .put(Names.STAGE, "approval")
              .put(Names.OUTCOME, "denied")
              .build());
    }
  }

  private void stage(String stage, Attributes labels, Duration took) {
    instruments.stages.record(
        Elapsed.seconds(took), labels.toBuilder().put(Names.STAGE, stage).build());
  }

  private void latency(Attributes labels, Duration took, End end) {
    AttributesBuilder all = labels.toBuilder().put(Names.OUTCOME, end.outcome());
    end.error().ifPresent(error -> all.put(Names.ERROR, error));
    instruments.latency.record(Elapsed.seconds(took), all.build());
  }

  private static String trigger(Incident incident) {
    return incident.findings().stream()
        .max(Comparator.comparing(Finding::verdict))
        .map(Finding::kind)
        .orElse(Names.OTHER);
  }

  private static String severity(Incident incident) {
    return incident.verdict().name().toLowerCase(Locale.ROOT);
  }

  private static String action(Decision decision) {
    return decision.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /** How many acts follow from a decision at once. */
  private static int steps(Decision decision) {
    if (decision instanceof Decision.Heal heal) {
      return heal.plan().steps().size();
    }
    return decision instanceof Decision.Contain contain ? contain.now().size() : 0;
  }

  /** The outcome of a decision that no act follows from; empty if one does. */
  private static Optional<String> immediate(Decision decision) {
    if (decision instanceof Decision.Dismiss) {
      return Optional.of("noop");
    } else if (steps(decision) > 0) {
      return Optional.empty();
    }
    return Optional.of(decision instanceof Decision.Heal ? "executed" : "escalated");
  }

  private static List<Hash> plans(Decided body) {
    List<Plan> plans = new ArrayList<>(body.situation().proposed().stream().toList());
    if (body.decision() instanceof Decision.Heal heal) {
      plans.add(heal.plan());
    } else if (body.decision() instanceof Decision.Propose propose) {
      plans.add(propose.plan());
    } else if (body.decision() instanceof Decision.Contain contain) {
      contain.plan().ifPresent(plans::add);
    }
    return plans.stream().map(Plan::id).distinct().toList();
  }
}
