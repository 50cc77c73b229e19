package dev.weirkeeper.contracts.sql;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.Metric;
import dev.weirkeeper.contracts.engine.Metric.Interpolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Makes medians and quantiles from values at places of their order, as numpy does. */
final class Places {
  private Places() {}

  /** The places whose values are needed, from 0. */
  static List<Long> of(Metric metric, long size) {
    Set<Long> places = new TreeSet<>();
    if (metric instanceof Metric.Quantiles quantiles) {
      for (double share : quantiles.at()) {
        places.add(lower(share, size, quantiles.how()));
        places.add(higher(share, size, quantiles.how()));
      }
    } else {
      places.add((size - 1) / 2);
      places.add(size / 2);
    }
    return List.copyOf(places);
  }

  private static long lower(double share, long size, Interpolation how) {
    double place = share * (size - 1);
    return switch (how) {
      case NEAREST -> (long) Math.rint(place);
      case HIGHER -> (long) Math.ceil(place);
      case DISCRETE -> Math.max(0, (long) Math.ceil(share * size) - 1);
      case LOWER, MIDPOINT, LINEAR -> (long) Math.floor(place);
    };
  }

  private static long higher(double share, long size, Interpolation how) {
    return how == Interpolation.MIDPOINT || how == Interpolation.LINEAR
        ? (long) Math.ceil(share * (size - 1))
        : lower(share, size, how);
  }

  static void answer(Metric metric, long size, Map<Long, Object> found, Answers answers) {
    if (metric instanceof Metric.Aggregate median) {
      double high = number(found, size / 2);
      answers.put(
          median, Optional.of(size % 2 == 1 ? high : (number(found, (size - 1) / 2) + high) / 2));
      return;
    }
    Metric.Quantiles quantiles = (Metric.Quantiles) metric;
    List<Optional<Object>> values = new ArrayList<>();
    for (double share : quantiles.at()) {
      values.add(Optional.of(quantile(share, size, quantiles.how(), found)));
    }
    answers.put(quantiles, values);
  }

  /** What is answered where there are no values. */
  static void answerNone(Metric metric, Answers answers) {
    if (metric instanceof Metric.Aggregate median) {
      answers.put(median, Optional.empty());
    } else {
      Metric.Quantiles quantiles = (Metric.Quantiles) metric;
      answers.put(quantiles, quantiles.at().stream().map(share -> Optional.empty()).toList());
    }
  }

  private static Object quantile(
      double share, long size, Interpolation how, Map<Long, Object> found) {
    long low = lower(share, size, how);
    long high = higher(share, size, how);
    return switch (how) {
      case MIDPOINT ->
          low == high
              ? number(found, low)
              : number(found, low) + (number(found, high) - number(found, low)) * 0.5;
      case LINEAR -> between(number(found, low), number(found, high), share * (size - 1) - low);
      default -> requireNonNull(found.get(low), "a place that was asked for");
    };
  }

  /** As numpy does it, down to the last bit: from whichever end is nearer. */
  private static double between(double low, double high, double part) {
    double width = high - low;
    if (width == 0 || part == 0) {
      return low;
    }
    return part >= 0.5 ? high - width * (1 - part) : low + width * part;
  }

  private static double number(Map<Long, Object> found, long place) {
    if (found.get(place) instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException(
        "Only between numbers lies a number, and the column holds others; ask for one of the"
            + " values");
  }
}
