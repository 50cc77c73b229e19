package dev.weirkeeper.otel;

import dev.weirkeeper.RemoteCall;
import dev.weirkeeper.spi.CallObserver;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Calls of remote clients, from their arrival to their answer. */
final class Calls implements CallObserver {
  private static final ContextKey<Call> CURRENT = ContextKey.named("weirkeeper-call");
  private static final int TEXT_LENGTH = 128;
  private static final Pattern CODE = Pattern.compile("-?[0-9]{1,9}");

  /** How long what a client sends may be; what is longer is as if it were not there. */
  private static final Map<String, Integer> CARRIED =
      Map.of("traceparent", 256, "tracestate", 512, "baggage", 2048);

  private static final TextMapGetter<Map<String, String>> GETTER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> carrier) {
          return CARRIED.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> carrier, String key) {
          String value = carrier == null ? null : carrier.get(key);
          return value != null && value.length() <= CARRIED.getOrDefault(key, 0) ? value : null;
        }
      };

  private final Instruments instruments;
  private final Spans spans;
  private final Clock clock;

  Calls(Instruments instruments, Spans spans, Clock clock) {
    this.instruments = instruments;
    this.spans = spans;
    this.clock = clock;
  }

  /** Notes, for the call that is being answered on this thread, what its act came to. */
  static void came(String outcome) {
    Call call = Context.current().get(CURRENT);
    if (call != null) {
      call.outcome = Optional.of(outcome);
    }
  }

  @Override
  public Observed begin(RemoteCall call) {
    Context ambient = Context.current();
    Attributes labels = labels(call);
    Attributes attributes = attributes(call, labels);
    Span span;
    Context within;
    if (spans == Spans.HOST) {
      span = Span.fromContext(ambient);
      span.setAllAttributes(attributes);
      within = ambient;
    } else {
      Context parent = parent(call.trace(), ambient);
      SpanBuilder builder =
          instruments
              .tracer
              .spanBuilder(name(call, labels))
              .setParent(parent)
              .setSpanKind(SpanKind.SERVER)
              .setAllAttributes(attributes);
      SpanContext transport = Span.fromContext(ambient).getSpanContext();
      if (transport.isValid() && !transport.equals(Span.fromContext(parent).getSpanContext())) {
        // The span of the transport is not lost where the client says what the call belongs to.
        builder.addLink(transport);
      }
      span = builder.startSpan();
      within = parent.with(span);
    }
    Call observed = new Call(span, labels, clock.instant());
    observed.enter(within);
    return observed;
  }

  /** What the client says the call belongs to; what cannot be read says nothing. */
  private static Context parent(Map<String, String> trace, Context ambient) {
    Context traced = W3CTraceContextPropagator.getInstance().extract(ambient, trace, GETTER);
    return W3CBaggagePropagator.getInstance().extract(traced, trace, GETTER);
  }

  private static String name(RemoteCall call, Attributes labels) {
    String method = labels.get(Names.METHOD);
    return call.target().map(target -> method + " " + target).orElse(String.valueOf(method));
  }

  /** What is few enough for a time series. */
  private static Attributes labels(RemoteCall call) {
    AttributesBuilder labels = Attributes.builder();
    labels.put(Names.METHOD, Names.METHODS.contains(call.method()) ? call.method() : Names.OTHER);
    if (call.method().equals(Names.TOOLS_CALL)) {
      labels.put(Names.OPERATION, Names.EXECUTE_TOOL);
      call.target().ifPresent(tool -> labels.put(Names.TOOL, tool));
    } else if (call.method().equals(Names.PROMPTS_GET)) {
      call.target().ifPresent(prompt -> labels.put(Names.PROMPT, prompt));
    }
    call.protocolVersion().ifPresent(version -> labels.put(Names.PROTOCOL_VERSION, version));
    if (call.transport() == RemoteCall.Transport.PIPE) {
      labels.put(Names.TRANSPORT, "pipe");
    } else {
      labels.put(Names.TRANSPORT, "tcp").put(Names.NETWORK_PROTOCOL, "http");
    }
    return labels.build();
  }

  private static Attributes attributes(RemoteCall call, Attributes labels) {
    AttributesBuilder attributes = labels.toBuilder();
    call.requestId().ifPresent(id -> attributes.put(Names.REQUEST, clipped(id)));
    call.session().ifPresent(session -> attributes.put(Names.SESSION, clipped(session)));
    call.caller().ifPresent(caller -> attributes.put(Names.CALLER_KIND, Journaled.kind(caller)));
    return attributes.build();
  }

  private static String clipped(String text) {
    return text.length() <= TEXT_LENGTH ? text : text.substring(0, TEXT_LENGTH);
  }

  /** A call that is being answered. Confined to its thread. */
  private final class Call implements Observed {
    private final Span span;
    private final Attributes labels;
    private final Instant began;
    private Optional<String> outcome = Optional.empty();
    private @Nullable Scope scope;

    Call(Span span, Attributes labels, Instant began) {
      this.span = span;
      this.labels = labels;
      this.began = began;
    }

    @SuppressWarnings("MustBeClosedChecker") // closed by end(), which comes once and on this thread
    void enter(Context within) {
      scope = within.with(CURRENT, this).makeCurrent();
    }

    @Override
    public void end(Optional<String> error) {
      try {
        measure(error);
      } finally {
        Scope open = scope;
        scope = null;
        if (open != null) {
          open.close();
        }
      }
    }

    private void measure(Optional<String> error) {
      AttributesBuilder came = Attributes.builder();
      error.ifPresent(type -> came.put(Names.ERROR, type));
      error
          .filter(type -> CODE.matcher(type).matches())
          .ifPresent(code -> came.put(Names.STATUS_CODE, code));
      // Keeps what was refused apart from what broke: both are a tool_error to the client.
      outcome.ifPresent(label -> came.put(Names.ACT_OUTCOME, label));
      Attributes result = came.build();
      span.setAllAttributes(result);
      if (error.isPresent()) {
        span.setStatus(StatusCode.ERROR);
      }
      if (spans == Spans.OWN) {
        span.end();
        instruments.calls.record(
            Elapsed.seconds(Elapsed.between(began, clock.instant())),
            labels.toBuilder().putAll(result).build());
      }
    }
  }
}
