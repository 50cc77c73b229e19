package dev.weirkeeper.otel;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Tracer;
import java.util.List;

/** What is measured with, made once from what the host gives. */
final class Instruments {
  private static final String SECONDS = "s";

  final Tracer tracer;
  final Meter meter;
  final DoubleHistogram calls;
  final DoubleHistogram acts;
  final DoubleHistogram latency;
  final DoubleHistogram stages;
  final DoubleHistogram lag;
  final LongCounter refusals;
  final LongCounter intake;
  final LongCounter rows;
  final LongCounter waited;
  private final LongCounter forgotten;

  Instruments(OpenTelemetry openTelemetry) {
    tracer = openTelemetry.tracerBuilder(Names.SCOPE).setSchemaUrl(Names.SCHEMA).build();
    meter = openTelemetry.meterBuilder(Names.SCOPE).setSchemaUrl(Names.SCHEMA).build();
    calls =
        seconds(
            Names.CALL_DURATION,
            "Duration of calls of remote clients, as the server sees them.",
            Names.CALL_BUCKETS);
    acts = seconds(Names.ACT_DURATION, "Duration of acts at the door.", Names.CALL_BUCKETS);
    latency =
        seconds(
            Names.DECISION_LATENCY,
            "From the event that a decision is about to what came of it, without waits for persons.",
            Names.DECISION_BUCKETS);
    stages = seconds(Names.STAGE_DURATION, "Stages of decisions.", Names.DECISION_BUCKETS);
    lag =
        seconds(
            Names.LAG,
            "From the commit at the source until rows are durable at the target.",
            Names.DECISION_BUCKETS);
    refusals = counter(Names.REFUSALS, "{refusal}", "Calls that the door refused.");
    intake = counter(Names.INTAKE, "{row}", "Change events that came in.");
    rows = counter(Names.ROWS, "{row}", "Change events by what became of them when they came.");
    waited =
        counter(Names.WAITED, "{row}", "Change events that had waited, by what became of them.");
    forgotten =
        counter(
            Names.FORGOTTEN, "{entry}", "What telemetry forgot, so that its memory is bounded.");
  }

  private DoubleHistogram seconds(String name, String description, List<Double> buckets) {
    return meter
        .histogramBuilder(name)
        .setUnit(SECONDS)
        .setDescription(description)
        .setExplicitBucketBoundariesAdvice(buckets)
        .build();
  }

  private LongCounter counter(String name, String unit, String description) {
    return meter.counterBuilder(name).setUnit(unit).setDescription(description).build();
  }

  void forgot(String what) {
    forgotten.add(1, Attributes.of(Names.FORGOTTEN_WHAT, what));
  }
}
