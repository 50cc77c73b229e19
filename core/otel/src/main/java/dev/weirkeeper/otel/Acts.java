package dev.weirkeeper.otel;

import dev.weirkeeper.Act;
import dev.weirkeeper.Hash;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.otel.Journaled.Entry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Acts at the door: what was let through and what it came to, and what was refused. */
final class Acts {
  private static final int OPEN = 4096;
  private static final int LINKS = 8192;

  /** An act that is under way. */
  private record Open(Span span, Attributes labels, Instant began, Optional<Decisions.Step> step) {}

  /** What the other half of an act has to say, where it came first. */
  private record Early(Entry entry, Act.Finished finished) {}

  private final Instruments instruments;
  private final Decisions decisions;
  private final Map<String, ToolSpec> tools = new ConcurrentHashMap<>();
  private final Recent<Hash, Open> open = new Recent<>(OPEN);
  private final Recent<Hash, Early> early = new Recent<>(OPEN);
  private final Recent<Hash, SpanContext> links = new Recent<>(LINKS);

  Acts(Instruments instruments, Decisions decisions) {
    this.instruments = instruments;
    this.decisions = decisions;
  }

  /** Tells of tools, so that their effect is known: records do not hold it. */
  void know(List<ToolSpec> specs) {
    specs.forEach(spec -> tools.put(spec.name(), spec));
  }

  void started(Entry entry, Act.Started body) {
    Optional<Decisions.Step> step = decisions.begin(entry, body);
    AttributesBuilder labels =
        Attributes.builder()
            .put(Names.TOOL, body.tool())
            .put(Names.CALLER_KIND, Journaled.kind(body.caller()));
    effect(body.tool()).ifPresent(effect -> labels.put(Names.ACT_EFFECT, effect));
    Attributes shown = labels.build();
    Span span = span(entry, step).setAllAttributes(shown).startSpan();
    span.setAttribute(Names.ACT_ID, body.action().hex());
    span.addEvent(
        Names.POLICY_EVALUATE,
        Attributes.of(
            Names.POLICY_VERDICT,
            body.approval().isPresent() ? "approved" : "granted",
            Names.POLICY_DIGEST,
            body.policy().hex()),
        entry.at());
    Open act = new Open(span, shown, entry.at(), step);
    Hash key = entry.receipt().record();
    Optional<Open> evicted = Optional.empty();
    Optional<Early> answered;
    synchronized (this) {
      links.put(key, span.getSpanContext());
      answered = early.take(key);
      if (answered.isEmpty()) {
        evicted = open.put(key, act);
      }
    }
    answered.ifPresent(other -> end(act, other.entry(), other.finished()));
    if (evicted.isPresent()) {
      instruments.forgot("act");
      evicted.get().span().end(entry.at());
    }
  }

  void finished(Entry entry, Act.Finished body) {
    if (entry.record().causes().isEmpty()) {
      return;
    }
    Hash key = entry.record().causes().get(0);
    Optional<Open> act;
    Optional<Early> evicted = Optional.empty();
    synchronized (this) {
      act = open.take(key);
      if (act.isEmpty()) {
        evicted = early.put(key, new Early(entry, body));
      }
    }
    act.ifPresent(begun -> end(begun, entry, body));
    if (evicted.isPresent()) {
      instruments.forgot("act");
    }
  }

  private void end(Open act, Entry entry, Act.Finished body) {
    String outcome = Outcomes.label(body.outcome());
    boolean wrong = Outcomes.wentWrong(outcome);
    act.span().setAttribute(Names.ACT_OUTCOME, outcome);
    AttributesBuilder labels = act.labels().toBuilder().put(Names.ACT_OUTCOME, outcome);
    if (wrong) {
      act.span().setStatus(StatusCode.ERROR).setAttribute(Names.ERROR, outcome);
      labels.put(Names.ERROR, outcome);
    }
    act.span().end(entry.at());
    instruments.acts.record(
        Elapsed.seconds(Elapsed.between(act.began(), entry.at())), labels.build());
    act.step()
        .ifPresent(step -> decisions.came(step, act.began(), body.answered(), entry.at(), outcome));
    Calls.came(outcome);
  }

  void refused(Entry entry, Act.Refused body) {
    // Nobody has checked the name: a caller could fill a time series with names of his own.
    String tool = tools.containsKey(body.tool()) ? body.tool() : Names.OTHER;
    String reason = RefusalReason.of(body.reason()).label();
    Optional<Decisions.Step> step = decisions.refused(entry);
    Span span =
        span(entry, step)
            .setAttribute(Names.TOOL, tool)
            .setAttribute(Names.CALLER_KIND, Journaled.kind(body.caller()))
            .setAttribute(Names.ACT_OUTCOME, Outcomes.REFUSED)
            .setAttribute(Names.REFUSAL_REASON, reason)
            .startSpan();
    span.addEvent(
        Names.POLICY_EVALUATE,
        Attributes.of(Names.POLICY_VERDICT, "refused", Names.REFUSAL_REASON, reason),
        entry.at());
    span.end(entry.at());
    instruments.refusals.add(
        1,
        Attributes.of(
            Names.REFUSAL_REASON,
            reason,
            Names.TOOL,
            tool,
            Names.CALLER_KIND,
            Journaled.kind(body.caller())));
    Calls.came(Outcomes.REFUSED);
  }

  private Optional<String> effect(String tool) {
    return Optional.ofNullable(tools.get(tool))
        .map(spec -> spec.effect().name().toLowerCase(Locale.ROOT));
  }

  /** Below what goes on on this thread, else below its decision; linked to what led to it. */
  private SpanBuilder span(Entry entry, Optional<Decisions.Step> step) {
    SpanBuilder builder =
        instruments
            .tracer
            .spanBuilder(Names.ACT)
            .setStartTimestamp(entry.at())
            .setAttribute(Names.AUDIT_INDEX, entry.receipt().sequence());
    entry.record().asset().ifPresent(asset -> builder.setAttribute(Names.ASSET, asset.toString()));
    step.ifPresent(of -> builder.setAttribute(Names.DECISION_ID, of.decision().hex()));
    Optional<SpanContext> decision = step.map(Decisions.Step::span).filter(SpanContext::isValid);
    boolean within = Span.current().getSpanContext().isValid();
    if (within || decision.isEmpty()) {
      builder.setParent(Context.current());
      decision.ifPresent(builder::addLink);
    } else {
      builder.setParent(Context.current().with(Span.wrap(decision.get())));
    }
    causes(entry).forEach(builder::addLink);
    return builder;
  }

  private synchronized List<SpanContext> causes(Entry entry) {
    return entry.record().causes().stream()
        .flatMap(cause -> links.find(cause).stream())
        .filter(SpanContext::isValid)
        .toList();
  }
}
