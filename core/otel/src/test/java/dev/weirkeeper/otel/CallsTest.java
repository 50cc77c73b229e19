package dev.weirkeeper.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.weirkeeper.Caller;
import dev.weirkeeper.RemoteCall;
import dev.weirkeeper.RemoteCall.Transport;
import dev.weirkeeper.spi.CallObserver.Observed;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallsTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";
  private static final String TRACEPARENT = "00-" + TRACE + "-" + PARENT + "-01";

  private final Recorded recorded = new Recorded();
  private final Telemetry telemetry = new Telemetry(recorded.sdk, Spans.OWN, recorded.clock);

  @AfterEach
  void nothing_stays_current() {
    assertThat(Context.current()).isSameAs(Context.root());
  }

  @Test
  void a_call_of_a_tool_over_a_pipe_has_the_names_of_the_conventions() {
    call(tool(Transport.PIPE, Map.of()), Optional.empty());

    SpanData span = recorded.span("tools/call orders_describe");
    assertThat(span.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(span.getInstrumentationScopeInfo().getName()).isEqualTo("dev.weirkeeper");
    assertThat(span.getInstrumentationScopeInfo().getSchemaUrl())
        .isEqualTo("https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev");
    assertThat(Recorded.plain(span.getAttributes()))
        .containsOnly(
            entry("mcp.method.name", "tools/call"),
            entry("gen_ai.operation.name", "execute_tool"),
            entry("gen_ai.tool.name", "orders_describe"),
            entry("jsonrpc.request.id", "7"),
            entry("mcp.session.id", "s-1"),
            entry("mcp.protocol.version", "2025-11-25"),
            entry("network.transport", "pipe"),
            entry("weirkeeper.caller.kind", "agent"));
  }

  @Test
  void a_prompt_over_http_has_the_names_of_the_conventions() {
    call(
        new RemoteCall(
            "prompts/get",
            Optional.of("triage_incident"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Transport.TCP,
            Optional.empty(),
            Map.of()),
        Optional.empty());

    assertThat(Recorded.plain(recorded.span("prompts/get triage_incident").getAttributes()))
        .containsOnly(
            entry("mcp.method.name", "prompts/get"),
            entry("gen_ai.prompt.name", "triage_incident"),
            entry("network.transport", "tcp"),
            entry("network.protocol.name", "http"));
  }

  @Test
  void how_long_it_took_is_measured_without_sessions_and_request_ids() {
    Observed observed = telemetry.begin(tool(Transport.TCP, Map.of()));
    recorded.clock.forward(3);
    observed.end(Optional.empty());

    MetricData metric = recorded.measured().get("mcp.server.operation.duration");
    assertThat(metric.getUnit()).isEqualTo("s");
    HistogramPointData point = metric.getHistogramData().getPoints().iterator().next();
    assertThat(point.getSum()).isEqualTo(3);
    assertThat(point.getBoundaries())
        .containsExactly(
            0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0);
    assertThat(Recorded.plain(point.getAttributes()))
        .containsOnly(
            entry("mcp.method.name", "tools/call"),
            entry("gen_ai.operation.name", "execute_tool"),
            entry("gen_ai.tool.name", "orders_describe"),
            entry("mcp.protocol.version", "2025-11-25"),
            entry("network.transport", "tcp"),
            entry("network.protocol.name", "http"));
  }

  @ParameterizedTest
  @CsvSource({
    "tool_error,",
    "timeout,",
    "cancelled,",
    "java.io.IOException,",
    "-32601, -32601",
    "-32700, -32700"
  })
  void each_way_to_fail_has_an_error_type(String error, String code) {
    call(tool(Transport.PIPE, Map.of()), Optional.of(error));

    SpanData span = recorded.span("tools/call orders_describe");
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(Recorded.text(span, "error.type")).isEqualTo(error);
    assertThat(Recorded.text(span, "rpc.response.status_code")).isEqualTo(String.valueOf(code));
    assertThat(recorded.seconds("mcp.server.operation.duration", "error.type"))
        .containsOnlyKeys(error);
  }

  @Test
  void what_a_client_sends_is_the_parent_and_the_span_of_the_transport_is_linked() {
    Span http = recorded.sdk.getTracer("servlet").spanBuilder("POST /mcp").startSpan();
    within(
        http,
        () -> {
          call(
              tool(
                  Transport.TCP,
                  Map.of("traceparent", TRACEPARENT, "tracestate", "vendor=1", "unknown", "x")),
              Optional.empty());
          assertThat(Span.current()).isSameAs(http);
        });

    SpanData span = recorded.span("tools/call orders_describe");
    assertThat(span.getTraceId()).isEqualTo(TRACE);
    assertThat(span.getParentSpanId()).isEqualTo(PARENT);
    assertThat(span.getSpanContext().getTraceState().get("vendor")).isEqualTo("1");
    assertThat(span.getLinks())
        .extracting(LinkData::getSpanContext)
        .containsExactly(http.getSpanContext());
  }

  @Test
  void a_client_that_sends_nothing_is_below_the_span_of_the_transport() {
    Span http = recorded.sdk.getTracer("servlet").spanBuilder("POST /mcp").startSpan();
    within(
        http,
        () -> {
          call(tool(Transport.TCP, Map.of()), Optional.empty());
        });

    SpanData span = recorded.span("tools/call orders_describe");
    assertThat(span.getParentSpanId()).isEqualTo(http.getSpanContext().getSpanId());
    assertThat(span.getLinks()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "no trace at all",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-\u0000\n\uD800"
      })
  void a_trace_that_cannot_be_read_is_a_new_one(String sent) {
    call(
        tool(Transport.PIPE, Map.of("traceparent", sent, "tracestate", ",,,=", "baggage", "=;=,%")),
        Optional.empty());

    SpanData span = recorded.span("tools/call orders_describe");
    assertThat(span.getParentSpanContext().isValid()).isFalse();
    assertThat(span.getSpanContext().isValid()).isTrue();
  }

  @Test
  void baggage_is_carried_within_a_bound() {
    assertThat(carried("tenant=north")).isEqualTo("north");
    assertThat(carried("tenant=north,pad=" + "x".repeat(3000))).isNull();
  }

  private String carried(String baggage) {
    Observed observed = telemetry.begin(tool(Transport.PIPE, Map.of("baggage", baggage)));
    String tenant = Baggage.current().getEntryValue("tenant");
    observed.end(Optional.empty());
    return tenant;
  }

  @Test
  void methods_that_nobody_knows_make_one_time_series() {
    for (int i = 0; i < 1000; i++) {
      call(
          new RemoteCall(
              "made/up" + i,
              Optional.empty(),
              Optional.of("x".repeat(10_000)),
              Optional.of("s".repeat(10_000)),
              Optional.empty(),
              Transport.PIPE,
              Optional.empty(),
              Map.of()),
          Optional.of("-32601"));
    }

    assertThat(recorded.seconds("mcp.server.operation.duration", "mcp.method.name"))
        .containsOnlyKeys("_OTHER");
    assertThat(recorded.spans().toString()).doesNotContain("x".repeat(200), "s".repeat(200));
  }

  @Test
  void the_span_of_a_host_gets_what_is_known_and_no_second_one_is_opened() {
    Telemetry guest = new Telemetry(recorded.sdk, Spans.HOST, recorded.clock);
    Span host = recorded.sdk.getTracer("agent").spanBuilder("execute_tool").startSpan();
    within(
        host,
        () -> {
          guest
              .begin(tool(Transport.PIPE, Map.of("traceparent", TRACEPARENT)))
              .end(Optional.of("tool_error"));
        });
    host.end();

    assertThat(recorded.spans()).hasSize(1);
    assertThat(Recorded.plain(recorded.span("execute_tool").getAttributes()))
        .contains(
            entry("mcp.method.name", "tools/call"),
            entry("gen_ai.tool.name", "orders_describe"),
            entry("error.type", "tool_error"));
    assertThat(recorded.histogram("mcp.server.operation.duration")).isEmpty();
  }

  private static void within(Span span, Runnable something) {
    Context.current().with(span).wrap(something).run();
  }

  private void call(RemoteCall call, Optional<String> error) {
    telemetry.begin(call).end(error);
  }

  private static RemoteCall tool(Transport transport, Map<String, String> trace) {
    return new RemoteCall(
        "tools/call",
        Optional.of("orders_describe"),
        Optional.of("7"),
        Optional.of("s-1"),
        Optional.of("2025-11-25"),
        transport,
        Optional.of(new Caller("claude", Caller.Kind.AGENT)),
        trace);
  }
}
