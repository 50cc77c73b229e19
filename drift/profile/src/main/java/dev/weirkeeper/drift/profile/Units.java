package dev.weirkeeper.drift.profile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Recognises that numbers are the old ones in another unit: a constant ratio of the quantiles, a
 * linear function between scales of temperature, or seconds since 1970 that became milliseconds.
 */
final class Units {
  /** Quantiles that are compared: 5 to 95 per cent in steps of 5. */
  private static final int POINTS = 19;

  private static final int LEAST_POINTS = 8;

  /** Of the logarithm of a factor, as a part of it. */
  private static final double TOLERANCE = 0.01;

  private static final List<Factor> FACTORS = factors();

  /** Numbers between these times a power of 1000 are moments between 2001 and 2100. */
  private static final double EPOCH_LEAST = 978_307_200;

  private static final double EPOCH_MOST = 4_133_980_800.0;
  private static final String[] EPOCHS = {"s", "ms", "us", "ns"};

  private Units() {}

  /**
   * A change of unit: new = scale * old + shift.
   *
   * @param name what it is, where it is known
   */
  record Change(Optional<String> name, double scale, double shift) {}

  /** What the ratios of the quantiles are. */
  record Ratio(double median, double spread) {
    private double offBy(Factor factor) {
      return Math.abs(median - factor.log);
    }
  }

  private record Factor(String name, double log) {}

  private static List<Factor> factors() {
    List<Factor> factors = new ArrayList<>();
    for (int power = 1; power <= 12; power++) {
      both(factors, "10^" + power, Math.pow(10, power));
    }
    both(factors, "7 (days in a week)", 7);
    both(factors, "12 (months in a year, inches in a foot)", 12);
    both(factors, "24 (hours in a day)", 24);
    both(factors, "60 (seconds in a minute, minutes in an hour)", 60);
    both(factors, "1440 (minutes in a day)", 1440);
    both(factors, "3600 (seconds in an hour)", 3600);
    both(factors, "86400 (seconds in a day)", 86_400);
    both(factors, "2.54 (centimetres in an inch)", 2.54);
    both(factors, "25.4 (millimetres in an inch)", 25.4);
    both(factors, "0.3048 (metres in a foot)", 0.3048);
    both(factors, "0.9144 (metres in a yard)", 0.9144);
    both(factors, "1.609344 (kilometres in a mile)", 1.609344);
    both(factors, "1.852 (kilometres in a nautical mile)", 1.852);
    both(factors, "0.45359237 (kilograms in a pound)", 0.45359237);
    both(factors, "28.349523 (grams in an ounce)", 28.349523125);
    both(factors, "3.785411784 (litres in a US gallon)", 3.785411784);
    both(factors, "4.54609 (litres in an imperial gallon)", 4.54609);
    both(factors, "4.184 (joules in a calorie)", 4.184);
    return List.copyOf(factors);
  }

  private static void both(List<Factor> factors, String name, double factor) {
    factors.add(new Factor("times " + name, Math.log(factor)));
    factors.add(new Factor("divided by " + name, -Math.log(factor)));
  }

  /** Empty where too few of the quantiles have a ratio: around zero there is none. */
  static Optional<Ratio> ratio(Distribution before, Distribution now) {
    double[] logs = new double[POINTS];
    int found = 0;
    for (int i = 1; i <= POINTS; i++) {
      double ratio = now.quantile(i / 20.0) / before.quantile(i / 20.0);
      if (ratio > 0 && Double.isFinite(ratio)) {
        logs[found++] = Math.log(ratio);
      }
    }
    if (found < LEAST_POINTS) {
      return Optional.empty();
    }
    double median = median(Arrays.copyOf(logs, found));
    double[] off = new double[found];
    for (int i = 0; i < found; i++) {
      off[i] = Math.abs(logs[i] - median);
    }
    return Optional.of(new Ratio(median, median(off)));
  }

  /**
   * The unit that explains a ratio: the nearest factor, if its logarithm is met within one per
   * cent, or within three where the ratio of windows is usually off by as much; and if no other
   * factor is nearly as near. Else the ratio as it is, without a name.
   *
   * @param usual how far the logarithm of the median ratio was from 0 in the past
   */
  static Change named(Ratio ratio, double usual) {
    List<Factor> nearest =
        FACTORS.stream()
            .sorted(Comparator.comparingDouble((Factor factor) -> ratio.offBy(factor)))
            .limit(2)
            .toList();
    Factor first = nearest.get(0);
    double size = Math.abs(first.log);
    double tolerance = Math.max(TOLERANCE * size, Math.min(usual, 3 * TOLERANCE * size));
    return ratio.offBy(first) <= tolerance && ratio.offBy(nearest.get(1)) >= 2 * ratio.offBy(first)
        ? new Change(Optional.of(first.name), Math.exp(first.log), 0)
        : new Change(Optional.empty(), Math.exp(ratio.median), 0);
  }

  /** Scales of temperature: what leads from one to the other. */
  static List<Change> temperatures() {
    return List.of(
        new Change(Optional.of("degrees Celsius to Fahrenheit"), 1.8, 32),
        new Change(Optional.of("degrees Fahrenheit to Celsius"), 1 / 1.8, -32 / 1.8),
        new Change(Optional.of("degrees Celsius to kelvin"), 1, 273.15),
        new Change(Optional.of("kelvin to degrees Celsius"), 1, -273.15),
        new Change(Optional.of("degrees Fahrenheit to kelvin"), 1 / 1.8, 459.67 / 1.8),
        new Change(Optional.of("kelvin to degrees Fahrenheit"), 1.8, -459.67));
  }

  /** Moments that are counted in another unit than before; no history is needed to see it. */
  static Optional<Change> epoch(Distribution before, Distribution now) {
    int from = epoch(before);
    int to = epoch(now);
    if (from < 0 || to < 0 || from == to) {
      return Optional.empty();
    }
    return Optional.of(
        new Change(
            Optional.of("seconds since 1970 in " + EPOCHS[from] + " to " + EPOCHS[to]),
            Math.pow(1000, to - from),
            0));
  }

  /** The power of 1000 by which nearly all numbers are moments between 2001 and 2100, or -1. */
  private static int epoch(Distribution numbers) {
    for (int power = 0; power < EPOCHS.length; power++) {
      double unit = Math.pow(1000, power);
      if (numbers.quantile(0.05) >= EPOCH_LEAST * unit
          && numbers.quantile(0.95) <= EPOCH_MOST * unit) {
        return power;
      }
    }
    return -1;
  }

  /** The slope of a robust line through the quantiles (Theil 1950, Sen 1968). */
  static OptionalDouble slope(Distribution before, Distribution now) {
    double[] slopes = new double[POINTS * (POINTS - 1) / 2];
    int found = 0;
    for (int i = 1; i <= POINTS; i++) {
      for (int j = i + 1; j <= POINTS; j++) {
        double run = before.quantile(j / 20.0) - before.quantile(i / 20.0);
        if (run > 0) {
          slopes[found++] = (now.quantile(j / 20.0) - now.quantile(i / 20.0)) / run;
        }
      }
    }
    return found == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(median(Arrays.copyOf(slopes, found)));
  }

  private static double median(double[] numbers) {
    Arrays.sort(numbers);
    int middle = numbers.length / 2;
    return numbers.length % 2 == 1 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2;
  }
}
