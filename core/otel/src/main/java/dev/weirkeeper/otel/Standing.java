package dev.weirkeeper.otel;

import dev.weirkeeper.Pipeline;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Toolbox;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongGauge;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** How things stand, asked when somebody measures: true after a restart, too. */
final class Standing implements AutoCloseable {
  private final List<Toolbox> doors = new CopyOnWriteArrayList<>();
  private final List<Pipeline> pipelines = new CopyOnWriteArrayList<>();
  private final List<ObservableLongGauge> gauges;

  Standing(Meter meter) {
    gauges =
        List.of(
            gauge(meter, Names.TABLES, "{table}", "Tables by how they are routed.", this::tables),
            gauge(
                meter,
                Names.FROZEN,
                "{budget}",
                "Budgets whose acts are stopped until a person has looked.",
                this::frozen),
            gauge(
                meter,
                Names.UNSETTLED,
                "{act}",
                "Acts that may have happened and of which nobody knows.",
                this::unsettled));
  }

  private static ObservableLongGauge gauge(
      Meter meter,
      String name,
      String unit,
      String description,
      Consumer<ObservableLongMeasurement> asked) {
    return meter
        .gaugeBuilder(name)
        .ofLongs()
        .setUnit(unit)
        .setDescription(description)
        .buildWithCallback(asked);
  }

  void watch(Toolbox door) {
    doors.add(door);
  }

  void watch(Pipeline pipeline) {
    pipelines.add(pipeline);
  }

  private void tables(ObservableLongMeasurement gauge) {
    if (pipelines.isEmpty()) {
      return;
    }
    Map<TableState.Mode, Long> all = new EnumMap<>(TableState.Mode.class);
    // A mode that no table is in any more goes to 0 and does not stay as it was.
    for (TableState.Mode mode : TableState.Mode.values()) {
      all.put(mode, 0L);
    }
    for (Pipeline pipeline : pipelines) {
      pipeline.tables().values().forEach(state -> all.merge(state.mode(), 1L, Long::sum));
    }
    all.forEach(
        (mode, count) ->
            gauge.record(count, Attributes.of(Names.MODE, mode.name().toLowerCase(Locale.ROOT))));
  }

  private void frozen(ObservableLongMeasurement gauge) {
    Set<String> all = new TreeSet<>();
    doors.forEach(door -> all.addAll(door.frozen().keySet()));
    all.forEach(budget -> gauge.record(1, Attributes.of(Names.BUDGET, budget)));
  }

  private void unsettled(ObservableLongMeasurement gauge) {
    if (!doors.isEmpty()) {
      gauge.record(doors.stream().mapToLong(door -> door.unsettled().size()).sum());
    }
  }

  @Override
  public void close() {
    gauges.forEach(ObservableLongGauge::close);
  }
}
