package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.Metric;
import dev.weirkeeper.contracts.engine.Metric.Interpolation;
import dev.weirkeeper.contracts.engine.Vec;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps all values of a column and sorts them, for all metrics that need the same ones sorted. */
final class Sorted implements Tally {
  private static final int BYTES_PER_OBJECT = 48;

  private final Node rows;
  private final Value value;
  private final MemoryBudget budget;
  private final List<Metric.Quantiles> quantiles = new ArrayList<>();
  private final List<Metric.Aggregate> medians = new ArrayList<>();
  private @Nullable Vec type;
  private long[] longs = {};
  private double[] doubles = {};
  private final List<Object> objects = new ArrayList<>();
  private int size;

  Sorted(Node rows, Value value, MemoryBudget budget) {
    this.rows = rows;
    this.value = value;
    this.budget = budget;
  }

  void serve(Metric.Quantiles metric) {
    for (double share : metric.at()) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("A quantile is from 0 to 1, not " + share);
      }
    }
    quantiles.add(metric);
  }

  void serve(Metric.Aggregate median) {
    medians.add(median);
  }

  @Override
  public void add(Batch batch) {
    Column column = value.in(batch);
    long[] yes = rows.yes(batch);
    Vec vec = column.vec();
    if (type == null || type.getClass() != vec.getClass()) {
      if (size > 0) {
        throw Order.changedType();
      }
      type = Lone.empty(vec);
    }
    if (vec instanceof Vec.Longs from) {
      Tallies.each(yes, column, batch.words(), row -> keep(from.values()[row]));
    } else if (vec instanceof Vec.Micros from) {
      Tallies.each(yes, column, batch.words(), row -> keep(from.values()[row]));
    } else if (vec instanceof Vec.Days from) {
      Tallies.each(yes, column, batch.words(), row -> keep((long) from.values()[row]));
    } else if (vec instanceof Vec.Doubles from) {
      Tallies.each(yes, column, batch.words(), row -> keep(from.values()[row]));
    } else {
      Tallies.each(yes, column, batch.words(), row -> keep(vec.value(row).orElseThrow()));
    }
  }

  private void keep(long number) {
    if (size == longs.length) {
      longs = Arrays.copyOf(longs, grown());
    }
    longs[size++] = number;
  }

  private void keep(double number) {
    if (size == doubles.length) {
      doubles = Arrays.copyOf(doubles, grown());
    }
    doubles[size++] = number + 0.0;
  }

  private void keep(Object object) {
    budget.take(
        BYTES_PER_OBJECT + (object instanceof String text ? 2L * text.length() : 0),
        "values to sort");
    objects.add(object);
    size++;
  }

  private int grown() {
    int more = Math.max(1024, size);
    if (size > Integer.MAX_VALUE - 8 - more) {
      throw new UnansweredException("There are more values to sort than can be held");
    }
    budget.take(8L * more, "values to sort");
    return size + more;
  }

  @Override
  public void answer(Answers answers) {
    sort();
    for (Metric.Aggregate metric : medians) {
      try {
        answers.put(metric, median());
      } catch (UnansweredException e) {
        answers.fail(metric, e.reason());
      }
    }
    for (Metric.Quantiles metric : quantiles) {
      try {
        answers.put(metric, quantiles(metric));
      } catch (UnansweredException e) {
        answers.fail(metric, e.reason());
      }
    }
  }

  private List<Optional<Object>> quantiles(Metric.Quantiles metric) {
    List<Optional<Object>> found = new ArrayList<>();
    for (double share : metric.at()) {
      found.add(size == 0 ? Optional.empty() : Optional.of(quantile(share, metric.how())));
    }
    return found;
  }

  /** Every metric that it serves fails. */
  void fail(Answers answers, String reason) {
    medians.forEach(metric -> answers.fail(metric, reason));
    quantiles.forEach(metric -> answers.fail(metric, reason));
  }

  private void sort() {
    Arrays.sort(longs, 0, longs.length == 0 ? 0 : size);
    // NaN comes last here too.
    Arrays.sort(doubles, 0, doubles.length == 0 ? 0 : size);
    objects.sort(
        (left, right) ->
            left instanceof String a && right instanceof String b
                ? CodePoints.compare(a, b)
                : Comparator.<Comparable<Object>>naturalOrder().compare(cast(left), cast(right)));
  }

  @SuppressWarnings("unchecked") // all values of a column are of one class
  private static Comparable<Object> cast(Object value) {
    return (Comparable<Object>) value;
  }

  private Optional<Object> median() {
    if (size == 0) {
      return Optional.empty();
    }
    int upper = size / 2;
    double high = number(upper);
    return Optional.of(size % 2 == 1 ? high : (number(upper - 1) + high) / 2);
  }

  private Object quantile(double share, Interpolation how) {
    double place = share * (size - 1);
    int lower = (int) Math.floor(place);
    int higher = (int) Math.ceil(place);
    return switch (how) {
      case NEAREST -> at((int) Math.rint(place));
      case LOWER -> at(lower);
      case HIGHER -> at(higher);
      case MIDPOINT ->
          lower == higher ? number(lower) : number(lower) + (number(higher) - number(lower)) * 0.5;
      case LINEAR -> between(number(lower), number(higher), place - lower);
      case DISCRETE -> at(Math.max(0, (int) Math.ceil(share * size) - 1));
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

  private double number(int index) {
    if (type instanceof Vec.Longs) {
      return longs[index];
    }
    if (type instanceof Vec.Doubles) {
      return doubles[index];
    }
    if (type instanceof Vec.Decimals) {
      return ((BigDecimal) objects.get(index)).doubleValue();
    }
    throw new UnansweredException(
        "Only between numbers lies a number, and the column holds others; ask for one of the"
            + " values");
  }

  private Object at(int index) {
    Vec one =
        type instanceof Vec.Longs
            ? new Vec.Longs(longs, Bits.NONE)
            : type instanceof Vec.Doubles
                ? new Vec.Doubles(doubles, Bits.NONE)
                : type instanceof Vec.Micros micros
                    ? new Vec.Micros(longs, Bits.NONE, micros.zone())
                    : type instanceof Vec.Days
                        ? new Vec.Days(new int[] {(int) longs[index]}, Bits.NONE)
                        : null;
    if (one == null) {
      return objects.get(index);
    }
    return one.value(one instanceof Vec.Days ? 0 : index).orElseThrow();
  }
}
