package dev.weirkeeper.otel;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.spi.AuditSink;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A real SDK that keeps what it is told, a log in memory, and a clock that stands still. */
final class Recorded implements AuditSink {
  final TestClock clock = new TestClock();
  final InMemoryMetricReader metrics = InMemoryMetricReader.create();
  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  final OpenTelemetrySdk sdk;
  private final List<AuditRecord> log = new ArrayList<>();

  Recorded(SpanProcessor... more) {
    var tracing =
        SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(exporter));
    List.of(more).forEach(tracing::addSpanProcessor);
    sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(tracing.build())
            .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
            .build();
  }

  @Override
  public synchronized Receipt append(AuditRecord record) {
    log.add(record);
    return new Receipt(log.size() - 1, record.id());
  }

  @Override
  public void close() {}

  synchronized List<AuditRecord> log() {
    return List.copyOf(log);
  }

  List<SpanData> spans() {
    return exporter.getFinishedSpanItems();
  }

  List<SpanData> spans(String name) {
    return spans().stream().filter(span -> span.getName().equals(name)).toList();
  }

  SpanData span(String name) {
    List<SpanData> found = spans(name);
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " spans are named " + name + ": " + spans());
    }
    return found.get(0);
  }

  /** All metrics of now, by name. */
  Map<String, MetricData> measured() {
    return metrics.collectAllMetrics().stream()
        .collect(Collectors.toMap(MetricData::getName, metric -> metric));
  }

  Collection<HistogramPointData> histogram(String name) {
    return Optional.ofNullable(measured().get(name))
        .map(metric -> metric.getHistogramData().getPoints())
        .orElse(List.of());
  }

  /** Seconds by the value of one attribute; of a histogram in which each value occurs once. */
  Map<String, Double> seconds(String name, String attribute) {
    return histogram(name).stream()
        .collect(
            Collectors.toMap(
                point ->
                    String.valueOf(point.getAttributes().get(AttributeKey.stringKey(attribute))),
                HistogramPointData::getSum));
  }

  /** Values of a counter or gauge by the values of its attributes, as one text. */
  Map<String, Long> counts(String name) {
    MetricData metric = measured().get(name);
    if (metric == null) {
      return Map.of();
    }
    Collection<LongPointData> points =
        switch (metric.getType()) {
          case LONG_SUM -> metric.getLongSumData().getPoints();
          case LONG_GAUGE -> metric.getLongGaugeData().getPoints();
          default -> throw new AssertionError(metric.toString());
        };
    return points.stream()
        .collect(Collectors.toMap(point -> words(point.getAttributes()), LongPointData::getValue));
  }

  private static String words(Attributes attributes) {
    return attributes.asMap().values().stream()
        .map(String::valueOf)
        .collect(Collectors.joining(" "));
  }

  static String text(SpanData span, String attribute) {
    return String.valueOf(span.getAttributes().get(AttributeKey.stringKey(attribute)));
  }

  /** Attributes as plain names and values. */
  static Map<String, Object> plain(Attributes attributes) {
    return attributes.asMap().entrySet().stream()
        .collect(Collectors.toMap(entry -> entry.getKey().getKey(), Map.Entry::getValue));
  }

  /** Whatever an exporter gets to see. */
  String everything() {
    return spans().toString() + spans().stream().map(SpanData::getEvents).toList() + measured();
  }
}
