package dev.weirkeeper.contracts.engine;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an engine found out, by metric. Asking for what failed or was never asked throws, so a rule
 * cannot mistake UNKNOWN for nothing.
 *
 * <p>Values are Long, BigDecimal, Double, Boolean, String, byte[], or a date or time of {@code
 * java.time}; NULL is an empty Optional.
 */
public final class Answers {

  /** A value of a column with the number of its rows. */
  public record Counted(Object value, long count) {}

  /**
   * A row of a sample.
   *
   * @param index its place in the data, from 0, where the data has an order
   */
  public record Row(OptionalLong index, List<Optional<Object>> values) {
    public Row {
      values = List.copyOf(values);
    }
  }

  /**
   * What a query answered.
   *
   * @param total all rows, also those beyond the limit
   */
  public record Found(List<String> columns, List<Row> rows, long total) {
    public Found {
      columns = List.copyOf(columns);
      rows = List.copyOf(rows);
    }
  }

  private record Failure(String reason) {}

  private final Map<Metric, Object> known = new HashMap<>();

  public Answers put(Metric.Count metric, long count) {
    return keep(metric, count);
  }

  public Answers put(Metric.Distinct metric, long count) {
    return keep(metric, count);
  }

  public Answers put(Metric.TableRows metric, long count) {
    return keep(metric, count);
  }

  public Answers put(Metric.Sample metric, List<Row> rows) {
    return keep(metric, List.copyOf(rows));
  }

  public Answers put(Metric.Aggregate metric, Optional<Object> value) {
    return keep(metric, value);
  }

  public Answers put(Metric.Quantiles metric, List<Optional<Object>> values) {
    return keep(metric, List.copyOf(values));
  }

  public Answers put(Metric.ValueCounts metric, List<Counted> counts) {
    return keep(metric, List.copyOf(counts));
  }

  /**
   * @param below values below the first edge
   * @param above values above the last edge
   */
  public Answers put(Metric.Histogram metric, long below, List<Long> bins, long above) {
    return keep(metric, new Bins(below, bins, above));
  }

  public Answers put(Metric.Query metric, Found found) {
    return keep(metric, found);
  }

  /**
   * The metric could not be found out.
   *
   * @param reason says what, why and what to do; no values
   */
  public Answers fail(Metric metric, String reason) {
    return keep(metric, new Failure(reason));
  }

  /** Takes over all answers of another. */
  public Answers add(Answers others) {
    known.putAll(others.known);
    return this;
  }

  /** Takes over the answer of another to one question, a failure too. */
  public Answers take(Metric metric, Answers other) {
    Object answer = other.known.get(metric);
    return answer == null ? this : keep(metric, answer);
  }

  /** Why a metric could not be found out; empty if it was, or was never asked. */
  public Optional<String> failure(Metric metric) {
    return known.get(metric) instanceof Failure failure
        ? Optional.of(failure.reason())
        : Optional.empty();
  }

  public boolean knows(Metric metric) {
    return known.containsKey(metric);
  }

  /**
   * @throws MetricException if it failed
   */
  public long count(Metric.Count metric) {
    return (Long) get(metric);
  }

  /**
   * @throws MetricException if it failed
   */
  public long count(Metric.Distinct metric) {
    return (Long) get(metric);
  }

  /**
   * @throws MetricException if it failed
   */
  public long count(Metric.TableRows metric) {
    return (Long) get(metric);
  }

  /**
   * @throws MetricException if it failed
   */
  @SuppressWarnings("unchecked") // put() takes nothing else
  public List<Row> rows(Metric.Sample metric) {
    return (List<Row>) get(metric);
  }

  /**
   * @throws MetricException if it failed
   */
  @SuppressWarnings("unchecked") // put() takes nothing else
  public Optional<Object> value(Metric.Aggregate metric) {
    return (Optional<Object>) get(metric);
  }

  /**
   * @throws MetricException if it failed
   */
  @SuppressWarnings("unchecked") // put() takes nothing else
  public List<Optional<Object>> values(Metric.Quantiles metric) {
    return (List<Optional<Object>>) get(metric);
  }

  /**
   * @throws MetricException if it failed
   */
  @SuppressWarnings("unchecked") // put() takes nothing else
  public List<Counted> counts(Metric.ValueCounts metric) {
    return (List<Counted>) get(metric);
  }

  /**
   * @throws MetricException if it failed
   */
  public Bins bins(Metric.Histogram metric) {
    return (Bins) get(metric);
  }

  /**
   * @throws MetricException if it failed
   */
  public Found found(Metric.Query metric) {
    return (Found) get(metric);
  }

  /** Values by bin, and those outside of all bins. */
  public record Bins(long below, List<Long> inside, long above) {
    public Bins {
      inside = List.copyOf(inside);
    }
  }

  private Answers keep(Metric metric, Object answer) {
    known.put(requireNonNull(metric, "metric"), answer);
    return this;
  }

  private Object get(Metric metric) {
    Object answer = known.get(metric);
    if (answer == null) {
      throw new IllegalStateException("Never asked: " + metric.getClass().getSimpleName());
    }
    if (answer instanceof Failure failure) {
      throw new MetricException(failure.reason());
    }
    return answer;
  }
}
